import { readFileSync } from 'node:fs';
import vm from 'node:vm';

/**
 * The overlay's scripts as a browser runs them: one after the other in one scope, in the order
 * of the manifest. Those that need a page at once are left out.
 */
const EXTENSION = new URL('../../../../extension/', import.meta.url);
const NEED_A_PAGE = new Set(['overlay/content.js']);

const manifest = JSON.parse(readFileSync(new URL('manifest.json', EXTENSION), 'utf8'));
const scope = vm.createContext({ Date, URL, URLSearchParams });
for (const script of manifest.content_scripts[0].js) {
  if (!NEED_A_PAGE.has(script)) {
    vm.runInContext(readFileSync(new URL(script, EXTENSION), 'utf8'), scope, { filename: script });
  }
}

export const seawall = scope.seawall;

/** What a script of another scope returned, as plain data of this one. */
export const plain = (value) => JSON.parse(JSON.stringify(value));
