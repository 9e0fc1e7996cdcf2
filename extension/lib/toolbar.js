/** The toolbar button of a venue's tab: empty while all is well, else the severity's shape. */

/** @typedef {import('../types/messages').Scene} Scene */

const SHAPES = {
  watch: { text: '◐', colour: '#8a6100', word: 'watch' },
  warning: { text: '▲', colour: '#b54708', word: 'warning' },
  critical: { text: '■', colour: '#c01f2e', word: 'critical' },
};
const TROUBLE = { text: '?', colour: '#6b7480', word: 'no current figures' };
const NAME = 'Seawall';

/** @param {Scene} scene @returns {{ text: string, colour: string, title: string }} */
function button({ overlay, status }) {
  const severity = overlay?.severity ?? null;
  const calm = { text: '', colour: TROUBLE.colour, title: NAME };
  if (status === 'nothing' || status === 'waiting') return calm;
  if (status !== 'ready') {
    return { text: TROUBLE.text, colour: TROUBLE.colour, title: `${NAME}: ${TROUBLE.word}` };
  }
  if (severity === null || severity === 'ok') return calm;
  const { text, colour, word } = SHAPES[severity];
  return { text, colour, title: `${NAME}: ${word} on ${overlay?.page.venue_name}` };
}

/** @param {number | undefined} tabId @param {Scene} scene */
export async function showOnToolbar(tabId, scene) {
  if (tabId === undefined) return;
  const { text, colour, title } = button(scene);
  try {
    await chrome.action.setBadgeBackgroundColor({ tabId, color: colour });
    await chrome.action.setBadgeTextColor?.({ tabId, color: '#ffffff' });
    await chrome.action.setBadgeText({ tabId, text });
    await chrome.action.setTitle({ tabId, title });
  } catch {
    // The tab was closed meanwhile: there is no button to draw on.
  }
}
