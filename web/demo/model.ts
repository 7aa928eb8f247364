// What the page knows: the recommender, the reader's choices, and what was done. Views read it and call it.

import {
  type CallTiming,
  type CatalogueInfo,
  type EventKind,
  type Filter,
  type ImportReport,
  type Notice,
  type Profile,
  type Recommendation,
  type RecommendationList,
  Recommender,
  type SearchBy,
  type Status,
  type Topic,
} from './predilect/index.js';
import type { Settings } from './settings.js';
import type { Wording } from './words.js';

/** An item of the demo's catalogue. */
export interface Item {
  readonly id: string;
  readonly lang: 'en' | 'zh';
  readonly title: string;
  readonly text: string;
  readonly section: string;
  readonly category?: string;
  readonly tags?: readonly string[];
  readonly price?: number;
  readonly year?: number;
  readonly date?: string;
  readonly minutes?: number;
  /** As the catalogue gives it: not to be trusted. */
  readonly url?: unknown;
}

/** A topic with its name in the languages of the page. */
export interface PageTopic {
  names: Record<Wording, string>;
  topics: PageTopic[];
}

/** What the list shows. */
export type View = { kind: 'list' } | { kind: 'search'; text: string; by: SearchBy };

/** A row under the list. */
export interface Row extends RecommendationList<Item> {
  surface: 'because' | 'continue';
}

/** The latest answer to what the list shows, with all that is needed to word it. */
export interface Shown {
  view: View;
  items: Recommendation<Item>[];
  rows: Row[];
  profile: Profile;
  timing: { call: string; work: number; total: number } | undefined;
}

/** How many cards fill whole rows of two, three and four, the first being twice as wide. */
const PAGE = 12;
const STEPS_BACK = 40;
/** Calls whose timing is remembered. */
const TIMINGS = 12;
/** Items of a row. */
const ROW = 4;

/** The page's model. One change at a time; the last wish wins. */
export class Model {
  readonly settings: Settings;
  readonly #recommender: Recommender<Item>;
  readonly info: CatalogueInfo;
  readonly inWorker: boolean;
  /** The largest first. */
  readonly topics: readonly PageTopic[];
  /** How long the last calls took, the latest first. */
  readonly timings: CallTiming[] = [];
  /** Bytes of what the recommender loaded, after decompression, by name. */
  readonly loaded: ReadonlyMap<string, number>;
  view: View = { kind: 'list' };
  #k = PAGE - 1;
  #shown: Shown | undefined;
  readonly #known = new Map<string, Item>();
  readonly #history: Uint8Array[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  /** Called with every new answer. */
  onShown: (shown: Shown, before: Shown | undefined) => Promise<void> = async () => {};

  private constructor(
    recommender: Recommender<Item>,
    info: CatalogueInfo,
    topics: readonly PageTopic[],
    settings: Settings,
    inWorker: boolean,
    loaded: ReadonlyMap<string, number>,
  ) {
    this.loaded = loaded;
    this.topics = topics;
    this.#recommender = recommender;
    this.info = info;
    this.settings = settings;
    this.inWorker = inWorker;
  }

  /** Loads engine, catalogue and, if it was kept, the profile. */
  static async open(
    settings: Settings,
    onProgress: Parameters<typeof Recommender.create>[0]['onProgress'],
    onNotice: (notice: Notice) => void,
  ): Promise<Model> {
    const inWorker = !new URLSearchParams(location.search).has('main-thread');
    const loaded = new Map<string, number>();
    const recommender = await Recommender.create<Item>({
      catalogue: './demo.predilect',
      words: './demo.words',
      encoder: './model/',
      profile: 'demo',
      worker: inWorker,
      onNotice,
      onProgress(step) {
        loaded.set(step.file, step.loaded);
        onProgress?.(step);
      },
    });
    const [en, zh, info] = await Promise.all([
      recommender.topics({ lang: 'en' }),
      recommender.topics({ lang: 'zh' }),
      recommender.info(),
    ]);
    return new Model(recommender, info, joined(en, zh), settings, inWorker, loaded);
  }

  /** Items by id, asked for once. */
  item(id: string): Item | undefined {
    return this.#known.get(id);
  }

  /** Where the profile is, and why. */
  get status(): Status {
    return this.#recommender.status;
  }

