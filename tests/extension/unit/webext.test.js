import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { at } from './support/files.js';

// Each browser takes the one of the two background keys that it knows.
const EXPECTED = ['BACKGROUND_SERVICE_WORKER_IGNORED'];

test('Mozilla’s linter has nothing against it but what is meant so', () => {
  const linter = fileURLToPath(at('node_modules/web-ext/bin/web-ext.js'));
  const options = ['lint', '--source-dir', fileURLToPath(at('extension')), '--output', 'json'];
  const printed = execFileSync(process.execPath, [linter, ...options, '--no-config-discovery'], {
    env: { ...process.env, NO_UPDATE_NOTIFIER: '1' },
    encoding: 'utf8',
  });
  const { errors, warnings, notices } = JSON.parse(printed);
  const found = [...errors, ...warnings, ...notices].map(({ code }) => code);
  assert.deepEqual(found, EXPECTED);
});
