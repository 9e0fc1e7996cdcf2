'use strict';
/** Positions: one in full, with its distance first, and others on one line each. */
var seawall = seawall || {};

seawall.position = (() => {
  const { h } = seawall.dom;
  const { NONE, money, moves, percent, price } = seawall.format;
  const { SEVERITY, distanceWords, holding, sideAndLeverage, whyNoDistance } =
    seawall.words;

  /** @typedef {import('../types/messages').Position} Position */

  /** The bar's right end as a fraction of mark, and where its colours change. */
  const FAR = 0.2;
  const ZONES = /** @type {const} */ ([
    ['critical', 0, 0.02],
    ['warning', 0.02, 0.05],
    ['watch', 0.05, 0.1],
    ['ok', 0.1, FAR],
  ]);

  /**
   * The same scale everywhere, 0 to 20 % of mark, so that a glance compares positions.
   * @param {number | null} distance
   */
  function bar(distance) {
    if (distance === null) {
      return h('div', { class: 'bar none', role: 'img', 'aria-label': 'No distance to show' });
    }
    const at = Math.min(Math.max(distance / FAR, 0), 1);
    const label = `${percent(distance)} from liquidation, on a scale of 0 to 20 percent`;
    const mark = h('i');
    mark.style.left = `${(at * 100).toFixed(2)}%`;
    const zones = ZONES.map(([name, from, to]) => {
      const zone = h('span', { class: distance >= from ? `${name} reached` : name });
      zone.style.flexGrow = String((to - from) * 100);
      return zone;
    });
    return h('div', { class: 'bar', role: 'img', 'aria-label': label }, zones, mark);
  }

  /** How far the same move is in money or in days, where somebody knows. @param {Position} position */
  function otherWords(position) {
    const ahead = position.distance === null || position.distance > 0;
    if (position.distance_daily_volatilities !== null && ahead) {
      return `${moves(position.distance_daily_volatilities)} daily volatilities`;
    }
    if (position.distance_usd === null || position.distance_usd <= 0) return null;
    return `a loss of ${money(position.distance_usd)}`;
  }

  /** @param {Position} position */
  function figures(position) {
    const estimated = position.liquidation_price_source === 'estimated' ? ', estimated' : '';
    return h(
      'p',
      { class: 'row muted' },
      h(
        'span',
        { class: 'grow' },
        'Liquidation ',
        h('span', { class: 'value' }, price(position.liquidation_price)),
        estimated,
      ),
      h('span', null, 'mark ', h('span', { class: 'value' }, price(position.mark_price))),
    );
  }

  /**
   * A position of the contract on screen.
   * @param {Position} position
   * @param {boolean} named whether to say which account it is in
   * @param {HTMLElement | null} details
   */
  function full(position, named, details) {
    const why = position.distance === null ? whyNoDistance(position) : null;
    const note = position.distance === null ? null : position.liquidation_price_note;
    return h(
      'article',
      { class: position.stale ? 'position old' : 'position' },
      h(
        'div',
        { class: 'row first' },
        h('span', { class: 'big' }, percent(position.distance)),
        h('span', { class: 'grow' }, distanceWords(position)),
        h('span', { class: 'num muted' }, otherWords(position)),
      ),
      bar(position.distance),
      h(
        'div',
        { class: 'row' },
        h('span', { class: 'grow' }, holding(position)),
        h(
          'span',
          { class: 'num muted cut' },
          money(position.notional_usd),
          named && `, ${position.account.label}`,
        ),
      ),
      figures(position),
      why && h('p', { class: 'muted' }, why),
      seawall.outlook.line(position),
      note && h('p', { class: 'muted small' }, note),
      details,
    );
  }

  /**
   * A position on one line; with `venue` also where it is.
   * @param {Position} position
   * @param {string | null} [venue]
   */
  function compact(position, venue = null) {
    const { shape, word } = SEVERITY[position.severity];
    return h(
      'li',
      { class: position.stale ? 'row old' : 'row' },
      h('span', { class: `shape ${position.severity}`, role: 'img', 'aria-label': word }, shape),
      h('b', null, position.native_symbol),
      h('span', { class: 'grow muted' }, sideAndLeverage(position), venue && `, ${venue}`),
      h(
        'span',
        { class: 'num', title: position.distance === null ? whyNoDistance(position) : null },
        position.distance === null ? NONE : percent(position.distance),
      ),
    );
  }

  return { bar, compact, full };
})();
