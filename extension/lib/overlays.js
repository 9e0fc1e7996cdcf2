import { reachable } from './access.js';
import { ask, trouble } from './backend.js';
import { connection } from './connection.js';
import { placement } from './placements.js';
import { serially } from './serial.js';

/**
 * What to draw on a venue's page. The last good answer of each page is kept for the session: it
 * is painted at once, saves sending it again (its ETag), and stays, marked old, when Seawall
 * does not answer. It outlives the worker, which the browser stops when it is idle.
 */

/** @typedef {import('../types/messages').Overlay} Overlay */
/** @typedef {import('../types/messages').Scene} Scene */
/** @typedef {import('./venues.js').VenuePage} VenuePage */
/** @typedef {{ overlay: Overlay, etag: string | null, received_at: number }} Kept */

const PREFIX = 'overlay ';
const MOST_KEPT = 12;
/** What is older is not painted before Seawall was asked: it would read as if it were so now. */
const RECENT_MS = 60_000;

/** What is kept of this page, if it is recent. @param {VenuePage} page @returns {Promise<Scene>} */
export async function cachedOverlay(page) {
  const found = await kept(page);
  const recent = found !== null && Date.now() - found.received_at < RECENT_MS;
  return recent ? scene(page, 'ready', found) : scene(page, 'waiting', null);
}

/** Ask Seawall. @param {VenuePage} page @returns {Promise<Scene>} */
export async function freshOverlay(page) {
  const [link, found] = await Promise.all([connection(), kept(page)]);
  if (!link.token) return troubled(page, 'not_paired', null);
  const query = new URLSearchParams({ url: page.address });
  const answer = await ask(link, `/api/v1/overlay?${query}`, { etag: found?.etag ?? null });
  if (answer.status === 404) return nothing(page);
  const wrong = await trouble(answer, reachable);
  if (wrong) return troubled(page, wrong.status, wrong.message);
  if (answer.status === 304) return scene(page, found ? 'ready' : 'waiting', found);
  const overlay = own(answer.body, page);
  if (!overlay) return nothing(page);
  const fresh = { overlay, etag: answer.etag, received_at: Date.now() };
  await keep(page, fresh);
  return scene(page, 'ready', fresh);
}

/**
 * The answer, if it is about the venue the browser says this page is of; only that venue's
 * positions are drawn there.
 * @param {Overlay} overlay
 * @param {VenuePage} page
 */
function own(overlay, page) {
  if (overlay.page?.venue !== page.venue.id) return null;
  const positions = overlay.positions.filter((position) => position.venue === page.venue.id);
  return { ...overlay, positions };
}

/**
 * @param {VenuePage} page
 * @param {Scene['status']} status
 * @param {Kept | null} found
 * @param {string | null} [message]
 * @returns {Promise<Scene>}
 */
async function scene(page, status, found, message = null) {
  return {
    placement: await placement(page.host),
    status,
    overlay: found?.overlay ?? null,
    received_at: found?.received_at ?? null,
    message,
  };
}

/** @param {VenuePage} page */
async function nothing(page) {
  await serially(() => chrome.storage.session.remove(PREFIX + page.address));
  return scene(page, 'nothing', null);
}

/**
 * No answer, or none that can be used. Said only where it matters: on what looks like a trading
 * page. Figures are shown, as old ones, while the person is still let in.
 * @param {VenuePage} page
 * @param {import('../types/messages').Trouble} status
 * @param {string | null} message
 */
async function troubled(page, status, message) {
  const found = status === 'revoked' || status === 'not_paired' ? null : await kept(page);
  if (!found && !page.trading) return scene(page, 'nothing', null);
  return scene(page, status, found, message);
}

/** @param {VenuePage} page @returns {Promise<Kept | null>} */
async function kept(page) {
  const key = PREFIX + page.address;
  const stored = await chrome.storage.session.get(key);
  return /** @type {Kept | undefined} */ (stored[key]) ?? null;
}

/** Keep an answer, and only the newest few. @param {VenuePage} page @param {Kept} fresh */
function keep(page, fresh) {
  return serially(async () => {
    await chrome.storage.session.set({ [PREFIX + page.address]: fresh });
    const all = Object.entries(await chrome.storage.session.get(null)).flatMap(([key, value]) =>
      key.startsWith(PREFIX) ? [{ key, at: /** @type {Kept} */ (value).received_at }] : [],
    );
    all.sort((one, other) => other.at - one.at);
    const old = all.slice(MOST_KEPT).map(({ key }) => key);
    if (old.length) await chrome.storage.session.remove(old);
  });
}
