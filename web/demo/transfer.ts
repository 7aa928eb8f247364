// Taking the profile along: out as a file, and in again after a look at what it would add.

import { byId, el, icon } from './dom.js';
import { announce } from './notify.js';
import type { ImportReport } from './predilect/index.js';
import { say, w } from './words.js';

/** What the dialogs ask of the page. */
export interface TransferHost {
  /** The profile as the text of a file, locked where there is a passphrase. */
  save(passphrase: string | undefined): Promise<string>;
  /** Adds what a file holds, or with `preview` says what that would be. */
  load(text: string, passphrase: string | undefined, preview: boolean): Promise<ImportReport>;
  /** Called when something was added. */
  added(report: ImportReport): void;
}

/** A file that is larger is no profile. */
const MOST_BYTES = 50_000_000;

let count = 0;

/** Opens a dialog with a heading; the control of this key has the focus when it closes. */
function open(heading: string, key: string, ...body: (Node | string | false)[]): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>('transfer');
  const close = (): void => dialog.close();
  dialog.replaceChildren(
    el(
      'button',
      { type: 'button', class: 'round detail-close', 'aria-label': w('close'), onclick: close },
      icon('close'),
    ),
    el('div', { class: 'body' }, el('h2', { id: 'transfer-title' }, heading), ...body),
  );
  dialog.onclose = () => {
    // The browser gives the focus back to the control, unless the panel was drawn anew meanwhile. This is told a task later: who has
    // gone on by then is left alone.
    const { activeElement: at, body } = document;
    if (at !== body && !dialog.contains(at)) return;
    document.querySelector<HTMLElement>(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  };
  if (!dialog.open) dialog.showModal();
  return dialog;
}

/** A field for a passphrase, with its label. */
function passphrase(label: string, autocomplete: string): { row: HTMLElement; input: HTMLInputElement } {
  const id = `passphrase-${++count}`;
  const input = el('input', { type: 'password', id, autocomplete, maxlength: 200 });
  return { row: el('p', { class: 'field' }, el('label', { for: id }, label), input), input };
}

/** A line that screen readers are told of when it changes. */
function line(): { element: HTMLElement; tell(text: string, bad?: boolean): void } {
  const element = el('p', { class: 'outcome', role: 'status' });
  return {
    element,
    tell(text, bad = false) {
      element.classList.toggle('danger', bad);
      element.textContent = text;
    },
  };
}

/** Asks for a passphrase, and gives the profile to the browser as a file to keep. */
export function openSave(host: TransferHost): void {
  const { row, input } = passphrase(w('passphraseNew'), 'new-password');
  const outcome = line();
  const submit = async (): Promise<void> => {
    try {
      const text = await host.save(input.value || undefined);
      const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
      const day = new Date().toISOString().slice(0, 10);
      el('a', { href: address, download: `predilect-${day}.json` }).click();
      // The browser has taken it when the click returns, or is about to.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      dialog.close();
      announce(w('saved'));
    } catch (error) {
      outcome.tell(error instanceof Error ? error.message : String(error), true);
    }
  };
  const dialog = open(
    w('saveFile'),
    'save-file',
    el('p', { class: 'text' }, w('saveNote')),
    form(submit, row, outcome.element, el('button', { type: 'submit', class: 'button' }, w('saveFile'))),
  );
  input.focus();
}

/** Asks for a file, shows what it would add, and adds that if the reader agrees. */
export function chooseFile(host: TransferHost): void {
  const input = el('input', { type: 'file', accept: '.json,application/json', id: 'file', hidden: true });
  input.onchange = () => {
    const [file] = input.files ?? [];
    input.remove();
    if (file) void openLoad(host, file);
  };
  input.oncancel = () => input.remove();
  document.getElementById('file')?.remove();
  document.body.append(input);
  input.click();
}

async function openLoad(host: TransferHost, file: File): Promise<void> {
  const { row, input } = passphrase(w('passphrase'), 'current-password');
  row.hidden = true;
  const outcome = line();
  const look = el('button', { type: 'submit', class: 'button' }, w('look'));
  const add = el('button', { type: 'button', class: 'button', hidden: true }, w('addThese'));
  let text = '';
  const secret = (): string | undefined => input.value || undefined;
  const preview = async (): Promise<void> => {
    try {
      const report = await host.load(text, secret(), true);
      const some = report.events + report.typed > 0;
      outcome.tell(some ? say.wouldAdd(report) : w('nothingNew'));
      add.hidden = !some;
      look.hidden = row.hidden = true;
      (some ? add : dialog.querySelector<HTMLElement>('.detail-close'))?.focus();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      const locked = code === 'wrong-passphrase';
      const first = locked && Boolean(row.hidden);
      row.hidden = look.hidden = !locked;
      outcome.tell(say.refused(String(code), first, error instanceof Error ? error.message : String(error)), !first);
      if (locked) input.focus();
    }
  };
  add.onclick = () => {
    add.disabled = true;
    host.load(text, secret(), false).then(
      (report) => {
        dialog.close();
        host.added(report);
      },
      (error: unknown) => {
        add.disabled = false;
        outcome.tell(error instanceof Error ? error.message : String(error), true);
      },
    );
  };
  const dialog = open(
    w('loadFile'),
    'load-file',
    el('p', { class: 'text' }, file.name),
    form(preview, row, outcome.element, el('div', { class: 'taste-tools' }, look, add)),
  );
  look.hidden = true;
  if (file.size > MOST_BYTES) {
    outcome.tell(say.refused('not-an-export', false, ''), true);
    return;
  }
  text = await file.text();
  await preview();
}

function form(submit: () => Promise<void>, ...children: Node[]): HTMLFormElement {
  const element = el('form', { class: 'transfer-form' }, ...children);
  element.onsubmit = (event) => {
    event.preventDefault();
    void submit();
  };
  return element;
}
