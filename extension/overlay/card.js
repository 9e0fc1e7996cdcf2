'use strict';
/** The card and the badge, drawn whole from what the worker said. Knows no extension API. */
var seawall = seawall || {};

seawall.card = (() => {
  const { h } = seawall.dom;
  const { NONE, percent } = seawall.format;
  const { SEVERITY, healthTone } = seawall.words;
  const { fundWords, isOld, onScreen, spoken, summary, verdict } = seawall.scene;

  /** @typedef {import('../types/drawing').View} View */
  /** @typedef {import('../types/drawing').Drawing} Drawing */

  /** @param {View} view @returns {Drawing} */
  function card(view) {
    const { scene, actions } = view;
    const { overlay } = scene;
    const { found } = verdict(scene);
    const age = seawall.sections.ages(scene);
    const parts = overlay
      ? [
          view.why && overlay.reasons.length > 0 && seawall.header.reasonList(overlay),
          seawall.sections.trouble(view, true),
          seawall.sections.positions(overlay, view),
          seawall.sections.others(overlay, actions),
          seawall.fund.section(overlay.fund, overlay.fund_note, overlay.page.venue_name),
          seawall.steps.section(overlay, onScreen(overlay), () => actions.open('waterfall')),
        ]
      : [seawall.sections.trouble(view, false)];
    age.tick(view.now);
    const element = h(
      'aside',
      { class: `card ${found}${isOld(scene) && overlay ? ' outdated' : ''}`, 'aria-label': 'Seawall' },
      seawall.header.draw(view),
      h('div', { class: 'body', tabindex: '0', role: 'group', 'aria-label': 'Figures' }, parts),
      overlay &&
        h(
          'footer',
          { class: 'row' },
          age.element,
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              'data-key': 'open',
              onclick: () => actions.open('positions'),
            },
            'Open Seawall',
          ),
        ),
    );
    return { element, tick: age.tick, summary: summary(scene) };
  }

  /** @param {View} view @param {boolean} leads whether a press leads to Seawall and does not open the card @returns {Drawing} */
  function badge(view, leads) {
    const { scene, actions } = view;
    const { overlay } = scene;
    const { found, word } = verdict(scene);
    const position = overlay && spoken(overlay);
    const fund = overlay?.fund;
    const told = summary(scene);
    const parts = overlay
      ? [
          position
            ? h('span', null, position.distance === null ? NONE : percent(position.distance))
            : h('span', { class: 'light' }, overlay.linked ? 'no position' : 'not linked'),
          fund && h('span', { class: `light ${healthTone(fund.health)}` }, fundWords(fund)),
          isOld(scene) && h('span', { class: 'light' }, 'old'),
        ]
      : [h('span', { class: 'light' }, word === 'No data' ? 'Seawall: no data' : word)];
    const element = h(
      'button',
      {
        type: 'button',
        class: `badge ${found}${isOld(scene) && overlay ? ' outdated' : ''}`,
        'data-key': 'badge',
        'aria-expanded': leads ? null : 'false',
        'aria-label': leads ? `${told}. Open Seawall` : `${told}. Show more`,
        onclick: () => (leads ? actions.open('positions') : actions.expand()),
      },
      h('span', { class: `shape ${found}`, 'aria-hidden': 'true' }, SEVERITY[found].shape),
      parts,
    );
    return { element, tick: () => {}, summary: told };
  }

  return { badge, card };
})();
