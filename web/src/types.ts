import type { AggregateOptions } from './aggregate.js';

export type { AggregateOptions, AggregatePreview, AggregateReport } from './aggregate.js';
export type * from './lists.js';

/** Bytes of a file, or where to fetch them from. A relative address is resolved against the page. */
export type Source = string | URL | Uint8Array | ArrayBuffer;

/** As {@link Source}, or a module that the page compiled itself. */
export type WasmSource = Source | WebAssembly.Module;

/** Modules of WebAssembly. One object fits every call: each takes what it loads and leaves the rest. */
export interface WasmModules {
  /** Recommends and keeps the profile. By default `wasm/engine_bg.wasm` beside this package's files, and so on. */
  engine?: WasmSource;
  /** Encodes texts. */
  encoder?: WasmSource;
  /** Makes and changes catalogues: `add`, `remove`, `buildCatalogue`. */
  builder?: WasmSource;
  /** Searches by words. */
  words?: WasmSource;
  /** Searches a `VectorIndex`. */
  search?: WasmSource;
  /** The same by the graphics processor. */
  gpu?: WasmSource;
}

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
   * Folder that holds `manifest.json`, the model and the tokenizer. Needed by `search` (by meaning), `describe` and `encode`
   * only, and not fetched before the first of them (or `loadEncoder`) is called.
   */
  encoder?: string | URL;
  /** The index of words that `predilect build` writes beside the catalogue: its address or its bytes. Fetched by the first `search`. */
  words?: Source;
  /** Where modules of WebAssembly are that do not lie in `wasm/` beside this package's files, or the modules themselves. */
  wasm?: WasmModules;
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
  retentionDays?: number;
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
export type PrivacySignal = 'gpc' | 'dnt';

/** Where the profile is, and why. */
export interface Status {
  /** Whether what is recorded now is kept on the device. */
  kept: boolean;
  consent: Consent;
  /** The browser's request, if it makes one. A page that sees one need not ask the person. */
  privacySignal: PrivacySignal | null;
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
    | 'words'
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
  unknownItems: number;
  /** Texts that wait for the encoder to be loaded. */
  waiting: number;
}

/** Options of `topics`. */
export interface TopicsOptions extends CallOptions {
  /** Language of the names, as the items' `lang`; those that have none in it come in another. Default: that of most items. */
  lang?: string;
  /** How many items are to show what a topic is about, 0 to 100. Default 0. */
  examples?: number;
}

/** A head: the text or the object of its file, or descriptions of labels. */
export type HeadSource = string | { predilect_head: number } | { labels: Readonly<Record<string, string>> };

/** What a head says of a text. */
export interface Classified {
  /** The most probable label. */
  label: string;
  /** Its probability, 0 to 1. */
  confidence: number;
  /** Probabilities of all labels, in the order of the head. */
  probabilities: number[];
}

/** Options of `review`. */
export interface ReviewOptions extends CallOptions {
  /** The head's label for good texts. Default `pos`. */
  positive?: string;
  /** The head's label for bad ones. Default `neg`. */
  negative?: string;
  /** When it was written, milliseconds since 1970. Default: now. */
  at?: number;
}

/** Options of `profile`. */
export interface ProfileOptions extends CallOptions {
  /** Language of the interests' names, as the items' `lang`. Default: that of the interest's own items. */
  lang?: string;
}

/** What a part of the catalogue is about. */
export interface Topic {
  /** No other topic has it. For `follow` and `recommend({ topic })`. */
  name: string;
  /** The most telling first, 5 at most. */
  keywords: string[];
  /** How many items it has, those of its parts included. */
  count: number;
  /** Ids of items from its middle. */
  examples: string[];
  /** Its parts, the largest first. */
  topics: Topic[];
}

/** Options that every call takes. */
export interface CallOptions {
  /** Rejects the call with `aborted`, or `timeout` for `AbortSignal.timeout()`. */
  signal?: AbortSignal;
}

/**
 * What a person did to an item. `tune` says how much the interest that the item belongs to is to count, and nothing of the item
 * itself; an interest's `medoid` is such an item.
 */
export type EventKind = 'view' | 'click' | 'like' | 'dislike' | 'rating' | 'purchase' | 'dwell' | 'dismiss' | 'tune';

/** Something a person did to an item. */
export interface RecommenderEvent {
  kind: EventKind;
  /** The item's id in the catalogue. */
  item: string;
  /** Milliseconds since 1970; the present when left out. */
  at?: number;
  /** Stars 1 to 5 for `rating`, seconds for `dwell`, 0 (mute) to 4 for `tune` (1 is as usual); nothing else has one. */
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

/** A cluster of liked items, or one typed text. */
export interface Interest {
  /** Stable while the items it is made of stay. For `forget({interest})`. */
  key: string;
  /** For a person to read: the title of its most central item, or the typed text. */
  label: string;
  /** What it is about: the topic that most of its items are of, or else as `label`. */
  name: string;
  /** Labels that its items share and others have not, and words of its topic; 5 at most. */
  keywords: string[];
  /** Share of all interests, or of all negatives, 0 to 1; 0 for a muted one. */
  weight: number;
  /** The factor that a `tune` put on it, 0 for muted; absent where it is 1. */
  tuned?: number;
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
  /** Strongest first, muted ones behind. */
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

/** Options of `map`. */
export interface MapOptions extends CallOptions {
  /** How many items are shown at most, those of the person's interests besides, 0 to 1000. Default 200. */
  k?: number;
  /** Language of names, as the items' `lang`. */
  lang?: string;
}

/** Something on the map. */
export interface Mark {
  /** Id of an item, key of an interest; empty for a topic. */
  id: string;
  /** Title of an item, name of an interest or a topic. */
  name: string;
  /** From the left, 0 to 1. */
  x: number;
  /** From the top, 0 to 1. */
  y: number;
  /** Popularity of an item, share of an interest of all interests (0 for a muted one), share of a topic of all items. */
  weight: number;
  /** Ids of the items of an interest. */
  items: string[];
}

/** Items, topics and interests in two dimensions. Where an item lies depends on the catalogue alone. */
export interface TasteMap {
  /** Those of the person's interests, then popular ones, as many of each topic. */
  items: Mark[];
  /** Topics of the upper level, the largest first, in the middle of their items. */
  topics: Mark[];
  /** In the middle of their items. */
  interests: Mark[];
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
