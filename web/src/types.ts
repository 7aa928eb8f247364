import type { AggregateOptions } from './aggregate.js';

export type { AggregateOptions, AggregatePreview, AggregateReport } from './aggregate.js';

/** Bytes of a file, or where to fetch them from. A relative address is resolved against the page. */
export type Source = string | URL | Uint8Array | ArrayBuffer;

/** As {@link Source}, or a module that the page compiled itself. */
export type WasmSource = Source | WebAssembly.Module;

/** Options of `Recommender.create`. */
export interface CreateOptions {
  /** The catalogue file made by `predilect build`: its address or its bytes. */
  catalogue: Source;
  /** SHA-256 that the catalogue must have, as in HTML: `sha256-` and base64. A copy kept by the device needs no request then. */
  integrity?: string;
  /**
   * Whether the device keeps the catalogue and the model, under their SHA-256, for visits without a network. They are
   * public files and say nothing of the person. Default true.
   */
  offline?: boolean;
  /**
   * Folder that holds `manifest.json`, the model and the tokenizer. Needed by `search`, `describe` and `encode` only,
   * and not fetched before the first of them (or `loadEncoder`) is called.
   */
  encoder?: string | URL;
  /** The engine module; by default `wasm/engine_bg.wasm` beside this package's files. */
  wasmUrl?: WasmSource;
  /** The encoder module; by default `wasm/encoder_bg.wasm` beside this package's files. */
  encoderWasmUrl?: WasmSource;
  /** The builder module, needed by `add` and `remove` only; by default `wasm/builder_bg.wasm` beside this package's files. */
  builderWasmUrl?: WasmSource;
  /**
   * `true` (default where workers exist): everything runs in a worker of its own. `false`: on the calling thread.
   * A `Worker`: this one, which must run this package's `worker.js` and is terminated by `close()`.
   */
  worker?: boolean | Worker;
  /**
   * Name under which the device keeps the profile, encrypted, as far as the person consents. Pages of one origin that
   * use the same name share the profile. `false` (default): it lives in memory and is gone with the page.
   */
  profile?: string | false;
  /**
   * `ask` (default): nothing is stored before `consent('granted')`; a profile stored at an earlier visit is used.
   * `granted`: stored from the start, except where the browser sends Global Privacy Control or Do Not Track, which makes it
   * `ask`. `session`: nothing is read or stored.
   */
  consent?: Consent;
  /** Days after which events and texts are forgotten. Default: never. */
  retention?: number;
  /** Permits `aggregate()`, for sites that need counts. Default: none, and the code for it is not loaded. */
  aggregate?: AggregateOptions;
  /** Milliseconds of silence after which a worker is asked whether it lives; after as much again it is replaced. Default 10 000. */
  patience?: number;
  /** Called when something happens that no call asked for: storage that fails, another tab, a worker that is replaced. */
  onNotice?: (notice: Notice) => void;
  /** Called while files are fetched and prepared. */
  onProgress?: (progress: Progress) => void;
  /** Abandons the creation. */
  signal?: AbortSignal;
}

/** What the person has said about keeping the profile on the device. */
export type Consent = 'ask' | 'granted' | 'session';

/** What the browser has said: Global Privacy Control or Do Not Track. */
export type Signal = 'gpc' | 'dnt';

/** Where the profile is, and why. */
export interface Status {
  /** Whether what is recorded now is kept on the device. */
  kept: boolean;
  consent: Consent;
  /** The browser's request, if it makes one. A page that sees one need not ask the person. */
  signal: Signal | null;
}

/** Whether the device keeps what a call changed. If not, it lives in memory. */
export interface Receipt {
  kept: boolean;
}

/** What happened, as a word that stays the same between versions. */
export type NoticeCode =
  /** There is no space for the profile: what is told is kept in memory, and written when there is. */
  | 'storage-full'
  /** The browser denies storage, as in some private windows: the profile lives in memory. */
  | 'storage-denied'
  /** The browser removed what was stored. */
  | 'storage-evicted'
  /** The stored profile cannot be read or written for another reason. */
  | 'storage-failed'
  /** The stored profile, or a tab that shares it, is of a newer version of this package; it stays untouched. */
  | 'schema-newer'
  /** The worker died or hung and was replaced; the profile is as before. */
  | 'restarted'
  /** The catalogue or the model could not be fetched, or is damaged: that of the last visit is used. */
  | 'last-version'
  /** The device's clock is behind the time of the last visit. */
  | 'clock-back'
  /** Another tab told, forgot or replaced something: lists may look different now. */
  | 'profile-changed'
  /** The person withdrew consent in another tab: this one keeps its profile in memory. */
  | 'erased-elsewhere';

