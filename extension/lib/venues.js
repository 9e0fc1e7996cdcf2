import { VENUES } from './hosts.js';

/**
 * The venues whose pages the overlay is drawn on, by host. Which of their pages are trading
 * pages is Seawall's to say; `trading` only tells where it is worth saying that Seawall could
 * not be asked.
 */

/** @typedef {import('./hosts.js').VenuePages} VenuePages */

/**
 * A venue's site that a message came from.
 * @typedef {{ host: string, origin: string, venue: VenuePages }} VenueSite
 */

/**
 * One page of it. What Seawall is asked about is `address`, which holds no query, and of a
 * fragment only the fields that name the contract, for the rest can hold what is nobody's
 * business.
 * @typedef {VenueSite & { address: string, trading: boolean }} VenuePage
 */

const LONGEST_PATH = 512;

/**
 * The venue's site a message came from, as the browser says and not as the message does;
 * `null` for anything else.
 * @param {chrome.runtime.MessageSender} sender
 * @returns {VenueSite | null}
 */
export function siteOf(sender) {
  if (!sender.tab?.url || sender.frameId !== 0 || !sender.url) return null;
  const { hostname: host, origin, protocol } = new URL(sender.url);
  const venue = Object.hasOwn(VENUES, host) ? VENUES[host] : undefined;
  if (!venue || protocol !== 'https:' || new URL(sender.tab.url).origin !== origin) return null;
  return { host, origin, venue };
}

/**
 * The page at `path` of a site, which may end in a fragment. Only that is the message's to say:
 * the browser learns of a page's own navigation a little later than the page, and an answer
 * about the page before would be the wrong one. It cannot lead to another site. `null` for what
 * is no path.
 * @param {VenueSite} site
 * @param {unknown} path
 * @returns {VenuePage | null}
 */
export function pageAt(site, path) {
  if (typeof path !== 'string' || !path.startsWith('/') || path.length > LONGEST_PATH) return null;
  const { origin, pathname, hash } = new URL(path, site.origin);
  if (origin !== site.origin) return null;
  const address = origin + pathname + named(hash, site.venue.fragment);
  return { ...site, address, trading: site.venue.trading.test(pathname) };
}

/**
 * Of a fragment the fields that are `wanted`, in that order; empty where there are none.
 * @param {string} hash
 * @param {readonly string[]} wanted
 */
function named(hash, wanted) {
  const given = new URLSearchParams(`?${hash.slice(1)}`);
  const kept = new URLSearchParams(
    wanted.flatMap((name) => given.getAll(name).map((value) => [name, value])),
  );
  return kept.size ? `#${kept}` : '';
}
