import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { selfCheck } from '../../../extension/lib/checks.js';
import { connect } from '../../../extension/lib/connection.js';
import { answers, install, respond } from './support/chrome.js';

const healthy = (version = '0.1.0') => respond(200, { status: 'ok', version });
const figures = () => respond(200, { items: [] });
let made;

beforeEach(async () => {
  made = install();
  await connect({ address: 'http://127.0.0.1:8765', token: 'sw_x', paired_at: 1 });
});

const states = async () => Object.fromEntries((await selfCheck()).map(({ id, state }) => [id, state]));

test('all is well', async (t) => {
  answers(t, healthy(), figures());
  assert.deepEqual(await states(), { access: 'good', backend: 'good', token: 'good', version: 'good' });
});

test('what stands on a broken link is not checked, and every broken one says what to do', async (t) => {
  made.permissions.allowed = false;
  const asked = answers(t, healthy());
  assert.deepEqual(await states(), { access: 'bad', backend: 'skipped', token: 'skipped', version: 'skipped' });
  assert.equal(asked.length, 0);
  for (const { state, next } of await selfCheck()) assert.equal(next !== null, state === 'bad');
});

test('nobody answers', async (t) => {
  answers(t, new TypeError('Failed to fetch'));
  assert.equal((await states()).backend, 'bad');
});

test('something else answers', async (t) => {
  answers(t, respond(200, { hello: 'world' }));
  assert.equal((await states()).backend, 'bad');
});

test('the token is not accepted', async (t) => {
  answers(t, healthy(), respond(401, {}));
  assert.equal((await states()).token, 'bad');
});

test('a token is not sent to ask whether anybody is there', async (t) => {
  const asked = answers(t, healthy(), figures());
  await selfCheck();
  assert.equal(asked[0].headers.Authorization, undefined);
});

test('it is not paired', async (t) => {
  await connect({ address: 'http://127.0.0.1:8765', token: null, paired_at: null });
  answers(t, healthy());
  assert.equal((await states()).token, 'bad');
});

test('a patch release apart is the same version, a minor one is not', async (t) => {
  answers(t, healthy('0.1.7'), figures(), healthy('0.2.0'), figures());
  assert.equal((await states()).version, 'good');
  assert.equal((await states()).version, 'bad');
});
