'use strict';
/** The parts of the card that are about the person: trouble, positions, ages. */
var seawall = seawall || {};

seawall.sections = (() => {
  const { h } = seawall.dom;
  const { duration } = seawall.format;
  const { ageAt, localTimes } = seawall.words;
  const { isOld, onScreen } = seawall.scene;

  /** @typedef {import('../types/messages').Overlay} Overlay */
  /** @typedef {import('../types/messages').Position} Position */
  /** @typedef {import('../types/messages').Scene} Scene */

  /** @typedef {import('../types/drawing').Actions} Actions */
  /** @typedef {import('../types/drawing').View} View */

  const MOST_OTHERS = 4;

  /** What stands in the place of figures, or above old ones. @param {View} view @param {boolean} strip */
  function trouble({ scene, actions }, strip) {
    if (scene.status === 'ready' || scene.status === 'nothing') return null;
    const said = seawall.notices.notice(scene.status, scene.message);
    return h(
      'section',
      { class: strip ? 'notice strip' : 'notice', 'aria-label': said.title },
      h('p', { class: 'strong' }, said.title),
      !strip && h('p', null, said.text),
      strip && h('p', { class: 'muted' }, 'The figures below are the last it gave.'),
      h('p', { class: 'muted' }, said.next),
      scene.status !== 'waiting' &&
        h(
          'div',
          { class: 'row buttons' },
          said.settings &&
            h(
              'button',
              {
                type: 'button',
                class: 'button primary',
                'data-key': 'settings',
                onclick: () => actions.open('options'),
              },
              'Open settings',
            ),
          h(
            'button',
            { type: 'button', class: 'button', 'data-key': 'retry', onclick: actions.retry },
            'Try again',
          ),
        ),
    );
  }

  /** @param {Overlay} overlay @param {View} view */
  function positions(overlay, { actions, now, why }) {
    const here = onScreen(overlay);
    const venue = overlay.page.venue_name;
    const named = overlay.accounts.length > 1;
    const notes = overlay.accounts.flatMap((account) => {
      const said = seawall.notices.ofAccount(account);
      return said ? [h('p', { class: 'aside' }, h('b', null, `${account.label}: `), localTimes(said))] : [];
    });
    const title = here.length > 1 ? 'Your positions' : 'Your position';
    if (!overlay.linked) {
      return h(
        'section',
        { 'aria-label': title },
        h('h3', null, title),
        h('p', null, `No ${venue} account is linked, so nothing of yours can be shown.`),
        h(
          'p',
          { class: 'muted' },
          'Link one with a key that can only read, or a public address, to see your distance to liquidation here. ',
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              'data-key': 'link',
              onclick: () => actions.open('accounts'),
            },
            'Link an account',
          ),
        ),
      );
    }
    const read = overlay.accounts.some((account) => account.as_of !== null);
    return h(
      'section',
      { 'aria-label': title },
      h('h3', null, title),
      notes,
      here.map((position, index) => {
        const around = {
          venue,
          // The first one's answer stands below the steps.
          answer: index > 0,
          session: here.findIndex((one) => shareSession(one, position)) === index,
          now,
        };
        const details = why ? seawall.outlook.details(position, around) : null;
        return seawall.position.full(position, named, details);
      }),
      here.length === 0 && read && h('p', { class: 'muted' }, none(overlay)),
    );
  }

  /** A session is the account's, in one asset. @param {Position} one @param {Position} other */
  const shareSession = (one, other) =>
    one.account.id === other.account.id && one.session?.asset === other.session?.asset;

  /** @param {Overlay} overlay */
  function none({ page, positions: all }) {
    return all.length
      ? `No open position in ${page.native_symbol}.`
      : `No open position in ${page.native_symbol}, nor in any other contract of ${page.venue_name}. One that you open appears here within a minute.`;
  }

  /** @param {Overlay} overlay @param {Actions} actions */
  function others(overlay, actions) {
    const here = onScreen(overlay);
    const rest = overlay.positions.filter((one) => !here.includes(one));
    if (!rest.length) return null;
    // Where two positions are drawn in full, what happens next must still be on the card.
    const most = here.length > 1 ? MOST_OTHERS / 2 : MOST_OTHERS;
    const more = rest.length - most;
    const title = `${here.length ? 'Also on' : 'Your positions on'} ${overlay.page.venue_name}`;
    return h(
      'section',
      { 'aria-label': title },
      h('h3', null, title),
      h(
        'ul',
        { class: 'others' },
        rest.slice(0, most).map((one) => seawall.position.compact(one)),
      ),
      more > 0 &&
        h(
          'button',
          {
            type: 'button',
            class: 'link',
            'data-key': 'more',
            onclick: () => actions.open('positions'),
          },
          `and ${more} more`,
        ),
    );
  }

  /** @param {number | null} seconds @param {number} received @param {number} now */
  function worded(seconds, received, now) {
    const age = ageAt(seconds, received, now);
    return age === null ? 'age unknown' : `${duration(age)} old`;
  }

  /**
   * "4 s old, fund 22 min old", going on by itself; greyed and worded where it is old.
   * @param {Scene} scene
   */
  function ages(scene) {
    const { overlay, received_at: received } = scene;
    const element = h('span', { class: 'grow ages' });
    /** @param {number} now */
    function tick(now) {
      if (!overlay || received === null) return;
      /** @type {{ text: string, old: boolean }[]} */
      const parts = [];
      if (overlay.accounts.some((account) => account.as_of !== null)) {
        const old = isOld(scene) || overlay.accounts.some((account) => account.stale);
        parts.push({ text: worded(overlay.age_seconds, received, now), old });
      }
      if (overlay.fund) {
        const old = isOld(scene) || overlay.fund.stale;
        parts.push({ text: `fund ${worded(overlay.fund.age_seconds, received, now)}`, old });
      }
      element.replaceChildren(
        ...parts.flatMap(({ text, old }, index) => {
          // Said once where both are old.
          const said = old && !parts[index + 1]?.old ? `${text}, not current` : text;
          return [index ? ', ' : '', h('span', { class: old ? 'old' : null }, said)];
        }),
      );
    }
    return { element, tick };
  }

  return { ages, others, positions, trouble };
})();
