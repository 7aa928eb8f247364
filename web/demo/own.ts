// The page for a catalogue of one's own: a file is read, looked at, encoded and recommended from, all in this tab.

import { byId, el } from './dom.js';
import { announce, snack } from './notify.js';
import { asOptions, type ColumnRole, columnOf, columnTable, leftOut, type Roles, rolesOf } from './own-columns.js';
import { drawResult, openResult } from './own-result.js';
import { type BuildProgress, type BuildReport, buildCatalogue, previewRecords } from './predilect/build.js';
import { decode } from './predilect/decode.js';
import { PredilectError } from './predilect/index.js';
import { readSettings, startControls, wordPage, writeSettings } from './settings.js';
import { firstOf, type Head, headOf } from './table.js';
import { size, w } from './words.js';
import { o, readLine, tell, trouble } from './words-own.js';

const MOST_BYTES = 20e6;
const MOST_ITEMS = 5000;

/** A file that was read and is looked at. */
interface Looked {
  name: string;
  text: string;
  encoding: string | undefined;
  head: Head;
  roles: Roles;
  /** Undefined where the records cannot be used with these roles. */
  report: BuildReport | undefined;
}

const settings = readSettings();
let looked: Looked | undefined;
/** What is wrong with the file that was brought last. */
let wrong: { code: string; message: string } | undefined;
/** Another way to take the same file, where that may help. */
let again: { words(): string; take(): void } | undefined;
let reading: AbortController | undefined;
let building: AbortController | undefined;
let progress: BuildProgress | undefined;

/** Takes a file or a pasted text. */
async function take(name: string, content: File | string, encoded?: string): Promise<void> {
  reading?.abort();
  reading = new AbortController();
  const { signal } = reading;
  wrong = undefined;
  again = undefined;
  drawTrouble();
  try {
    const bytes = typeof content === 'string' ? content.length : content.size;
    if (bytes > MOST_BYTES) throw new PredilectError('too-large', tell.tooLarge(size(bytes), size(MOST_BYTES)));
    const { text, encoding } =
      typeof content === 'string'
        ? { text: content, encoding: undefined }
        : decode(new Uint8Array(await content.arrayBuffer()), encoded);
    if (text.trim() === '') throw new PredilectError('no-items', tell.empty());
    const head = headOf(text);
    const found = { name, text, encoding, head, roles: rolesOf(head, undefined), report: undefined };
    const report = await read(found, false, signal);
    if (signal.aborted) return;
    looked = { ...found, report, roles: rolesOf(head, report) };
    drawPreview();
    byId('preview').focus({ preventScroll: true });
    byId('preview').scrollIntoView({ block: 'nearest' });
  } catch (error) {
    if (signal.aborted) return;
    wrong = described(error);
    // Bytes above ASCII that are not UTF-8 come from older Western programs, most often; what is no text at all stays none.
    if (wrong.code === 'not-text' && !encoded && /no text in utf-8/.test(wrong.message)) {
      again = { words: () => o('asWestern'), take: () => void take(name, content, 'windows-1252') };
    }
    drawTrouble();
  }
}

/** What would become of the records; undefined where the columns must be told first. */
async function read(file: Looked, told: boolean, signal: AbortSignal): Promise<BuildReport | undefined> {
  try {
    const how = told ? asOptions(file.roles) : {};
    return await previewRecords(file.text, { ...how, maxItems: MOST_ITEMS, signal });
  } catch (error) {
    const { code } = described(error);
    if (code === 'too-large') {
      again = {
        words: () => o('useFirst', { count: MOST_ITEMS.toLocaleString('en') }),
        take: () => void take(file.name, firstOf(file.text, MOST_ITEMS)),
      };
      throw new PredilectError('too-large', tell.tooMany(MOST_ITEMS));
    }
    if (code === 'no-items' && file.head.columns.length > 0 && file.head.rows.length > 0) return undefined;
    throw error;
  }
}

/** Encodes the records and shows what they recommend. Stopped, everything stays as it was. */
async function build(): Promise<void> {
  if (!looked?.report || building) return;
  const file = looked;
  building = new AbortController();
  const { signal } = building;
  progress = undefined;
  wrong = undefined;
  drawTrouble();
  drawPreview();
  drawProgress();
  byId('cancel').focus();
  announce(o('building'));
  try {
    const built = await buildCatalogue(file.text, {
      ...asOptions(file.roles),
      name: file.name,
      maxItems: MOST_ITEMS,
      encoder: './model/',
      signal,
      onProgress(step) {
        progress = step;
        drawProgress();
      },
    });
    await openResult(built, { price: columnOf(file.roles, 'price'), url: columnOf(file.roles, 'url') });
    // Another file may have been brought meanwhile.
    if (looked === file) looked = undefined;
  } catch (error) {
    if (signal.aborted) snack(o('cancelled'));
    else wrong = described(error);
  } finally {
    building = undefined;
    drawTrouble();
    drawPreview();
    drawProgress();
    if (looked) byId('build').focus({ preventScroll: true });
  }
}

