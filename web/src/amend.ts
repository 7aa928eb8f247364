// Changes a page makes to its own catalogue: the builder, loaded when it is first needed, writes the catalogue anew.

import { isTrap, PredilectError } from './errors.js';
import { type Allowed, loadModule } from './fetch.js';
import type { Progress, WasmSource } from './types.js';
import type { Builder } from './wasm/builder.js';

type Glue = typeof import('./wasm/builder.js');
/** Puts what is made of the present catalogue in its place, in one go: another change cannot come between. */
type Change = (make: (catalogue: Uint8Array) => Uint8Array) => void;

/** Where the builder comes from. */
export interface BuilderSource {
  wasm: WasmSource;
  allowed: Allowed;
  progress: (progress: Progress) => void;
}

/** What of a build's report is looked at. */
interface Report {
  read: number;
  kept: number;
}

/** The builder, once for all who need it. */
export class LazyBuilder {
  readonly #source: BuilderSource;
  #glue: Promise<Glue> | undefined;

  constructor(source: BuilderSource) {
    this.#source = source;
  }

  /** Takes items out. */
  async remove(ids: string[], change: Change, signal: AbortSignal): Promise<void> {
    const { removeItems } = await this.#get(signal);
    change((catalogue) => guarded(() => removeItems(catalogue, ids)));
  }

  /**
   * Puts items, as lines of JSON, in the place of those of the same ids or behind all.
   *
   * @param encode texts to vectors, and the encoder's fingerprint
   */
  async add(
    lines: string,
    encode: (texts: string[]) => Promise<[Float32Array, string]>,
    change: Change,
    signal: AbortSignal,
  ): Promise<void> {
    const { Builder } = await this.#get(signal);
    const builder = new Builder('{}');
    try {
      const texts = guarded(() => read(builder, lines));
      const [vectors, fingerprint] = await encode(texts);
      change((catalogue) => guarded(() => builder.amend(catalogue, [], vectors, fingerprint)));
    } finally {
      builder.free();
    }
  }

  /** The index of words of a catalogue. */
  async words(catalogue: Uint8Array): Promise<Uint8Array> {
    const { indexWords } = await this.#get(new AbortController().signal);
    return guarded(() => indexWords(catalogue));
  }

  #get(signal: AbortSignal): Promise<Glue> {
    this.#glue ??= this.#load(signal);
    this.#glue.catch(() => {
      this.#glue = undefined;
    });
    return this.#glue;
  }

  async #load(signal: AbortSignal): Promise<Glue> {
    const { wasm, allowed, progress } = this.#source;
    const [glue, module] = await Promise.all([
      import('./wasm/builder.js'),
      loadModule(wasm, { file: 'builder', allowed, signal, progress }),
    ]);
    await glue.default({ module_or_path: module });
    return glue;
  }
}

/** Reads all items or refuses all; returns what is to be encoded. */
function read(builder: Builder, lines: string): string[] {
  builder.push(new TextEncoder().encode(lines));
  const { read, kept } = JSON.parse(builder.finish()) as Report;
  if (kept < read) {
    throw new PredilectError(
      'bad-input',
      `add(): ${read - kept} of ${read} items cannot be used\n${builder.summary()}`,
    );
  }
  return builder.texts(0, builder.length);
}

/** The builder is a module of its own: where it stops, the engine goes on. */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!isTrap(error)) throw error;
    throw new PredilectError('out-of-memory', `there is no memory to write the catalogue anew (${String(error)})`, {
      cause: error,
    });
  }
}
