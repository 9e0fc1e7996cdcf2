'use strict';
/** What can happen to a position: one line of it always, the rest beside the reasons. */
var seawall = seawall || {};

seawall.outlook = (() => {
  const { h } = seawall.dom;
  const { probability } = seawall.format;
  const { standing } = seawall.words;
  const words = seawall.outlookWords;

  /** @typedef {import('../types/messages').Position} Position */
  /** @typedef {Node | string | null | false | undefined} Child */

  /**
   * @typedef {object} Around
   * @property {string} venue its name
   * @property {boolean} answer whether the plain answer is told nowhere else
   * @property {boolean} session whether the account's session is told nowhere else
   * @property {number} now in ms since 1970
   */

  /** Always there: the chance of a touch within an ordinary day. @param {Position} position */
  function line(position) {
    const said = words.touchWords(position);
    if (!said) return null;
    return h(
      'p',
      { class: 'row small touch' },
      h('span', { class: 'grow' }, said.text),
      h('span', { class: 'num muted' }, said.label),
    );
  }

  /** By window, the chance of a touch and the past rate. @param {Position} position */
  function table(position) {
    const { touch } = position;
    if (!touch || !words.isAhead(position)) return null;
    /** @param {string} name @param {'probability' | 'historical'} field */
    const row = (name, field) =>
      h(
        'tr',
        null,
        h('th', { scope: 'row' }, name),
        touch.windows.map((one) => h('td', null, probability(one[field]))),
      );
    return h(
      'table',
      null,
      h('caption', null, `Touching liquidation (${touch.label})`),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('td', null),
          touch.windows.map(({ window }) => h('th', { scope: 'col' }, words.windowName(window))),
        ),
      ),
      h('tbody', null, row('Probability', 'probability'), row('Past rate', 'historical')),
    );
  }

  /** The way to liquidation, against how far the price moves. @param {Position} position */
  function way(position) {
    const shown = table(position);
    const notes = words.outlookNotes(position).map((text) => small(text));
    if (!shown && !notes.length) return null;
    return h('div', { class: 'part' }, shown ?? h('h4', null, 'How far the price moves'), notes);
  }

  /** @param {string} title @param {...(Child | Child[])} children */
  const part = (title, ...children) => h('div', { class: 'part' }, h('h4', null, title), children.flat());

  /** Where something stands, outside Seawall. @param {string | null} url */
  function source(url) {
    if (!url?.startsWith('https://')) return null;
    const to = { href: url, target: '_blank', rel: 'noopener noreferrer', referrerpolicy: 'no-referrer' };
    return h('a', { class: 'link', ...to }, 'Source');
  }

  /** @param {string | null | undefined | false} text */
  const small = (text) => text && h('p', { class: 'muted small' }, text);

  /** Whether auto-deleveraging would pick it, as far as somebody knows. @param {Position} position @param {string} venue */
  function queue(position, venue) {
    const { adl, adl_score: score, adl_trigger: trigger } = position;
    const far = trigger && h('p', null, words.triggerWords(trigger, position, venue));
    if (adl) return part('Auto-deleveraging', h('p', null, `Place in the queue: ${standing(adl)}.`), far);
    if (!score) {
      const why = words.whyNoScore(position);
      return (why || far) && part('Auto-deleveraging', why && h('p', null, why), far);
    }
    return part(
      'Auto-deleveraging',
      h('p', null, words.scoreWords(score, venue), ' ', source(score.source)),
      small(score.formula),
      small(score.note),
      far,
    );
  }

  /** What could be taken back, until when, and what can be done about it. @param {Position} position @param {number} now */
  function session({ session: found }, now) {
    if (!found) return null;
    const { text, until } = words.takenWords(found, now);
    return part(
      words.takenTitle(found),
      h(
        'p',
        { class: 'row' },
        h('span', { class: 'grow strong' }, text),
        until && h('span', { class: 'num muted' }, until),
      ),
      small(words.madeOf(found)),
      small(found.note),
      small(words.rateWords(found)),
      h('p', null, `${found.instruction} `, source(found.source) ?? 'No source confirms this.'),
    );
  }

  /** All the rest. @param {Position} position @param {Around} around */
  function details(position, around) {
    const { hedge, loss_model: loss } = position;
    return h(
      'div',
      { class: 'details' },
      way(position),
      queue(position, around.venue),
      hedge && part('Hedge', h('p', null, words.hedgeWords(hedge))),
      around.session && session(position, around.now),
      around.answer && part('If it runs out', h('p', null, loss.answer)),
    );
  }

  return { details, line };
})();
