/** Where Seawall is. Only this computer is ever talked to. */

export const DEFAULT_ADDRESS = 'http://127.0.0.1:8765';
export const HOST_PERMISSION = 'http://127.0.0.1/*';

/**
 * The origin a person typed, as `http://127.0.0.1:PORT`. `localhost` is taken for it: the
 * number needs no look-up, and the browser's permission is for the number.
 * @param {string} typed
 * @returns {{ ok: true, address: string } | { ok: false, message: string }}
 */
export function parseAddress(typed) {
  const text = typed.trim();
  if (!text) return { ok: false, message: `Enter the address, for example ${DEFAULT_ADDRESS}.` };
  const url = URL.parse?.(withScheme(text)) ?? tryParse(withScheme(text));
  if (!url) return { ok: false, message: `“${text}” is no address. Try ${DEFAULT_ADDRESS}.` };
  const name = url.hostname;
  if (url.protocol !== 'http:' || (name !== '127.0.0.1' && name !== 'localhost')) {
    return {
      ok: false,
      message: `Only this computer is talked to: the address starts with http://127.0.0.1, as in ${DEFAULT_ADDRESS}.`,
    };
  }
  if (url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    return { ok: false, message: `Enter the address alone, as in ${DEFAULT_ADDRESS}.` };
  }
  return { ok: true, address: `http://127.0.0.1${url.port ? `:${url.port}` : ''}` };
}

/** @param {string} text */
const withScheme = (text) => (/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);

/** @param {string} text @returns {URL | null} */
function tryParse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/**
 * A page of the status page, by what it is for.
 * @param {string} address
 * @param {import('../types/messages').Target} target
 * @param {string | null} venue
 */
export function statusPage(address, target, venue) {
  if (target === 'accounts') return `${address}/accounts#link`;
  if (target === 'waterfall' && venue) return `${address}/venues/${venue}#waterfall`;
  return `${address}/`;
}
