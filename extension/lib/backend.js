/**
 * The one place that talks to Seawall. A request carries the token and nothing of the browser's:
 * no cookie, no referrer; it follows no redirect, and is not kept in the browser's cache.
 */

const TIMEOUT_MS = 8_000;

/**
 * What came of a request. `unreachable` has no status; a body is there where it was JSON.
 * @typedef {object} Answer
 * @property {number | null} status
 * @property {any} body
 * @property {string | null} etag
 */

/**
 * @param {import('./connection.js').Connection} connection
 * @param {string} path
 * @param {{ etag?: string | null, post?: unknown }} [options]
 * @returns {Promise<Answer>}
 */
export async function ask({ address, token }, path, { etag = null, post } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (token) headers['Authorization'] = `Bearer ${token}`;
  if (etag) headers['If-None-Match'] = etag;
  if (post !== undefined) headers['Content-Type'] = 'application/json';
  try {
    const response = await fetch(address + path, {
      method: post === undefined ? 'GET' : 'POST',
      body: post === undefined ? null : JSON.stringify(post),
      headers,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return {
      status: response.status,
      body: response.status === 304 ? null : await json(response),
      etag: response.headers.get('ETag'),
    };
  } catch {
    // A blocked, refused, reset or timed-out request is the same bare error to us.
    return { status: null, body: null, etag: null };
  }
}

/** @param {Response} response */
async function json(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The trouble an answer means, or `null` when it is a good one. Where nothing came, the browser
 * may have kept the request back: `permitted` tells.
 * @param {Answer} answer
 * @param {() => Promise<boolean>} permitted
 * @returns {Promise<{ status: import('../types/messages').Trouble, message: string | null } | null>}
 */
export async function trouble({ status, body }, permitted) {
  if (status === null) {
    return { status: (await permitted()) ? 'unreachable' : 'no_access', message: null };
  }
  if (status === 401 || status === 403) return { status: 'revoked', message: null };
  if (status === 304 || (status === 200 && body)) return null;
  const said = typeof body?.message === 'string' ? body.message : `It answered ${status}.`;
  return { status: 'failed', message: said };
}
