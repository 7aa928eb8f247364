// `predilect/build`: a catalogue made where the records are, in a page or in Node. Nothing is uploaded.

import type { Answered, Asked, BuildReport, Told } from './building.js';
import { abortError, PredilectError } from './errors.js';
import { address, checkKnown, wasmModules } from './options.js';
import { workerOf } from './start.js';
import type { CallOptions, Progress, WasmModules } from './types.js';

export type { BuildReport, DroppedRecords } from './building.js';

/** CSV, TSV, JSON Lines or a JSON array of objects, as text or as the bytes of a file; or the objects themselves. */
export type Records = string | Uint8Array | ArrayBuffer | Blob | readonly object[];

/** What a field of the records may be. */
export type Role = 'id' | 'title' | 'text' | 'tags' | 'category' | 'date' | 'popularity' | 'lang';

/** Options of `previewRecords`. */
export interface PreviewOptions extends CallOptions {
  /** Name of the catalogue, for `info()`. Default `catalogue`. */
  name?: string;
  /** Which fields of the records are what; several are joined. Those with the usual names are found without. */
  columns?: Partial<Record<Role, string | readonly string[]>>;
  /** Fields that the catalogue leaves out. */
  drop?: readonly string[];
  /** Encoding of bytes. Default: UTF-8, UTF-16 with a mark, or GB18030, as the bytes tell. */
  encoding?: string;
  /** More bytes are refused. Default 50 million. */
  maxBytes?: number;
  /** More items are refused. Default 20,000. */
  maxItems?: number;
  /** Where modules of WebAssembly are that do not lie in `wasm/` beside this package's files, or the modules themselves. */
  wasm?: WasmModules;
  /** Whether a worker does it, which an abort ends at once. Default: where there are workers. */
  worker?: boolean;
}

/** Options of `buildCatalogue`. */
export interface BuildOptions extends PreviewOptions {
  /** Folder of the encoder, as for `Recommender.create`. */
  encoder: string | URL;
  /** Whether the device keeps the encoder's files for later. Default true. */
  offline?: boolean;
  /** Called while files are loaded and items encoded. */
  onProgress?: (progress: BuildProgress) => void;
}

/** One step of a build. `left`: seconds, once they can be estimated. */
export type BuildProgress =
  | ({ phase: 'load' } & Pick<Progress, 'file' | 'loaded' | 'total'>)
  | { phase: 'encode'; done: number; total: number; left?: number };

/** What a build made. */
export interface Built {
  /** For `Recommender.create({ catalogue })`, or to be kept as a file. */
  catalogue: Uint8Array<ArrayBuffer>;
  /** For `Recommender.create({ words })`. */
  words: Uint8Array<ArrayBuffer>;
  report: BuildReport;
}

const KEYS = ['name', 'columns', 'drop', 'encoding', 'maxBytes', 'maxItems', 'wasm', 'worker', 'signal'];
const BUILD_KEYS = [...KEYS, 'encoder', 'offline', 'onProgress'];
const ROLES: readonly Role[] = ['id', 'title', 'text', 'tags', 'category', 'date', 'popularity', 'lang'];

/**
 * Reads records and says what would become of them. Needs no encoder.
 *
 * @throws {PredilectError} `no-items`, `not-text`, `too-large`, `bad-input`
 */
export async function previewRecords(records: Records, options: PreviewOptions = {}): Promise<BuildReport> {
  checkKnown(KEYS, options, 'previewRecords()');
  return (await answer(await asked('previewRecords', records, options), options)).report;
}

/**
 * Makes a catalogue of records, with its index of words. Loads the builder and the encoder.
 *
 * @throws {PredilectError} as `previewRecords`; and where the encoder cannot be loaded
 */
