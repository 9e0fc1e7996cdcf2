'use strict';
/** The card's head: the contract, how bad it is and why, and the two tools. */
var seawall = seawall || {};

seawall.header = (() => {
  const { h, svg } = seawall.dom;
  const { SEVERITY, localTimes } = seawall.words;
  const { onScreen, verdict } = seawall.scene;

  /** @typedef {import('../types/messages').Corner} Corner */
  /** @typedef {import('../types/messages').Overlay} Overlay */

  /** @typedef {import('../types/drawing').View} View */

  /** @type {Corner[]} */
  const CLOCKWISE = ['bottom-left', 'top-left', 'top-right', 'bottom-right'];

  /** @param {Corner} corner @returns {Corner} */
  const following = (corner) =>
    CLOCKWISE[(CLOCKWISE.indexOf(corner) + 1) % CLOCKWISE.length] ?? 'bottom-left';

  /** A small window with a dot in one corner. @param {Corner} corner */
  function cornerIcon(corner) {
    const [vertical, horizontal] = corner.split('-');
    return svg(
      'svg',
      { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
      svg('rect', { x: 2.5, y: 2.5, width: 11, height: 11, rx: 2 }),
      svg('circle', {
        cx: horizontal === 'left' ? 5.7 : 10.3,
        cy: vertical === 'top' ? 5.7 : 10.3,
        r: 1.7,
      }),
    );
  }

  /** @param {View} view */
  function draw({ scene, why, actions }) {
    const { found, word } = verdict(scene);
    const page = scene.overlay?.page;
    const reasons = scene.overlay?.reasons.length ?? 0;
    const more = reasons > 0 || (scene.overlay ? onScreen(scene.overlay).length > 0 : false);
    const shape = h('span', { 'aria-hidden': 'true' }, `${SEVERITY[found].shape} `);
    const next = following(scene.placement.corner);
    return h(
      'header',
      null,
      h(
        'div',
        { class: 'title grow' },
        h('h2', null, page ? page.native_symbol : 'Seawall'),
        page && h('p', { class: 'muted' }, `${page.venue_name} ${page.kind_label}`),
      ),
      more
        ? h(
            'button',
            {
              type: 'button',
              class: `pill ${found}`,
              'data-key': 'why',
              'aria-expanded': String(why),
              'aria-label': `${word}: ${why ? 'hide' : 'show'} the ${reasons ? 'reasons' : 'details'}`,
              onclick: actions.why,
            },
            shape,
            word,
            svg(
              'svg',
              { viewBox: '0 0 8 8', width: 8, height: 8, 'aria-hidden': 'true' },
              svg('path', { d: why ? 'M1 5.5 4 2.5l3 3' : 'M1 2.5l3 3 3-3' }),
            ),
          )
        : h('span', { class: `pill ${found}` }, shape, word),
      h(
        'div',
        { class: 'tools' },
        h(
          'button',
          {
            type: 'button',
            class: 'icon',
            'data-key': 'move',
            'aria-label': `Move to the ${next.replace('-', ' ')} corner`,
            onclick: () => actions.move(next),
          },
          cornerIcon(scene.placement.corner),
        ),
        h(
          'button',
          {
            type: 'button',
            class: 'icon',
            'data-key': 'collapse',
            'aria-label': 'Collapse to a badge',
            'aria-expanded': 'true',
            onclick: actions.collapse,
          },
          svg(
            'svg',
            { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
            svg('path', { d: 'M3.5 8h9' }),
          ),
        ),
      ),
    );
  }

  /** The reasons for the severity, worst first, each once. @param {Overlay} overlay */
  function reasonList(overlay) {
    const seen = new Set();
    const fresh = overlay.reasons.filter(({ text }) => !seen.has(text) && seen.add(text));
    return h(
      'section',
      { class: 'why', 'aria-label': 'Reasons' },
      h(
        'ul',
        null,
        fresh.map(({ severity, symbol, text }) =>
          h(
            'li',
            { class: 'row' },
            h(
              'span',
              { class: `shape ${severity}`, role: 'img', 'aria-label': SEVERITY[severity].word },
              SEVERITY[severity].shape,
            ),
            h(
              'span',
              { class: 'grow' },
              symbol && symbol !== overlay.page.symbol ? `${symbol}: ` : null,
              localTimes(text),
            ),
          ),
        ),
      ),
    );
  }

  return { draw, reasonList };
})();
