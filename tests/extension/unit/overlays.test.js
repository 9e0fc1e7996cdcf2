import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { connect } from '../../../extension/lib/connection.js';
import { cachedOverlay, freshOverlay } from '../../../extension/lib/overlays.js';
import { savePlacement } from '../../../extension/lib/placements.js';
import { pageAt, siteOf } from '../../../extension/lib/venues.js';
import { answers, fromPage, install, respond } from './support/chrome.js';
import { fixture } from './support/files.js';

const BTC = 'https://www.binance.com/en/futures/BTCUSDT';
const at = (url) => pageAt(siteOf(fromPage(url)), new URL(url).pathname);
const page = at(BTC);
const home = at('https://www.binance.com/en');
const warning = fixture('overlay-binance-warning');
const good = () => respond(200, warning, { ETag: 'W/"1"' });

beforeEach(async () => {
  install();
  await connect({ address: 'http://127.0.0.1:8765', token: 'sw_x', paired_at: 1 });
});

test('Seawall is asked about the page by its address alone', async (t) => {
  const asked = answers(t, good());
  const scene = await freshOverlay(page);
  assert.equal(scene.status, 'ready');
  assert.equal(new URL(asked[0].url).searchParams.get('url'), BTC);
});

test('what is handed to a page holds neither the token nor where Seawall is', async (t) => {
  answers(t, good());
  const handed = JSON.stringify(await freshOverlay(page));
  assert.ok(!handed.includes('sw_x') && !handed.includes('127.0.0.1'));
});

test('an answer that has not changed is not sent again, and keeps its time', async (t) => {
  const asked = answers(t, good(), respond(304, null));
  const first = await freshOverlay(page);
  const second = await freshOverlay(page);
  assert.equal(asked[1].headers['If-None-Match'], 'W/"1"');
  assert.deepEqual(second, first);
});

test('the last answer is there at once, and what was never asked is waited for', async (t) => {
  assert.equal((await cachedOverlay(page)).status, 'waiting');
  answers(t, good());
  await freshOverlay(page);
  const kept = await cachedOverlay(page);
  assert.equal(kept.status, 'ready');
  assert.equal(kept.overlay.page.native_symbol, 'BTCUSDT');
});

test('what is a while old is not painted before Seawall was asked', async (t) => {
  answers(t, good());
  await freshOverlay(page);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 });
  assert.equal((await cachedOverlay(page)).status, 'waiting');
});

test('a page that is no trading page gets nothing, and its memory goes', async (t) => {
  answers(t, good(), respond(404, { code: 404, errors: { page: 'unknown' } }));
  await freshOverlay(page);
  assert.equal((await freshOverlay(page)).status, 'nothing');
  assert.equal((await cachedOverlay(page)).status, 'waiting');
});

test('only the positions of the venue on screen are handed to its page', async (t) => {
  const foreign = { ...warning.positions[0], venue: 'bybit' };
  answers(t, respond(200, { ...warning, positions: [foreign, ...warning.positions] }));
  const { overlay } = await freshOverlay(page);
  assert.deepEqual(new Set(overlay.positions.map(({ venue }) => venue)), new Set(['binance']));
});

test('an answer about another venue than the browser says is not drawn', async (t) => {
  answers(t, respond(200, fixture('overlay-bybit-ok')));
  assert.equal((await freshOverlay(page)).status, 'nothing');
});

test('when Seawall does not answer, the last figures stay beside the trouble', async (t) => {
  answers(t, good(), new TypeError('Failed to fetch'));
  await freshOverlay(page);
  const scene = await freshOverlay(page);
  assert.equal(scene.status, 'unreachable');
  assert.equal(scene.overlay.page.native_symbol, 'BTCUSDT');
});

test('when the token is revoked, the last figures go', async (t) => {
  answers(t, good(), respond(401, { message: 'unknown' }));
  await freshOverlay(page);
  const scene = await freshOverlay(page);
  assert.equal(scene.status, 'revoked');
  assert.equal(scene.overlay, null);
});

test('trouble is said on trading pages alone', async (t) => {
  answers(t, new TypeError('Failed to fetch'));
  assert.equal((await freshOverlay(page)).status, 'unreachable');
  assert.equal((await freshOverlay(home)).status, 'nothing');
});

test('without a token nobody is asked', async (t) => {
  await connect({ address: 'http://127.0.0.1:8765', token: null, paired_at: null });
  const asked = answers(t, good());
  assert.equal((await freshOverlay(page)).status, 'not_paired');
  assert.equal(asked.length, 0);
});

test('pairing anew forgets the answers of the pairing before', async (t) => {
  answers(t, good());
  await freshOverlay(page);
  await connect({ address: 'http://127.0.0.1:9000', token: 'sw_y', paired_at: 2 });
  assert.equal((await cachedOverlay(page)).status, 'waiting');
});

test('only the newest answers are kept', async (t) => {
  answers(t, good());
  for (let n = 0; n < 15; n++) {
    await freshOverlay(at(`https://www.binance.com/en/futures/COIN${n}USDT`));
  }
  const kept = Object.keys(await chrome.storage.session.get(null));
  assert.equal(kept.length, 12);
});

test('where it stands is remembered for each venue by itself', async (t) => {
  answers(t, good());
  await savePlacement('www.binance.com', { corner: 'top-right', collapsed: true });
  assert.deepEqual((await freshOverlay(page)).placement, { corner: 'top-right', collapsed: true });
  const okx = at('https://www.okx.com/trade-swap/btc-usdt-swap');
  assert.deepEqual((await cachedOverlay(okx)).placement, { corner: 'bottom-left', collapsed: false });
});

test('a place that does not exist is not remembered', async () => {
  await savePlacement('www.binance.com', { corner: 'middle', collapsed: false });
  await savePlacement('www.binance.com', { corner: 'top-left', collapsed: 'yes' });
  await savePlacement('www.binance.com', null);
  assert.equal((await cachedOverlay(page)).placement.corner, 'bottom-left');
});

test('two venues that remember at the same time do not lose each other’s place', async () => {
  await Promise.all([
    savePlacement('www.binance.com', { corner: 'top-left', collapsed: true }),
    savePlacement('www.okx.com', { corner: 'top-right', collapsed: true }),
  ]);
  const { placements } = await chrome.storage.local.get('placements');
  assert.deepEqual(Object.keys(placements).sort(), ['www.binance.com', 'www.okx.com']);
});
