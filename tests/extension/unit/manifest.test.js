import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { VENUES } from '../../../extension/lib/hosts.js';
import { at, json, text } from './support/files.js';

const manifest = json('extension/manifest.json');
const [content] = manifest.content_scripts;

test('the overlay is drawn on the venues’ hosts and on no other', () => {
  const hosts = Object.keys(VENUES).map((host) => `https://${host}/*`);
  assert.deepEqual(content.matches, hosts.sort());
  assert.notEqual(content.all_frames, true);
});

test('nothing is asked for beyond storage and this computer', () => {
  assert.deepEqual(manifest.permissions, ['storage']);
  assert.deepEqual(manifest.host_permissions, ['http://127.0.0.1/*']);
  assert.equal(manifest.optional_host_permissions, undefined);
});

test('no page can load anything of the extension’s', () => {
  assert.equal(manifest.web_accessible_resources, undefined);
  assert.equal(manifest.externally_connectable, undefined);
});

test('the extension’s own code can reach this computer alone', () => {
  const policy = manifest.content_security_policy.extension_pages;
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /connect-src http:\/\/127\.0\.0\.1:\*;/);
});

test('every file that is named is there, and every script of the overlay is named', () => {
  const named = [
    manifest.background.service_worker,
    ...content.js,
    ...Object.values(manifest.icons),
    manifest.action.default_popup,
    manifest.options_ui.page,
  ];
  for (const file of named) assert.ok(existsSync(at(`extension/${file}`)), file);
  const scripts = readdirSync(at('extension/overlay')).map((name) => `overlay/${name}`);
  assert.deepEqual([...content.js].sort(), scripts.sort());
});

test('both kinds of browser load the same worker', () => {
  assert.deepEqual(manifest.background.scripts, [manifest.background.service_worker]);
  assert.equal(manifest.background.type, 'module');
});

test('the version is one', () => {
  assert.equal(json('package.json').version, manifest.version);
  assert.ok(text('app/__init__.py').includes(`"${manifest.version}"`));
});

test('the colours are those of the status page', () => {
  const colours = (css) => new Set(css.match(/--[a-z-]+: #[0-9a-f]{6}/g));
  assert.deepEqual(
    colours(text('extension/overlay/tokens.js')),
    colours(text('app/web/static/tokens.css')),
  );
});
