'use strict';
/** Severity and health as shape and word, and the plain words around the figures. */
var seawall = seawall || {};

seawall.words = (() => {
  /** @typedef {import('../types/messages').Severity} Severity */
  /** @typedef {import('../types/messages').Health} Health */
  /** @typedef {import('../types/messages').Position} Position */
  /** @typedef {import('../types/messages').Overlay} Overlay */
  /** @typedef {Severity | 'unknown'} Tone */

  /** @type {Record<Tone, { shape: string, word: string }>} */
  const SEVERITY = {
    ok: { shape: '●', word: 'Fine' },
    watch: { shape: '◐', word: 'Watch' },
    warning: { shape: '▲', word: 'Warning' },
    critical: { shape: '■', word: 'Critical' },
    unknown: { shape: '○', word: 'Unknown' },
  };

  /** @type {Record<Health, Tone>} */
  const HEALTH = {
    growing: 'ok',
    stable: 'ok',
    declining: 'watch',
    draining: 'warning',
    critical: 'critical',
    stale: 'unknown',
    unknown: 'unknown',
  };
  const RANK = ['unknown', 'ok', 'watch', 'warning', 'critical'];

  /** @param {Health} health @returns {Tone} */
  const healthTone = (health) => HEALTH[health] ?? 'unknown';

  /** @param {Tone} one @param {Tone} other @returns {Tone} */
  const worse = (one, other) => (RANK.indexOf(one) >= RANK.indexOf(other) ? one : other);

  /**
   * How bad what is drawn is: the worst of the account's figures, or where no account was read
   * the fund's. Figures that could not be refreshed are never better than `watch`.
   * @param {Overlay | null} overlay
   * @param {boolean} old
   * @returns {Tone}
   */
  function tone(overlay, old) {
    if (!overlay) return 'unknown';
    const found = overlay.severity ?? (overlay.fund ? healthTone(overlay.fund.health) : 'unknown');
    return old && found !== 'unknown' ? worse(found, 'watch') : found;
  }

  /** "BTC" of "BTC/USDT:USDT". @param {string} symbol */
  const base = (symbol) => symbol.split('/')[0] ?? symbol;

  /** A first letter in upper case. @param {string} text */
  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  /** "Long 0.5 BTC, 20×, cross". @param {Position} position */
  function holding(position) {
    const { leverage, quantity } = seawall.format;
    const parts = [`${sentence(position.side)} ${quantity(position.size)} ${base(position.symbol)}`];
    if (position.leverage !== null) parts.push(leverage(position.leverage));
    if (position.margin_mode) parts.push(position.margin_mode);
    return parts.join(', ');
  }

  /** "short 5×". @param {Position} position */
  function sideAndLeverage(position) {
    const { leverage } = seawall.format;
    return position.leverage === null
      ? position.side
      : `${position.side} ${leverage(position.leverage)}`;
  }

  /** What stands beside the distance. @param {Position} position */
  function distanceWords(position) {
    if (position.distance !== null) {
      return position.distance > 0 ? 'to liquidation' : 'past liquidation';
    }
    return position.liquidation_price_source === 'none' ? 'no liquidation price' : 'distance unknown';
  }

  /** Why there is no distance, where somebody said. @param {Position} position */
  function whyNoDistance(position) {
    return (
      position.liquidation_price_note ??
      position.notes.liquidation_price ??
      position.notes.distance ??
      position.notes.mark_price ??
      null
    );
  }

  /**
   * The standing in the queue as the venue gives it: "3 of 4", or on a scale it does not end.
   * @param {NonNullable<Position['adl']>} adl
   */
  function standing(adl) {
    const raw = typeof adl.raw === 'number' ? seawall.format.plain(adl.raw) : String(adl.raw);
    const last = /^\d+\s*[-–]\s*(\d+)$/.exec(adl.scale)?.[1];
    return last ? `${raw} of ${last}` : `${raw} on ${adl.scale}`;
  }

  /** Moments in a sentence of Seawall's as this place's time: "at 08:49". @param {string} text */
  const localTimes = (text) =>
    text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (iso) => {
      const at = new Date(iso);
      const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
      const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
      return Date.now() - at.getTime() < 43_200_000 ? time : `${time} on ${day}`;
    });

  /** Seconds of age now of what was `seconds` old when it came. @param {number | null} seconds @param {number} received @param {number} now */
  const ageAt = (seconds, received, now) =>
    seconds === null ? null : seconds + Math.max(0, now - received) / 1000;

  return {
    SEVERITY,
    ageAt,
    distanceWords,
    healthTone,
    holding,
    localTimes,
    sentence,
    sideAndLeverage,
    standing,
    tone,
    whyNoDistance,
    worse,
  };
})();
