// The owner of the wasm modules. The same code answers in the worker and, in main-thread mode, on the page.

import { LazyBuilder } from './amend.js';
import { ask } from './ask.js';
import { LazyEncoder } from './encoder.js';
import { abortError, isTrap, PredilectError, toPredilectError } from './errors.js';
import { Allowed, type Loading, loadBytes, loadModule } from './fetch.js';
import { Files, newest, verified } from './files.js';
import { Keeper } from './keeper.js';
import { LiveProfile } from './profile.js';
import type { CallMessage, FromHost, HostOptions, Kept, ToHost } from './protocol.js';
import { recommend, search } from './search.js';
import type { Notice, Progress } from './types.js';
import initEngine, { Engine } from './wasm/engine.js';
import { LazyWords } from './words.js';

/** Texts that are encoded without a look at what else is asked. */
const ENCODED_AT_ONCE = 16;

/** Answers the page's calls. Those that need no encoder are answered in the order in which they came. */
export class Host {
  readonly #send: (message: FromHost, transfer: Transferable[]) => void;
  readonly #running = new Map<number, AbortController>();
  #engine: Engine | undefined;
  #profile: LiveProfile | undefined;
  #keeper: Keeper | undefined;
  #encoder: LazyEncoder | undefined;
  #builder: LazyBuilder | undefined;
  #words: LazyWords | undefined;

  constructor(send: (message: FromHost, transfer: Transferable[]) => void) {
    this.#send = send;
  }

  /** Takes a message from the page. */
  receive(message: ToHost): void {
    if ('ask' in message) this.#send({ alive: true }, []);
    else if ('abort' in message) this.#running.get(message.abort)?.abort();
    else void this.#answer(message);
  }

