import type { Aggregate } from './aggregate.js';
import { Client } from './client.js';
import { markKept, privacySignal, wasKept } from './consent.js';
import { PredilectError } from './errors.js';
import type { KeepOptions } from './keeper.js';
import { starsOf } from './opinion.js';
import {
  absolute,
  address,
  checkBy,
  checkConsent,
  checkKeys,
  checkRecommend,
  checkText,
  headText,
  keepOptions,
  sha256,
  toJson,
  wasmModules,
} from './options.js';
import { lock, readFile, unlock, writeFile } from './portable.js';
import type { HostOptions, Kept } from './protocol.js';
import type {
  AggregateCall,
  AggregatePreview,
  AggregateReport,
  Answer,
  AskOptions,
  CallOptions,
  CallTiming,
  CatalogueInfo,
  Classified,
  Consent,
  CreateOptions,
  DescribeOptions,
  ExportOptions,
  ForgetRequest,
  HeadSource,
  ImportOptions,
  ImportReport,
  ItemFields,
  MapOptions,
  NextOptions,
  Notice,
  Profile,
  ProfileOptions,
  Receipt,
  RecommendationList,
  RecommenderEvent,
  RecommendOptions,
  ReviewOptions,
  SearchOptions,
  SimilarOptions,
  Status,
  TasteMap,
  Topic,
  TopicsOptions,
} from './types.js';

/** Milliseconds. */
const PATIENCE = 10_000;

/**
 * Recommends items of a catalogue to one person, on that person's device.
 *
 * Every method rejects with a {@link PredilectError}, whose `code` says what happened. `Item` is the shape of the
 * catalogue's items; it is not checked.
 */
export class Recommender<Item = ItemFields> {
  readonly #client: Client;
  readonly #seed = Math.floor(Math.random() * 2 ** 32);
  readonly #keep: KeepOptions | undefined;
  readonly #onNotice: (notice: Notice) => void;
  #consent: Consent;
  #kept = false;
  #aggregate: Aggregate | undefined;

