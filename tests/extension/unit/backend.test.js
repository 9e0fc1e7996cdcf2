import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, trouble } from '../../../extension/lib/backend.js';
import { answers, respond } from './support/chrome.js';

const LINK = { address: 'http://127.0.0.1:8765', token: 'sw_x', paired_at: 1 };
const allowed = async () => true;
const kept = async () => false;

test('a request carries the token and nothing of the browser’s', async (t) => {
  const asked = answers(t, respond(200, { ok: true }, { ETag: 'W/"1"' }));
  const answer = await ask(LINK, '/api/v1/positions', { etag: 'W/"0"' });
  assert.deepEqual(answer, { status: 200, body: { ok: true }, etag: 'W/"1"' });
  const [{ url, headers, credentials, redirect, referrerPolicy, cache }] = asked;
  assert.equal(url, 'http://127.0.0.1:8765/api/v1/positions');
  assert.equal(headers.Authorization, 'Bearer sw_x');
  assert.equal(headers['If-None-Match'], 'W/"0"');
  assert.deepEqual(
    { credentials, redirect, referrerPolicy, cache },
    { credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', cache: 'no-store' },
  );
});

test('an answer that is no JSON has no body', async (t) => {
  answers(t, new Response('<h1>hello', { status: 200 }));
  const answer = await ask(LINK, '/');
  assert.deepEqual(answer, { status: 200, body: null, etag: null });
  assert.equal((await trouble(answer, allowed)).status, 'failed');
});

test('no answer is nobody there, or the browser keeping the request back', async (t) => {
  answers(t, new TypeError('Failed to fetch'));
  const answer = await ask(LINK, '/');
  assert.equal(answer.status, null);
  assert.equal((await trouble(answer, allowed)).status, 'unreachable');
  assert.equal((await trouble(answer, kept)).status, 'no_access');
});

test('each refusal is told apart', async () => {
  const of = (status, body = null) => trouble({ status, body, etag: null }, allowed);
  assert.equal((await of(401)).status, 'revoked');
  assert.equal((await of(403)).status, 'revoked');
  assert.deepEqual(await of(503, { message: 'Being migrated.' }), {
    status: 'failed',
    message: 'Being migrated.',
  });
  assert.equal(await of(304), null);
  assert.equal(await of(200, {}), null);
});
