import { granted, sites } from './lib/access.js';
import { askWorker, element } from './lib/ask_worker.js';

/** @typedef {import('./types/messages').Check} Check */

const { h } = seawall.dom;

const form = element('pair', HTMLFormElement);
const address = element('address', HTMLInputElement);
const code = element('code', HTMLInputElement);
const result = element('result');
const pairButton = element('pair-button', HTMLButtonElement);

const MARKS = {
  good: { shape: '●', tone: 'ok', word: 'Good' },
  bad: { shape: '▲', tone: 'warning', word: 'To do' },
  skipped: { shape: '○', tone: '', word: 'Not checked' },
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  say(result, '', 'Pairing…');
  pairButton.disabled = true;
  const answer = await askWorker({ type: 'pair', address: address.value, code: code.value });
  pairButton.disabled = false;
  if (answer.ok) {
    say(result, '', '');
    form.reset();
  } else {
    say(result, 'bad', answer.message);
    code.select();
  }
  await refresh();
});

element('unpair').addEventListener('click', async () => {
  await askWorker({ type: 'unpair' });
  await refresh();
});
element('open').addEventListener('click', () => askWorker({ type: 'open', target: 'positions' }));
element('check-again').addEventListener('click', () => void drawChecks());
element('reset').addEventListener('click', async () => {
  await askWorker({ type: 'placement.reset' });
  say(element('reset-result'), 'good', 'Done. Open trading pages follow when they are looked at.');
});
chrome.permissions.onAdded.addListener(() => void refresh());
chrome.permissions.onRemoved.addListener(() => void refresh());

/** @param {HTMLElement} place @param {'' | 'good' | 'bad'} kind @param {string} text */
function say(place, kind, text) {
  place.className = `result grow ${kind}`;
  place.textContent = text;
}

async function refresh() {
  await Promise.all([drawConnection(), drawChecks(), drawSites()]);
  document.body.dataset.ready = '';
}

async function drawConnection() {
  const link = await askWorker({ type: 'connection' });
  const state = element('connection-state');
  state.className = link.paired ? 'state ok' : 'state bad';
  state.textContent = link.paired ? '● Paired' : '▲ Not paired';
  element('paired').hidden = !link.paired;
  form.hidden = link.paired;
  if (!address.value) address.value = link.address;
  const since = link.paired_at === null ? '' : `, since ${day(link.paired_at)}`;
  element('paired-text').textContent = `Paired with Seawall at ${link.address}${since}.`;
}

/** @param {number} at in ms since 1970 */
function day(at) {
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}

async function drawChecks() {
  const checks = await askWorker({ type: 'check' });
  element('checks').replaceChildren(...checks.map(check));
}

/** @param {Check} one */
function check({ id, title, state, detail, next }) {
  const { shape, tone, word } = MARKS[state];
  return h(
    'li',
    { 'data-check': id, 'data-state': state },
    h('span', { class: `shape ${tone}`, role: 'img', 'aria-label': word }, shape),
    h(
      'div',
      { class: 'text' },
      h('span', { class: 'name' }, title),
      h('span', { class: 'muted small' }, detail),
      next && h('span', { class: 'next small' }, next),
    ),
  );
}

async function drawSites() {
  const found = await Promise.all(
    sites().map(async (site) => ({ ...site, allowed: await granted(site.origins) })),
  );
  element('sites').replaceChildren(...found.map(site));
}

/** @param {{ name: string, origins: string[], allowed: boolean }} one */
function site({ name, origins, allowed }) {
  const { shape, tone, word } = MARKS[allowed ? 'good' : 'bad'];
  const hosts = origins.map((origin) => new URL(origin.replace('/*', '/')).host).join(', ');
  return h(
    'li',
    { 'data-site': name, 'data-allowed': String(allowed) },
    h('span', { class: `shape ${tone}`, role: 'img', 'aria-label': word }, shape),
    h(
      'div',
      { class: 'text' },
      h('span', { class: 'name' }, name),
      h(
        'span',
        { class: 'muted small' },
        allowed ? hosts : `${hosts}: taken away, so nothing is shown there.`,
      ),
    ),
    !allowed &&
      h(
        'button',
        { type: 'button', onclick: () => chrome.permissions.request({ origins }).then(refresh) },
        'Allow',
      ),
  );
}

element('version').textContent = `Extension ${chrome.runtime.getManifest().version}`;
await refresh();
