import assert from 'node:assert/strict';
import test from 'node:test';
import { fixture } from './support/files.js';
import { plain, seawall } from './support/overlay.js';

const { cadence, frame, fund, scene, steps, words } = seawall;
const of = (name, status = 'ready') => ({ status, overlay: name && fixture(name), message: null });

test('how bad it is, is the worst of the person’s figures', () => {
  assert.equal(words.tone(fixture('overlay-okx-critical'), false), 'critical');
  assert.equal(words.tone(fixture('overlay-bybit-ok'), false), 'ok');
});

test('where no account was read, the fund speaks', () => {
  assert.deepEqual(plain(scene.verdict(of('overlay-binance-unlinked'))), {
    found: 'warning',
    word: 'Fund draining',
  });
});

test('figures that could not be refreshed never read better than watch', () => {
  assert.equal(words.tone(fixture('overlay-bybit-ok'), true), 'watch');
  assert.equal(words.tone(fixture('overlay-okx-critical'), true), 'critical');
  assert.equal(words.tone(null, true), 'unknown');
});

test('the whole is said in one sentence', () => {
  assert.equal(
    scene.summary(of('overlay-binance-warning')),
    'Seawall, warning: BTCUSDT long 5.0\u2009% to liquidation; fund draining, −15\u2009% in 24 hours',
  );
  assert.match(scene.summary(of('overlay-binance-warning', 'unreachable')), /these figures are old$/);
  assert.equal(scene.summary(of(null, 'unreachable')), 'Seawall: Seawall does not answer');
  assert.match(scene.summary(of('overlay-binance-no-fund')), /BTCUSD_PERP short no liquidation price/);
});

test('a position past its liquidation price is not called a distance to it', () => {
  const [position] = fixture('overlay-hyperliquid-breached').positions;
  assert.equal(words.distanceWords(position), 'past liquidation');
});

test('a standing is given on the venue’s own scale', () => {
  assert.equal(words.standing({ raw: 3, scale: '0-4', standing: 0.75 }), '3 of 4');
  assert.equal(words.standing({ raw: 'A', scale: 'letters', standing: 0.5 }), 'A on letters');
});

test('the step that concerns the person is the first stated one that reaches other traders', () => {
  const model = fixture('overlay-binance-warning').loss_model;
  assert.equal(steps.concerning(model.steps, model.next_step).kind, 'auto_deleveraging');
  const without = model.steps.filter(({ kind }) => kind !== 'auto_deleveraging');
  assert.equal(steps.concerning(without, null), null);
});

test('where a vault stands in the place of a fund, it is what pays now', () => {
  assert.equal(steps.paying(fixture('overlay-binance-warning').loss_model.steps).kind, 'insurance_fund');
  assert.equal(
    steps.paying(fixture('overlay-hyperliquid-watch').loss_model.steps).kind,
    'backstop_liquidator',
  );
});

test('a fund that hardly moved draws nearly flat', () => {
  const heights = fund.line(fixture('overlay-bybit-ok').fund.recent).map(({ y }) => y);
  assert.ok(Math.max(...heights) - Math.min(...heights) < 8);
  const drained = fund.line(fixture('overlay-binance-warning').fund.recent).map(({ y }) => y);
  assert.ok(Math.max(...drained) - Math.min(...drained) > 20);
});

test('one point is no line', () => {
  assert.equal(fund.line([{ at: '2026-11-22T08:00:00Z', usd: 1 }]), null);
  assert.equal(fund.line([{ at: 'x', usd: 1 }, { at: 'y', usd: null }]), null);
});

test('it is asked more often while something is the matter', () => {
  assert.equal(cadence.next(of('overlay-binance-warning'), 0), 5_000);
  assert.equal(cadence.next(of('overlay-bybit-ok'), 0), 10_000);
});

test('it is asked less and less often while nothing answers, but never given up', () => {
  const waits = [1, 2, 3, 4, 5, 20].map((failures) => cadence.next(of(null, 'unreachable'), failures));
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

test('a page that is no trading page is not asked about again', () => {
  assert.equal(cadence.next(of(null, 'nothing'), 0), null);
});

test('every trouble says what is so and what to do next', () => {
  for (const status of ['not_paired', 'revoked', 'no_access', 'unreachable', 'failed', 'waiting']) {
    const { title, text, next } = seawall.notices.notice(status);
    for (const said of [title, text, next]) assert.ok(said.length > 10, status);
    assert.ok(![title, text, next].join().includes('!'), status);
  }
  assert.equal(seawall.notices.notice('failed', 'Being migrated.').text, 'Being migrated.');
});

test('an account that is not read says why', () => {
  const [account] = fixture('overlay-bybit-refused').accounts;
  assert.match(seawall.notices.ofAccount(account), /can trade/);
  const { ofAccount } = seawall.notices;
  const quiet = { ...account, status: 'active', message: null, as_of: 'x' };
  assert.equal(ofAccount(quiet), null);
  assert.match(ofAccount({ ...quiet, as_of: null }), /not been read/);
  assert.match(ofAccount({ ...quiet, status: 'pending' }), /being checked/);
  assert.match(ofAccount({ ...quiet, error: { message: 'Down.' } }), /Down/);
});

test('a moment in a sentence is told in this place’s time', () => {
  assert.match(words.localTimes('At 2026-01-02T07:49:20Z.'), /^At \d\d:\d\d on \d+ \w+\.$/);
  assert.match(words.localTimes(`At ${new Date().toISOString()}.`), /^At \d\d:\d\d\.$/);
});

test('it goes to the corner nearest to where it was dropped, however high it is', () => {
  const dropped = (left, top, width = 340, height = 660) =>
    frame.nearest({ left, top, right: left + width, bottom: top + height }, 1280, 800);
  assert.equal(dropped(30, 124), 'bottom-left');
  assert.equal(dropped(30, 80), 'top-left');
  assert.equal(dropped(900, 76), 'top-right');
  assert.equal(dropped(1000, 700, 170, 33), 'bottom-right');
});
