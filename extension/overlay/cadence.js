'use strict';
/** When to ask again: often while something is the matter, seldom while nothing answers. */
var seawall = seawall || {};

seawall.cadence = (() => {
  /** @typedef {import('../types/messages').Scene} Scene */

  const ALERT_MS = 5_000;
  const CALM_MS = 10_000;
  const SETTLED_MS = 30_000;
  const LONGEST_MS = 60_000;

  /**
   * Milliseconds until the next question; `null` when only a navigation is worth one.
   * @param {Scene} scene
   * @param {number} failures how many answers in a row were none
   */
  function next(scene, failures) {
    switch (scene.status) {
      case 'nothing':
        return null;
      case 'ready': {
        const found = seawall.words.tone(scene.overlay, false);
        return found === 'ok' || found === 'unknown' ? CALM_MS : ALERT_MS;
      }
      case 'waiting':
        return ALERT_MS;
      case 'unreachable':
      case 'failed':
        return Math.min(ALERT_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
      default:
        return SETTLED_MS;
    }
  }

  return { next };
})();
