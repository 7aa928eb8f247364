// An index of vectors that the page brings itself, in a module of its own: what a catalogue is searched with, without one.

import { type AccelerateOptions, Accelerator, type Base, checkTimeout, type SearchStatus } from './accelerate.js';
import { abortError, PredilectError, toPredilectError } from './errors.js';
import { Allowed, type Loading, loadChunks, loadModule } from './fetch.js';
import { checkKeys, wasmModules } from './options.js';
import type { Progress, Source, WasmModules } from './types.js';
import type { Index } from './wasm/search.js';

export type { AccelerateOptions, Calibration, SearchStatus } from './accelerate.js';

/** Options of `VectorIndex.create` and `VectorIndex.load`. */
export interface VectorIndexOptions {
  /** Where the search module is, if not in `wasm/` beside this package's files. */
  wasm?: WasmModules;
  /** Called while files are fetched. */
  onProgress?: (progress: Progress) => void;
  /** Abandons the creation. */
  signal?: AbortSignal;
}

/** The nearest rows, best first. */
export interface Nearest {
  /** Numbers of the rows. */
  rows: Uint32Array;
  /** Cosine of each row with the query, -1 to 1. */
  scores: Float32Array;
}

/** Options of a search. */
export interface NearestOptions {
  /** Rows an answer, by default 10. */
  k?: number;
  /** Numbers of the rows to choose from. */
  only?: Uint32Array;
  /** Compare every row in full. */
  exact?: boolean;
}

/** Bytes of whole rows that are handed over at a time. */
const PORTION = 4 << 20;
const HEADER_LIMIT = 1 << 20;
const FORMAT = 'predilect-vectors';

/**
 * Vectors with numbers, searched for those at the smallest angle to a query. A row keeps 8 bits a value; everything runs on
 * the calling thread, a worker's or the page's.
 */
export class VectorIndex {
  readonly dimension: number;
  #index: Index | undefined;
  #accelerator: Accelerator | undefined;

  private constructor(index: Index, dimension: number) {
    this.#index = index;
    this.dimension = dimension;
  }

  /**
   * An empty index.
   *
   * @param options `dimension`: values of a vector, 1 to 2048; `capacity`: rows to make room for at once
   */
  static async create(options: VectorIndexOptions & { dimension: number; capacity?: number }): Promise<VectorIndex> {
    checkKeys('vectors', options, 'create');
    const { dimension, capacity = 0 } = options;
    checkCount('dimension', dimension);
    checkCount('capacity', capacity);
    const index = await open(options, dimension);
    return guarded(() => {
      index.reserve(capacity);
      return new VectorIndex(index, dimension);
    });
  }

  /** The index in a file that `save()` made. Rows go into place as they arrive: the file is never held as a whole. */
  static async load(source: Source, options: VectorIndexOptions = {}): Promise<VectorIndex> {
    checkKeys('vectors', options, 'load');
    const { signal = new AbortController().signal, onProgress = () => {} } = options;
    const url = source instanceof Uint8Array || source instanceof ArrayBuffer ? 'the bytes' : address(source);
    const file = url === 'the bytes' ? source : url;
    const loading: Loading = { file: 'vectors', allowed: new Allowed([url]), signal, progress: onProgress };
    const stream = new Reader(loadChunks(file, loading), url);
    try {
      const { count, dimension } = await readHeader(stream, url);
      const index = await open(options, dimension);
      try {
        guarded(() => index.reserve(count));
        const scales = new Float32Array((await stream.take(4 * count)).buffer);
        const rows = Math.max(1, Math.floor(PORTION / dimension));
        for (let at = 0; at < count; at += rows) {
          const now = Math.min(rows, count - at);
          const values = await stream.take(now * dimension);
          const signed = new Int8Array(values.buffer, values.byteOffset, values.length);
          if (signal.aborted) throw abortError(signal);
          guarded(() => index.addStored(signed, scales.subarray(at, at + now)));
        }
        return new VectorIndex(index, dimension);
      } catch (error) {
        index.free();
        throw error;
      }
    } finally {
      await stream.close();
    }
  }

