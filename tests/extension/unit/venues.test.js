import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { VENUES } from '../../../extension/lib/hosts.js';
import { pageAt, siteOf } from '../../../extension/lib/venues.js';
import { fromPage } from './support/chrome.js';
import { at, text } from './support/files.js';
import { seawall } from './support/overlay.js';

const BTC = 'https://www.binance.com/en/futures/BTCUSDT';

const page = (path) => pageAt(siteOf(fromPage(BTC)), path);

test('what Seawall is asked about holds no query and no fragment', () => {
  assert.equal(page('/en/futures/BTCUSDT?ref=someone#chart').address, BTC);
});

const HTX = 'https://www.htx.com/futures/linear_swap/exchange';

/** What Seawall is asked about at this address: what the page tells, and what the worker makes of it. */
const asked = (url) => pageAt(siteOf(fromPage(url)), seawall.place.of(new URL(url))).address;

test('where a fragment names the contract, its named fields are asked about and no more of it', () => {
  assert.equal(asked(`${HTX}?invite=me#type=cross&contract_code=BTC-USDT&id=7`), `${HTX}#contract_code=BTC-USDT`);
  assert.equal(
    asked(`${HTX}/#contract_type=swap&contract_code=BTC-USDT&type=cross`),
    `${HTX}/#contract_code=BTC-USDT&contract_type=swap`,
  );
  assert.equal(asked(`${HTX}#chart`), HTX);
  assert.equal(asked(`${HTX}?contract_code=BTC-USDT`), HTX);
});

test('a field that is there twice is asked about twice: which is meant is not guessed', () => {
  const twice = `${HTX}#contract_code=BTC-USDT&contract_code=ETH-USDT`;
  assert.equal(asked(twice), twice);
});

test('a fragment stays in the page where the venue keeps no contract in it', () => {
  assert.equal(asked(`${BTC}#contract_code=ETH-USDT`), BTC);
  assert.equal(seawall.place.of(new URL(`${BTC}#contract_code=ETH-USDT`)), '/en/futures/BTCUSDT');
});

test('the worker takes no more of a fragment than the page should have told it', () => {
  const site = siteOf(fromPage(HTX));
  const { address } = pageAt(site, '/futures/linear_swap/exchange#contract_code=BTC-USDT&secret=1');
  assert.equal(address, `${HTX}#contract_code=BTC-USDT`);
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
      const site = siteOf(fromPage(url));
      assert.equal(`${site?.venue.id}.toml`, file, url);
      const known = pageAt(site, seawall.place.of(new URL(url)));
      assert.equal(known.trading, true, url);
      assert.equal(known.address.includes('#'), url.includes('#'), url);
    }
  }
});
