import { statusPage } from './address.js';
import { selfCheck } from './checks.js';
import { connection, disconnect } from './connection.js';
import { cachedOverlay, freshOverlay } from './overlays.js';
import { pair } from './pairing.js';
import { resetPlacements, savePlacement } from './placements.js';
import { summary } from './summary.js';
import { showOnToolbar } from './toolbar.js';
import { pageAt, siteOf } from './venues.js';

/**
 * Who may ask the worker what. A script in a venue's page may ask for what is drawn there and
 * where it stands; all else is for the extension's own pages. Anything else gets no answer.
 */

/** @typedef {import('../types/messages').Message} Message */
/** @typedef {import('../types/messages').Target} Target */
/** @typedef {import('./venues.js').VenueSite} VenueSite */
/** @typedef {chrome.runtime.MessageSender} Sender */

/** @type {Record<string, (site: VenueSite, message: any, tabId: number | undefined) => Promise<unknown> | null>} */
const FOR_VENUE_PAGES = {
  'overlay.cached': (site, { path }) => {
    const page = pageAt(site, path);
    return page && cachedOverlay(page);
  },
  'overlay.fresh': (site, { path }, tabId) => {
    const page = pageAt(site, path);
    return page && fresh(page, tabId);
  },
  'placement.save': async (site, { placement }) => {
    await savePlacement(site.host, placement);
    return null;
  },
  open: (site, { target }) => open(target, site.venue.id),
};

/** @type {Record<string, (message: any) => Promise<unknown>>} */
const FOR_OWN_PAGES = {
  summary: () => summary(),
  connection: async () => {
    const { address, token, paired_at } = await connection();
    return { address, paired: token !== null, paired_at };
  },
  pair: ({ address, code }) => pair(String(address), String(code)),
  unpair: async () => {
    await disconnect();
    return null;
  },
  check: () => selfCheck(),
  'placement.reset': async () => {
    await resetPlacements();
    return null;
  },
  open: ({ target }) => open(target, null),
};

/**
 * The answer to a message, or `null` when this sender may not ask it.
 * @param {unknown} message
 * @param {Sender} sender
 * @returns {Promise<unknown> | null}
 */
export function route(message, sender) {
  if (sender.id !== chrome.runtime.id) return null;
  const type = /** @type {{ type?: unknown } | null} */ (message)?.type;
  if (typeof type !== 'string') return null;
  if (sender.url?.startsWith(chrome.runtime.getURL(''))) {
    return own(FOR_OWN_PAGES, type)?.(message) ?? null;
  }
  const site = siteOf(sender);
  return (site && own(FOR_VENUE_PAGES, type)?.(site, message, sender.tab?.id)) ?? null;
}

/** @param {import('./venues.js').VenuePage} page @param {number | undefined} tabId */
async function fresh(page, tabId) {
  const scene = await freshOverlay(page);
  await showOnToolbar(tabId, scene);
  return scene;
}

/**
 * @template T
 * @param {Record<string, T>} table
 * @param {string} name
 */
const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

/** @param {Target} target @param {string | null} venue */
async function open(target, venue) {
  if (target === 'options') {
    await chrome.runtime.openOptionsPage();
  } else {
    const { address } = await connection();
    await chrome.tabs.create({ url: statusPage(address, target, venue) });
  }
  return null;
}
