'use strict';
/** The overlay's style sheet; it stands in a closed shadow root, so nothing leaks out or in. */
var seawall = seawall || {};

seawall.styles = `
:host { all: initial !important; display: contents !important; }
*, ::before, ::after { box-sizing: border-box; }
.frame {
  position: fixed; z-index: 2147483647; margin: 0; color: var(--text);
  font: 13px/1.4 var(--font); font-variant-numeric: tabular-nums; text-align: start; direction: ltr;
  /* A page can search for text and read its selection, into closed roots too, but not what cannot be selected. */
  -webkit-user-select: none; user-select: none;
}
.frame[data-corner|="bottom"] { bottom: 16px; } .frame[data-corner|="top"] { top: 112px; }
.frame[data-corner$="left"] { left: 16px; } .frame[data-corner$="right"] { right: 16px; }
.frame.dragging { cursor: grabbing; user-select: none; opacity: .92; }
.frame.busy > * { opacity: .45; }
h2, h3, p, ul, ol { margin: 0; padding: 0; font: inherit; } ul, ol { list-style: none; }
button { all: unset; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; border-radius: 4px; }

.card {
  width: 340px; max-width: calc(100vw - 32px); max-height: min(660px, calc(100vh - 104px));
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--surface); border: 1px solid var(--line); border-top: 3px solid var(--tone);
  border-radius: var(--radius); box-shadow: var(--shadow);
}
.frame[data-corner|="top"] .card { max-height: min(660px, calc(100vh - 128px)); }
.card, .badge { --tone: var(--line); }
.card.ok, .badge.ok { --tone: var(--ok); } .card.watch, .badge.watch { --tone: var(--watch); }
.card.warning, .badge.warning { --tone: var(--warning); } .card.critical, .badge.critical { --tone: var(--critical); }
.body { overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
.body:focus-visible { outline-offset: -2px; }
section { padding: 9px 12px 10px; border-bottom: 1px solid var(--line); }
.body > section:last-child { border-bottom: 0; }

header { display: flex; align-items: center; gap: 8px; padding: 9px 6px 9px 12px; border-bottom: 1px solid var(--line); cursor: grab; touch-action: none; user-select: none; }
.title { min-width: 0; } .title h2 { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
h2 { font-size: 15px; font-weight: 680; letter-spacing: -.005em; line-height: 1.25; } .title p { font-size: 12px; line-height: 1.3; }
.tools { display: flex; }
.icon { width: 26px; height: 26px; display: grid; place-items: center; border-radius: 6px; color: var(--muted); }
.icon:hover { background: color-mix(in srgb, var(--text) 9%, transparent); color: var(--text); }
.icon svg { fill: none; stroke: currentcolor; stroke-width: 1.4; stroke-linecap: round; } .icon circle { fill: currentcolor; stroke: none; }

.row { display: flex; align-items: baseline; gap: 8px; } .row.middle { align-items: center; }
.grow { flex: 1; min-width: 0; } .num { text-align: right; white-space: nowrap; }
.muted { color: var(--muted); } .small { font-size: 12px; } .strong { font-weight: 650; } .light { font-weight: 500; color: var(--muted); }
.cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 55%; }
h3 { font-size: 11px; font-weight: 600; letter-spacing: .02em; color: var(--muted); margin-bottom: 3px; }
p + p, .row + p, ol + p, .bar + p { margin-top: 6px; } p.row { margin-top: 1px; }
.big { font-size: 22px; font-weight: 700; letter-spacing: -.015em; line-height: 1.2; white-space: nowrap; }
.pill { font-weight: 650; font-size: 12px; line-height: 1.35; padding: 2px 9px; border-radius: 99px; white-space: nowrap; color: var(--muted); background: color-mix(in srgb, var(--text) 8%, transparent); }
.pill::first-letter { text-transform: uppercase; }
.pill.ok { color: var(--ok); background: color-mix(in srgb, var(--ok-ground) 60%, var(--surface)); } .pill.watch { color: var(--watch); background: var(--watch-ground); }
.pill.warning { color: var(--warning); background: var(--warning-ground); } .pill.critical { color: var(--critical); background: var(--critical-ground); }
.pill svg { margin-left: 5px; fill: none; stroke: currentcolor; stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
button.pill:hover { box-shadow: inset 0 0 0 1px currentcolor; }
.shape, .word { color: var(--stale); } .word { font-weight: 600; white-space: nowrap; }
.shape.ok, .word.ok { color: var(--ok); } .shape.watch, .word.watch { color: var(--watch); }
.shape.warning, .word.warning { color: var(--warning); } .shape.critical, .word.critical { color: var(--critical); }
.link { color: var(--accent); font: inherit; border-radius: 3px; } .link:hover { text-decoration: underline; text-underline-offset: 2px; }

.touch { flex-wrap: wrap; gap: 0 6px; white-space: nowrap; } .touch .grow { min-width: max-content; } .touch .num { font-size: 11px; }
.details { display: grid; gap: 9px; margin-top: 9px; padding-top: 9px; border-top: 1px solid var(--line); } .part > * + * { margin-top: 3px; } .part .row { margin-top: 0; }
h4 { margin: 0; font: inherit; font-size: 11px; font-weight: 600; letter-spacing: .02em; color: var(--muted); }
table { width: 100%; border-collapse: collapse; font: inherit; color: inherit; } caption { text-align: start; font-size: 11px; font-weight: 600; letter-spacing: .02em; color: var(--muted); }
th, td { padding: 1px 0; font-weight: inherit; text-align: right; } th[scope="row"] { text-align: start; } thead th, th[scope="row"] { color: var(--muted); }
a.link { text-decoration: underline; text-underline-offset: 2px; cursor: pointer; }
.position + .position { margin-top: 10px; padding-top: 10px; border-top: 1px dashed var(--line); }
.bar { position: relative; display: flex; gap: 2px; height: 6px; margin: 7px 0 7px; }
.bar span { border-radius: 1px; flex-basis: 0; opacity: .32; } .bar span.reached { opacity: 1; }
.bar span:first-child { border-radius: 4px 1px 1px 4px; } .bar span:nth-child(4) { border-radius: 1px 4px 4px 1px; }
.bar .critical { background: var(--critical); } .bar .warning { background: var(--warning); } .bar .watch { background: var(--watch); } .bar .ok { background: var(--ok); }
.bar i { position: absolute; top: -4px; width: 4px; height: 14px; margin-left: -2px; background: var(--text); border-radius: 2px; box-shadow: 0 0 0 2px var(--surface); }
.bar.none { background: repeating-linear-gradient(115deg, var(--line) 0 4px, transparent 4px 8px); border-radius: 4px; }
.value { color: var(--text); white-space: nowrap; }
.lights { display: inline-flex; gap: 2px; margin: 0 6px 0 2px; } .lights i { width: 4px; height: 9px; border-radius: 1px; background: var(--line); } .lights i.lit { background: var(--text); }
.others { display: grid; gap: 2px; } .others b { font-weight: 600; }
.aside { background: var(--watch-ground); border-radius: 6px; padding: 6px 8px; margin-bottom: 6px; }
.why ul { display: grid; gap: 4px; } .why .row { gap: 8px; }
.head h3 { white-space: nowrap; flex: none; } .head span { flex: 1; text-align: right; max-width: none; font-size: 11px; }
.spark { flex: none; overflow: visible; color: var(--muted); } .spark polyline { fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
.spark polygon { fill: currentcolor; opacity: .1; } .spark circle { fill: currentcolor; stroke: var(--surface); stroke-width: 1.5; }
.spark.watch { color: var(--watch); } .spark.warning { color: var(--warning); } .spark.critical { color: var(--critical); }
.steps { display: grid; gap: 2px; margin: 2px 0 6px; } .steps li { display: flex; align-items: baseline; gap: 8px; }
.mark { width: 12px; flex: none; color: var(--muted); } .steps .unsure { color: var(--muted); }
.steps .you { font-weight: 650; } .steps .you .mark, .steps .you .num { color: var(--text); }
.steps + p { text-wrap: pretty; } section > .link { display: inline-block; margin-top: 6px; }
footer { padding: 8px 12px; font-size: 12px; border-top: 1px solid var(--line); } .ages { color: var(--muted); }
.old { color: var(--stale); } .old .big, .old b, .old .num, .old .value, .ages .old { color: var(--stale); } .ages .old { font-style: italic; }
.outdated .body > section:not(.notice) { --text: var(--stale); --muted: var(--stale); color: var(--stale); } .outdated .bar, .outdated .spark, .old .bar, .old .spark { opacity: .6; }

.notice.strip { background: var(--watch-ground); } .notice .buttons { margin-top: 10px; }
.button { font-weight: 600; border: 1px solid var(--line); border-radius: 7px; padding: 5px 11px; background: var(--raised); color: var(--text); }
.button:hover { border-color: var(--muted); } .button.primary { background: var(--text); color: var(--surface); border-color: var(--text); }

.badge {
  display: flex; align-items: center; gap: 8px; padding: 9px 14px 9px 11px; font: 650 13px/1 var(--font); font-variant-numeric: tabular-nums; white-space: nowrap;
  color: var(--text); background: var(--surface); border: 1px solid var(--line); border-radius: 99px; box-shadow: var(--shadow); touch-action: none; user-select: none;
}
.badge.watch, .badge.warning, .badge.critical { border-color: var(--tone); }
.badge.ok, .badge.unknown { box-shadow: 0 2px 10px rgb(8 15 25 / .18); } .badge.ok > span:not(.shape) { font-weight: 550; color: var(--muted); }
.badge:hover { background: var(--raised); } .badge.outdated > span { color: var(--stale); }
.badge .light.warning { color: var(--warning); } .badge .light.critical { color: var(--critical); } .badge .light.watch { color: var(--watch); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) {
  .changed { animation: changed .9s ease-out 1; }
  @keyframes changed { from { box-shadow: 0 0 0 6px color-mix(in srgb, var(--tone) 45%, transparent), var(--shadow); } }
}
@media print { .frame { display: none; } }
`;
