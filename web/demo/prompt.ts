// The box that takes a search or a taste in words, and the model that is loaded for it.

import { byId, el } from './dom.js';
import type { Model } from './model.js';
import { PredilectError, type Progress, type SearchBy } from './predilect/index.js';
import { currentWording, EXAMPLES, size, w } from './words.js';

/** What the prompt asks of the page. */
export interface PromptHost {
  model(): Model | undefined;
  typed(text: string, by: SearchBy): void;
  searched(text: string): void;
  described(text: string): void;
}

/** Beginnings by which people say what they like, and what they do not. They choose a button, which the reader sees. */
const LIKES =
  /^\s*(i('m| am| really| also)* (like|love|enjoy|prefer|into|fond|keen|interested)|my (hobb|favou?rite)|我(也|很|最|非常|特别|平时)*(喜欢|爱|热爱|对)|喜欢|爱看|爱吃|平时喜欢)/i;
const DISLIKES =
  /^\s*(i (do not|don['’]t|really don['’]t|hate|dislike|can['’]t stand)|no more|我?(很|最|非常)*(不喜欢|不爱|讨厌|不想|不要|受不了))/i;

/** Milliseconds without a key after which what is typed is searched for. */
const TYPING = 120;

let typing: ReturnType<typeof setTimeout> | undefined;
let running: AbortController | undefined;
let ready = false;
let bytes: number | undefined;

/** Wires the form. */
export function startPrompt(host: PromptHost): void {
  const form = byId<HTMLFormElement>('prompt');
  const text = byId<HTMLTextAreaElement>('text');
  text.addEventListener('input', (event) => {
    lead();
    // What an input method has not put together yet is no word.
    if (!(event as InputEvent).isComposing) type(host, text);
  });
  text.addEventListener('compositionend', () => type(host, text));
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(byId<HTMLButtonElement>(intent(text.value) === 'search' ? 'search' : 'describe'));
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { submitter } = event as SubmitEvent;
    void run(host, (submitter as HTMLButtonElement | null)?.value === 'describe' ? 'describe' : 'search');
  });
}

/** Words of the form that depend on the page's language. */
export function wordPrompt(): void {
  const text = byId<HTMLTextAreaElement>('text');
  text.placeholder = w('placeholder');
  byId('examples').replaceChildren(
    ...EXAMPLES[currentWording()].map((example) =>
      el(
        'button',
        {
          type: 'button',
          class: 'example',
          lang: /[\u4e00-\u9fff]/.test(example) ? 'zh' : 'en',
          onclick: () => {
            text.value = example;
            lead();
            text.focus();
          },
        },
        example,
      ),
    ),
  );
  lead();
  say();
}

/** Shows how far the model is. */
export function modelProgress({ file, phase, loaded, total }: Progress): void {
  if (file !== 'model' && file !== 'tokenizer' && file !== 'encoder') return;
  if (file === 'model' && phase === 'ready') {
    ready = true;
    say();
    return;
  }
  if (file !== 'model' || !running) return;
  const bar = el('progress', {
    max: total,
    value: total === undefined ? undefined : loaded,
    'aria-label': w('modelPrepare'),
  });
  const words =
    phase === 'prepare'
      ? w('modelPrepare')
      : w('modelLoading', { done: size(loaded), size: total === undefined ? '?' : size(total) });
  const stop =
    byId('model').querySelector('button') ??
    el('button', { type: 'button', class: 'link', onclick: () => running?.abort() }, w('cancel'));
  if (!stop.isConnected) byId('model').replaceChildren(el('span'), bar, stop);
  byId('model').querySelector('span')?.replaceChildren(words);
  byId('model').querySelector('progress')?.replaceWith(bar);
}

/** Searches while the reader types, unless they tell a taste. */
function type(host: PromptHost, { value }: HTMLTextAreaElement): void {
  clearTimeout(typing);
  const text = intent(value) === 'search' ? value.trim() : '';
  typing = setTimeout(() => host.typed(text, ready ? 'both' : 'words'), TYPING);
}

async function run(host: PromptHost, what: 'search' | 'describe'): Promise<void> {
  const box = byId<HTMLTextAreaElement>('text');
  const text = box.value.trim();
  const model = host.model();
  if (!text || !model) {
    box.focus();
    return;
  }
  clearTimeout(typing);
  running?.abort();
  const mine = new AbortController();
  running = mine;
  byId('prompt').setAttribute('aria-busy', 'true');
  if (!ready)
    modelProgress({ file: 'model', phase: 'download', loaded: 0, ...(bytes !== undefined && { total: bytes }) });
  try {
    if (what === 'search') await model.search(text, mine.signal);
    else await model.describe(text, intent(text) === 'dislike' ? -1 : 1, mine.signal);
    say();
    if (what === 'search') host.searched(text);
    else {
      box.value = '';
      lead();
      host.described(text);
    }
  } catch (error) {
    if (running === mine) say(error);
  } finally {
    if (running === mine) {
      running = undefined;
      byId('prompt').removeAttribute('aria-busy');
    }
  }

  function again(): void {
    void run(host, what);
  }

  function say(error?: unknown): void {
    state(error, again);
  }
}

/** What a text probably is. */
function intent(text: string): 'search' | 'like' | 'dislike' {
  if (DISLIKES.test(text)) return 'dislike';
  return LIKES.test(text) ? 'like' : 'search';
}

/** Puts forward the button that Enter presses. */
function lead(): void {
  const meant = intent(byId<HTMLTextAreaElement>('text').value);
  byId('search').classList.toggle('lead-button', meant === 'search');
  byId('describe').classList.toggle('lead-button', meant !== 'search');
  byId('describe').textContent = meant === 'dislike' ? w('describeNot') : w('describe');
}

function say(): void {
  state(undefined, () => {});
}

/** The line under the box: the model's size before it is loaded, that it is there, or what went wrong. */
function state(error: unknown, again: () => void): void {
  const line = byId('model');
  const aborted = error instanceof PredilectError && error.code === 'aborted';
  line.classList.toggle('wrong', error !== undefined && !aborted);
  if (error !== undefined && !aborted) {
    const code = error instanceof PredilectError ? error.code : 'unexpected';
    const message = error instanceof Error ? error.message : String(error);
    line.replaceChildren(
      el('span', {}, `${w('failedCall')} (${code}): ${message}`),
      el('button', { type: 'button', class: 'link', onclick: again }, w('retry')),
    );
    return;
  }
  line.replaceChildren(
    el(
      'span',
      {},
      ready ? w('modelReady') : bytes === undefined ? w('modelUnknown') : w('modelFirst', { size: size(bytes) }),
    ),
  );
}

/** Says how large the model is before it is loaded. */
export async function measureModel(): Promise<void> {
  bytes = await modelBytes();
  if (!running) say();
}

/** Asks the server how large the model and its program are together; undefined where it does not say. */
export async function modelBytes(): Promise<number | undefined> {
  try {
    const [manifest, program] = await Promise.all([
      fetch('./model/manifest.json').then(
        (response) => response.json() as Promise<{ files: Record<string, { bytes: number }> }>,
      ),
      fetch('./predilect/wasm/encoder_bg.wasm', { method: 'HEAD' }),
    ]);
    if (!program.ok) return undefined;
    const files = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    return files + Number(program.headers.get('content-length') ?? 0);
  } catch {
    return undefined;
  }
}