export async function buildCatalogue(records: Records, options: BuildOptions): Promise<Built> {
  checkKnown(BUILD_KEYS, options, 'buildCatalogue()');
  const call = 'buildCatalogue';
  const { encoder, offline = true } = options;
  if (encoder === undefined) throw bad('buildCatalogue() needs { encoder }: the folder of the encoder');
  const request = await asked(call, records, options);
  request.encode = {
    folder: address('encoder', String(encoder).replace(/\/*$/, '/'), call),
    wasm: wasmModules(call, options.wasm).encoder ?? new URL('./wasm/encoder_bg.wasm', import.meta.url).href,
    offline,
  };
  const { report, made } = await answer(request, options);
  if (!made) throw bad('the worker made nothing');
  return { ...made, report };
}

/** What the work needs, checked. */
async function asked(call: string, records: Records, options: PreviewOptions): Promise<Asked> {
  const { name = 'catalogue', columns = {}, drop = [], encoding, maxBytes = 50e6, maxItems = 20_000 } = options;
  const builder: Record<string, unknown> = { name, drop };
  for (const [role, names] of Object.entries(columns)) {
    if (!ROLES.includes(role as Role)) throw bad(`columns has "${role}"; it knows ${ROLES.join(', ')}`);
    if (names !== undefined) builder[role] = typeof names === 'string' ? [names] : names;
  }
  return {
    content: await contentOf(records, maxBytes),
    options: JSON.stringify(builder),
    encoding,
    maxItems,
    builder: wasmModules(call, options.wasm).builder ?? new URL('./wasm/builder_bg.wasm', import.meta.url).href,
  };
}

/** The records as text or bytes. Their size is looked at before anything is read. */
async function contentOf(records: Records, most: number): Promise<string | Uint8Array> {
  const fits = (bytes: number): void => {
    if (bytes <= most) return;
    const said = `${(bytes / 1e6).toFixed(1)} MB of at most ${(most / 1e6).toFixed(1)} MB`;
    throw new PredilectError('too-large', `the records have ${said}; take a part, or build with \`predilect build\``);
  };
  if (typeof records === 'string') return measured(records, fits);
  if (typeof Blob !== 'undefined' && records instanceof Blob) {
    fits(records.size);
    return new Uint8Array(await records.arrayBuffer());
  }
  if (records instanceof Uint8Array || records instanceof ArrayBuffer) {
    fits(records.byteLength);
    return new Uint8Array(records);
  }
  if (!Array.isArray(records)) throw bad('records are a text, bytes, a Blob, or an array of objects');
  let lines: string;
  try {
    lines = records.map((record) => JSON.stringify(record)).join('\n');
  } catch (error) {
    throw new PredilectError('bad-input', `a record cannot be written as JSON: ${String(error)}`, { cause: error });
  }
  return measured(lines, fits);
}

/** A text whose bytes in UTF-8 fit. */
function measured(text: string, fits: (bytes: number) => void): string {
  fits(new TextEncoder().encode(text).length);
  return text;
}

/** Has the work done: by a worker, which lives as long as it takes, or on this thread. */
async function answer(request: Asked, options: PreviewOptions & Pick<BuildOptions, 'onProgress'>): Promise<Answered> {
  const { signal, onProgress, worker = typeof Worker !== 'undefined' } = options;
  const progress = (step: BuildProgress): void => onProgress?.(step);
  if (signal?.aborted) throw abortError(signal);
  if (!worker) {
    const { build } = await import('./building.js');
    return build(request, progress, signal ?? new AbortController().signal);
  }
  const own = startWorker();
  let abort = (): void => {};
  try {
    return await new Promise<Answered>((done, failed) => {
      abort = () => failed(abortError(signal));
      signal?.addEventListener('abort', abort, { once: true });
      own.onmessage = ({ data }: MessageEvent<Told>) => {
        if ('progress' in data) progress(data.progress);
        else if ('answer' in data) done(data.answer);
        else failed(new PredilectError(data.error.code, data.error.message));
      };
      own.onerror = (event) => {
        event.preventDefault();
        const message = `the worker stopped (${event.message || 'its script cannot be loaded'})`;
        failed(new PredilectError('crashed', `${message}; check that build-worker.js is served beside build.js`));
      };
      own.postMessage(request);
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    own.terminate();
  }
}

function startWorker(): Worker {
  try {
    return new Worker(new URL('./build-worker.js', import.meta.url), { type: 'module' });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'SecurityError') throw error;
    return workerOf(`import ${JSON.stringify(import.meta.url.replace(/[^/]*$/, 'build-worker.js'))};`);
  }
}

const bad = (message: string): PredilectError => new PredilectError('bad-input', message);
