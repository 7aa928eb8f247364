// What a build does, wherever it runs: decode, read, encode, write.

import type { BuildProgress, Built } from './build.js';
import { decode } from './decode.js';
import { LazyEncoder } from './encoder.js';
import { abortError, isTrap, PredilectError, type WireError } from './errors.js';
import { Allowed, loadModule } from './fetch.js';
import { Files } from './files.js';
import type { Progress, WasmSource } from './types.js';
import type { Builder } from './wasm/builder.js';
import type { Encoder } from './wasm/encoder.js';

/** Records that are not in the catalogue, for one reason. */
export interface DroppedRecords {
  /** `syntax`, `encoding`, `bad-field`, `empty` (neither title nor text), `duplicate-id`, `duplicate-content`. */
  reason: string;
  count: number;
  /** The first of them; `line` is where the record starts. */
  samples: { line: number; field: string | null; message: string }[];
}

/** What was read, kept and left out, and where each field came from. */
export interface BuildReport {
  /** `jsonl`, `json`, `csv` or `tsv`. */
  format: string;
  delimiter: string | null;
  /** Of bytes: how they were decoded. */
  encoding?: string;
  /** Records found. */
  read: number;
  /** Items of the catalogue. */
  kept: number;
  dropped: DroppedRecords[];
  /** What was changed in items that were kept; counts by reason. */
  notes: DroppedRecords[];
  /** Items by language; `und` where it is unknown. */
  languages: Record<string, number>;
  /** For each role, the fields of the records that filled it, with how many items took it from there. */
  mapping: Record<string, Record<string, number>>;
  /** Fields of the items. */
  fields: { name: string; count: number; kind: string }[];
}

/** What is asked of a build. Addresses are absolute. */
export interface Asked {
  content: string | Uint8Array;
  /** The builder's, as JSON. */
  options: string;
  encoding: string | undefined;
  maxItems: number;
  builder: WasmSource;
  /** Without it the records are read only. */
  encode?: { folder: string; wasm: WasmSource; offline: boolean };
}

/** What it answers. */
export interface Answered {
  report: BuildReport;
  made?: Omit<Built, 'report'>;
}

/** From the worker. */
export type Told = { progress: BuildProgress } | { answer: Answered } | { error: WireError };

/** Texts that are encoded at once; progress moves in these steps. */
const BATCH = 16;
/** Bytes that the builder is given at a time. */
const PORTION = 1 << 20;

/** Does it. */
export async function build(
  asked: Asked,
  progress: (step: BuildProgress) => void,
  signal: AbortSignal,
): Promise<Answered> {
  const { encode } = asked;
  const allowed = new Allowed([asked.builder, encode?.wasm], encode?.folder);
  const loads = ({ file, loaded, total }: Progress): void =>
    progress({ phase: 'load', file, loaded, ...(total !== undefined && { total }) });
  const [glue, module] = await Promise.all([
    import('./wasm/builder.js'),
    loadModule(asked.builder, { file: 'builder', allowed, signal, progress: loads }),
  ]);
  await glue.default({ module_or_path: module });
  const builder = new glue.Builder(asked.options);
  let lazy: LazyEncoder | undefined;
  try {
    const report = guarded(() => read(builder, asked));
    if (!encode) return { report };
    lazy = new LazyEncoder({
      folder: encode.folder,
      wasm: encode.wasm,
      allowed,
      files: new Files(encode.offline),
      progress: loads,
      notice: () => {},
    });
    const encoder = await lazy.get('buildCatalogue', signal);
    const vectors = await encodeAll(builder, encoder, progress, signal);
    const fingerprint = encoder.fingerprint;
    // Its memory is wanted for writing.
    lazy.close();
    lazy = undefined;
    return guarded(() => {
      const catalogue = builder.assemble(vectors, fingerprint) as Uint8Array<ArrayBuffer>;
      const words = glue.indexWords(catalogue) as Uint8Array<ArrayBuffer>;
      return { report, made: { catalogue, words } };
    });
  } finally {
    lazy?.close();
    try {
      builder.free();
    } catch {
      // A builder that has trapped cannot be freed; why it has is what to tell.
    }
  }
}

function read(builder: Builder, { content, encoding, maxItems }: Asked): BuildReport {
  const decoded = typeof content === 'string' ? undefined : decode(content, encoding);
  const text = decoded?.text ?? (content as string);
  if (text.trim() === '') throw new PredilectError('no-items', 'there is nothing in it');
  const bytes = new TextEncoder().encode(text);
  coded('not-text', () => {
    for (let at = 0; at < bytes.length; at += PORTION) builder.push(bytes.subarray(at, at + PORTION));
  });
  const report = coded('no-items', () => JSON.parse(builder.finish()) as BuildReport);
  if (report.kept > maxItems) {
    throw new PredilectError(
      'too-large',
      `the records are ${report.kept} items of at most ${maxItems}; take a part, or build with \`predilect build\``,
    );
  }
  return { ...report, ...(decoded && { encoding: decoded.encoding }) };
}

/** One vector an item, in the order of the items. */
async function encodeAll(
  builder: Builder,
  encoder: Encoder,
  progress: (step: BuildProgress) => void,
  signal: AbortSignal,
): Promise<Float32Array> {
  const texts = builder.texts(0, builder.length);
  const total = texts.length;
  const length = (row: number): number => texts[row]?.length ?? 0;
  // Texts of like length together: little padding in a batch.
  const order = texts.map((_, row) => row).sort((a, b) => length(b) - length(a) || a - b);
  const vectors = new Float32Array(total * encoder.dimension);
  const all = texts.reduce((sum, text) => sum + text.length, 0);
  let characters = 0;
  const started = performance.now();
  progress({ phase: 'encode', done: 0, total });
  for (let done = 0; done < total; ) {
    // Others get their turn, an abort among them.
    await new Promise((next) => setTimeout(next));
    if (signal.aborted) throw abortError(signal);
    const rows = order.slice(done, done + BATCH);
    const values = guarded(() => encoder.encode(rows.map((row) => texts[row])));
    for (const [at, row] of rows.entries()) {
      const { dimension } = encoder;
      vectors.set(values.subarray(at * dimension, (at + 1) * dimension), row * dimension);
      characters += length(row);
    }
    done += rows.length;
    const passed = (performance.now() - started) / 1000;
    progress({ phase: 'encode', done, total, left: (passed / characters) * (all - characters) });
  }
  return vectors;
}

/** What the builder refuses here has a code of its own, so that a page can tell what is wrong. */
function coded<T>(code: 'no-items' | 'not-text', run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Error) || (error as { code?: unknown }).code !== 'bad-input') throw error;
    throw new PredilectError(code, error.message, { cause: error });
  }
}

/** Where a module stops, it was most likely for want of memory. */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isTrap(error)) throw error;
    throw new PredilectError('out-of-memory', `there is no memory for so many items (${String(error)})`, {
      cause: error,
    });
  }
}