  private constructor(options: CreateOptions) {
    const { profile = false, consent = 'ask', retentionDays, onNotice } = options;
    this.#keep = profile === false ? undefined : keepOptions(profile, retentionDays);
    this.#consent = checkConsent('create', consent, ['ask', 'granted', 'session']);
    // What a page may assume of people in general ends where the browser says otherwise for this one.
    if (consent === 'granted' && privacySignal() !== null) this.#consent = 'ask';
    this.#onNotice = (notice) => onNotice?.(notice);
    this.#client = new Client(
      {
        progress: (progress) => options.onProgress?.(progress),
        notice: (notice, kept) => {
          this.#kept = kept;
          if (notice.code === 'erased-elsewhere') this.#consent = 'session';
          this.#onNotice(notice);
        },
      },
      options.patience ?? PATIENCE,
    );
  }

  /** Loads the engine and the catalogue. No model is loaded before a text must be encoded. */
  static async create<Item = ItemFields>(options: CreateOptions): Promise<Recommender<Item>> {
    checkKeys('create', options);
    const { catalogue, integrity, offline = true, encoder, words, signal } = options;
    if (catalogue === undefined) {
      throw new PredilectError(
        'bad-input',
        'create() needs { catalogue }: the address or the bytes of a catalogue file',
      );
    }
    const wasm = wasmModules('create', options.wasm);
    const host: HostOptions = { catalogue: absolute('catalogue', catalogue), wasm, offline };
    if (integrity !== undefined) host.sha256 = sha256(integrity);
    // A folder's address must end in a slash for its files to be found in it.
    if (encoder !== undefined) host.encoder = address('encoder', String(encoder).replace(/\/*$/, '/'));
    if (words !== undefined) host.words = absolute('words', words);

    // Now or never: what a page fetches does not depend on what its reader does later.
    const aggregate = options.aggregate && new (await import('./aggregate.js')).Aggregate(options.aggregate);
    const recommender = new Recommender<Item>(options);
    recommender.#aggregate = aggregate;
    const client = recommender.#client;
    const keep = recommender.#keep;
    if (keep && recommender.#consent !== 'session') {
      host.keep = { ...keep, consent: recommender.#consent === 'granted' ? 'granted' : 'found' };
    }
    try {
      const kept = await client.open(options.worker ?? typeof Worker !== 'undefined', host, signal);
      if (host.keep) recommender.#opened(host.keep, kept);
    } catch (error) {
      client.close();
      throw error;
    }
    return recommender;
  }

  /** Where the profile is, and why. */
  get status(): Status {
    return { kept: this.#kept, consent: this.#consent, privacySignal: privacySignal() };
  }

  /**
   * Takes the person's answer. `granted`: the device keeps the profile from now on, with what was told so far. `session`:
   * what is stored is erased, and the profile lives in memory until the page is closed.
   */
  async consent(choice: 'granted' | 'session', options: CallOptions = {}): Promise<Receipt> {
    checkKeys('call', options);
    checkConsent('consent', choice, ['granted', 'session']);
    const keep = this.#keep;
    if (!keep) {
      if (choice === 'session') return { kept: false };
      throw new PredilectError(
        'bad-input',
        "consent('granted') needs a name for what is kept: pass { profile: 'name' } to create()",
      );
    }
    if (choice === 'granted') {
      const kept = await this.#client.call('keep', [{ ...keep, consent: 'granted' }], options.signal);
      this.#opened(keep, kept);
      await this.#client.keep(keep, kept.kept);
    } else {
      await this.#client.call('withdraw', [keep.name], options.signal);
      this.#kept = false;
      markKept(keep.name, false);
      await this.#client.keep(undefined, false);
    }
    this.#consent = choice;
    return { kept: this.#kept };
  }

  /** Tells what the person did. Of several events all are kept or, if one is wrong, none. */
  async record(events: RecommenderEvent | readonly RecommenderEvent[], options: CallOptions = {}): Promise<Receipt> {
    checkKeys('call', options);
    const now = Date.now();
    const stamped = (Array.isArray(events) ? events : [events]).map((event: RecommenderEvent) => {
      checkKeys('record', event);
      return { ...event, at: event.at ?? now };
    });
    return { kept: await this.#client.call('record', [toJson(stamped)], options.signal) };
  }

  /**
   * The items to show next, best first, each with its reasons; with `after` those that follow a list. What is
   * bought, liked, rated or turned away does not come again unless asked for.
   */
  async recommend(options: RecommendOptions | NextOptions = {}): Promise<RecommendationList<Item>> {
    if (typeof options === 'object' && options && 'after' in options) {
      checkKeys('next', options, 'recommend({ after })');
      const { after, k, signal } = options;
      // What is no number of items becomes one that the engine refuses.
      const count = k === undefined || Number.isSafeInteger(k) ? k : 0;
      return this.#read(await this.#client.call('more', [checkText('recommend', 'after', after), count], signal));
    }
    checkRecommend(options);
    const { signal, now = Date.now(), seed = this.#seed, ...request } = options;
    const json = toJson({ ...request, now, seed });
    return this.#read(await this.#client.call('recommend', request.text === undefined ? [json] : [json, true], signal));
  }

  /** Items like this one: short for `recommend({ surface: 'similar', items: [id] })`. */
  async similar(id: string, options: SimilarOptions = {}): Promise<RecommendationList<Item>> {
    checkKeys('similar', options);
    return this.recommend({ ...options, surface: 'similar', items: [checkText('similar', 'an id', id)] });
  }

  /**
   * Items that fit a text: by its words, by its meaning in any language that the model knows, or by both; `by` of the answer
   * says which. Without a wish the words answer at once, and the meaning joins in as soon as the model, which the first search
   * fetches, is there. With `prefix` the last word may be the beginning of one, as while somebody types.
   */
  async search(text: string, options: SearchOptions = {}): Promise<RecommendationList<Item>> {
    checkKeys('search', options);
    const { signal, prefix = false, by, ...request } = options;
    checkBy('search', by);
    const query = checkText('search', 'a text', text);
    const how = { prefix: prefix === true, ...(by !== undefined && { by }) };
    return this.#read(await this.#client.call('search', [query, toJson({ ...request, text: query }), how], signal));
  }

  /**
   * The item that answers a question, where the items are questions (`title`) and answers (`text`): `answered`, or `unsure` where
   * none may answer it. How sure it is, is judged by what the items themselves find when they are left out. Looks as `search` does.
   */
  async ask(question: string, options: AskOptions = {}): Promise<Answer<Item>> {
    checkKeys('ask', options);
    const { signal, k = 4, lang, filter, by } = options;
    checkBy('ask', by);
    const text = checkText('ask', 'a question', question);
    const allowed = lang === undefined ? filter : { ...filter, lang: checkText('ask', 'lang', lang) };
    return this.#read(await this.#client.call('ask', [text, toJson({ text, k, filter: allowed }), by], signal));
  }

  /** Tells in words what the person likes, or with a negative weight dislikes. Loads the encoder. */
  async describe(text: string, options: DescribeOptions = {}): Promise<Receipt> {
    checkKeys('describe', options);
    const { at = Date.now(), weight = 1, signal } = options;
    return { kept: await this.#client.call('describe', [checkText('describe', 'a text', text), at, weight], signal) };
  }

  /** Unit vectors of texts, `info().dimension` values each, one after the other. Loads the encoder. */
  async encode(texts: readonly string[], options: CallOptions = {}): Promise<Float32Array> {
    checkKeys('call', options);
    if (!Array.isArray(texts)) throw new PredilectError('bad-input', 'encode() takes an array of strings');
    const checked = texts.map((text: unknown, index) => checkText('encode', `text ${index}`, text));
    return this.#client.call('encode', [checked], options.signal);
  }

  /**
   * What a head says of texts, in this order: its label and how sure it is. A head is the text or the object of a file that
   * `predilect train-head` made, or `{ labels }`: descriptions of labels, for which no example is needed. Loads the encoder.
   */
  async classify(texts: readonly string[], head: HeadSource, options: CallOptions = {}): Promise<Classified[]> {
    checkKeys('call', options);
    if (!Array.isArray(texts)) throw new PredilectError('bad-input', 'classify() takes an array of strings');
    const checked = texts.map((text: unknown, index) => checkText('classify', `text ${index}`, text));
    return this.#read(await this.#client.call('classify', [checked, headText(head)], options.signal));
  }

  /**
   * What the person writes of an item counts as the stars it sounds like, 1 to 5, which it returns and records as a rating; the text is
   * not kept. `head` tells good from bad, as for `classify`. Loads the encoder.
   */
  async review(item: string, text: string, head: HeadSource, options: ReviewOptions = {}): Promise<number> {
    checkKeys('review', options);
    const { positive = 'pos', negative = 'neg', at, signal } = options;
    const own = signal && { signal };
    const [said] = await this.classify([text], head, own);
    const value = starsOf(said as Classified, head, positive, negative);
    await this.record({ kind: 'rating', item, value, ...(at !== undefined && { at }) }, own);
    return value;
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

  /**
   * How many stars, 1 to 5, the person would give items, in this order: what others gave, moved by the person's own ratings.
   * Null for an unknown id, and everywhere if the catalogue was built without ratings.
   */
  async predictRatings(ids: readonly string[], options: CallOptions = {}): Promise<(number | null)[]> {
    checkKeys('call', options);
    return this.#read(await this.#client.call('predictRatings', [toJson(ids)], options.signal));
  }

  /**
   * Puts items into the catalogue of this page, in the place of those with the same ids or behind all: all of them or none.
   * They have the fields of the catalogue's items, `id` and `title` at least, and can be found, recommended and filtered by
   * at once. The catalogue's file stays as it is: a page adds them again when it is loaded. Loads the encoder and the builder.
   */
  async add(items: Item | readonly Item[], options: CallOptions = {}): Promise<void> {
    checkKeys('call', options);
    const list: readonly unknown[] = Array.isArray(items) ? items : [items];
    const lines = list.map((item, index) => {
      const id: unknown = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
      if (typeof id === 'string' && id !== '') return toJson(item);
      throw new PredilectError('bad-input', `add(): item ${index} has no id, a text that names it`);
    });
    if (lines.length > 0) await this.#client.call('add', [lines.join('\n')], options.signal);
  }

  /** Takes items out of the catalogue of this page; ids that it does not have are passed over. Loads the builder. */
  async remove(ids: string | readonly string[], options: CallOptions = {}): Promise<void> {
    checkKeys('call', options);
    const list = (Array.isArray(ids) ? ids : [ids]).map((id: unknown) => checkText('remove', 'an id', id));
    if (list.length > 0) await this.#client.call('remove', [list], options.signal);
  }

  /**
   * What the catalogue is about: its topics, the largest first, each with its parts. For a person of whom nothing is known to
   * choose from. Empty where a catalogue has too few items.
   */
  async topics(options: TopicsOptions = {}): Promise<Topic[]> {
    checkKeys('topics', options);
    const { lang, examples = 0, signal } = options;
    if (!Number.isSafeInteger(examples) || examples < 0 || examples > 100) {
      throw new PredilectError('bad-input', `topics(): examples is ${String(examples)}, expected 0 to 100`);
    }
    const language = lang === undefined ? undefined : checkText('topics', 'lang', lang);
    return this.#read(await this.#client.call('topics', [examples, language], signal));
  }

  /**
   * Tells that the person likes a topic, or with a negative weight does not: an interest like that of a described text, by the
   * topic's name, and forgotten in the same way. Needs no encoder.
   */
  async follow(topic: string, options: DescribeOptions = {}): Promise<Receipt> {
    checkKeys('describe', options, 'follow()');
    const { at = Date.now(), weight = 1, signal } = options;
    return { kept: await this.#client.call('follow', [checkText('follow', 'a topic', topic), at, weight], signal) };
  }

  /** Everything that is known about the person. */
  async profile(options: ProfileOptions = {}): Promise<Profile> {
    checkKeys('profile', options);
    const { lang, signal } = options;
    const language = lang === undefined ? undefined : checkText('profile', 'lang', lang);
    return this.#read(await this.#client.call('profile', [Date.now(), language], signal));
  }

  /** Items, topics and interests in two dimensions, to draw: the ground is the same for everybody, interests move. */
  async map(options: MapOptions = {}): Promise<TasteMap> {
    checkKeys('map', options);
    const { k = 200, lang, signal } = options;
    if (!Number.isSafeInteger(k) || k < 0 || k > 1000) {
      throw new PredilectError('bad-input', `map(): k is ${String(k)}, expected 0 to 1000`);
    }
    const language = lang === undefined ? undefined : checkText('map', 'lang', lang);
    return this.#read(await this.#client.call('map', [Date.now(), k, language], signal));
  }

  /** Forgets as if it had never been told, in memory and on the device. If the device cannot, nothing is forgotten. */
  async forget(what: ForgetRequest, options: CallOptions = {}): Promise<Receipt> {
    checkKeys('forget', what);
    checkKeys('call', options);
    return { kept: await this.#client.call('forget', [toJson(what)], options.signal) };
  }

  /**
   * The profile as the text of a JSON file: every event, every text, the interests worked out from them, and what each
   * means. Without a passphrase anybody can read it.
   */
  async export(options: ExportOptions = {}): Promise<string> {
    checkKeys('export', options);
    const { passphrase, signal } = options;
    const piece = await this.#client.call('whole', [], signal);
    const [profile, info] = await Promise.all([this.profile({ signal }), this.info({ signal })]);
    const titles = new Map<string, string>();
    for (const [id, { title }] of await this.#fields(
      (piece.events as { item: string }[]).map(({ item }) => item),
      signal,
    ))
      if (typeof title === 'string') titles.set(id, title);
    const text = JSON.stringify(writeFile(piece, profile, info, titles), null, 1);
    return passphrase === undefined ? text : lock(text, checkText('export', 'a passphrase', passphrase));
  }

  /** Adds what the text of an exported file holds and the profile does not, or with `preview` says what that would be. */
  async import(file: string, options: ImportOptions = {}): Promise<ImportReport> {
    checkKeys('import', options);
    const { passphrase, preview = false, signal } = options;
    const piece = readFile(await unlock(checkText('import', 'the text of a file', file), passphrase));
    const { merged, kept } = await this.#client.call('merge', [[piece], { newOnly: true, preview }], signal);
    const { unencoded, ...counts } = merged;
    return { ...counts, waiting: unencoded.length, kept };
  }

  /**
   * For sites that need counts: which of a few topics the person likes most, told by chance, so that the report says little
   * about them (optimised unary encoding) and many reports say how many like what. The page sends it, or not. Only with
   * `create({ aggregate })`, while the device keeps the profile because the person agreed, never where the browser asks not to
   * be profiled; each report takes from the week's budget, which all tabs share.
   */
  aggregate(options: AggregateCall & { preview: true }): Promise<AggregatePreview>;
  aggregate(options?: AggregateCall): Promise<AggregateReport>;
  async aggregate(options: AggregateCall = {}): Promise<AggregatePreview | AggregateReport> {
    checkKeys('aggregate', options);
    const aggregate = this.#aggregate;
    const { consent, kept, privacySignal: asked } = this.status;
    if (!aggregate || consent !== 'granted' || !kept || asked) {
      const why = aggregate
        ? asked
          ? `the browser asks not to be profiled (${asked})`
          : "it needs consent('granted') and a device that keeps the profile"
        : 'pass { aggregate } to create() to have it';
      throw new PredilectError('not-permitted', `aggregate(): ${why}`);
    }
    if (options.preview) return aggregate.preview();
    const profile = await this.profile({ signal: options.signal });
    const ids = profile.interests.flatMap(({ items }) => items);
    return aggregate.report(profile, await this.#fields(ids, options.signal));
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
  async restore(bytes: Uint8Array, options: CallOptions = {}): Promise<Receipt> {
    checkKeys('call', options);
    if (!(bytes instanceof Uint8Array))
      throw new PredilectError('bad-input', 'restore() takes the bytes that snapshot() gave');
    return { kept: await this.#client.call('restore', [bytes], options.signal) };
  }

  /** How long the latest answered call took; undefined before the first. */
  get lastCall(): CallTiming | undefined {
    return this.#client.timing;
  }

  /** Rejects what waits with `closed` and frees the memory. What lived in memory only is gone. */
  close(): void {
    this.#client.close();
  }

  #opened({ name }: KeepOptions, { kept, found }: Kept): void {
    this.#kept = kept;
    if (kept) this.#consent = 'granted';
    const missed = !found && wasKept(name);
    if (kept || missed) markKept(name, kept);
    if (missed) {
      this.#onNotice({
        code: 'storage-evicted',
        message: `the browser removed the profile "${name}" since the last visit; import() an export of it, if there is one`,
      });
    }
  }

  /** Fields of items by id; those that the catalogue lacks are left out. */
  async #fields(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Record<string, unknown>>> {
    const items = (await this.items([...new Set(ids)], { signal })) as (ItemFields | null)[];
    return new Map(items.flatMap((item) => (item ? [[item.id, item]] : [])));
  }

  #read<T>(json: string): T {
    return JSON.parse(json) as T;
  }
}