/** Something that happened without a call that asked for it. */
export interface Notice {
  code: NoticeCode;
  /** For people who run the page. */
  message: string;
}

/** One step of loading. */
export interface Progress {
  /** What is being loaded. `encoder` is the wasm module that runs the `model`. */
  file:
    | 'catalogue'
    | 'engine'
    | 'encoder'
    | 'manifest'
    | 'model'
    | 'tokenizer'
    | 'builder'
    | 'search'
    | 'vectors'
    | 'gpu';
  /** `download` while bytes arrive, `prepare` while they are checked and unpacked, `ready` when usable. */
  phase: 'download' | 'prepare' | 'ready';
  /** Bytes so far, after decompression. */
  loaded: number;
  /** Bytes in all, after decompression, where known. */
  total?: number;
}

/** A profile as a file: everything that is known, in words and numbers that a person can read. */
export interface ExportFile {
  /** Version of this format. */
  predilect: number;
  /** Times are ISO 8601. */
  exported: string;
  /** The catalogue's name. */
  catalogue: string;
  /** Fingerprint of the encoder that the vectors come from. */
  encoder: string;
  /** What the kinds of events, and the other parts, mean. */
  meanings: Readonly<Record<EventKind | 'typed' | 'interests' | 'negatives', string>>;
  interests: { label: string; weight: number; items: { item: string; title?: string }[] }[];
  negatives: ExportFile['interests'];
  /** `vector`: base64 of little-endian 32-bit floats; a text without one is encoded when the encoder is loaded. */
  typed: { text: string; weight: number; at: string; vector?: string }[];
  events: { at: string; kind: string; item: string; title?: string; value?: number }[];
}

/** Options of `export`. */
export interface ExportOptions extends CallOptions {
  /** Locks the file: AES-GCM under a key derived by PBKDF2. Without it the file can be read by anybody. */
  passphrase?: string;
}

/** Options of `import`. */
export interface ImportOptions extends CallOptions {
  /** The passphrase of a locked file. */
  passphrase?: string;
  /** Says what would be added, and adds nothing. */
  preview?: boolean;
}

/** Options of `aggregate`. */
export interface AggregateCall extends CallOptions {
  /** Says what a report would tell and what is left of the budget, and makes none. */
  preview?: boolean;
}

/** What an import added, or would add. */
export interface ImportReport extends Receipt {
  /** Events added. */
  events: number;
  /** Texts added. */
  typed: number;
  /** Events and texts that the profile holds already. */
  known: number;
  /** Events among those added on items that this catalogue lacks; they are kept, and say nothing here. */
  unknown_items: number;
  /** Texts that wait for the encoder to be loaded. */
  waiting: number;
}

/** Options that every call takes. */
export interface CallOptions {
  /** Rejects the call with `aborted`, or `timeout` for `AbortSignal.timeout()`. */
  signal?: AbortSignal;
}

/** What a person did to an item. */
export type EventKind = 'view' | 'click' | 'like' | 'dislike' | 'rating' | 'purchase' | 'dwell' | 'dismiss';

/** Something a person did to an item. */
export interface RecommenderEvent {
  kind: EventKind;
  /** The item's id in the catalogue. */
  item: string;
  /** Milliseconds since 1970; the present when left out. */
  at?: number;
  /** Stars 1 to 5 for `rating`, seconds for `dwell`; nothing else has one. */
  value?: number;
}

/** An event as the profile keeps it. */
export interface RecordedEvent {
  kind: EventKind;
  item: string;
  /** Milliseconds since 1970. */
  at: number;
  value?: number | null;
}

/** A value of an item's field. */
export type FieldValue = string | number | boolean;

/** What one field must be. For a field that holds a list (tags), one matching element is enough. */
export type Condition =
  | FieldValue
  | readonly FieldValue[]
  | { min?: number; max?: number }
  | { not: FieldValue | readonly FieldValue[] };

/** Conditions by field name; all must hold. */
export type Filter = Readonly<Record<string, Condition>>;

