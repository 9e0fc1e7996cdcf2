import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import openapiTS, { COMMENT_HEADER, astToString } from 'openapi-typescript';
import { at, text } from './support/files.js';

const CONTRACT = at('openapi/seawall.json');

test(
  'the types are those of the API as it is written down',
  { skip: existsSync(CONTRACT) ? false : 'openapi/seawall.json is not there' },
  async () => {
    const written = COMMENT_HEADER + astToString(await openapiTS(CONTRACT));
    assert.equal(
      text('extension/types/api.d.ts').trim(),
      written.trim(),
      'run `npm run types` after the API has changed',
    );
  },
);
