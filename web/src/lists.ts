// What lists are asked for, and what they answer.

import type { CallOptions, EventKind } from './types.js';

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
  /** Name of a topic, in any language: only its items. */
  topic?: string;
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
  includeOwned?: boolean;
  /** Ids that must not come. */
  exclude?: readonly string[];
  /**
   * What the person asks for now, in words: "something lighter for tonight". For `for-you`: what fits it comes up, and the person's
   * taste decides among that. Needs `words` or `encoder` of `create()`; it is not kept in the profile.
   */
  text?: string;
  /** What an item gets that fits `text` in full, in scores of the best one without it, 0 to 10. Default 2. */
  textWeight?: number;
  /** How `text` is looked for. Default as in `search`: by the words at once, and by the meaning where the model is loaded. */
  by?: SearchBy;
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

/** How a search looks: for items with the words of the text, for those whose meaning is close, or for both. */
export type SearchBy = 'words' | 'meaning' | 'both';

/** Options of `search`. */
export interface SearchOptions extends SimilarOptions {
  /** Whether the last word may be the beginning of a word. Default false. */
  prefix?: boolean;
  /** Waits for what it names. Default: the words at once if there is an index, and the meaning if the model is loaded. */
  by?: SearchBy;
}

/** Options of `ask`. */
export interface AskOptions extends CallOptions {
  /** Language of the answer, as the items' `lang`. Default: any. */
  lang?: string;
  /** Which items may answer, as in `recommend`. */
  filter?: Filter;
  /** How many items at most, the answer among them, 1 to 1000. Default 4. */
  k?: number;
  /** Waits for what it names. Default: the words at once if there is an index, and the meaning if the model is loaded. */
  by?: SearchBy;
}

/** An item that may answer a question. */
export interface AnswerItem<Item = ItemFields> {
  id: string;
  /** The item's title, where it has one. */
  question?: string;
  /** Its text; without one the title. */
  text: string;
  /** How likely it is the answer, 0 to 1; from 0.5 on it is given. */
  confidence: number;
  fields: Item;
}

/** What `ask` says. */
export interface Answer<Item = ItemFields> {
  /** `unsure`: nothing may answer the question. */
  status: 'answered' | 'unsure';
  /** The answer; only where there is one. */
  answer?: AnswerItem<Item>;
  /** What else may answer it, the likeliest first. */
  others: AnswerItem<Item>[];
  /** How the question was looked for. Before the model is loaded, by words only. */
  by: SearchBy;
}

/** Options of `similar`. */
export interface SimilarOptions extends CallOptions {
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
  /** Close in meaning to the text searched for. */
  | 'match'
  /** Has words of the text searched for. */
  | 'words'
  /** Fits the request in words, `text`, that came with this call. */
  | 'request';

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

/** Where a field of an item matches a search by words. Places count UTF-16 code units, as strings do. */
export interface Match {
  /** The field. */
  field: string;
  /** Which text of the field, where it holds a list. */
  index?: number;
  /** First unit of the part to show, and the one behind its last: the whole text, or an excerpt. */
  start: number;
  end: number;
  /** What matches in that part, in order: first unit, unit behind the last. */
  ranges: [start: number, end: number][];
}

/** An item of an answer. */
export interface Recommendation<Item = ItemFields> {
  id: string;
  /** Higher is better; comparable within one answer only. */
  score: number;
  /** Strongest first, by absolute value. */
  reasons: Reason[];
  fields: Item;
  /** Where the item matches a search by words. */
  matches?: Match[];
}

/** An answer: items, best first. */
export interface RecommendationList<Item = ItemFields> {
  items: Recommendation<Item>[];
  /** How a text was looked for. Before the model is loaded, by words only. */
  by?: SearchBy;
  /** What a list of `because` is about, and what the person did to it. Without one nothing is known that it could be about. */
  because?: { item: string; kind?: EventKind; at?: number };
  /** For `recommend({ after })`. Absent at the end, and from `search`. */
  next?: string;
}