/** What a list is. */
export type Surface =
  /** What the person may like. */
  | 'for-you'
  /** What resembles `items`. */
  | 'similar'
  /** What people turn to who turn to `items`; behind it what resembles them. */
  | 'together'
  /** What the person opened or spent time with and has no opinion on yet, the latest first. */
  | 'continue'
  /** What many turned to lately; where the catalogue has learned nothing, what is popular, else what is new. */
  | 'trending'
  /** What lies close to one item, ordered for the person: "Because you liked ...". */
  | 'because';

/** A rule that gives an item a place. */
export interface PinRule {
  /** Names the rule in the reasons. */
  name: string;
  /** The item's id. */
  item: string;
  /** Its place in the list, over all pages, from 1. Where the list is shorter it comes last. */
  place: number;
}

/** A rule that moves items up or down. */
export interface PushRule {
  /** Names the rule in the reasons. */
  name: string;
  /** Which items. */
  filter: Filter;
  /** By what share of the best score, above 0, at most 10. With 1 any item can come first, or last. */
  by: number;
}

/** What to recommend. */
export interface RecommendRequest {
  /** What the list is. Default `for-you`. */
  surface?: Surface;
  /**
   * Ids of the items that the list is about, the latest last: 1 to 256 for `similar` and `together` (a cart), one at most for
   * `because`, which else takes what speaks most for the person's taste now. They do not come themselves.
   */
  items?: readonly string[];
  /** How many items at most, 1 to 1000. Default 10. */
  k?: number;
  /** Conditions that every item meets. They are applied inside the search, so a narrow filter still fills the list. */
  filter?: Filter;
  /**
   * 0 (best first, however alike) to 1 (as different as possible). Default 0.3 for `for-you`, `because` and `trending`, else 0.
   */
  diversity?: number;
  /** 0 (what is known to please) to 1 (what would teach most), for `for-you` and `because`. Default 0. */
  explore?: number;
  /** Most items of one value, by field of labels: `{ category: 2 }`. Holds over all pages; an item without a value is free. */
  caps?: Readonly<Record<string, number>>;
  /**
   * How far the mix of a field's labels follows that of what the person likes, 0 to 1, by field: `{ tags: 0.3 }`. Default: not at
   * all.
   */
  calibration?: Readonly<Record<string, number>>;
  /** Items with places of their own. No rule brings back what `filter`, `exclude` or the person rules out. */
  pin?: readonly PinRule[];
  /** Items that come up. */
  boost?: readonly PushRule[];
  /** Items that go down. */
  bury?: readonly PushRule[];
  /** Whether items that the person has bought, liked, rated or turned away may come back. Default false. */
  include_owned?: boolean;
  /** Ids that must not come. */
  exclude?: readonly string[];
  /**
   * Whether what the person chose from what they saw (clicks and likes beside views) moves how much each kind of reason
   * counts. Default true.
   */
  personal?: boolean;
  /** The time to reckon ages from, in milliseconds since 1970. Default: the present. */
  now?: number;
  /** The seed of everything random. Default: drawn once for each recommender. Same seed and time, same answer. */
  seed?: number;
}

/** Options of `recommend`. */
export interface RecommendOptions extends RecommendRequest, CallOptions {}

/** Options of `recommend` that go on with a list. All else, time and seed included, is as it was. */
export interface NextOptions extends CallOptions {
  /** `next` of the list. Nothing that it has shown comes again. */
  after: string;
  /** How many items at most, 1 to 1000. Default: as many as before. */
  k?: number;
}

/** Options of `similar` and `search`. */
export interface FindOptions extends CallOptions {
  /** How many items at most, 1 to 1000. Default 10. */
  k?: number;
  /** Conditions that every item meets. */
  filter?: Filter;
}

/** Options of `describe`. */
export interface DescribeOptions extends CallOptions {
  /** -1 (dislikes it) to 1 (likes it). Default 1. */
  weight?: number;
  /** Milliseconds since 1970; the present when left out. */
  at?: number;
}