  get canUndo(): boolean {
    return this.#history.length > 0;
  }

  get canShowMore(): boolean {
    return this.#shown !== undefined && this.#shown.items.length === this.#k && this.#k < 60;
  }

  /** Asks again for what the list shows. */
  refresh(): Promise<void> {
    return this.#enqueue(() => this.#ask());
  }

  /** Asks again after a choice. */
  choose(change: Partial<Settings>): Promise<void> {
    Object.assign(this.settings, change);
    if (change.section !== undefined || change.language !== undefined) this.#k = PAGE - 1;
    return this.refresh();
  }

  showMore(): Promise<void> {
    this.#k += PAGE;
    return this.refresh();
  }

  /** Back to the list of recommendations. */
  showList(): Promise<void> {
    this.view = { kind: 'list' };
    this.#k = PAGE - 1;
    return this.refresh();
  }

  /** Finds items by the words of what is being typed, and by its meaning where the model is there; without words shows the list again. */
  async type(text: string, by: SearchBy): Promise<void> {
    if (text === '' && this.view.kind === 'list') return;
    this.view = text === '' ? { kind: 'list' } : { kind: 'search', text, by };
    this.#k = PAGE - 1;
    await this.#enqueue(async () => {
      // Only the latest: who types on does not want what came before.
      if (this.view.kind === 'list' ? text === '' : this.view.text === text) await this.#ask();
    });
  }

  /** Finds items by words and meaning. The list shows the answer when it is there. */
  async search(text: string, signal: AbortSignal): Promise<void> {
    // Outside the queue: clicks are answered while the model loads.
    await this.#recommender.loadEncoder({ signal });
    await this.#enqueue(async () => {
      const before = this.view;
      this.view = { kind: 'search', text, by: 'both' };
      this.#k = PAGE - 1;
      await this.#ask(signal).catch((error: unknown) => {
        this.view = before;
        throw error;
      });
    });
  }

  /** Takes in words what the reader likes, or with a negative weight does not. */
  async describe(text: string, weight: number, signal: AbortSignal): Promise<void> {
    await this.#recommender.loadEncoder({ signal });
    await this.#change(async () => {
      await this.#recommender.describe(text, { weight, signal });
      this.view = { kind: 'list' };
    });
  }

  /** Records what the reader did to an item. */
  act(kind: EventKind, item: string, value?: number): Promise<void> {
    return this.#change(() => this.#recommender.record({ kind, item, ...(value !== undefined && { value }) }));
  }

  /** Tells that the reader likes a topic. */
  follow(topic: string): Promise<void> {
    return this.#change(() => this.#recommender.follow(topic));
  }

  forget(what: Parameters<Recommender['forget']>[0]): Promise<void> {
    return this.#change(() => this.#recommender.forget(what));
  }

  /** Lets the interest of an item count so much; 0 mutes it. */
  tune(item: string, factor: number): Promise<void> {
    return this.#change(() => this.#recommender.record({ kind: 'tune', item, value: factor }));
  }

  /** Takes the last change back. */
  undo(): Promise<void> {
    return this.#enqueue(async () => {
      const last = this.#history.pop();
      if (!last) return;
      await this.#recommender.restore(last);
      await this.#ask();
    });
  }

  /** The profile as the text of a file, locked where there is a passphrase. */
  save(passphrase: string | undefined): Promise<string> {
    return this.#enqueue(() => this.#recommender.export(passphrase === undefined ? {} : { passphrase }));
  }

  /** Adds what the text of a file holds, or with `preview` says what that would be. */
  async load(text: string, passphrase: string | undefined, preview: boolean): Promise<ImportReport> {
    const options = { preview, ...(passphrase !== undefined && { passphrase }) };
    if (preview) return this.#enqueue(() => this.#recommender.import(text, options));
    let report: ImportReport | undefined;
    await this.#change(async () => {
      report = await this.#recommender.import(text, options);
    });
    return report as ImportReport;
  }

  /** Items like one; the profile has no say. */
  async similar(id: string, k: number): Promise<RecommendationList<Item>> {
    const list = await this.#recommender.similar(id, { k, ...this.#filter(['lang']) });
    for (const { id: other, fields } of list.items) this.#known.set(other, fields);
    return list;
  }

  /** Whether the device keeps the profile. */
  get kept(): boolean {
    return this.#recommender.status.kept;
  }

  /** The reader's answer to whether the device may keep the profile; no erases what it keeps. */
  setKeep(keep: boolean): Promise<void> {
    return this.#enqueue(async () => {
      await this.#recommender.consent(keep ? 'granted' : 'session');
      await this.#ask();
    });
  }

  /** One change of the profile that can be taken back. */
  #change(run: () => Promise<unknown>): Promise<void> {
    return this.#enqueue(async () => {
      const before = await this.#recommender.snapshot();
      await this.#timed(run());
      this.#history.push(before);
      if (this.#history.length > STEPS_BACK) this.#history.shift();
      await this.#ask();
    });
  }

  /** A call's answer; how long it took is remembered. */
  async #timed<T>(call: Promise<T>): Promise<T> {
    const answer = await call;
    const { lastCall } = this.#recommender;
    if (lastCall) this.timings.unshift(lastCall);
    this.timings.length = Math.min(this.timings.length, TIMINGS);
    return answer;
  }

  #enqueue<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(run);
    this.#queue = next.catch(() => {});
    return next;
  }

  #filter(only: readonly string[] = ['section', 'lang']): { filter?: Filter } {
    const { section, language } = this.settings;
    const filter: Record<string, string> = {};
    if (only.includes('section') && section !== 'all') filter.section = section;
    if (only.includes('lang') && language !== 'both') filter.lang = language;
    return Object.keys(filter).length ? { filter } : {};
  }

  async #ask(signal?: AbortSignal): Promise<void> {
    const { view } = this;
    const request = { k: this.#k, ...this.#filter(), ...(signal && { signal }) };
    const listed = this.#timed(
      view.kind === 'list'
        ? this.#recommender.recommend(request)
        : this.#recommender.search(view.text, { ...request, by: view.by, prefix: true }),
    );
    const profiled = this.#timed(this.#recommender.profile({ lang: this.settings.ui }));
    // Who waits for the first must not leave the failure of the second unheard.
    profiled.catch(() => {});
    const list = await listed;
    const timing = this.timings.find(({ call }) => call === 'recommend' || call === 'search');
    const profile = await profiled;
    const rows = view.kind === 'list' ? await this.#rows(list.items, signal) : [];
    for (const { items } of [list, ...rows]) for (const { id, fields } of items) this.#known.set(id, fields);
    await this.#learn([
      ...rows.flatMap(({ because }) => (because ? [because.item] : [])),
      ...list.items.flatMap(({ reasons }) => reasons.flatMap(({ event }) => (event ? [event.item] : []))),
      ...[...profile.interests, ...profile.negatives].flatMap(({ items, medoid }) =>
        medoid === null ? items : [medoid, ...items],
      ),
      ...profile.recent.map(({ item }) => item),
    ]);
    const before = this.#shown;
    this.#shown = { view, items: list.items, rows, profile, timing };
    await this.onShown(this.#shown, before);
  }

  /** A whole row of what the list does not show, and what was begun, wherever else it is. */
  async #rows(shown: readonly Recommendation<Item>[], signal?: AbortSignal): Promise<Row[]> {
    const request = { k: ROW, ...this.#filter(), ...(signal && { signal }) };
    const exclude = shown.map(({ id }) => id);
    const because = await this.#timed(this.#recommender.recommend({ ...request, surface: 'because', exclude }));
    const begun = await this.#timed(this.#recommender.recommend({ ...request, surface: 'continue' }));
    const rows: Row[] = [];
    if (because.items.length === ROW) rows.push({ surface: 'because', ...because });
    if (begun.items.length > 0) rows.push({ surface: 'continue', ...begun });
    return rows;
  }

  async #learn(ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !this.#known.has(id));
    if (missing.length === 0) return;
    for (const item of await this.#recommender.items(missing)) if (item) this.#known.set(item.id, item);
  }
}

/** Topics with their names in both languages; every language lists them alike. */
function joined(en: readonly Topic[], zh: readonly Topic[]): PageTopic[] {
  return en.map((topic, at) => ({
    names: { en: topic.name, zh: zh[at]?.name ?? topic.name },
    topics: joined(topic.topics, zh[at]?.topics ?? []),
  }));
}
