import assert from 'node:assert/strict';
import test from 'node:test';
import { fixture } from './support/files.js';
import { plain, seawall } from './support/overlay.js';

const { outlookWords: words } = seawall;
const T = '\u2009';
const first = (name) => fixture(`overlay-${name}`).positions[0];
const NOW = Date.parse('2026-11-22T08:00:00Z');

test('the chance of a touch in a day is said with its label and the past rate', () => {
  assert.deepEqual(plain(words.touchWords(first('binance-warning'))), {
    text: `24${T}h touch 9.0${T}%, past 7.2${T}%`,
    label: 'ordinary day, not a crash',
  });
});

test('a past rate that is not known is a dash', () => {
  const position = first('binance-warning');
  position.touch.windows[1].historical = null;
  assert.equal(words.touchWords(position).text, `24${T}h touch 9.0${T}%, past –`);
});

test('a chance that is not known is said to be, with its reason among the notes', () => {
  const position = first('bybit-ok');
  assert.deepEqual(plain(words.touchWords(position)), { text: `24${T}h touch –`, label: 'not known' });
  assert.deepEqual(plain(words.outlookNotes(position)), ['31 of 48 hours of prices so far.']);
});

test('where there is no way to liquidation left, no chance of reaching it is told', () => {
  assert.equal(words.touchWords(first('hyperliquid-breached')), null);
  assert.equal(words.touchWords(first('binance-no-fund')), null);
  assert.deepEqual(plain(words.outlookNotes(first('binance-no-fund'))), [`Daily volatility 3.0${T}%.`]);
});

test('the loss is among the notes where the distance stands in daily volatilities', () => {
  assert.match(words.outlookNotes(first('binance-warning')).join(' '), /a loss of \$1,625/);
  assert.doesNotMatch(words.outlookNotes(first('bybit-ok')).join(' '), /a loss/);
});

test('how a venue picks is said where it publishes no place in a queue', () => {
  const pick = (changes) => words.pickWords({ adl_score: null, adl_choice: null, ...changes });
  assert.equal(pick({ adl_choice: 'score', adl_score: { score: 2.03077 } }), 'score 2.03, no rank');
  assert.equal(pick({ adl_choice: 'random' }), 'picked at random');
  assert.equal(pick({ adl_choice: 'account_gain' }), 'by gain, venue-wide');
  for (const adl_choice of ['profit_and_leverage', 'score', 'none', 'unknown', null]) {
    assert.equal(pick({ adl_choice }), 'you: not published', String(adl_choice));
  }
});

test('a score is never called a place, and never the venue’s where it is not', () => {
  const score = { score: 0.296296, source: 'https://venue.example', secondary: false };
  assert.match(words.scoreWords(score, 'OKX'), /^It scores 0\.296 by the formula OKX publishes\. /);
  assert.match(words.scoreWords({ ...score, secondary: true }, 'OKX'), /a formula that others tell of OKX/);
  assert.match(words.scoreWords({ ...score, source: null }, 'OKX'), /that no source confirms/);
  assert.match(words.scoreWords(score, 'OKX'), /no place in the queue: what others score is not known/);
});

test('why there is no score is said in Seawall’s words, once', () => {
  const notes = { adl: 'No queue is published.', adl_score: 'It picks at random.' };
  assert.equal(words.whyNoScore({ notes }), 'No queue is published. It picks at random.');
  assert.equal(words.whyNoScore({ notes: { adl: 'Nothing.', adl_score: 'Nothing.' } }), 'Nothing.');
  assert.equal(words.whyNoScore({ notes: {} }), '');
});

test('the way to the trigger is a part of it, and at the end it is there', () => {
  const position = first('bybit-ok');
  const said = (changes) => words.triggerWords({ ...position.adl_trigger, ...changes }, position, 'Bybit');
  assert.equal(said({}), `BTCUSDT is 12.0${T}% of the way to Bybit’s own trigger.`);
  assert.equal(said({ progress: 1.2 }), 'BTCUSDT is at Bybit’s own trigger.');
  assert.match(said({ subject: 'usdt:shared' }), /^The fund is 12\.0/);
});

test('a hedge says what it offsets, and what deleveraging would leave', () => {
  const { hedge } = first('binance-warning');
  assert.equal(
    words.hedgeWords(hedge),
    `Your short elsewhere offsets 24${T}% of this position. Auto-deleveraging would close this leg and leave the other open.`,
  );
  const two = { ...hedge, share: 1, legs: ['short elsewhere', 'another elsewhere'] };
  assert.equal(
    words.hedgeWords(two),
    'Your short elsewhere and another elsewhere offset all of this position. Auto-deleveraging would close this leg and leave the others open.',
  );
  assert.doesNotMatch(words.hedgeWords({ ...hedge, lost_to_adl: false }), /leave/);
});

test('a session says what could be taken, until when and what it is made of', () => {
  const { session } = first('cryptocom-session');
  assert.deepEqual(plain(words.takenWords(session, NOW)), {
    text: 'Up to 1,240.50 USD',
    until: 'until 09:00 UTC',
  });
  assert.equal(words.madeOf(session), '900.00 USD booked, 340.50 USD open.');
  assert.equal(words.madeOf({ ...session, realized: null, unrealized: -20 }), '−20.00 USD open.');
});

test('a session that is over is not said to go on', () => {
  const { session } = first('cryptocom-session');
  assert.equal(words.takenWords(session, NOW + 3_600_000).until, 'ended 09:00 UTC');
  assert.equal(words.takenWords({ ...session, ends_at: null }, NOW).until, null);
});

test('what could be taken is nothing only where that is known', () => {
  const { session } = first('cryptocom-session');
  assert.equal(words.takenWords({ ...session, at_risk: 0 }, NOW).text, 'Nothing of this session now');
  const unknown = { ...session, at_risk: null, asset: null, realized: null, unrealized: null };
  assert.equal(words.takenWords(unknown, NOW).text, 'No amount is known');
  assert.equal(words.takenTitle(unknown), 'Whether profit can be taken back');
  assert.equal(words.takenTitle(session), 'What can be taken back');
  assert.equal(words.madeOf(unknown), null);
  const withdrawals = { ...unknown, taken_from: 'withdrawals', ends_at: null };
  assert.equal(words.takenWords(withdrawals, NOW).text, 'No amount is known');
  assert.equal(words.takenTitle(withdrawals), 'Withdrawing while money is missing');
});

test('the step that takes from winners says how much, where that is known', () => {
  const position = first('cryptocom-session');
  const reach = (at_risk) => words.reachWords({ session: { ...position.session, at_risk } });
  assert.equal(reach(1240.5), 'up to 1,240.50 USD');
  assert.equal(reach(0), 'nothing now');
  assert.equal(reach(null), 'can reach you');
  assert.equal(words.reachWords({ session: null }), 'can reach you');
});

test('a published rate is told with what it was taken of and when', () => {
  const { session } = first('cryptocom-session');
  assert.equal(words.rateWords(session), null);
  const taken = { ...session, rate: 0.032, rate_at: '2026-11-12T08:00:00Z' };
  assert.equal(words.rateWords(taken), `Last published rate: 3.2${T}% of profits on 12 November.`);
  const cut = { ...taken, taken_from: 'withdrawals', rate_at: null };
  assert.equal(words.rateWords(cut), `Last published rate: 3.2${T}% of withdrawals.`);
});
