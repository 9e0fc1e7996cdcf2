import { askWorker, element } from './lib/ask_worker.js';
import { VENUES } from './lib/hosts.js';

/** @typedef {import('./types/messages').Position} Position */
/** @typedef {import('./types/messages').Summary} Summary */

const REFRESH_MS = 5_000;
const { h } = seawall.dom;
const { duration, NONE, percent, price } = seawall.format;
const { SEVERITY, ageAt, healthTone, sentence, sideAndLeverage, whyNoDistance } = seawall.words;

const main = element('main');
const state = element('state');
const age = element('age');
const names = new Map(Object.values(VENUES).map(({ id, name }) => [id, name]));

/** @type {Summary | null} */
let shown = null;

element('settings').addEventListener('click', () => lead('options'));
element('open').addEventListener('click', () => lead('positions'));

/** @param {import('./types/messages').Target} target */
async function lead(target) {
  await askWorker({ type: 'open', target });
  window.close();
}

async function refresh() {
  try {
    draw(await askWorker({ type: 'summary' }));
  } finally {
    document.body.dataset.ready = '';
  }
}

/** @param {Summary} summary */
function draw(summary) {
  // A trouble that comes while figures are shown leaves them there, marked as old.
  const silent = summary.status === 'unreachable' || summary.status === 'failed';
  const keep = silent && shown !== null && shown.received_at !== null;
  if (!keep) shown = summary;
  const good = summary.status === 'ready';
  state.className = good ? 'state ok' : 'state bad';
  state.textContent = good ? '● Connected' : '▲ Not connected';
  if (keep) {
    main.classList.add('old');
  } else {
    main.classList.remove('old');
    main.replaceChildren(...(good ? positions(summary) : [trouble(summary)]));
  }
  tick();
}

/** @param {Summary} summary */
function trouble(summary) {
  const status = summary.status === 'ready' ? 'failed' : summary.status;
  const said = seawall.notices.notice(status, summary.message);
  return h(
    'section',
    { class: 'notice' },
    h('p', { class: 'title' }, said.title),
    h('p', null, said.text),
    h('p', { class: 'muted' }, said.next),
    status === 'unreachable' && h('p', { class: 'muted small' }, `Asked at ${summary.address}.`),
    h(
      'div',
      { class: 'buttons' },
      said.settings &&
        h(
          'button',
          { type: 'button', class: 'primary', onclick: () => lead('options') },
          'Open settings',
        ),
      h('button', { type: 'button', onclick: () => void refresh() }, 'Try again'),
    ),
  );
}

/** @param {Summary} summary */
function positions(summary) {
  if (!summary.positions.length) {
    return [
      h(
        'section',
        { class: 'notice' },
        h('p', { class: 'title' }, 'No open position'),
        h(
          'p',
          { class: 'muted' },
          'A position appears here within a minute of being opened on a linked account. Accounts are linked in Seawall.',
        ),
      ),
    ];
  }
  const list = h('ul', { class: 'positions', 'aria-label': 'Positions, worst first' });
  list.append(...summary.positions.map(position));
  return [list];
}

/** @param {Position} one */
function position(one) {
  const { shape, word } = SEVERITY[one.severity];
  const tone = one.fund ? healthTone(one.fund.health) : 'unknown';
  const bad = one.fund && tone !== 'ok' && tone !== 'unknown';
  return h(
    'li',
    { class: one.stale ? 'old' : null },
    h(
      'div',
      { class: 'row' },
      h('span', { class: `shape ${one.severity}`, role: 'img', 'aria-label': word }, shape),
      h('b', null, one.native_symbol),
      h(
        'span',
        { class: 'grow muted small' },
        `${sideAndLeverage(one)}, ${names.get(one.venue) ?? sentence(one.venue)}`,
      ),
      h('span', { class: 'distance' }, one.distance === null ? NONE : percent(one.distance)),
    ),
    seawall.position.bar(one.distance),
    h(
      'div',
      { class: 'row small muted' },
      h(
        'span',
        { class: 'grow' },
        one.distance === null
          ? (whyNoDistance(one) ?? 'No liquidation price.')
          : `liquidation ${price(one.liquidation_price)}, mark ${price(one.mark_price)}`,
      ),
      bad &&
        h('span', { class: `word nowrap ${tone}` }, `${SEVERITY[tone].shape} fund ${one.fund?.health}`),
    ),
  );
}

/** The age of the oldest figure, going on. */
function tick() {
  if (!shown || shown.received_at === null || !shown.positions.length) {
    age.textContent = '';
    return;
  }
  const received = shown.received_at;
  const ages = shown.positions.map(({ age_seconds }) => ageAt(age_seconds, received, Date.now()));
  const known = ages.filter((seconds) => seconds !== null);
  const old = shown.positions.some(({ stale }) => stale) || main.classList.contains('old');
  age.className = old ? 'grow old' : 'grow muted';
  const worded = known.length ? `oldest ${duration(Math.max(...known))} old` : 'age unknown';
  age.textContent = `${sentence(worded)}${old ? ', not current' : ''}${shown.more ? '; more in Seawall' : ''}`;
}

setInterval(tick, 1_000);
setInterval(() => void refresh(), REFRESH_MS);
await refresh();
