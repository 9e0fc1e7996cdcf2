// Keeps a page live: asks again for what changes, counts ages on, and leaves alone what the
// person opened, typed or holds. htmx asks and swaps; a part to be refreshed says how often in
// `data-every` (seconds).

/** @typedef {CustomEvent<{ path: string, headers: Record<string, string> }>} Asking */
/** @typedef {CustomEvent<{ xhr: XMLHttpRequest, requestConfig: { path: string } }>} Answered */

const TYPED = 'input, select, textarea';
const REFRESHED = '[data-every]';
const STEPS = /** @type {const} */ ([
  [60, 's', 1],
  [3600, 'min', 60],
  [172_800, 'h', 3600],
  [Infinity, 'd', 86_400],
]);

/** "4 s", "22 min", "3 h", "5 d", as the server words it. @param {number} seconds */
function age(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [, unit, size] = STEPS.find(([below]) => whole < below) ?? [0, 'd', 86_400];
  return `${Math.floor(whole / size)}\u2009${unit}`;
}

function countAgesOn() {
  for (const node of document.querySelectorAll('time[data-age]')) {
    const then = Date.parse(node.getAttribute('datetime') ?? '');
    const words = age((Date.now() - then) / 1000);
    if (!Number.isNaN(then) && node.textContent !== words) node.textContent = words;
  }
}

// Asking again. The server's tag of what is shown goes with the question, so that nothing is
// drawn anew while nothing but time has passed.

/** @type {Map<string, string>} */
const tags = new Map();
/** @type {Map<string, number>} */
const asked = new Map();
const loaded = Date.now();

/** @param {Element} part */
function isBusy(part) {
  const typing = part.contains(document.activeElement) && document.activeElement?.matches(TYPED);
  const typed = [...part.querySelectorAll('input')].some((field) => field.value !== field.defaultValue);
  const selection = getSelection();
  const selecting = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  return typing || typed || selecting;
}

function refresh() {
  if (document.visibilityState !== 'visible') return;
  for (const part of document.querySelectorAll(REFRESHED)) {
    const every = Number(part.getAttribute('data-every')) * 1000;
    if (Date.now() - (asked.get(part.id) ?? loaded) < every || isBusy(part)) continue;
    asked.set(part.id, Date.now());
    part.dispatchEvent(new CustomEvent('refresh'));
  }
}

document.addEventListener('visibilitychange', () => {
  asked.clear();
  refresh();
});

document.addEventListener('htmx:configRequest', (event) => {
  const { path, headers } = /** @type {Asking} */ (event).detail;
  const tag = tags.get(path);
  if (tag) headers['If-None-Match'] = tag;
});

// What the person opened, and where they are, outlives a swap.

/** @type {Map<string, boolean>} */
const opened = new Map();
/** @type {{ id: string, place: number } | null} */
let held = null;

document.addEventListener(
  'toggle',
  (event) => {
    if (event.target instanceof HTMLDetailsElement) opened.set(event.target.id, event.target.open);
  },
  true,
);

/** @param {Element} part */
const focusable = (part) => [...part.querySelectorAll('a[href], button, summary')];

document.addEventListener('htmx:beforeSwap', () => {
  const active = document.activeElement;
  const near = active?.closest('[id]:not(body)');
  held = active && near ? { id: near.id, place: focusable(near).indexOf(active) } : null;
});

document.addEventListener('htmx:afterSwap', () => {
  for (const [id, open] of opened) {
    const node = document.getElementById(id);
    if (node instanceof HTMLDetailsElement) node.open = open;
  }
  const near = held && document.getElementById(held.id);
  const again = near && held && focusable(near)[held.place];
  if (again instanceof HTMLElement && again !== document.activeElement) {
    again.focus({ preventScroll: true });
  }
  markChanges();
  countAgesOn();
});

// A change of state is shown once, briefly, and said once. Nothing else moves.

/** @type {Map<string, string>} */
let states = new Map();

function markChanges() {
  const now = new Map();
  const said = [];
  for (const card of document.querySelectorAll('[data-state]')) {
    const state = card.getAttribute('data-state') ?? '';
    now.set(card.id, state);
    if ((states.get(card.id) ?? state) === state) continue;
    card.classList.add('changed');
    said.push(`${card.getAttribute('data-name')}: ${state}.`);
  }
  states = now;
  const place = document.getElementById('said');
  if (place && said.length > 0) place.textContent = said.join(' ');
}

// What is on screen is the last that Seawall said; when it says nothing any more, that is told.

const SILENT = 'Seawall does not answer. What you see is the last it said; check that it is still running.';
const FAILING = 'Seawall could not make this page anew; its log says why. What you see is the last it said.';

/** @param {string | null} problem */
function showConnection(problem) {
  const note = document.getElementById('connection');
  if (!note || note.textContent === (problem ?? '')) return;
  note.textContent = problem ?? '';
  note.hidden = problem === null;
}

document.addEventListener('htmx:sendError', () => showConnection(SILENT));
document.addEventListener('htmx:timeout', () => showConnection(SILENT));
document.addEventListener('htmx:afterRequest', (event) => {
  const { xhr, requestConfig } = /** @type {Answered} */ (event).detail;
  if (xhr.status === 401) location.reload();
  else if (xhr.status >= 500) showConnection(FAILING);
  else if (xhr.status > 0) showConnection(null);
  const tag = xhr.status === 200 && xhr.getResponseHeader('ETag');
  if (tag) tags.set(requestConfig.path, tag);
});

// A form is sent once, however often its button is pressed.

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = 'yes';
  event.submitter?.setAttribute('aria-disabled', 'true');
});
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll('button')) button.removeAttribute('aria-disabled');
});

markChanges();
countAgesOn();
setInterval(() => {
  countAgesOn();
  refresh();
}, 1000);
