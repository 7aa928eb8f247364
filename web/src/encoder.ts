// Loads the encoder once, when it is first needed, for all who wait for it.

import { abortError, isTrap, PredilectError } from './errors.js';
import { type Allowed, type Loading, loadBytes, loadModule } from './fetch.js';
import { type Files, newest, verified } from './files.js';
import type { Notice, Progress, WasmSource } from './types.js';
import type { Encoder } from './wasm/encoder.js';

/** The part of a model's manifest that is needed to fetch and check its files; the encoder reads the rest. */
interface Manifest {
  files: Record<'model' | 'tokenizer', { name: string; bytes: number; sha256: string }>;
}

/** Where the encoder comes from. */
export interface EncoderSource {
  /** Absolute address of the model's folder. */
  folder: string | undefined;
  wasm: WasmSource;
  allowed: Allowed;
  files: Files;
  progress: (progress: Progress) => void;
  notice: (notice: Notice) => void;
}

/** One loading, and how many wait for it. */
interface Attempt {
  encoder: Promise<Encoder>;
  controller: AbortController;
  waiting: number;
  done: boolean;
}

/** Milliseconds after which what failed is loaded again for whoever comes later. */
const WARM_AGAIN = 60_000;

/** An encoder that is loaded at the first need. */
export class LazyEncoder {
  readonly #source: EncoderSource;
  #attempt: Attempt | undefined;
  #dead = false;
  /** When it was last loaded for whoever comes later. */
  #warmed = 0;

  constructor(source: EncoderSource) {
    this.#source = source;
  }

  /** Whether there is a model to load. */
  get available(): boolean {
    return this.#source.folder !== undefined;
  }

  /** Whether it is loaded. */
  get ready(): boolean {
    return this.#attempt?.done === true && !this.#dead;
  }

  /** Begins to load it for whoever comes later. After a failure, which is told to those who wait for it, not at once again. */
  warm(): void {
    if (!this.available || this.#attempt || Date.now() < this.#warmed + WARM_AGAIN) return;
    this.#warmed = Date.now();
    this.get('search', new AbortController().signal).catch(() => {});
  }

  /** The encoder. The download is abandoned when everyone who waits for it has aborted; the next caller starts it anew. */
  async get(call: string, signal: AbortSignal): Promise<Encoder> {
    const { folder } = this.#source;
    if (folder === undefined) {
      throw new PredilectError(
        'bad-input',
        `${call}() needs a model: pass { encoder: <the model's folder> } to create()`,
      );
    }
    if (this.#dead) throw stopped();
    if (signal.aborted) throw abortError(signal);
    this.#attempt ??= this.#start(folder);
    const attempt = this.#attempt;
    attempt.waiting++;
    let abort = (): void => {};
    try {
      const aborted = new Promise<never>((_, reject) => {
        abort = () => reject(abortError(signal));
        signal.addEventListener('abort', abort, { once: true });
      });
      return await Promise.race([attempt.encoder, aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
      attempt.waiting--;
      if (attempt.waiting === 0 && !attempt.done) {
        attempt.controller.abort();
        if (this.#attempt === attempt) this.#attempt = undefined;
      }
    }
  }

  /** Runs a use of the encoder; if it traps, the encoder is given up and everything else goes on. */
  use<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#dead = true;
      throw stopped(error);
    }
  }

  /** Stops loading and frees the model. */
  close(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.controller.abort();
    if (attempt?.done && !this.#dead)
      attempt.encoder.then(
        (encoder) => encoder.free(),
        () => {},
      );
  }

  #start(folder: string): Attempt {
    const controller = new AbortController();
    const attempt: Attempt = { encoder: this.#load(folder, controller.signal), controller, waiting: 0, done: false };
    attempt.encoder.then(
      () => {
        attempt.done = true;
      },
      () => {
        // A failure must not stay: the next caller tries again. The other downloads of this attempt stop.
        controller.abort();
        if (this.#attempt === attempt) this.#attempt = undefined;
      },
    );
    return attempt;
  }

  async #load(folder: string, signal: AbortSignal): Promise<Encoder> {
    const { allowed, files, notice, progress, wasm } = this.#source;
    const load = (file: Progress['file'], expected?: number): Loading => ({
      file,
      allowed,
      signal,
      progress,
      ...(expected !== undefined && { expected }),
    });
    const at = (name: string): string => new URL(name, folder).href;

    const module = loadModule(wasm, load('encoder'));
    const glue = import('./wasm/encoder.js');
    const fresh = loadBytes(at('manifest.json'), load('manifest')).then(async (manifest) => {
      const { model, tokenizer } = parseManifest(new TextDecoder().decode(manifest), at('manifest.json')).files;
      const file = async (kind: 'model' | 'tokenizer', { name, bytes, sha256 }: typeof model): Promise<Bytes> => {
        const kept = await files.get(sha256);
        const content = kept ?? (await loadBytes(at(name), load(kind, bytes)));
        progress({ file: kind, phase: 'prepare', loaded: content.length, total: bytes });
        return verified(content, sha256, (found) => changed(at(name), found, sha256));
      };
      return [manifest, ...(await Promise.all([file('model', model), file('tokenizer', tokenizer)]))];
    });
    // What ends the other downloads must not go unheard.
    fresh.catch(() => {});
    const [{ default: init, Encoder: Loaded }, compiled] = await Promise.all([glue, module]);
    await init({ module_or_path: compiled });
    let size = 0;
    const encoder = await newest({
      files,
      url: at('manifest.json'),
      earlier: true,
      fresh,
      signal,
      notice,
      use: ([manifest, model, tokenizer]) => {
        if (signal.aborted) throw abortError(signal);
        if (!model || !tokenizer) throw changed(folder, 'of nothing', 'of a file');
        size = model.length;
        return this.use(() => new Loaded(model, tokenizer, new TextDecoder().decode(manifest)));
      },
    });
    progress({ file: 'model', phase: 'ready', loaded: size, total: size });
    return encoder;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

function parseManifest(json: string, url: string): Manifest {
  let given: Partial<Manifest> | null;
  try {
    given = JSON.parse(json) as Partial<Manifest> | null;
  } catch (error) {
    throw new PredilectError('model-corrupt', `${url}: the model's manifest is not JSON`, { cause: error });
  }
  if (!given?.files?.model?.name || !given.files.tokenizer?.name) {
    throw new PredilectError('model-corrupt', `${url}: the model's manifest names no model and tokenizer file`);
  }
  return given as Manifest;
}

function changed(url: string, found: string, expected: string): PredilectError {
  return new PredilectError(
    'model-corrupt',
    `${url}: SHA-256 ${found} differs from the manifest's ${expected}; copy the model's folder again, whole`,
  );
}

function stopped(cause?: unknown): PredilectError {
  return new PredilectError(
    'crashed',
    'the encoder stopped, for want of memory or because its files contradict each other; recommendations go on, and a ' +
      'recommender created anew can encode texts again',
    { cause },
  );
}
