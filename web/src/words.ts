// Search by words: the module and the index, loaded at the first search, and what the page is told of the places that match.

import { abortError, isTrap, PredilectError } from './errors.js';
import { type Allowed, type Loading, loadBytes, loadModule } from './fetch.js';
import { type Files, newest } from './files.js';
import type { Match, Notice, Progress, Source, WasmSource } from './types.js';
import type { Words } from './wasm/words.js';

/** UTF-16 units of an excerpt. */
const ROOM = 160;

type Glue = typeof import('./wasm/words.js');

/** Where the index comes from. */
export interface WordsSource {
  /** The index of the catalogue's file. */
  index: Source | undefined;
  wasm: WasmSource;
  /** Names the items of the catalogue as it is now. */
  content: () => string;
  allowed: Allowed;
  files: Files;
  progress: (progress: Progress) => void;
  notice: (notice: Notice) => void;
}

/** The index of words, once for all who need it. */
export class LazyWords {
  readonly #source: WordsSource;
  readonly #closed = new AbortController();
  #glue: Promise<Glue> | undefined;
  #words: Promise<Words> | undefined;
  /** Indexes the catalogue anew, once the page has changed it. */
  #remake: (() => Promise<Uint8Array>) | undefined;
  #dead = false;
  /** Counts the catalogues that were: what is found by the words of one says nothing of the next. */
  era = 0;

  constructor(source: WordsSource) {
    this.#source = source;
  }

  /** Whether there is an index to load. */
  get available(): boolean {
    return this.#source.index !== undefined && !this.#dead;
  }

  /** The index. What one caller aborts goes on for the next: who types asks again at every key. */
  async get(signal: AbortSignal): Promise<Words> {
    if (signal.aborted) throw abortError(signal);
    if (this.#dead)
      throw new PredilectError('crashed', 'the search by words stopped; load the page again to have it back');
    this.#words ??= this.#open();
    const words = this.#words;
    words.catch(() => {
      if (this.#words === words) this.#words = undefined;
    });
    let abort = (): void => {};
    try {
      const aborted = new Promise<never>((_, reject) => {
        abort = () => reject(abortError(signal));
        signal.addEventListener('abort', abort, { once: true });
      });
      return await Promise.race([words, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Says that the catalogue is another now, and how its words are indexed. */
  outdated(remake: () => Promise<Uint8Array>): void {
    this.#remake = remake;
    this.era++;
    this.#free();
  }

  /** Runs a use of the index; after a trap the module is not used again, and everything else goes on. */
  use<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#dead = true;
      throw new PredilectError('crashed', `the search by words stopped (${String(error)})`, {
        cause: error,
      });
    }
  }

  /** Stops loading and frees the index. */
  close(): void {
    this.#closed.abort();
    this.#free();
  }

  #free(): void {
    this.#words?.then(
      (words) => words.free(),
      () => {},
    );
    this.#words = undefined;
  }

  async #open(): Promise<Words> {
    const { index, wasm, content, allowed, files, progress, notice } = this.#source;
    const { signal } = this.#closed;
    const load: Loading = { file: 'words', allowed, signal, progress };
    if (index === undefined) {
      throw new PredilectError(
        'bad-input',
        'search() by words needs an index: pass { words: <the file beside the catalogue> } to create()',
      );
    }
    const remake = this.#remake;
    const fresh = (remake ? remake() : loadBytes(index, load)).then((bytes) => [bytes as Uint8Array<ArrayBuffer>]);
    // What ends the other download must not go unheard.
    fresh.catch(() => {});
    this.#glue ??= this.#load(wasm, load);
    this.#glue.catch(() => {
      this.#glue = undefined;
    });
    const { Words } = await this.#glue;
    return newest({
      files,
      url: typeof index === 'string' && !remake ? index : undefined,
      earlier: !remake,
      fresh,
      signal,
      notice,
      use: ([bytes = new Uint8Array()]) => {
        const words = this.use(() => new Words(bytes, content()));
        progress({ file: 'words', phase: 'ready', loaded: bytes.length, total: bytes.length });
        return words;
      },
    });
  }

  async #load(wasm: WasmSource, load: Loading): Promise<Glue> {
    const [glue, module] = await Promise.all([import('./wasm/words.js'), loadModule(wasm, load)]);
    await glue.default({ module_or_path: module });
    return glue;
  }
}

/** A reply of the engine, with the places of each item that match. */
export function withMatches(
  reply: string,
  isSearched: (field: string) => boolean,
  marks: (texts: string[], room: number) => Uint32Array,
): string {
  const list = JSON.parse(reply) as { items: { fields: Record<string, unknown>; matches?: Match[] }[] };
  const texts: string[] = [];
  const places: [item: (typeof list.items)[number], field: string, index?: number][] = [];
  for (const item of list.items) {
    item.matches = [];
    for (const [field, value] of Object.entries(item.fields)) {
      if (typeof value !== 'string' && !Array.isArray(value)) continue;
      if (!isSearched(field)) continue;
      const many = Array.isArray(value) ? (value as unknown[]) : [value];
      for (const [index, text] of many.entries()) {
        if (typeof text !== 'string') continue;
        texts.push(text);
        places.push(Array.isArray(value) ? [item, field, index] : [item, field]);
      }
    }
  }
  const found = marks(texts, ROOM).values();
  const next = (): number => found.next().value ?? 0;
  for (const [item, field, index] of places) {
    const count = next();
    if (count === 0) continue;
    const [start, end] = [next(), next()];
    const ranges = Array.from({ length: count }, (): [number, number] => [next(), next()]);
    item.matches?.push({ field, ...(index !== undefined && { index }), start, end, ranges });
  }
  return JSON.stringify(list);
}