  /** Rows that are there, without the removed ones. */
  get count(): number {
    return this.#get().count;
  }

  /** Adds vectors, one after the other in one array; returns the number of the first. All or none. */
  add(vectors: Float32Array): number {
    checkVectors('add', vectors);
    return guarded(() => this.#get().add(vectors));
  }

  /** Puts another vector in the place of a row. */
  set(row: number, vector: Float32Array): void {
    checkCount('row', row);
    checkVectors('set', vector);
    guarded(() => this.#get().set(row, vector));
    this.#accelerator?.change(row);
  }

  /** Takes a row out. Its number is not given again. */
  remove(row: number): void {
    checkCount('row', row);
    guarded(() => this.#get().remove(row));
    this.#accelerator?.change(row);
  }

  /**
   * The nearest rows of each query.
   *
   * @param queries one vector, or several one after the other; several at once take less time than one by one
   * @param options `k`: rows an answer, by default 10; `only`: numbers of the rows to choose from; `exact`: compare
   *   every row in full, where otherwise about 3 in 100 hits of a large index may be missed, for a multiple of the speed
   * @returns one answer a query
   */
  search(queries: Float32Array, options: NearestOptions = {}): Nearest[] {
    const { k, only, exact } = checkSearch('search', queries, options);
    return this.#answers(
      queries,
      guarded(() => this.#get().search(queries, k, only, exact)),
    );
  }

  /**
   * Uses the graphics processor for `searchAsync()`, if there is one that is quicker: copies the rows there, checks what it
   * computes, and times both. It pays from some hundred thousand rows on, and for several queries at once.
   *
   * @returns who will answer, and why; never rejects because of the device
   */
  async accelerate(options: AccelerateOptions = {}): Promise<SearchStatus> {
    checkKeys('accelerate', options);
    checkTimeout(options.timeout);
    this.#get();
    this.#accelerator ??= new Accelerator(this.#base());
    return this.#accelerator.start(options);
  }

  /** As `search()`, by the graphics processor where `accelerate()` found it quicker; it compares every row in full. */
  async searchAsync(queries: Float32Array, options: NearestOptions = {}): Promise<Nearest[]> {
    const { k, only, exact } = checkSearch('searchAsync', queries, options);
    const base = this.#accelerator ?? this.#base();
    try {
      return this.#answers(queries, await base.search(queries, k, only, exact));
    } catch (error) {
      throw toPredilectError(error);
    }
  }

  /** Who answered the last `searchAsync()`, and what became of `accelerate()`. */
  get status(): SearchStatus {
    return { ...(this.#accelerator?.status ?? { path: 'cpu', gpu: 'off' }) };
  }

  #base(): Base {
    const index = () => this.#get();
    return {
      dimension: this.dimension,
      get end() {
        return index().end;
      },
      scales: () => index().scales(),
      values: (from, to) => index().values(from, to),
      search: (queries, k, only, exact) => index().search(queries, k, only, exact),
    };
  }

  #answers(queries: Float32Array, found: Uint32Array): Nearest[] {
    const asked = queries.length / this.dimension;
    const each = asked === 0 ? 0 : found.length / 2 / asked;
    const scores = new Float32Array(found.buffer, found.byteOffset + 2 * found.length, found.length / 2);
    return Array.from({ length: asked }, (_, i) => ({
      rows: found.subarray(i * each, (i + 1) * each),
      scores: scores.subarray(i * each, (i + 1) * each),
    }));
  }

  /** All rows as a file for `load()`: safetensors, `scales` f32 [rows] and `rows` int8 [rows, dimension]. */
  save(): Blob {
    const index = this.#get();
    const { end } = index;
    const header = {
      __metadata__: { format: FORMAT, version: '1' },
      scales: { dtype: 'F32', shape: [end], data_offsets: [0, 4 * end] },
      rows: { dtype: 'I8', shape: [end, this.dimension], data_offsets: [4 * end, (4 + this.dimension) * end] },
    };
    const text = new TextEncoder().encode(JSON.stringify(header));
    const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
    padded.set(text);
    const length = new BigUint64Array([BigInt(padded.length)]);
    const parts: BlobPart[] = [length, padded, new Float32Array(index.scales())];
    const rows = Math.max(1, Math.floor(PORTION / this.dimension));
    for (let at = 0; at < end; at += rows) parts.push(new Int8Array(index.values(at, Math.min(end, at + rows))));
    return new Blob(parts);
  }

  /** Frees the memory. Later calls are refused. */
  close(): void {
    this.#accelerator?.stop();
    this.#index?.free();
    this.#index = undefined;
  }

  #get(): Index {
    if (!this.#index) throw new PredilectError('closed', 'close() was called on this index');
    return this.#index;
  }
}

async function open(options: VectorIndexOptions, dimension: number): Promise<Index> {
  const { signal = new AbortController().signal, onProgress = () => {} } = options;
  const named = wasmModules('create', options.wasm).search ?? new URL('./wasm/search_bg.wasm', import.meta.url).href;
  const loading: Loading = { file: 'search', allowed: new Allowed([named]), signal, progress: onProgress };
  const [{ default: init, Index: Opened }, module] = await Promise.all([
    import('./wasm/search.js'),
    loadModule(named, loading),
  ]);
  await init({ module_or_path: module });
  return guarded(() => new Opened(dimension));
}

/** A byte stream that is taken in pieces of known length. */
class Reader {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  readonly #name: string;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncGenerator<Uint8Array>, name: string) {
    this.#chunks = chunks;
    this.#name = name;
  }

  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) throw damaged(this.#name, 'ends early: copy or download it again');
        this.#rest = next.value;
      }
      const now = this.#rest.subarray(0, count - filled);
      out.set(now, filled);
      filled += now.length;
      this.#rest = this.#rest.subarray(now.length);
    }
    return out;
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}

