import { Client } from './client.js';
import { PredilectError } from './errors.js';
import { checkKeys, checkText, toJson } from './options.js';
import type { HostOptions } from './protocol.js';
import type {
  CallOptions,
  CallTiming,
  CatalogueInfo,
  CreateOptions,
  DescribeOptions,
  FindOptions,
  ForgetRequest,
  ItemFields,
  Profile,
  RecommendationList,
  RecommenderEvent,
  RecommendOptions,
  Source,
  WasmSource,
} from './types.js';

/**
 * Recommends items of a catalogue to one person, on that person's device.
 *
 * Every method rejects with a {@link PredilectError}, whose `code` says what happened. `Item` is the shape of the
 * catalogue's items; it is not checked.
 */
export class Recommender<Item = ItemFields> {
  readonly #client: Client;
  readonly #seed = Math.floor(Math.random() * 2 ** 32);

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Loads the engine and the catalogue. No model is loaded before a text must be encoded. */
  static async create<Item = ItemFields>(options: CreateOptions): Promise<Recommender<Item>> {
    checkKeys('create', options);
    const { catalogue, encoder, wasmUrl, encoderWasmUrl, signal } = options;
    if (catalogue === undefined) {
      throw new PredilectError(
        'bad-input',
        'create() needs { catalogue }: the address or the bytes of a catalogue file',
      );
    }
    const host: HostOptions = { catalogue: absolute('catalogue', catalogue) };
    // A folder's address must end in a slash for its files to be found in it.
    if (encoder !== undefined) host.encoder = address('encoder', String(encoder).replace(/\/*$/, '/'));
    if (wasmUrl !== undefined) host.wasmUrl = absolute('wasmUrl', wasmUrl);
    if (encoderWasmUrl !== undefined) host.encoderWasmUrl = absolute('encoderWasmUrl', encoderWasmUrl);

    const client = new Client((progress) => options.onProgress?.(progress));
    await client.connect(options.worker ?? typeof Worker !== 'undefined');
    try {
      await client.call('open', [host], signal);
    } catch (error) {
      client.close();
      throw error;
    }
    return new Recommender<Item>(client);
  }

  /** Tells what the person did. Of several events all are kept or, if one is wrong, none. */
  async record(events: RecommenderEvent | readonly RecommenderEvent[], options: CallOptions = {}): Promise<void> {
    checkKeys('call', options);
    const now = Date.now();
    const stamped = (Array.isArray(events) ? events : [events]).map((event: RecommenderEvent) => {
      checkKeys('record', event);
      return { ...event, at: event.at ?? now };
    });
    await this.#client.call('record', [toJson(stamped)], options.signal);
  }

  /**
   * The items to show next, best first, each with its reasons. What is
   * bought, liked, rated or turned away does not come again unless asked for.
   */
  async recommend(options: RecommendOptions = {}): Promise<RecommendationList<Item>> {
    checkKeys('recommend', options);
    const { signal, now = Date.now(), seed = this.#seed, ...request } = options;
    return this.#read(await this.#client.call('recommend', [toJson({ ...request, now, seed })], signal));
  }

  /** Items like this one. The profile has no say. */
  async similar(id: string, options: FindOptions = {}): Promise<RecommendationList<Item>> {
    checkKeys('similar', options);
    const { signal, ...request } = options;
    const json = toJson({ ...request, id: checkText('similar', 'an id', id) });
    return this.#read(await this.#client.call('similar', [json], signal));
  }

  /** Items that fit a text by meaning, in any language that the model knows. Loads the encoder. */
  async search(text: string, options: FindOptions = {}): Promise<RecommendationList<Item>> {
    checkKeys('search', options);
    const { signal, ...request } = options;
    const query = checkText('search', 'a text', text);
    return this.#read(await this.#client.call('search', [query, toJson({ ...request, text: query })], signal));
  }

  /** Tells in words what the person likes, or with a negative weight dislikes. Loads the encoder. */
  async describe(text: string, options: DescribeOptions = {}): Promise<void> {
    checkKeys('describe', options);
    const { at = Date.now(), weight = 1, signal } = options;
    await this.#client.call('describe', [checkText('describe', 'a text', text), at, weight], signal);
  }

  /** Unit vectors of texts, `info().dimension` values each, one after the other. Loads the encoder. */
  async encode(texts: readonly string[], options: CallOptions = {}): Promise<Float32Array> {
    checkKeys('call', options);
    if (!Array.isArray(texts)) throw new PredilectError('bad-input', 'encode() takes an array of strings');
    const checked = texts.map((text: unknown, index) => checkText('encode', `text ${index}`, text));
    return this.#client.call('encode', [checked], options.signal);
  }

  /** Fetches and prepares the encoder now, so that the first text need not wait for it. */
  async loadEncoder(options: CallOptions = {}): Promise<void> {
    checkKeys('call', options);
    await this.#client.call('loadEncoder', [], options.signal);
  }

  /** The items of these ids, in this order; null for an id that the catalogue does not have. */
  async items(ids: readonly string[], options: CallOptions = {}): Promise<(Item | null)[]> {
    checkKeys('call', options);
    return this.#read(await this.#client.call('items', [toJson(ids)], options.signal));
  }

  /** Everything that is known about the person. */
  async profile(options: CallOptions = {}): Promise<Profile> {
    checkKeys('call', options);
    return this.#read(await this.#client.call('profile', [Date.now()], options.signal));
  }

  /** Forgets as if it had never been told. */
  async forget(what: ForgetRequest, options: CallOptions = {}): Promise<void> {
    checkKeys('forget', what);
    checkKeys('call', options);
    await this.#client.call('forget', [toJson(what)], options.signal);
  }

  /** What the catalogue holds. */
  async info(options: CallOptions = {}): Promise<CatalogueInfo> {
    checkKeys('call', options);
    return this.#read(await this.#client.call('info', [], options.signal));
  }

  /** The profile as bytes, to be kept by the page and given to `restore`. They are not encrypted. */
  async snapshot(options: CallOptions = {}): Promise<Uint8Array> {
    checkKeys('call', options);
    return this.#client.call('snapshot', [], options.signal);
  }

  /** Replaces the profile by one that `snapshot` gave. If the bytes are refused, the present profile stays. */
  async restore(bytes: Uint8Array, options: CallOptions = {}): Promise<void> {
    checkKeys('call', options);
    if (!(bytes instanceof Uint8Array))
      throw new PredilectError('bad-input', 'restore() takes the bytes that snapshot() gave');
    await this.#client.call('restore', [bytes], options.signal);
  }

  /** How long the latest answered call took; undefined before the first. */
  get lastCall(): CallTiming | undefined {
    return this.#client.timing;
  }

  /** Rejects what waits with `closed` and frees the memory. The profile is gone unless `snapshot` was kept. */
  close(): void {
    this.#client.close();
  }

  #read<T>(json: string): T {
    return JSON.parse(json) as T;
  }
}

function address(option: string, source: string): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(source, base).href;
  } catch (error) {
    throw new PredilectError(
      'bad-input',
      `create(): ${option} "${source}" is no address${base ? '' : '; outside a page pass an absolute one, or bytes'}`,
      { cause: error },
    );
  }
}

/** Addresses made absolute, because the worker resolves relative ones against itself; bytes and modules as they are. */
function absolute<T extends Source | WasmSource>(option: string, source: T): T | string {
  return typeof source === 'string' || source instanceof URL ? address(option, String(source)) : source;
}
