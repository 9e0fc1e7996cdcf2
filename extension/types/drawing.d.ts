/** What the drawing functions of the overlay are given, and what they give back. */
import type { Corner, Scene, Target } from './messages';

export interface Actions {
  collapse(): void;
  expand(): void;
  retry(): void;
  /** Opens or closes the reasons. */
  why(): void;
  move(corner: Corner): void;
  open(target: Target): void;
}

export interface View {
  scene: Scene;
  /** Whether the reasons are open. */
  why: boolean;
  /** In ms since 1970. */
  now: number;
  actions: Actions;
}

export interface Drawing {
  element: HTMLElement;
  /** Lets the ages go on. */
  tick(now: number): void;
  /** The same in one sentence, to be read out. */
  summary: string;
}
