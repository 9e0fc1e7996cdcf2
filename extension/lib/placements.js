import { serially } from './serial.js';

/** @typedef {import('../types/messages').Placement} Placement */

const KEY = 'placements';
const CORNERS = ['bottom-left', 'bottom-right', 'top-left', 'top-right'];

/** @type {Placement} */
const DEFAULT = { corner: 'bottom-left', collapsed: false };

/** @returns {Promise<Record<string, Placement>>} */
async function all() {
  const stored = await chrome.storage.local.get(KEY);
  return /** @type {Record<string, Placement>} */ (stored[KEY] ?? {});
}

/** Where the overlay stands on a venue's pages. @param {string} host */
export async function placement(host) {
  return (await all())[host] ?? DEFAULT;
}

/** @param {string} host @param {unknown} asked */
export async function savePlacement(host, asked) {
  const { corner, collapsed } = /** @type {Partial<Placement>} */ (asked ?? {});
  if (!corner || !CORNERS.includes(corner) || typeof collapsed !== 'boolean') return;
  await serially(async () => {
    await chrome.storage.local.set({ [KEY]: { ...(await all()), [host]: { corner, collapsed } } });
  });
}

/** Everywhere back to the corner it comes with, and open. */
export function resetPlacements() {
  return serially(() => chrome.storage.local.remove(KEY));
}
