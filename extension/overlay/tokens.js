'use strict';
/** Seawall's look: one set of tokens, as on the status page, for the overlay and the pages. */
var seawall = seawall || {};

seawall.tokens = `
:root, :host {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  --ground: #f4f6f8; --surface: #ffffff; --raised: #fbfcfd; --line: #d9dfe6; --text: #12181f; --muted: #566270;
  --ok: #1a7f5a; --watch: #8a6100; --warning: #b54708; --critical: #c01f2e; --stale: #6b7480; --accent: #0b62c4;
  --ok-ground: #e6f4ee; --watch-ground: #fbf2da; --warning-ground: #fdeee2; --critical-ground: #fdeaec;
  --space: 4px; --radius: 10px; --shadow: 0 8px 28px rgb(8 15 25 / .22);
}
@media (prefers-color-scheme: dark) {
  :root, :host {
    --ground: #0d1117; --surface: #151b23; --raised: #1b232d; --line: #2c3642; --text: #e8eef4; --muted: #98a5b3;
    --ok: #4cc38a; --watch: #e2b93b; --warning: #f78c45; --critical: #ff6b6f; --stale: #8a95a1; --accent: #6cb0ff;
    --ok-ground: #12291f; --watch-ground: #2d2611; --warning-ground: #33200f; --critical-ground: #371618;
    --shadow: 0 10px 32px rgb(0 0 0 / .55);
  }
}`;
