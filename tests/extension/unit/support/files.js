import { readFileSync } from 'node:fs';

const ROOT = new URL('../../../../', import.meta.url);

export const at = (path) => new URL(path, ROOT);
export const text = (path) => readFileSync(at(path), 'utf8');
export const json = (path) => JSON.parse(text(path));
export const fixture = (name) => json(`tests/extension/fixtures/${name}.json`);
