/** What the content script, the worker and the extension's own pages say to each other. */
import type { components } from './api';

type Schemas = components['schemas'];
export type Overlay = Schemas['Overlay'];
export type Position = Schemas['Position'];
export type Fund = Schemas['Fund'];
export type Step = Schemas['Step'];
export type Reason = Schemas['Reason'];
export type AccountState = Schemas['AccountState'];
export type Severity = Position['severity'];
export type Health = Fund['health'];

export type Corner = 'bottom-left' | 'bottom-right' | 'top-left' | 'top-right';

/** Where the overlay stands on one venue's pages; remembered by host. */
export interface Placement {
  corner: Corner;
  collapsed: boolean;
}

/** Why there is no answer to draw, or none that is current. */
export type Trouble = 'not_paired' | 'revoked' | 'no_access' | 'unreachable' | 'failed';

/** What the worker hands a venue's page to draw. Holds neither the token nor an address of Seawall. */
export interface Scene {
  placement: Placement;
  /** `nothing`: this is no trading page, draw nothing. `waiting`: nothing kept, ask afresh. */
  status: 'ready' | 'nothing' | 'waiting' | Trouble;
  /** The answer, or beside a trouble the last good one. */
  overlay: Overlay | null;
  /** When `overlay` came, in ms since 1970: its ages count on from here. The same, the same answer. */
  received_at: number | null;
  /** What the backend said, where it said something. */
  message: string | null;
}

/** A place the overlay or the popup can lead to; the worker knows the address. */
export type Target = 'positions' | 'accounts' | 'waterfall' | 'options';

/** For the popup: the worst positions of all accounts. */
export interface Summary {
  status: 'ready' | Trouble;
  positions: Position[];
  more: boolean;
  received_at: number | null;
  message: string | null;
  address: string;
}

/** What the options page may know of the connection. The token stays with the worker. */
export interface ConnectionState {
  address: string;
  paired: boolean;
  paired_at: number | null;
}

export type PairResult = { ok: true } | { ok: false; message: string };

/** One line of the self-check; `next` says what to do where it is not `good`. */
export interface Check {
  id: 'access' | 'backend' | 'token' | 'version';
  title: string;
  state: 'good' | 'bad' | 'skipped';
  detail: string;
  next: string | null;
}

/**
 * Each message and its answer. A `path` ends in the fields of the page's fragment that name the
 * contract, on the few sites that keep it there.
 * The first four come from a venue's page, the rest from our own.
 */
export interface Messages {
  'overlay.cached': { message: { type: 'overlay.cached'; path: string }; answer: Scene };
  'overlay.fresh': { message: { type: 'overlay.fresh'; path: string }; answer: Scene };
  'placement.save': { message: { type: 'placement.save'; placement: Placement }; answer: null };
  open: { message: { type: 'open'; target: Target }; answer: null };
  summary: { message: { type: 'summary' }; answer: Summary };
  connection: { message: { type: 'connection' }; answer: ConnectionState };
  pair: { message: { type: 'pair'; address: string; code: string }; answer: PairResult };
  unpair: { message: { type: 'unpair' }; answer: null };
  check: { message: { type: 'check' }; answer: Check[] };
  'placement.reset': { message: { type: 'placement.reset' }; answer: null };
}

export type Message = Messages[keyof Messages]['message'];
