// Reports for sites that need counts: which of a few topics a person likes most, told by chance so that it stays theirs
// (unary.ts). Loaded only where create() was asked for it; the page gets the report, and sends it or not.
//
// What reports may give away in a week is kept on the device, for all tabs and profiles of the site, and written down before
// a report is given: a crash can waste some of it, and never spend it twice.

import { PredilectError } from './errors.js';
import { checkKeys } from './options.js';
import type { Interest, Profile } from './types.js';
import { odds, randomise } from './unary.js';

/** Version of the report. */
const FORMAT = 1;
const WEEK = 7 * 86_400_000;
/** A list that is longer is not coarse. */
const MOST_TOPICS = 64;
/** Privacy loss that no site may exceed, in a week. */
const MOST_EPSILON = 4;
const DATABASE = 'predilect-reports';
const SPENT = 'spent';

/** What `aggregate()` reports on, fixed for the life of the recommender. */
export interface AggregateOptions {
  /** The field of items that names their topic or topics, such as `section` or `tags`. */
  field: string;
  /** The values of it that are told apart, 2 to 64. A person who likes none of them is told as that. */
  topics: readonly string[];
  /** Privacy loss of one report, above 0, at most 4. Default 1. */
  epsilon?: number;
  /** Privacy loss of all reports of seven days. Default: that of one report. At most 4. */
  budget?: number;
}

/** What a page sends to those who count, if it does. Nothing in it names the person, the device or the time. */
export interface AggregateReport {
  /** Version of this format. */
  predilect: number;
  /** How the bits were drawn: optimised unary encoding. */
  mechanism: 'oue';
  epsilon: number;
  topics: readonly string[];
  /** A `0` or `1` for each topic, and a last one for "none of these". */
  bits: string;
}

/** What a report would say, for the person to see before there is one. */
export interface AggregatePreview {
  epsilon: number;
  topics: readonly string[];
  /** The chance that the person's own topic is reported. */
  p: number;
  /** The chance that any other topic is. */
  q: number;
  /** Privacy loss that a week may have, and that of the last seven days. */
  budget: number;
  spent: number;
  /** When the next report can be made, in milliseconds since 1970; absent where it can be made now. */
  next?: number;
}

interface Entry {
  at: number;
  epsilon: number;
}

/** The options with their defaults, or what is wrong with them. */
export function checkAggregate(options: AggregateOptions): Required<AggregateOptions> {
  checkKeys('aggregateOptions', options, 'create');
  const { field, topics, epsilon = 1, budget = epsilon } = options;
  const wrong = (what: string): PredilectError =>
    new PredilectError('bad-input', `create({ aggregate }) takes ${what}`);
  if (typeof field !== 'string' || field === '') throw wrong('{ field }, the name of a field of items');
  const list: readonly unknown[] = Array.isArray(topics) ? topics : [];
  const distinct = new Set(list.filter((topic) => typeof topic === 'string' && topic !== ''));
  if (list.length < 2 || list.length > MOST_TOPICS || distinct.size < list.length) {
    throw wrong(`{ topics }, 2 to ${MOST_TOPICS} different texts`);
  }
  if (!(epsilon > 0 && epsilon <= budget && budget <= MOST_EPSILON)) {
    throw wrong(`{ epsilon } above 0, and { budget } from that to ${MOST_EPSILON}`);
  }
  return { field, topics: [...topics], epsilon, budget };
}

/**
 * The topic that most of a person's interests falls on, as a place in the list; its length where that is none. An interest
 * counts by its weight, for each topic by the share of its items that have it.
 */
export function mainTopic(
  interests: readonly Interest[],
  fields: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  { field, topics }: Pick<AggregateOptions, 'field' | 'topics'>,
): number {
  const sums = topics.map(() => 0);
  for (const { weight, items } of interests) {
    for (const id of items) {
      const values = [fields.get(id)?.[field]].flat().map(String);
      topics.forEach((topic, at) => {
        if (values.includes(topic)) sums[at] = (sums[at] ?? 0) + weight / items.length;
      });
    }
  }
  const most = Math.max(...sums);
  return most > 0 ? sums.indexOf(most) : topics.length;
}

/** Makes reports. */
export class Aggregate {
  readonly #options: Required<AggregateOptions>;

  constructor(options: AggregateOptions) {
    this.#options = checkAggregate(options);
  }

  /** What a report would say, and what is left of the week's budget. */
  async preview(): Promise<AggregatePreview> {
    const { epsilon, topics, budget } = this.#options;
    const { spent, next } = await this.#account(false);
    return { epsilon, topics, ...odds(epsilon), budget, spent, ...(next !== undefined && { next }) };
  }

  /** A report, after its privacy loss was written down. */
  async report(
    profile: Profile,
    fields: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  ): Promise<AggregateReport> {
    const { epsilon, topics } = this.#options;
    const { next } = await this.#account(true);
    if (next !== undefined) {
      throw new PredilectError(
        'budget-spent',
        `aggregate(): the reports of the last seven days have used the budget; the next can be made after ${new Date(next).toISOString()}`,
      );
    }
    const value = mainTopic(profile.interests, fields, this.#options);
    return {
      predilect: FORMAT,
      mechanism: 'oue',
      epsilon,
      topics,
      bits: randomise(value, topics.length + 1, epsilon),
    };
  }

  /** The account of the last seven days; with `spend`, and enough left, one report is added to it. */
  async #account(spend: boolean): Promise<{ spent: number; next?: number }> {
    const { epsilon, budget } = this.#options;
    try {
      return await transact((store, resolve) => {
        const request: IDBRequest<Entry[]> = store.getAll();
        request.onsuccess = () => {
          const now = Date.now();
          // Those of a clock that was ahead count until it is there again: setting it back and forth frees nothing.
          const recent = request.result.filter(({ at }) => at > now - WEEK);
          const spent = recent.reduce((sum, entry) => sum + entry.epsilon, 0);
          const next = free(recent, spent + epsilon - budget);
          if (next === undefined && spend) recent.push({ at: now, epsilon });
          store.clear();
          for (const entry of recent) store.add(entry);
          resolve({ spent, ...(next !== undefined && { next }) });
        };
      });
    } catch (error) {
      throw new PredilectError(
        'storage-failed',
        `aggregate(): the device cannot keep the account of the week (${String(error)}), so there is no report`,
        { cause: error },
      );
    }
  }
}

/** When enough of the account is older than a week for it to shrink by `excess`; undefined where it need not. */
function free(entries: readonly Entry[], excess: number): number | undefined {
  let left = excess;
  let next: number | undefined;
  for (const { at, epsilon } of [...entries].sort((a, b) => a.at - b.at)) {
    // Sums of tenths are not exact.
    if (left <= 1e-9) break;
    left -= epsilon;
    next = at + WEEK;
  }
  return next;
}

/** One transaction over all tabs; settled when it is on the disk. */
function transact<T>(run: (store: IDBObjectStore, resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SPENT, { autoIncrement: true });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const transaction = database.transaction(SPENT, 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => {
        database.close();
        if (outcome) resolve(outcome.value);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
      let outcome: { value: T } | undefined;
      run(transaction.objectStore(SPENT), (value) => {
        outcome = { value };
      });
    };
  });
}
