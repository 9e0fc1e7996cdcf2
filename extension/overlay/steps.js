'use strict';
/** What the venue does, in order, when the fund runs out, and which step reaches the person. */
var seawall = seawall || {};

seawall.steps = (() => {
  const { h } = seawall.dom;
  const { pickWords, reachWords } = seawall.outlookWords;
  const { standing } = seawall.words;

  /** @typedef {import('../types/messages').Overlay} Overlay */
  /** @typedef {import('../types/messages').Position} Position */
  /** @typedef {import('../types/messages').Step} Step */

  /**
   * @typedef {object} About
   * @property {Step | null} now the step that pays
   * @property {Step | null} mine the step that concerns the person
   * @property {string | null} next the kind of the step that follows the fund
   * @property {Position[]} positions
   */

  /** The steps that reach other traders; those before them are paid by somebody else. */
  const REACHING = ['auto_deleveraging', 'socialized_loss', 'clawback'];
  const LIGHTS = 5;

  /** The place in the queue as lights, as venues draw it. @param {NonNullable<Position['adl']>} adl */
  function lights(adl) {
    const lit = adl.standing === null ? 0 : Math.round(adl.standing * LIGHTS);
    return h(
      'span',
      { class: 'lights', 'aria-hidden': 'true' },
      Array.from({ length: LIGHTS }, (_, index) => h('i', { class: index < lit ? 'lit' : null })),
    );
  }

  /**
   * The step that concerns the person: the first the venue states that reaches other traders;
   * where there is none, the next that it states.
   * @param {Step[]} steps
   * @param {string | null} next
   */
  function concerning(steps, next) {
    return (
      steps.find((step) => step.applies === 'yes' && REACHING.includes(step.kind)) ??
      steps.find((step) => step.kind === next) ??
      null
    );
  }

  /** The step that pays now: the fund, or the vault that stands in its place. @param {Step[]} steps */
  function paying(steps) {
    const stated = steps.filter((step) => step.applies === 'yes');
    return (
      stated.find((step) => step.kind === 'insurance_fund') ??
      stated.find((step) => step.kind === 'backstop_liquidator') ??
      null
    );
  }

  /**
   * Where the foremost of the positions stands in the queue: "you: 3 of 4"; where the venue
   * publishes no place, what is known in its stead.
   * @param {Position[]} positions
   */
  function place(positions) {
    const ranked = positions.flatMap(({ adl }) => (adl ? [adl] : []));
    const foremost = ranked.sort((one, other) => (other.standing ?? 0) - (one.standing ?? 0))[0];
    if (foremost) return ['you: ', lights(foremost), standing(foremost)];
    return positions[0] ? [pickWords(positions[0])] : [];
  }

  /**
   * The few words at the end of a step's line.
   * @param {Step} step
   * @param {About} about
   */
  function remark(step, { now, mine, next, positions }) {
    if (step.applies === 'no') return 'ruled out';
    if (step === now) return 'now';
    if (step === mine && positions.length) {
      return step.kind === 'auto_deleveraging' ? place(positions) : reachWords(positions[0]);
    }
    if (step === mine || (step.kind === next && step.applies === 'yes')) return 'next';
    if (step.unsourced) return 'no source';
    return step.applies === 'unknown' ? 'not said' : '';
  }

  /**
   * @param {Step[]} steps
   * @param {About} about
   */
  function list(steps, about) {
    let count = 0;
    return h(
      'ol',
      { class: 'steps' },
      steps.map((step) => {
        const sure = step.applies === 'yes';
        if (sure) count += 1;
        const mark = sure ? String(count) : step.applies === 'no' ? '–' : '?';
        return h(
          'li',
          {
            class: step === about.mine ? 'you' : sure ? null : 'unsure',
            'aria-current': step === about.mine ? 'step' : null,
          },
          h('span', { class: 'mark' }, mark),
          h('span', { class: 'grow' }, step.title),
          h('span', { class: 'num muted' }, remark(step, about)),
        );
      }),
    );
  }

  /**
   * @param {Overlay} overlay
   * @param {Position[]} positions those of the contract on screen
   * @param {() => void} onMore leads to the steps with their sources
   */
  function section(overlay, positions, onMore) {
    const model = overlay.loss_model;
    // How a liquidation itself goes comes before the fund, and is told with the sources.
    const steps = model.steps.filter((step) => step.kind !== 'partial_liquidation');
    const loss = positions[0]?.loss_model ?? model;
    const ended = Boolean(model.closed_on);
    const about = {
      now: ended ? null : paying(steps),
      mine: ended ? null : concerning(steps, loss.next_step),
      next: loss.next_step,
      positions,
    };
    return h(
      'section',
      { 'aria-label': ended ? 'Until it closed' : 'If the fund runs out' },
      h('h3', null, ended ? 'Until it closed' : 'If it runs out'),
      steps.length > 0 && list(steps, about),
      h(
        'p',
        null,
        `${loss.answer} `,
        h(
          'button',
          { type: 'button', class: 'link', 'data-key': 'sources', onclick: onMore },
          'Steps and sources',
        ),
      ),
    );
  }

  return { concerning, paying, section };
})();
