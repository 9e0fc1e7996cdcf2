/**
 * Written by scripts/extension_hosts.py from the page rules of `app/venues/facts`: the venues by
 * the hosts of their pages, in the order of the manifest. `fragment` names the fields of a
 * fragment that say which contract is on screen.
 */

/** @typedef {{ id: string, name: string, trading: RegExp, fragment: readonly string[] }} VenuePages */

/** @type {Readonly<Record<string, VenuePages>>} */
export const VENUES = {
  'app.extended.exchange': {
    id: 'extended',
    name: 'Extended',
    trading: /^(?:\/perp\/(?:[A-Za-z0-9_]+-(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'app.hyperliquid.xyz': {
    id: 'hyperliquid',
    name: 'Hyperliquid',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+)|\/trade\/(?:[A-Za-z0-9]+(?::|%3A|%3a)[A-Za-z0-9]+))\/*$/,
    fragment: [],
  },
  'app.lighter.xyz': {
    id: 'lighter',
    name: 'Lighter',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+))\/*$/,
    fragment: [],
  },
  'app.paradex.trade': {
    id: 'paradex',
    name: 'Paradex',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD])-(?:[pP][eE][rR][pP])))\/*$/,
    fragment: [],
  },
  'backpack.exchange': {
    id: 'backpack',
    name: 'Backpack',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+)_(?:[uU][sS][dD][cC]?)_(?:[pP][eE][rR][pP]))\/*$/,
    fragment: [],
  },
  'bingx.com': {
    id: 'bingx',
    name: 'BingX',
    trading: /^(?:(?:\/[a-z]{2}(?:-[a-z]{2})?)?\/perpetual\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD][tTcC])))\/*$/,
    fragment: [],
  },
  'crypto.com': {
    id: 'cryptocom',
    name: 'Crypto.com Exchange',
    trading: /^(?:\/exchange\/trade\/(?:[A-Z0-9]+USD-PERP)|\/exchange\/trade\/(?:[A-Z0-9]+USD-\d{6}))\/*$/,
    fragment: [],
  },
  'dydx.trade': {
    id: 'dydx',
    name: 'dYdX',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'futures.kucoin.com': {
    id: 'kucoin',
    name: 'KuCoin',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][tTcC][mM]))|\/trade\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][mM])))\/*$/,
    fragment: [],
  },
  'futures.mexc.com': {
    id: 'mexc',
    name: 'MEXC',
    trading: /^(?:\/exchange\/(?:[A-Za-z0-9]+_(?:[uU][sS][dD][tT]|[uU][sS][dD][cC]))|\/exchange\/(?:[A-Za-z0-9]+_(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'global.delta.exchange': {
    id: 'delta',
    name: 'Delta Exchange',
    trading: /^(?:\/app\/futures\/trade\/[A-Za-z0-9]+\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][tT])))\/*$/,
    fragment: [],
  },
  'grvt.io': {
    id: 'grvt',
    name: 'GRVT',
    trading: /^(?:\/exchange\/perpetual\/(?:[A-Z0-9]+)-(?:USD[TC]))\/*$/,
    fragment: [],
  },
  'india.delta.exchange': {
    id: 'delta_india',
    name: 'Delta Exchange India',
    trading: /^(?:\/app\/futures\/trade\/[A-Za-z0-9]+\/(?:[A-Za-z0-9]+(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'omni.apex.exchange': {
    id: 'apex',
    name: 'ApeX Omni',
    trading: /^(?:\/trade\/(?:[A-Za-z0-9]+)(?:[uU][sS][dD][tT]))\/*$/,
    fragment: [],
  },
  'phemex.com': {
    id: 'phemex',
    name: 'Phemex',
    trading: /^(?:(?:\/[a-z]{2}(?:-[A-Za-z]{2})?)?(?:\/futures|\/contract)?\/trade\/(?:(?!s[A-Z0-9])[A-Za-z0-9]+USD[TC])|(?:\/[a-z]{2}(?:-[A-Za-z]{2})?)?(?:\/futures|\/contract)?\/trade\/(?:(?!s[A-Z0-9])[A-Za-z0-9]+USD))\/*$/,
    fragment: [],
  },
  'pro.kraken.com': {
    id: 'krakenfutures',
    name: 'Kraken Derivatives',
    trading: /^(?:\/app\/trade\/futures-(?:(?!(?:[bB][tT][cC])-)[A-Za-z0-9]+)-(?:(?:[uU][sS][dD]))-perp|\/app\/trade\/futures-(?:[bB][tT][cC])-(?:(?:[uU][sS][dD]))-perp)\/*$/,
    fragment: [],
  },
  'pro.woofi.com': {
    id: 'woofipro',
    name: 'WOOFi Pro',
    trading: /^(?:(?:\/[a-z]{2})?\/trade\/(?:[A-Za-z0-9]+)_(?:[pP][eE][rR][pP]))\/*$/,
    fragment: [],
  },
  'trading.bitfinex.com': {
    id: 'bitfinex',
    name: 'Bitfinex',
    trading: /^(?:\/t\/(?:[A-Z0-9]+F0:[A-Z0-9]+F0))\/*$/,
    fragment: [],
  },
  'woofi.com': {
    id: 'woofipro',
    name: 'WOOFi Pro',
    trading: /^(?:(?:\/[a-z]{2})?\/trade\/(?:[A-Za-z0-9]+)_(?:[pP][eE][rR][pP]))\/*$/,
    fragment: [],
  },
  'woox.io': {
    id: 'woo',
    name: 'WOO X',
    trading: /^(?:(?:\/[a-z]{2})?\/trade\/(?:[A-Za-z0-9]+)_(?:[pP][eE][rR][pP]))\/*$/,
    fragment: [],
  },
  'www.asterdex.com': {
    id: 'aster',
    name: 'Aster',
    trading: /^(?:(?:\/[a-z]{2}(?:-[A-Za-z]{2,4})?)?\/(?:trade\/pro\/futures|futures\/v1)\/(?:[A-Za-z0-9]+))\/*$/,
    fragment: [],
  },
  'www.binance.com': {
    id: 'binance',
    name: 'Binance',
    trading: /^(?:(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/futures\/(?:(?:[A-Za-z0-9]|%[89A-Fa-f][0-9A-Fa-f])+(?:_[0-9]{6})?)|(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/delivery\/(?:[A-Za-z0-9]+_(?:(?:[pP][eE][rR][pP][eE][tT][uU][aA][lL]|[pP][eE][rR][pP])|[0-9]{6})))\/*$/,
    fragment: [],
  },
  'www.bingx.com': {
    id: 'bingx',
    name: 'BingX',
    trading: /^(?:(?:\/[a-z]{2}(?:-[a-z]{2})?)?\/perpetual\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD][tTcC])))\/*$/,
    fragment: [],
  },
  'www.bitget.com': {
    id: 'bitget',
    name: 'Bitget',
    trading: /^(?:(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/futures\/usdt\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][tT]))|(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/futures\/usdc\/(?:[A-Za-z0-9]+(?:[pP][eE][rR][pP]))|(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/futures\/coin\/(?:[A-Za-z0-9]+(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'www.bybit.com': {
    id: 'bybit',
    name: 'Bybit',
    trading: /^(?:(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/trade\/usdt\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][tT]))|(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/trade\/futures\/usdc\/(?:[A-Za-z0-9]+-(?:[pP][eE][rR][pP]))|(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/trade\/inverse\/(?:[A-Za-z0-9]+(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'www.delta.exchange': {
    id: 'delta_india',
    name: 'Delta Exchange India',
    trading: /^(?:\/app\/futures\/trade\/[A-Za-z0-9]+\/(?:[A-Za-z0-9]+(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'www.deribit.com': {
    id: 'deribit',
    name: 'Deribit',
    trading: /^(?:\/futures\/(?:[A-Z0-9]+-(?:PERPETUAL|\d{1,2}[A-Z]{3}\d{2}))|\/futures\/(?:[A-Z0-9]+_[A-Z0-9]+-(?:PERPETUAL|\d{1,2}[A-Z]{3}\d{2})))\/*$/,
    fragment: [],
  },
  'www.gate.com': {
    id: 'gate',
    name: 'Gate',
    trading: /^(?:(?:\/[a-z]{2}(?:-[a-z]{2})?)?\/futures\/(?:[uU][sS][dD][tT]|[uU][sS][dD]1)\/(?:[A-Za-z0-9]+_[A-Za-z0-9]+)|(?:\/[a-z]{2}(?:-[a-z]{2})?)?\/futures\/(?:[bB][tT][cC])\/(?:[A-Za-z0-9]+_[A-Za-z0-9]+))\/*$/,
    fragment: [],
  },
  'www.gate.io': {
    id: 'gate',
    name: 'Gate',
    trading: /^(?:(?:\/[a-z]{2}(?:-[a-z]{2})?)?\/futures_trade\/(?:[uU][sS][dD][tT]|[uU][sS][dD]1)\/(?:[A-Za-z0-9]+_[A-Za-z0-9]+)|(?:\/[a-z]{2}(?:-[a-z]{2})?)?\/futures_trade\/(?:[bB][tT][cC])\/(?:[A-Za-z0-9]+_[A-Za-z0-9]+))\/*$/,
    fragment: [],
  },
  'www.htx.com': {
    id: 'htx',
    name: 'HTX',
    trading: /^(?:(?:\/[a-z]{2}-[a-z]{2})?\/futures\/linear_swap\/exchange)\/*$/,
    fragment: ['contract_code', 'contract_type'],
  },
  'www.kucoin.com': {
    id: 'kucoin',
    name: 'KuCoin',
    trading: /^(?:\/(?:trade\/futures|futures\/trade)\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][tTcC][mM]))|\/(?:trade\/futures|futures\/trade)\/(?:[A-Za-z0-9]+(?:[uU][sS][dD][mM])))\/*$/,
    fragment: [],
  },
  'www.mexc.com': {
    id: 'mexc',
    name: 'MEXC',
    trading: /^(?:(?:\/[a-z]{2}-[A-Z]{2})?\/futures\/(?:[A-Za-z0-9]+_(?:[uU][sS][dD][tT]|[uU][sS][dD][cC]))|(?:\/[a-z]{2}-[A-Z]{2})?\/futures\/(?:[A-Za-z0-9]+_(?:[uU][sS][dD])))\/*$/,
    fragment: [],
  },
  'www.okx.com': {
    id: 'okx',
    name: 'OKX',
    trading: /^(?:(?:\/[a-z]{2}(?:-[a-z]{2,4})?)?\/trade-(?:swap|futures)\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD][tTcC])-(?:[sS][wW][aA][pP]))|(?:\/[a-z]{2}(?:-[a-z]{2,4})?)?\/trade-(?:swap|futures)\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD])-(?:[sS][wW][aA][pP]))|(?:\/[a-z]{2}(?:-[a-z]{2,4})?)?\/trade-futures\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD][tTcC])-\d{6})|(?:\/[a-z]{2}(?:-[a-z]{2,4})?)?\/trade-futures\/(?:[A-Za-z0-9]+-(?:[uU][sS][dD])-\d{6}))\/*$/,
    fragment: [],
  },
  'www.poloniex.com': {
    id: 'poloniex',
    name: 'Poloniex',
    trading: /^(?:(?:\/[a-z]{2}(?:-[A-Z]{2})?)?\/futures\/trade\/(?:[A-Za-z0-9]+?)_?(?:(?:[uU][sS][dD][tT]))_?(?:[pP][eE][rR][pP]))\/*$/,
    fragment: [],
  },
  'x.woo.org': {
    id: 'woo',
    name: 'WOO X',
    trading: /^(?:(?:\/[a-z]{2})?\/trade\/(?:[A-Za-z0-9]+)_(?:[pP][eE][rR][pP]))\/*$/,
    fragment: [],
  },
};
