'use strict';
/** What the worker said, read: what is on screen, how bad it is, and the whole in a sentence. */
var seawall = seawall || {};

seawall.scene = (() => {
  const { percent, shortChange } = seawall.format;
  const { SEVERITY, distanceWords, sentence, tone } = seawall.words;

  /** @typedef {import('../types/messages').Scene} Scene */
  /** @typedef {import('../types/messages').Overlay} Overlay */
  /** @typedef {import('../types/messages').Position} Position */

  /** @param {Scene} scene */
  const isOld = (scene) => scene.status !== 'ready';

  /** @param {Overlay} overlay @returns {Position[]} */
  const onScreen = (overlay) =>
    overlay.positions.filter((one) => one.native_symbol === overlay.page.native_symbol);

  /** What colour and word stand for the whole. @param {Scene} scene */
  function verdict(scene) {
    const found = tone(scene.overlay, isOld(scene));
    if (!scene.overlay) return { found, word: 'No data' };
    if (scene.overlay.severity !== null) return { found, word: SEVERITY[found].word };
    const fund = scene.overlay.fund;
    return { found, word: fund ? `Fund ${fund.health}` : 'Fund unknown' };
  }

  /** The position the badge speaks of: the worst on screen, else the venue's worst. @param {Overlay} overlay */
  const spoken = (overlay) => onScreen(overlay)[0] ?? overlay.positions[0] ?? null;

  /** All in one sentence, for the badge and for who cannot see it. @param {Scene} scene */
  function summary(scene) {
    const { overlay } = scene;
    const { word } = verdict(scene);
    if (!overlay) {
      return scene.status === 'ready' || scene.status === 'nothing'
        ? 'Seawall'
        : `Seawall: ${seawall.notices.notice(scene.status).title}`;
    }
    const parts = [];
    const position = spoken(overlay);
    if (position) {
      const far = position.distance === null ? '' : `${percent(position.distance)} `;
      parts.push(`${position.native_symbol} ${position.side} ${far}${distanceWords(position)}`);
    } else if (overlay.linked) parts.push('no open position');
    if (overlay.fund) {
      const moved = overlay.fund.change_24h;
      parts.push(
        moved === null
          ? `fund ${overlay.fund.health}`
          : `fund ${overlay.fund.health}, ${shortChange(moved)} in 24 hours`,
      );
    }
    const old = isOld(scene) ? ', these figures are old' : '';
    return `Seawall, ${word.toLowerCase()}: ${sentence(parts.join('; '))}${old}`;
  }

  /** @param {NonNullable<Overlay['fund']>} fund */
  const fundWords = (fund) =>
    fund.change_24h === null ? `fund ${fund.health}` : `fund ${shortChange(fund.change_24h)}`;

  return { fundWords, isOld, onScreen, spoken, summary, verdict };
})();
