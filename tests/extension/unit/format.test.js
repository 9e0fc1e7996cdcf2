import assert from 'node:assert/strict';
import test from 'node:test';
import { fixture } from './support/files.js';
import { seawall } from './support/overlay.js';

const { format } = seawall;
const T = '\u2009';
const WORDED_ALONE = ['percent', 'change', 'shortChange', 'money', 'price', 'quantity', 'leverage', 'moves', 'duration', 'figure', 'probability'];

// The status page's wordings; a Python test holds the same table against the page's.
for (const [name, cases] of Object.entries(fixture('wording'))) {
  test(`${name} is worded as on the status page`, () => {
    for (const given of cases) assert.equal(format[name](...given.slice(0, -1)), given.at(-1));
  });
}

test('no number is a dash, never a zero', () => {
  for (const name of [...WORDED_ALONE, 'amount']) {
    for (const nothing of [null, undefined, NaN, Infinity]) {
      assert.equal(format[name](nothing), '–', `${name}(${nothing})`);
    }
  }
});

test('a change is always signed, with a true minus', () => {
  assert.equal(format.change(-0.154), `−15.4${T}%`);
  assert.equal(format.change(0.0011), `+0.1${T}%`);
  assert.equal(format.change(-0.0001), `+0.0${T}%`);
});

test('in little room a change of ten percent and more loses its decimal', () => {
  assert.equal(format.shortChange(-0.154), `−15${T}%`);
  assert.equal(format.shortChange(-0.0994), `−9.9${T}%`);
});

test('daily volatilities are whole from ten on', () => {
  assert.equal(format.moves(1.7), '1.7');
  assert.equal(format.moves(10.2), '10');
});

test('a duration is in the largest unit that it fills', () => {
  assert.equal(format.duration(4.9), `4${T}s`);
  assert.equal(format.duration(59.9), `59${T}s`);
  assert.equal(format.duration(1320), `22${T}min`);
  assert.equal(format.duration(47 * 3600), `47${T}h`);
  assert.equal(format.duration(48 * 3600), `2${T}d`);
  assert.equal(format.duration(-3), `0${T}s`);
});

test('a probability is neither none nor certain because it was rounded', () => {
  assert.equal(format.probability(0), `0${T}%`);
  assert.equal(format.probability(0.00004), `<0.01${T}%`);
  assert.equal(format.probability(0.00006), `0.01${T}%`);
  assert.equal(format.probability(0.0902), `9.0${T}%`);
  assert.equal(format.probability(0.9949), `99${T}%`);
  assert.equal(format.probability(0.9951), `>99${T}%`);
  assert.equal(format.probability(1), `100${T}%`);
});

test('a score keeps the three digits that matter, however small or large', () => {
  assert.equal(format.figure(0), '0');
  assert.equal(format.figure(2.03077), '2.03');
  assert.equal(format.figure(0.000296296), '0.000296');
  assert.equal(format.figure(12345.6), '12,346');
  assert.equal(format.figure(-0.25), '−0.25');
});

test('a tiny price keeps its digits and gets no exponent', () => {
  assert.equal(format.price(0.0000012345), '0.000001234');
  assert.equal(format.price(0.5), '0.5');
});
