// What the page says in passing: a line at its foot that can be undone, and words for screen readers.

import { byId, el, icon } from './dom.js';
import { w } from './words.js';

const LONG = 9000;
const SHORT = 4000;
let hide: ReturnType<typeof setTimeout> | undefined;

const box = byId('snack');
const close = (): void => {
  box.hidden = true;
};
const closeAfter = (time: number): void => {
  clearTimeout(hide);
  hide = setTimeout(close, time);
};
// It stays while somebody is at it.
for (const come of ['mouseenter', 'focusin']) box.addEventListener(come, () => clearTimeout(hide));
for (const go of ['mouseleave', 'focusout']) box.addEventListener(go, () => closeAfter(SHORT));

/** Shows a line for some seconds, with a button if there is something to do: to undo, unless its label says otherwise. */
export function snack(text: string, run?: () => void, label?: string): void {
  const act = (): void => {
    close();
    run?.();
  };
  const words = label === undefined ? [icon('undo'), w('undo')] : [label];
  box.replaceChildren(
    el('span', {}, text),
    ...(run ? [el('button', { type: 'button', class: 'link', onclick: act }, ...words)] : []),
  );
  box.hidden = false;
  closeAfter(LONG);
}

/** Tells screen readers. */
export function announce(text: string): void {
  byId('live').textContent = text;
}