  /** Stops what runs and frees the memory of the modules. */
  close(): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#keeper?.close();
    this.#encoder?.close();
    this.#words?.close();
    this.#engine?.free();
    this.#engine = undefined;
  }

  async #answer(message: CallMessage): Promise<void> {
    const { id } = message;
    const controller = new AbortController();
    this.#running.set(id, controller);
    const clock = new Clock();
    try {
      const value = await this.#run(message, controller.signal, clock);
      this.#send({ id, value, work: clock.work }, ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []);
    } catch (error) {
      // Stops the other downloads of this call.
      controller.abort();
      const { code, message: text } = toPredilectError(error);
      const fatal = isTrap(error);
      if (fatal) this.#engine = undefined;
      this.#send({ id, error: { code, message: text }, fatal }, []);
    } finally {
      this.#running.delete(id);
    }
  }

  async #run(message: CallMessage, signal: AbortSignal, clock: Clock): Promise<unknown> {
    if (message.call === 'open') return this.#open(message.args[0], signal, clock);
    const engine = this.#engine;
    const profile = this.#profile;
    const keeper = this.#keeper;
    const lazy = this.#encoder;
    const builder = this.#builder;
    const words = this.#words;
    if (!engine || !profile || !keeper || !lazy || !builder || !words)
      throw new PredilectError('closed', `${message.call}(): the recommender is closed`);

    const encode = async (texts: string[]): Promise<[vectors: Float32Array, fingerprint: string]> => {
      const encoder = await lazy.get(message.call, signal);
      const run = (some: string[]): Float32Array => {
        if (signal.aborted) throw abortError(signal);
        return clock.time(() => lazy.use(() => encoder.encode(some)));
      };
      await keeper.encodeWaiting(encoder.fingerprint, run);
      if (texts.length <= ENCODED_AT_ONCE)
        return [texts.length > 0 ? run(texts) : new Float32Array(), encoder.fingerprint];
      // Other calls, and an abort, come between.
      const vectors = new Float32Array(texts.length * encoder.dimension);
      for (let from = 0; from < texts.length; from += ENCODED_AT_ONCE) {
        vectors.set(run(texts.slice(from, from + ENCODED_AT_ONCE)), from * encoder.dimension);
        await new Promise((done) => setTimeout(done));
      }
      return [vectors, encoder.fingerprint];
    };

    const change = (make: (catalogue: Uint8Array) => Uint8Array): void => {
      if (signal.aborted) throw abortError(signal);
      clock.time(() => engine.replace(make(engine.catalogue())));
      words.outdated(() => builder.words(engine.catalogue()));
    };

    const time = <T>(run: () => T): T => clock.time(run);
    const searched = { engine, words, encoder: lazy, encode, time, signal };

    switch (message.call) {
      case 'record':
        clock.time(() => engine.record(...message.args));
        return keeper.add({ events: JSON.parse(message.args[0]) as unknown[] });
      case 'recommend':
        return recommend(searched, ...message.args);
      case 'more':
        return recommend(searched, engine.requestOf(message.args[0]), true, message.args);
      case 'ask':
        return ask(searched, ...message.args);
      case 'search':
        return search(searched, ...message.args);
      case 'describe': {
        const [text, at, weight] = message.args;
        const [vector, encoder] = await encode([text]);
        clock.time(() => engine.describe(text, vector, encoder, at, weight));
        return keeper.add({ encoder, typed: [{ text, vector: [...vector], weight, at }] });
      }
      case 'topics':
        return clock.time(() => engine.topics(...message.args));
      case 'follow': {
        const [text, at, weight] = message.args;
        const vector = clock.time(() => engine.follow(text, at, weight));
        return keeper.add({ encoder: engine.fingerprint(), typed: [{ text, vector: [...vector], weight, at }] });
      }
      case 'encode':
        return (await encode(message.args[0]))[0];
      case 'classify': {
        const [texts, head] = message.args;
        const { classify, describedHead } = await import('./wasm/encoder.js');
        let file = head;
        if (typeof file !== 'string') {
          const described = await encode(Object.values(file));
          const labels = Object.keys(file);
          file = clock.time(() => lazy.use(() => describedHead(labels, ...described)));
        }
        const encoded = await encode(texts);
        return clock.time(() => lazy.use(() => classify(file, ...encoded)));
      }
      case 'loadEncoder':
        await encode([]);
        return undefined;
      case 'items':
        return clock.time(() => engine.items(...message.args));
      case 'predictRatings':
        return clock.time(() => engine.predictRatings(...message.args));
      case 'profile':
        return profile.withWaiting(clock.time(() => engine.profile(...message.args)));
      case 'map':
        return clock.time(() => engine.map(...message.args));
      case 'whole':
        return profile.whole();
      case 'merge':
        return clock.time(() => keeper.import(...message.args));
      case 'forget':
        return keeper.change(() => clock.time(() => profile.forget(...message.args)));
      case 'add':
        return builder.add(message.args[0], encode, change, signal);
      case 'remove':
        return builder.remove(message.args[0], change, signal);
      case 'info':
        return clock.time(() => engine.info());
      case 'snapshot':
        return clock.time(() => engine.snapshot());
      case 'restore':
        return keeper.change(() => clock.time(() => profile.restore(...message.args)));
      case 'keep':
        return keeper.open(...message.args);
      case 'withdraw':
        return keeper.withdraw(...message.args);
    }
  }

  async #open(options: HostOptions, signal: AbortSignal, clock: Clock): Promise<Kept> {
    const progress = (step: Progress): void => this.#send({ progress: step }, []);
    const engineUrl = options.wasm.engine ?? new URL('./wasm/engine_bg.wasm', import.meta.url);
    const encoderUrl = options.wasm.encoder ?? new URL('./wasm/encoder_bg.wasm', import.meta.url);
    const builderUrl = options.wasm.builder ?? new URL('./wasm/builder_bg.wasm', import.meta.url);
    const wordsUrl = options.wasm.words ?? new URL('./wasm/words_bg.wasm', import.meta.url);
    const allowed = new Allowed(
      [engineUrl, encoderUrl, builderUrl, wordsUrl, options.catalogue, options.words],
      options.encoder,
    );
    const load = (file: Progress['file']): Loading => ({ file, allowed, signal, progress });
    const files = new Files(options.offline);
    const notice = (notice: Notice): void => this.#send({ notice, kept: this.#keeper?.kept ?? false }, []);
    const fresh = this.#catalogue(options, files, load('catalogue')).then((bytes) => [bytes]);
    const [module] = await Promise.all([
      loadModule(engineUrl, load('engine')),
      // Its failure is dealt with below.
      fresh.catch(() => {}),
    ]);
    await initEngine({ module_or_path: module });
    if (signal.aborted) throw abortError(signal);
    const size = { loaded: 0, total: 0 };
    const engine = await newest({
      files,
      url: typeof options.catalogue === 'string' ? options.catalogue : undefined,
      // A page that names a hash wants that file and no other.
      earlier: options.sha256 === undefined,
      fresh,
      signal,
      notice,
      use: ([catalogue = new Uint8Array()]) => {
        size.loaded = size.total = catalogue.length;
        progress({ file: 'catalogue', phase: 'prepare', ...size });
        return clock.time(() => new Engine(catalogue));
      },
    });
    this.#engine = engine;
    const profile = new LiveProfile(engine);
    this.#profile = profile;
    const keeper = new Keeper(profile, notice);
    this.#keeper = keeper;
    this.#encoder = new LazyEncoder({ folder: options.encoder, wasm: encoderUrl, allowed, files, progress, notice });
    this.#builder = new LazyBuilder({ wasm: builderUrl, allowed, progress });
    const content = (): string => engine.content();
    this.#words = new LazyWords({ index: options.words, wasm: wordsUrl, content, allowed, files, progress, notice });
    const kept = options.keep ? await keeper.open(options.keep) : { kept: false, found: false };
    progress({ file: 'catalogue', phase: 'ready', ...size });
    return kept;
  }

  async #catalogue(
    { catalogue, sha256 }: HostOptions,
    files: Files,
    loading: Loading,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (sha256 === undefined) return loadBytes(catalogue, loading);
    const kept = await files.get(sha256);
    if (kept) return kept;
    const name = typeof catalogue === 'string' ? catalogue : 'the bytes given';
    return verified(await loadBytes(catalogue, loading), sha256, (found) => {
      const message = `${name}: SHA-256 ${found} differs from the integrity ${sha256} asked for; the catalogue and the page that names it are of two versions`;
      return new PredilectError('catalogue-corrupt', message);
    });
  }
}

/** Adds up the milliseconds of wasm work within one call. */
class Clock {
  work = 0;

  time<T>(run: () => T): T {
    const start = performance.now();
    try {
      return run();
    } finally {
      this.work += performance.now() - start;
    }
  }
}

/** The part of a dedicated worker's global scope in use here; its library cannot be mixed with the page's. */
interface WorkerScope {
  postMessage(message: FromHost, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToHost>) => void) | null;
}

/** Answers the page's messages from now on. */
export function serve(): void {
  const scope = globalThis as unknown as WorkerScope;
  const host = new Host((message, transfer) => scope.postMessage(message, transfer));
  scope.onmessage = (event) => host.receive(event.data);
}