/** Where a part of a score comes from. */
export type ReasonKind =
  /** Close to items the person liked. */
  | 'interest'
  /** Close to a text the person wrote. */
  | 'typed'
  /** Close to what the person looks at right now. */
  | 'session'
  /** People who turned to what the person turned to went on to this. */
  | 'neighbour'
  /** People who turned to what the person turned to also turned to this. */
  | 'together'
  /** Says much the same as what the person turned to. */
  | 'alike'
  /** Has a label, named by `text`, that the person turns to more than chance would have it; below 0: less. */
  | 'facet'
  /** Liked by many. */
  | 'popular'
  /** Turned to by many lately. */
  | 'trend'
  /** New. */
  | 'fresh'
  /** Close to something the person turned away. */
  | 'negative'
  /** Shown before without an opinion. */
  | 'seen'
  /** Close to what stands above it in the list. */
  | 'diversity'
  /** Chance, to find out about new tastes. */
  | 'explore'
  /** Close to what the list is about. */
  | 'similar'
  /** Begun and not finished. */
  | 'continue'
  /** Its labels are fewer in the list than among what the person likes. */
  | 'calibration'
  /** A rule of the page. */
  | 'rule'
  /** Close to the text searched for. */
  | 'match';

/** A part of a score and its cause. */
export interface Reason {
  kind: ReasonKind;
  /** What it adds to the score; the parts of an item sum to its score. */
  part: number;
  /** The event that caused it. */
  event?: { kind: EventKind; item: string; at: number };
  /** The item that the list is about and that leads here. */
  item?: string;
  /** The typed text or the label that caused it. */
  text?: string;
  /** Key of the interest in `profile()`. */
  interest?: string;
  /** Name of the rule. */
  rule?: string;
}

/** The fields of an item, as they were given to the builder. */
export type ItemFields = { readonly id: string } & Readonly<Record<string, unknown>>;

/** An item of an answer. */
export interface Recommendation<Item = ItemFields> {
  id: string;
  /** Higher is better; comparable within one answer only. */
  score: number;
  /** Strongest first, by absolute value. */
  reasons: Reason[];
  fields: Item;
}

/** An answer: items, best first. */
export interface RecommendationList<Item = ItemFields> {
  items: Recommendation<Item>[];
  /** What a list of `because` is about, and what the person did to it. Without one nothing is known that it could be about. */
  because?: { item: string; kind?: EventKind; at?: number };
  /** For `recommend({ after })`. Absent at the end, and from `search`. */
  next?: string;
}

/** A cluster of liked items, or one typed text. */
export interface Interest {
  /** Stable while the items it is made of stay. For `forget({interest})`. */
  key: string;
  /** For a person to read: the title of its most central item, or the typed text. */
  label: string;
  /** Share of all interests, or of all negatives, 0 to 1. */
  weight: number;
  /** The item nearest to its centre; null for a typed text. */
  medoid: string | null;
  /** The items it is made of. */
  items: string[];
  kind: 'items' | 'typed';
}

/** Everything that is known about the person. */
export interface Profile {
  /** How many events are kept. */
  events: number;
  interests: Interest[];
  /** What the person turned away from. */
  negatives: Interest[];
  /** Ids of items bought or said to be owned. */
  owned: string[];
  /** Ids of items turned away. */
  dismissed: string[];
  /** The latest events, newest first, 50 at most; `export()` lists all. */
  recent: RecordedEvent[];
  /** How many times as much as usual each kind of signal counts, learned from what the person chose; usual ones are left out. */
  factors: Record<string, number>;
  /** Texts that no encoder has read yet, from an import or from another encoder's time. */
  waiting: string[];
}

/** What to forget: one of these. */
export type ForgetRequest = { item: string } | { interest: string } | { before: number } | { all: true };

/** What the catalogue holds. */
export interface CatalogueInfo {
  name: string;
  /** How many items. */
  count: number;
  /** Values of a vector. */
  dimension: number;
  /** 16 hex digits that name the encoder. */
  fingerprint: string;
  /** Of the file's content. */
  checksum: string;
  /** Items by language. */
  languages: Record<string, number>;
  /** Items by value, for each field that can be filtered by choice; most frequent first, 100 values at most. */
  facets: Record<string, Record<string, number>>;
  /** Smallest and largest value of each field that holds numbers; dates count days since 1970. */
  ranges: Record<string, { min: number; max: number }>;
}

/** How long a call took. */
export interface CallTiming {
  /** The call's name. */
  call: string;
  /** Milliseconds inside the wasm modules, loading left out. */
  work: number;
  /** Milliseconds from the call to its answer, as the page saw it. */
  total: number;
}