function drawTrouble(): void {
  const place = byId('trouble');
  place.hidden = wrong === undefined;
  if (!wrong) return;
  place.replaceChildren(
    el('h2', {}, o('wrong')),
    el('p', { id: 'trouble-text', 'data-code': wrong.code }, trouble(wrong.code, wrong.message)),
    again ? el('button', { type: 'button', class: 'button', id: 'again', onclick: again.take }, again.words()) : '',
  );
}

function drawPreview(): void {
  const place = byId('preview');
  place.hidden = looked === undefined;
  if (!looked) {
    place.replaceChildren();
    return;
  }
  const { name, head, roles, report, encoding } = looked;
  const focused = (document.activeElement as HTMLElement | null)?.dataset.column;
  place.replaceChildren(
    el('h2', { id: 'preview-title' }, name),
    el('p', { id: 'read', role: 'status' }, report ? readLine(report.kept, report.read, encoding) : o('useColumn')),
    report ? leftOut(report) || '' : '',
    el('h3', { id: 'columns-title' }, o('columns')),
    el('p', { class: 'note' }, o('columnsNote')),
    columnTable(head, roles, (column, role) => void retell(column, role)),
    el(
      'p',
      {},
      el(
        'button',
        {
          type: 'button',
          class: 'button lead-button',
          id: 'build',
          disabled: !report || report.kept === 0 || building !== undefined,
          onclick: () => void build(),
        },
        o('build'),
      ),
    ),
  );
  if (focused) place.querySelector<HTMLElement>(`[data-column="${CSS.escape(focused)}"]`)?.focus();
}

/** The reader says what a column is. */
async function retell(column: string, role: ColumnRole): Promise<void> {
  if (!looked) return;
  const file = looked;
  file.roles.set(column, role);
  reading?.abort();
  reading = new AbortController();
  const { signal } = reading;
  try {
    file.report = await read(file, true, signal);
    wrong = undefined;
  } catch (error) {
    if (signal.aborted) return;
    file.report = undefined;
    wrong = described(error);
  }
  drawTrouble();
  drawPreview();
}

function drawProgress(): void {
  const place = byId('progress');
  place.hidden = building === undefined;
  if (!building) {
    place.replaceChildren();
    return;
  }
  const known = progress?.phase === 'encode' || (progress?.phase === 'load' && progress.total !== undefined);
  const [value, max] =
    progress?.phase === 'encode' ? [progress.done, progress.total] : [progress?.loaded ?? 0, progress?.total ?? 1];
  const words = stepWords();
  const [bar, line] = [place.querySelector('progress'), place.querySelector('#step')];
  if (bar && line) {
    // Kept, so that the button can be pressed meanwhile.
    line.textContent = words;
    bar.max = max;
    if (known) bar.value = value;
    else bar.removeAttribute('value');
    return;
  }
  place.replaceChildren(
    el('h2', {}, o('building')),
    el('p', { id: 'step' }, words),
    el('progress', { max, 'aria-label': o('building') }),
    el('button', { type: 'button', class: 'button', id: 'cancel', onclick: () => building?.abort() }, w('cancel')),
  );
  place.scrollIntoView({ block: 'nearest' });
}

function stepWords(): string {
  if (!progress) return o('reading');
  if (progress.phase === 'load') {
    const { file, loaded, total } = progress;
    if (file !== 'model') return o('reading');
    if (loaded === total) return o('preparing');
    return o('loadingModel', { done: size(loaded), size: total === undefined ? '?' : size(total) });
  }
  const { done, total, left } = progress;
  if (done === total) return o('writing');
  const counted = o('encoding', { done: String(done), total: String(total) });
  return left === undefined ? counted : `${counted} · ${o('left', { time: tell.seconds(left) })}`;
}

function described(error: unknown): { code: string; message: string } {
  return {
    code: error instanceof PredilectError ? error.code : 'unexpected',
    message: error instanceof Error ? error.message : String(error),
  };
}

function reword(): void {
  wordPage(settings, o);
  document.title = `${o('ownTitle')}: Predilect`;
  byId('limits').textContent = o('dropNote', { items: MOST_ITEMS.toLocaleString('en'), size: size(MOST_BYTES) });
  drawTrouble();
  drawPreview();
  byId('progress').replaceChildren();
  drawProgress();
  drawResult();
}

const input = byId<HTMLInputElement>('file');
const drop = byId('drop');
byId('choose').onclick = () => input.click();
input.onchange = () => {
  const [file] = input.files ?? [];
  if (file) void take(file.name, file);
  // The same file may be chosen again, after it was mended.
  input.value = '';
};
byId('use-text').onclick = () => void take(o('paste'), byId<HTMLTextAreaElement>('text').value);
byId('sample').onclick = async () => {
  try {
    const response = await fetch('./sample.csv');
    if (!response.ok) throw new PredilectError('not-found', `sample.csv: ${response.status}`);
    await take('sample.csv', await response.text());
  } catch (error) {
    wrong = described(error);
    drawTrouble();
  }
};
// Anywhere on the page: a file that misses the box must not be opened by the browser in place of the page.
addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) drop.classList.remove('over');
});
addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  const [file] = event.dataTransfer?.files ?? [];
  if (file) void take(file.name, file);
});
startControls(settings, (change) => {
  Object.assign(settings, change);
  writeSettings(settings);
  reword();
});
reword();
void import('./offline.js').then(({ startOffline }) => startOffline());
