import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { connect } from '../../../extension/lib/connection.js';
import { route } from '../../../extension/lib/router.js';
import { answers, fromOwn, fromPage, install, respond } from './support/chrome.js';
import { fixture } from './support/files.js';

const PATH = '/en/futures/BTCUSDT';
const BTC = 'https://www.binance.com/en/futures/BTCUSDT';
let made;

beforeEach(async () => {
  made = install();
  await connect({ address: 'http://127.0.0.1:8765', token: 'sw_x', paired_at: 1 });
});

test('another extension gets no answer', () => {
  const stranger = fromPage(BTC, { id: 'ponmlkjihgfedcbaponmlkjihgfedcba' });
  assert.equal(route({ type: 'overlay.fresh', path: PATH }, stranger), null);
});

test('a page of no venue gets no answer', () => {
  assert.equal(route({ type: 'overlay.fresh', path: PATH }, fromPage('https://example.com/')), null);
});

test('a venue’s page may not ask what is for the extension’s own pages', () => {
  for (const type of ['summary', 'connection', 'pair', 'unpair', 'check', 'placement.reset']) {
    assert.equal(route({ type }, fromPage(BTC)), null, type);
  }
});

test('the extension’s own pages are no venue’s page', () => {
  assert.equal(route({ type: 'overlay.fresh', path: PATH }, fromOwn('popup.html')), null);
});

test('what is no message of ours gets no answer', () => {
  for (const message of [null, 'overlay.fresh', {}, { type: 1 }, { type: 'constructor' }, { type: 'overlay.fresh' }]) {
    assert.equal(route(message, fromPage(BTC)), null, JSON.stringify(message));
    assert.equal(route(message, fromOwn('popup.html')), null);
  }
});

test('the site is the one the browser names, whatever the message says', async (t) => {
  const asked = answers(t, respond(200, fixture('overlay-binance-warning')));
  await route({ type: 'overlay.fresh', path: PATH, url: 'https://www.okx.com/x', venue: 'okx' }, fromPage(BTC));
  assert.equal(new URL(asked[0].url).searchParams.get('url'), BTC);
});

test('the toolbar shows the severity of the tab, and nothing while all is well', async (t) => {
  answers(t, respond(200, fixture('overlay-binance-warning')), respond(200, fixture('overlay-bybit-ok')));
  await route({ type: 'overlay.fresh', path: PATH }, fromPage(BTC));
  assert.deepEqual(made.action.shown[7], { text: '▲', title: 'Seawall: warning on Binance' });
  await route(
    { type: 'overlay.fresh', path: '/trade/usdt/BTCUSDT' },
    fromPage('https://www.bybit.com/trade/usdt/BTCUSDT'),
  );
  assert.deepEqual(made.action.shown[7], { text: '', title: 'Seawall' });
});

test('the options page never sees the token', async () => {
  const seen = await route({ type: 'connection' }, fromOwn('options.html'));
  assert.deepEqual(seen, { address: 'http://127.0.0.1:8765', paired: true, paired_at: 1 });
});

test('a link of the overlay opens the page of its own venue', async () => {
  await route({ type: 'open', target: 'waterfall' }, fromPage(BTC));
  await route({ type: 'open', target: 'options' }, fromPage(BTC));
  assert.deepEqual(made.tabs.opened, ['http://127.0.0.1:8765/venues/binance#waterfall']);
  assert.equal(made.runtime.optionsOpened, 1);
});

test('unpairing forgets the token and keeps the address', async () => {
  await route({ type: 'unpair' }, fromOwn('options.html'));
  const { connection } = await chrome.storage.local.get('connection');
  assert.deepEqual(connection, { address: 'http://127.0.0.1:8765', token: null, paired_at: null });
});

test('storage is closed to pages before a token is put there', () => {
  assert.equal(made.storage.local.access, 'TRUSTED_CONTEXTS');
});

test('the popup is given the worst positions, or why there are none', async (t) => {
  answers(t, respond(200, fixture('positions')), respond(401, {}));
  const good = await route({ type: 'summary' }, fromOwn('popup.html'));
  assert.equal(good.status, 'ready');
  assert.equal(good.positions.length, 6);
  assert.equal(good.more, true);
  const bad = await route({ type: 'summary' }, fromOwn('popup.html'));
  assert.equal(bad.status, 'revoked');
});
