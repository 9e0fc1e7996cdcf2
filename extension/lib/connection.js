import { DEFAULT_ADDRESS } from './address.js';
import { serially } from './serial.js';

/**
 * Where Seawall is and the token it gave this extension.
 * @typedef {{ address: string, token: string | null, paired_at: number | null }} Connection
 */

const KEY = 'connection';

/** @type {Connection} */
const NONE = { address: DEFAULT_ADDRESS, token: null, paired_at: null };

/**
 * Keep what is stored, the token above all, from scripts that run in pages. Firefox has no such
 * switch; there only our own content script could ask, and a page cannot.
 */
export async function closeStorage() {
  await chrome.storage.local.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
}

/** @returns {Promise<Connection>} */
export async function connection() {
  const stored = await chrome.storage.local.get(KEY);
  return { ...NONE, .../** @type {Partial<Connection> | undefined} */ (stored[KEY]) };
}

/** Answers that were kept belong to the connection before, and go. @param {Connection} next */
export function connect(next) {
  return serially(async () => {
    await closeStorage();
    await chrome.storage.session.clear();
    await chrome.storage.local.set({ [KEY]: next });
  });
}

/** Forget the token; the address stays for the next pairing. */
export async function disconnect() {
  const { address } = await connection();
  await connect({ ...NONE, address });
}
