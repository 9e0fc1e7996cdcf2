import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { VENUES, pageAt, siteOf } from '../../../extension/lib/venues.js';
import { fromPage } from './support/chrome.js';
import { at, text } from './support/files.js';

const BTC = 'https://www.binance.com/en/futures/BTCUSDT';

const page = (path) => pageAt(siteOf(fromPage(BTC)), path);

test('what Seawall is asked about holds no query and no fragment', () => {
  assert.equal(page('/en/futures/BTCUSDT?ref=someone#chart').address, BTC);
});

test('the site is the one that the browser names; the message may only say the path', () => {
  assert.equal(siteOf(fromPage(BTC)).venue.id, 'binance');
  for (const path of ['//www.okx.com/trade-swap/btc-usdt-swap', 'https://www.okx.com/', '\\\\x', '', 7, null]) {
    assert.equal(page(path), null, String(path));
  }
  assert.equal(page('/\\www.okx.com/trade-swap/btc-usdt-swap'), null);
  assert.equal(page(`/${'x'.repeat(600)}`), null);
});

test('where a symbol is written in another script its address stays as the browser has it', () => {
  const address = 'https://www.binance.com/en/futures/%E5%B8%81USDT';
  assert.equal(page('/en/futures/%E5%B8%81USDT').address, address);
  assert.equal(page('/en/futures/%E5%B8%81USDT').trading, true);
});

test('a tab that is at another site by now is not answered', () => {
  assert.equal(siteOf(fromPage('https://www.okx.com/trade-swap/btc-usdt-swap', { script: BTC })), null);
});

test('only the top frame of a venue’s own host over TLS is a venue’s page', () => {
  for (const sender of [
    fromPage(BTC, { frameId: 3 }),
    fromPage('https://binance.com.example.com/en/futures/BTCUSDT'),
    fromPage('http://www.binance.com/en/futures/BTCUSDT'),
    fromPage('https://example.com/'),
    fromPage('https://constructor/'),
    { id: 'x', url: BTC, frameId: 0 },
  ]) {
    assert.equal(siteOf(sender), null, JSON.stringify(sender));
  }
});

test('every host is known by the venue whose pages it serves', () => {
  assert.equal(VENUES['www.okx.com'].id, 'okx');
  assert.equal(VENUES['app.hyperliquid.xyz'].id, 'hyperliquid');
});

test('every trading page that the venues’ facts know is one where trouble is said', () => {
  const files = readdirSync(at('app/venues/facts')).filter((name) => name.endsWith('.toml'));
  for (const file of files) {
    const facts = text(`app/venues/facts/${file}`);
    const examples = [...facts.matchAll(/\{url = "([^"]+)", kind/g)].map(([, url]) => url);
    for (const url of examples) {
      const { pathname } = new URL(url);
      const known = pageAt(siteOf(fromPage(url)) ?? {}, pathname);
      assert.equal(known?.trading, true, url);
      assert.equal(`${known.venue.id}.toml`, file);
    }
  }
});