async function readHeader(stream: Reader, name: string): Promise<{ count: number; dimension: number }> {
  const length = new DataView((await stream.take(8)).buffer).getBigUint64(0, true);
  if (length > HEADER_LIMIT) throw damaged(name, 'is not a file of vectors');
  const text = new TextDecoder().decode(await stream.take(Number(length)));
  let header: { __metadata__?: { format?: string; version?: string }; rows?: { shape?: unknown[] } };
  try {
    header = JSON.parse(text) as typeof header;
  } catch (error) {
    throw damaged(name, 'is not a file of vectors', error);
  }
  const [count, dimension] = header.rows?.shape ?? [];
  if (header.__metadata__?.format !== FORMAT || header.__metadata__.version !== '1') {
    throw damaged(name, 'is not a file of vectors of this version');
  }
  if (!isCount(count) || !isCount(dimension)) throw damaged(name, 'does not say how many rows it has');
  return { count, dimension };
}

function damaged(name: string, what: string, cause?: unknown): PredilectError {
  return new PredilectError('vectors-corrupt', `${name} ${what}`, { cause });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
}

function checkCount(name: string, value: unknown): void {
  if (!isCount(value)) throw new PredilectError('bad-input', `${name} is a whole number from 0, not ${String(value)}`);
}

function checkVectors(call: string, given: unknown): void {
  if (!(given instanceof Float32Array)) throw new PredilectError('bad-input', `${call}() takes a Float32Array`);
}

function checkSearch(call: string, queries: unknown, options: NearestOptions) {
  checkVectors(call, queries);
  checkKeys('nearest', options, call);
  const { k = 10, only, exact = false } = options;
  checkCount('k', k);
  if (only !== undefined && !(only instanceof Uint32Array)) {
    throw new PredilectError('bad-input', `${call}() takes only as a Uint32Array of row numbers`);
  }
  return { k, only, exact };
}

const address = (source: Source): string => new URL(String(source), globalThis.location?.href).href;

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toPredilectError(error);
  }
}
