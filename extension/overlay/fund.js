'use strict';
/** The fund behind the contract on screen: what is in it, where it goes, how healthy it is. */
var seawall = seawall || {};

seawall.fund = (() => {
  const { h, svg } = seawall.dom;
  const { NONE, change, known, money, percent } = seawall.format;
  const { SEVERITY, healthTone, localTimes } = seawall.words;

  /** @typedef {import('../types/messages').Fund} Fund */

  const WIDTH = 88;
  const HEIGHT = 28;
  const LEAST_SPREAD = 0.01;

  /**
   * The fund's recent balance as a small line. A fund that moved by less than one percent draws
   * nearly flat, not as a mountain range. `null` where two points are not known.
   * @param {Fund['recent']} points
   */
  function line(points) {
    const values = points.flatMap((point) => (known(point.usd) ? [point.usd] : []));
    if (values.length < 2) return null;
    const low = Math.min(...values);
    const high = Math.max(...values);
    const spread = Math.max(high - low, Math.abs(high) * LEAST_SPREAD) || 1;
    const middle = (high + low) / 2;
    const inset = 3;
    return values.map((value, index) => ({
      x: inset + (index / (values.length - 1)) * (WIDTH - 2 * inset),
      y: HEIGHT / 2 - ((value - middle) / spread) * (HEIGHT - 2 * inset),
    }));
  }

  /** @param {Fund['recent']} points @param {string} tone */
  function sparkline(points, tone) {
    const places = line(points);
    const last = places?.at(-1);
    if (!places || !last) return null;
    const path = places.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    return svg(
      'svg',
      {
        class: `spark ${tone}`,
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        width: WIDTH,
        height: HEIGHT,
        'aria-hidden': 'true',
      },
      svg('polygon', { points: `${path} ${last.x},${HEIGHT} ${places[0]?.x},${HEIGHT}` }),
      svg('polyline', { points: path }),
      svg('circle', { cx: last.x.toFixed(1), cy: last.y.toFixed(1), r: 2.4 }),
    );
  }

  /** @param {Fund} fund @param {string} tone */
  function trend(fund, tone) {
    const moved = fund.change_24h;
    if (moved === null) return h('span', { class: 'muted' }, `${NONE} / 24\u2009h`);
    const bad = tone !== 'ok' && tone !== 'unknown' && moved < 0;
    if (!bad) return h('span', { class: 'muted' }, `${change(moved)} / 24\u2009h`);
    return h(
      'span',
      { class: `pill ${tone}`, 'aria-label': `down ${percent(Math.abs(moved))} in 24 hours` },
      `▼ ${change(Math.abs(moved)).slice(1)} / 24\u2009h`,
    );
  }

  /** What speaks against it, and why each figure that is missing is. @param {Fund} fund */
  function remarks(fund) {
    const missing = /** @type {const} */ (['balance_usd', 'change_24h', 'coverage']).flatMap(
      (name) => (fund[name] === null ? [fund.notes[name]] : []),
    );
    // The change over a day stands there as a figure already.
    const telling = fund.reasons.filter(({ severity, window }) => severity !== 'ok' && window !== '24h');
    const worst = telling[0]?.text;
    const headline = fund.kind === 'headline' ? fund.note : null;
    return [...new Set([worst, ...missing, headline])].flatMap((text) => (text ? [text] : []));
  }

  /** @param {Fund} fund */
  function published(fund) {
    const tone = healthTone(fund.health);
    return h(
      'div',
      { class: fund.stale ? 'old' : null },
      h(
        'div',
        { class: 'row middle' },
        h('span', { class: 'big' }, money(fund.balance_usd)),
        trend(fund, tone),
        h('span', { class: 'grow' }),
        sparkline(fund.recent, tone),
      ),
      h(
        'div',
        { class: 'row' },
        h(
          'span',
          { class: 'grow muted' },
          fund.coverage === null
            ? 'share of open interest unknown'
            : `${percent(fund.coverage)} of open interest`,
        ),
        h(
          'span',
          { class: `word ${tone}` },
          h('span', { 'aria-hidden': 'true' }, `${SEVERITY[tone].shape} `),
          fund.health,
        ),
      ),
      remarks(fund).map((text) => h('p', { class: 'muted small' }, localTimes(text))),
    );
  }

  /**
   * The section's heading and body.
   * @param {Fund | null} fund
   * @param {string | null} why there is none
   * @param {string} venue
   */
  function section(fund, why, venue) {
    const body = fund
      ? published(fund)
      : h(
          'div',
          null,
          h(
            'div',
            { class: 'row' },
            h('span', { class: 'big' }, NONE),
            h('span', { class: 'grow' }, 'no fund to show'),
          ),
          h('p', null, why ?? `No fund is known behind this contract on ${venue}.`),
          h('p', { class: 'muted' }, 'The steps below say what follows all the same.'),
        );
    return h(
      'section',
      { 'aria-label': 'Fund behind this contract' },
      h(
        'div',
        { class: 'row head' },
        h('h3', { class: 'grow' }, 'Fund behind this contract'),
        fund && h('span', { class: 'muted small cut' }, fund.name),
      ),
      body,
    );
  }

  return { line, section, sparkline };
})();
