// How elements look. Pages change it by custom properties and by the names in `part`, and by their own `color-scheme`: light or dark
// letters on a page that is neither could not be read.

const CSS = `
:host {
  --predilect-accent: light-dark(#0b6b57, #5ecbb0);
  --predilect-text: light-dark(#16211d, #e8efec);
  --predilect-soft: light-dark(#52625b, #a6b5af);
  --predilect-surface: light-dark(#fff, #18211f);
  --predilect-rule: light-dark(#d9e2dd, #2f3d38);
  --predilect-radius: 12px;
  --predilect-gap: 16px;
  --predilect-card-width: 220px;
  display: block;
  color: var(--predilect-text);
  font: inherit;
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
h2 { margin: 0 0 12px; font-size: 1.15em; }
ul { margin: 0; padding: 0; list-style: none; }
.list {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(var(--predilect-card-width), 100%), 1fr));
  gap: var(--predilect-gap);
}
.card {
  display: flex;
  flex-direction: column;
  gap: 6px;
  height: 100%;
  padding: 14px;
  border: 1px solid var(--predilect-rule);
  border-radius: var(--predilect-radius);
  background: var(--predilect-surface);
  overflow-wrap: anywhere;
}
.card img { width: 100%; aspect-ratio: 16 / 9; object-fit: cover; border-radius: calc(var(--predilect-radius) - 5px); }
.title { margin: 0; font-size: 1em; font-weight: 600; }
.title a { color: inherit; text-decoration: none; }
.title a:hover { text-decoration: underline; }
.meta, .why, .note, small { margin: 0; color: var(--predilect-soft); font-size: .85em; }
.why { margin-top: auto; }
.acts, .row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
button, input {
  min-height: 44px;
  font: inherit;
  color: inherit;
}
button {
  display: inline-flex;
  gap: 6px;
  align-items: center;
  padding: 4px 12px;
  border: 1px solid var(--predilect-rule);
  border-radius: 999px;
  background: transparent;
  cursor: pointer;
}
button:hover { border-color: var(--predilect-accent); }
button[aria-pressed='true'] { border-color: var(--predilect-accent); color: var(--predilect-accent); font-weight: 600; }
:focus-visible { outline: 2px solid var(--predilect-accent); outline-offset: 2px; }
.icon { width: 1.15em; height: 1.15em; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.acts button span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.acts button { justify-content: center; min-width: 44px; padding: 4px; }
input[type='search'], input[type='text'] {
  flex: 1;
  min-width: 0;
  padding: 4px 14px;
  border: 1px solid var(--predilect-rule);
  border-radius: 999px;
  background: var(--predilect-surface);
}
input[type='checkbox'] { min-height: 0; width: 20px; height: 20px; accent-color: var(--predilect-accent); }
.status { display: flex; gap: 12px; align-items: center; min-height: 1.5em; margin: 10px 0 0; color: var(--predilect-soft); font-size: .9em; }
.more { margin-top: 14px; }
.wait { min-height: 150px; border-radius: var(--predilect-radius); background: var(--predilect-rule); opacity: .5; }
@media (prefers-reduced-motion: no-preference) {
  .wait { animation: breathe 1.4s ease-in-out infinite alternate; }
  @keyframes breathe { to { opacity: .25; } }
}
.map { display: block; width: 100%; max-width: 700px; aspect-ratio: 1 / .66; margin: 14px 0; overflow: hidden; border: 1px solid var(--predilect-rule); border-radius: var(--predilect-radius); background: var(--predilect-surface); }
.map text { font-size: 13px; text-anchor: middle; fill: var(--predilect-text); paint-order: stroke; stroke: var(--predilect-surface); stroke-width: 3px; }
.map .topic { font-size: 12px; fill: var(--predilect-soft); }
.map .name { font-weight: 600; }
.map .dot { fill: var(--predilect-soft); opacity: .35; }
.map .own { fill: var(--predilect-accent); }
.map .area { fill: var(--predilect-accent); opacity: .18; }
.chips { display: grid; gap: 8px; margin-bottom: 14px; }
[role='search'] { margin-bottom: var(--predilect-gap); }
label.row { flex-wrap: nowrap; margin: 12px 0; }
summary { padding: 11px 12px; border: 1px solid var(--predilect-rule); border-radius: var(--predilect-radius); cursor: pointer; }
details > div { display: grid; gap: 8px; padding: 8px 12px; }
meter { appearance: none; width: 5em; height: 6px; vertical-align: middle; border-radius: 3px; overflow: hidden; background: var(--predilect-rule); }
meter::-webkit-meter-bar { height: 6px; border: 0; background: none; }
meter::-webkit-meter-optimum-value { background: var(--predilect-accent); }
meter::-moz-meter-bar { background: var(--predilect-accent); }
.muted { opacity: .6; }
`;

let sheet: CSSStyleSheet | undefined;

/** The style sheet of all elements. Constructed, so that no content policy has to allow inline styles. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
