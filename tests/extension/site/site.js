'use strict';
/* A made-up trading page: enough of one to see what an overlay covers. */
const PAGES = {
  'www.binance.com': { name: 'binance.com', colour: '#f0b90b', btc: '/en/futures/BTCUSDT', eth: '/en/futures/ETHUSDT' },
  'www.bybit.com': { name: 'bybit.com', colour: '#f7a600', btc: '/trade/usdt/BTCUSDT', eth: '/trade/usdt/ETHUSDT' },
  'www.okx.com': { name: 'okx.com', colour: '#8b949e', btc: '/trade-swap/btc-usdt-swap', eth: '/trade-swap/eth-usdt-swap' },
  'app.hyperliquid.xyz': { name: 'hyperliquid.xyz', colour: '#50d2c1', btc: '/trade/BTC', eth: '/trade/ETH' },
};
const page = PAGES[location.hostname] ?? PAGES['www.binance.com'];
const at = (id) => document.getElementById(id);
const show = () => {
  const symbol = location.pathname.split('/').pop().toUpperCase() || 'HOME';
  at('symbol').textContent = symbol;
  at('price').textContent = /ETH/.test(symbol) ? '3,105.42' : '65,000.0';
  at('mark').textContent = at('price').textContent;
};
const go = (path) => {
  history.pushState({}, '', path);
  show();
};
document.documentElement.style.setProperty('--brand', page.colour);
at('venue').textContent = page.name;
at('btc').onclick = () => go(page.btc);
at('eth').onclick = () => go(page.eth);
at('home').onclick = () => go('/en');
at('back').onclick = () => history.back();
addEventListener('popstate', show);
show();

let seed = 7;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const SVG = 'http://www.w3.org/2000/svg';
const make = (tag, attributes) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
const chart = make('svg', { viewBox: '0 0 780 440', preserveAspectRatio: 'none' });
for (let y = 40; y < 440; y += 60) chart.append(make('line', { class: 'grid', x1: 0, x2: 780, y1: y, y2: y }));
let level = 250;
for (let x = 8; x < 770; x += 9) {
  const open = level;
  level = Math.min(400, Math.max(60, level + (random() - 0.53) * 26));
  const kind = level < open ? 'rise' : 'fall';
  const [top, bottom] = [Math.min(open, level), Math.max(open, level)];
  chart.append(make('line', { class: kind, x1: x + 2.5, x2: x + 2.5, y1: top - random() * 14, y2: bottom + random() * 14 }));
  chart.append(make('rect', { class: kind, x, y: top, width: 5, height: Math.max(1, bottom - top) }));
}
document.querySelector('.chart').append(chart);

const line = (kind, ...cells) => {
  const row = document.createElement('li');
  row.className = kind;
  for (const text of cells) row.append(Object.assign(document.createElement('span'), { textContent: text }));
  at('book').append(row);
};
for (let i = 9; i > 0; i--) line('ask', (65000 + i * 0.7).toFixed(1), (random() * 4).toFixed(3));
line('last', '65,000.0');
for (let i = 1; i < 10; i++) line('bid', (65000 - i * 0.7).toFixed(1), (random() * 4).toFixed(3));
for (const cells of [
  ['BTCUSDT Long 20×', '0.500', '64,000.0', '65,000.0', '1,620.00', '+500.00'],
  ['ETHUSDT Short 3×', '4.200', '3,152.00', '3,105.42', '4,347.59', '+195.64'],
]) {
  const row = document.createElement('tr');
  for (const text of cells) row.append(Object.assign(document.createElement('td'), { textContent: text }));
  at('rows').append(row);
}
