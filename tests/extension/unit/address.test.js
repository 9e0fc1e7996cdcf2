import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAddress, statusPage } from '../../../extension/lib/address.js';

const GOOD = {
  'http://127.0.0.1:8765': 'http://127.0.0.1:8765',
  ' http://127.0.0.1:8765/ ': 'http://127.0.0.1:8765',
  '127.0.0.1:9000': 'http://127.0.0.1:9000',
  'localhost:8765': 'http://127.0.0.1:8765',
  'http://localhost:8765': 'http://127.0.0.1:8765',
  'http://127.0.0.1': 'http://127.0.0.1',
};
const BAD = [
  '',
  'http://192.168.1.4:8765',
  'http://127.0.0.1.example.com:8765',
  'http://localhost.example.com',
  'https://127.0.0.1:8765',
  'ftp://127.0.0.1',
  'http://user:secret@127.0.0.1:8765',
  'http://user@127.0.0.1:8765',
  'http://127.0.0.1:8765/path',
  'http://127.0.0.1:8765/?q=1',
  'http://127.0.0.1:99999',
  'javascript:alert(1)',
  'no address',
];

test('only this computer can be the address of Seawall', () => {
  for (const [typed, address] of Object.entries(GOOD)) {
    assert.deepEqual(parseAddress(typed), { ok: true, address }, typed);
  }
});

test('anything else is refused with an example of what would do', () => {
  for (const typed of BAD) {
    const { ok, message } = parseAddress(typed);
    assert.equal(ok, false, typed);
    assert.match(message, /http:\/\/127\.0\.0\.1:8765/);
  }
});

test('each link leads to the page it is about', () => {
  const address = 'http://127.0.0.1:8765';
  assert.equal(statusPage(address, 'positions', 'okx'), `${address}/`);
  assert.equal(statusPage(address, 'accounts', null), `${address}/accounts#link`);
  assert.equal(statusPage(address, 'waterfall', 'okx'), `${address}/venues/okx#waterfall`);
});
