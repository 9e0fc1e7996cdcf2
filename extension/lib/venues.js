/**
 * The venues whose pages the overlay is drawn on, by host. Which of their pages are trading
 * pages is Seawall's to say; `trading` only tells where it is worth saying that Seawall could
 * not be asked. The manifest's `content_scripts` name the same hosts.
 */

/** @typedef {{ id: string, name: string, trading: RegExp }} VenuePages */

const BINANCE = { id: 'binance', name: 'Binance', trading: /\/(?:futures|delivery)\/[^/]+\/?$/ };
const BYBIT = { id: 'bybit', name: 'Bybit', trading: /\/trade\/(?:usdt|futures\/usdc|inverse)\/[^/]+\/?$/ };
const HYPERLIQUID = { id: 'hyperliquid', name: 'Hyperliquid', trading: /^\/trade\/[^/]+\/?$/ };
const OKX = { id: 'okx', name: 'OKX', trading: /\/trade-(?:swap|futures)\/[^/]+\/?$/ };

/** @type {Readonly<Record<string, VenuePages>>} */
export const VENUES = {
  'app.hyperliquid.xyz': HYPERLIQUID,
  'www.binance.com': BINANCE,
  'www.bybit.com': BYBIT,
  'www.okx.com': OKX,
};

/**
 * A venue's site that a message came from.
 * @typedef {{ host: string, origin: string, venue: VenuePages }} VenueSite
 */

/**
 * One page of it. What Seawall is asked about is `address`, which holds no query and no
 * fragment, for those can hold what is nobody's business.
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
 * The page at `path` of a site. Only the path is the message's to say: the browser learns of a
 * page's own navigation a little later than the page, and an answer about the page before would
 * be the wrong one. It cannot lead to another site. `null` for what is no path.
 * @param {VenueSite} site
 * @param {unknown} path
 * @returns {VenuePage | null}
 */
export function pageAt(site, path) {
  if (typeof path !== 'string' || !path.startsWith('/') || path.length > LONGEST_PATH) return null;
  const { origin, pathname } = new URL(path, site.origin);
  if (origin !== site.origin) return null;
  return { ...site, address: origin + pathname, trading: site.venue.trading.test(pathname) };
}
