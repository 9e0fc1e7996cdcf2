import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { connection } from '../../../extension/lib/connection.js';
import { pair } from '../../../extension/lib/pairing.js';
import { answers, install, respond } from './support/chrome.js';

const ADDRESS = 'http://127.0.0.1:8765';
let made;

beforeEach(() => {
  made = install();
});

test('a code becomes a token', async (t) => {
  const asked = answers(t, respond(201, { token: 'sw_new', scopes: ['read'], base_url: ADDRESS }));
  assert.deepEqual(await pair(ADDRESS, ' abcd-efgh '), { ok: true });
  assert.equal(asked[0].url, `${ADDRESS}/api/v1/pairing`);
  assert.equal(JSON.parse(asked[0].body).code, 'abcd-efgh');
  assert.equal((await connection()).token, 'sw_new');
});

test('what the answer calls its own address is not believed', async (t) => {
  answers(t, respond(201, { token: 'sw_new', scopes: ['read'], base_url: 'http://192.0.2.1' }));
  await pair(ADDRESS, 'ABCD-EFGH');
  assert.equal((await connection()).address, ADDRESS);
});

test('another computer is never asked', async (t) => {
  const asked = answers(t, respond(201, { token: 'sw_new' }));
  assert.equal((await pair('http://192.0.2.1:8765', 'ABCD-EFGH')).ok, false);
  assert.equal(asked.length, 0);
});

test('each failure says what is so and what to do', async (t) => {
  const cases = [
    [respond(403, {}), /wrong, was used already, or is older/],
    [respond(422, {}), /Make a new one/],
    [respond(429, {}), /Wait a minute/],
    [respond(500, { message: 'The disk is full.' }), /The disk is full/],
    [new Response('<html>', { status: 200 }), /does not seem to be Seawall/],
    [new TypeError('Failed to fetch'), /seawall up/],
  ];
  for (const [reply, said] of cases) {
    t.mock.restoreAll();
    answers(t, reply);
    const result = await pair(ADDRESS, 'ABCD-EFGH');
    assert.equal(result.ok, false);
    assert.match(result.message, said);
  }
  assert.equal((await connection()).token, null);
  assert.match((await pair(ADDRESS, '  ')).message, /Enter the code/);
});

test('a request that the browser keeps back is told from nobody answering', async (t) => {
  made.permissions.allowed = false;
  answers(t, new TypeError('Failed to fetch'));
  assert.match((await pair(ADDRESS, 'ABCD-EFGH')).message, /Site access/);
});
