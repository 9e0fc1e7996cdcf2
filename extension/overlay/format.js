'use strict';
/**
 * Numbers as a person reads them: as many digits as matter, a thin space before the unit, a
 * true minus, and "–" where there is no number. The status page words them the same way.
 */
var seawall = seawall || {};

seawall.format = (() => {
  const THIN = '\u2009';
  const MINUS = '\u2212';
  const NONE = '–';
  /** What counts as dollars in amounts, as on the status page. */
  const DOLLARS = new Set(['USD', 'USDT', 'USDC', 'BUSD', 'FDUSD', 'USD1', 'USDT0', 'USDH']);
  const UNITS = /** @type {const} */ ([
    [1e9, 'B'],
    [1e6, 'M'],
  ]);

  /** @param {number} value @param {number} decimals */
  function grouped(value, decimals) {
    const [whole = '', part] = value.toFixed(decimals).split('.');
    return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (part ? `.${part}` : '');
  }

  /** So many significant digits, no zeros behind them. @param {number} value @param {number} digits @param {number} [most] decimals */
  function significant(value, digits, most = 20) {
    if (value === 0) return '0';
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(value)));
    return trimmed(grouped(value, Math.min(decimals, most)));
  }

  /** @param {string} text */
  function trimmed(text) {
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  }

  /** @param {number | null | undefined} value @returns {value is number} */
  function known(value) {
    return typeof value === 'number' && Number.isFinite(value);
  }

  /** @param {number} value */
  function minus(value) {
    return value < 0 ? MINUS : '';
  }

  /**
   * A fraction: `0.05` as "5.0 %", `0.41` as "41 %", `0.0004` as "0.04 %".
   * @param {number | null | undefined} fraction
   */
  function percent(fraction) {
    if (!known(fraction)) return NONE;
    const size = Math.abs(fraction) * 100;
    const decimals = size >= 19.95 ? 0 : size >= 0.095 || size === 0 ? 1 : 2;
    return `${minus(fraction)}${grouped(size, decimals)}${THIN}%`;
  }

  /**
   * A change as a fraction, always signed: `-0.154` as "−15.4 %", `0.001` as "+0.1 %".
   * @param {number | null | undefined} fraction
   * @param {number} [decimals]
   */
  function change(fraction, decimals = 1) {
    if (!known(fraction)) return NONE;
    const size = grouped(Math.abs(fraction) * 100, decimals);
    const negative = fraction < 0 && Number(size.replaceAll(',', '')) !== 0;
    return `${negative ? MINUS : '+'}${size}${THIN}%`;
  }

  /** A change in little room: whole percents from 10 on. @param {number | null | undefined} fraction */
  function shortChange(fraction) {
    return change(fraction, known(fraction) && Math.abs(fraction) >= 0.0995 ? 0 : 1);
  }

  /**
   * US dollars: `1.04e9` as "$1.04 B", `401e6` as "$401 M", `18240` as "$18,240".
   * @param {number | null | undefined} usd
   */
  function money(usd) {
    if (!known(usd)) return NONE;
    const size = Math.abs(usd);
    for (const [unit, name] of UNITS) {
      if (size < unit * 0.9995) continue;
      const shown = size / unit;
      const decimals = shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
      return `${minus(usd)}$${grouped(shown, decimals)}${THIN}${name}`;
    }
    return `${minus(usd)}$${grouped(size, size > 0 && size < 1 ? 2 : 0)}`;
  }

  /**
   * A price: `61750` as "61,750", `142.1` as "142.10", `0.00012345` as "0.0001234".
   * @param {number | null | undefined} value
   */
  function price(value) {
    if (!known(value)) return NONE;
    if (value >= 1000) return grouped(value, 0);
    if (value >= 1) return grouped(value, 2);
    return significant(value, 4);
  }

  /** An amount of a coin: at most six digits. @param {number | null | undefined} value */
  function quantity(value) {
    if (!known(value)) return NONE;
    const size = Math.abs(value);
    if (size >= 1000) return `${minus(value)}${grouped(size, 0)}`;
    return `${minus(value)}${significant(size, 6)}`;
  }

  /** `3` as "3", `0.755` as "0.76". @param {number | null | undefined} value */
  function plain(value) {
    if (!known(value)) return NONE;
    return `${minus(value)}${trimmed(grouped(Math.abs(value), 2))}`;
  }

  /** `20` as "20×". @param {number | null | undefined} value */
  function leverage(value) {
    return known(value) ? `${plain(value)}×` : NONE;
  }

  /** Three digits that matter: scores of venues differ by many powers of ten. @param {number | null | undefined} value */
  function figure(value) {
    return known(value) ? `${minus(value)}${significant(Math.abs(value), 3)}` : NONE;
  }

  /**
   * Money of one asset: `1234.5` USDT as "1,234.50 USDT", `0.0421` BTC as "0.0421 BTC".
   * @param {number | null | undefined} value
   * @param {string} asset
   */
  function amount(value, asset) {
    if (!known(value)) return NONE;
    const size = Math.abs(value);
    const dollars = DOLLARS.has(asset.toUpperCase()) || size === 0;
    return `${minus(value)}${dollars ? grouped(size, 2) : significant(size, 4, 8)} ${asset}`;
  }

  /**
   * A probability: as a percent, and never as none or as certain because it was rounded.
   * @param {number | null | undefined} value
   */
  function probability(value) {
    if (value === 0) return `0${THIN}%`;
    if (!known(value) || value >= 1) return percent(value);
    if (value < 0.00005) return `<0.01${THIN}%`;
    return value >= 0.995 ? `>99${THIN}%` : percent(value);
  }

  /** Daily moves: `1.7`, and from ten on whole ones. @param {number | null | undefined} value */
  function moves(value) {
    if (!known(value)) return NONE;
    return `${minus(value)}${grouped(Math.abs(value), Math.abs(value) >= 9.95 ? 0 : 1)}`;
  }

  /**
   * How long: "4 s", "22 min", "3 h", "5 d".
   * @param {number | null | undefined} seconds
   */
  function duration(seconds) {
    if (!known(seconds)) return NONE;
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return `${whole}${THIN}s`;
    if (whole < 3600) return `${Math.floor(whole / 60)}${THIN}min`;
    if (whole < 172800) return `${Math.floor(whole / 3600)}${THIN}h`;
    return `${Math.floor(whole / 86400)}${THIN}d`;
  }

  return {
    NONE,
    amount,
    change,
    duration,
    figure,
    known,
    leverage,
    money,
    moves,
    percent,
    plain,
    price,
    probability,
    quantity,
    shortChange,
  };
})();
