// Small helpers around the document. Texts of items only ever become text nodes.

export { el, type Icon, icon, type Props, safeAddress } from './predilect/elements/dom.js';

/** The element of this id, which the page must have. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** Runs a change of the page as a view transition, where there are any and motion is welcome. Resolves when it is made. */
export async function change(update: () => void): Promise<void> {
  // What moves would be drawn above an open dialog.
  const covered = document.querySelector('dialog[open], .drawer-open') !== null;
  const still = covered || document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (still || !('startViewTransition' in document)) {
    update();
    return;
  }
  const transition = document.startViewTransition(update);
  // A transition that is skipped (another began) rejects `ready`; the change is made all the same.
  transition.ready.catch(() => {});
  transition.finished.catch(() => {});
  await transition.updateCallbackDone;
}

/** Lets the browser draw what there is, and answer to the reader, before more is made. */
export const breath = async (): Promise<void> => {
  // Nobody waits for a page that is not seen, and its timers are slow.
  if (!document.hidden) await new Promise((next) => setTimeout(next));
};

/** Replaces an element's children and keeps the focus on the control of the same `data-key`. */
export function replaceKeepingFocus(parent: HTMLElement, children: Node[]): void {
  const key = parent.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.key : undefined;
  parent.replaceChildren(...children);
  if (key === undefined) return;
  const next = [...parent.querySelectorAll<HTMLElement>('[data-key]')].find((element) => element.dataset.key === key);
  (next ?? parent.querySelector<HTMLElement>('button, summary') ?? parent).focus({ preventScroll: true });
}
