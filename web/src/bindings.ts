// What bindings of frameworks share: a recommender as long as a component lives, and answers that stay up to date. They hear of
// changes as the elements do, so that elements and components of one page follow each other.

import { create, type Host, hostOf } from './elements/host.js';
import { PredilectError, toPredilectError } from './errors.js';
import type { Recommender } from './recommender.js';
import type { CreateOptions, RecommendationList } from './types.js';

export { type Host, hostOf };

/** Options of a recommender that lives as long as a component. */
export type ProvidedOptions = Omit<CreateOptions, 'signal'>;

/** A recommender, or why there is none. Neither while it is loaded, and on a server. */
export interface Provided {
  host?: Host;
  error?: PredilectError;
}

/** What is known of an answer. */
export interface Answer<T> {
  /** The latest; it stays while a newer one is waited for, and when that fails. */
  value?: T;
  error?: PredilectError;
  loading: boolean;
}

/** Loads a recommender and tells it, or why not. Gives the way to close it. */
export function open(options: ProvidedOptions, told: (provided: Provided) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let recommender: Recommender | undefined;
  create({ ...options, signal }).then(
    (host) => {
      recommender = host.recommender;
      if (signal.aborted) recommender.close();
      else told({ host });
    },
    (error) => signal.aborted || told({ error: toPredilectError(error) }),
  );
  return () => {
    controller.abort();
    recommender?.close();
  };
}

/** Asks now, and again whenever something changed that the answer may depend on. Gives the way to stop. */
export function follow<T>(
  host: Host,
  ask: (recommender: Recommender, signal: AbortSignal) => Promise<T>,
  told: (answer: Partial<Answer<T>>) => void,
): () => void {
  let latest = new AbortController();
  const run = async (): Promise<void> => {
    latest.abort();
    latest = new AbortController();
    const { signal } = latest;
    // What comes too late is dropped.
    const tell = (answer: Partial<Answer<T>>): void =>
      void (signal.aborted || told({ ...answer, error: answer.error }));
    tell({ loading: true });
    try {
      tell({ value: await ask(host.recommender, signal), loading: false });
    } catch (error) {
      tell({ error: toPredilectError(error), loading: false });
    }
  };
  host.news.addEventListener('change', run);
  void run();
  return () => {
    host.news.removeEventListener('change', run);
    latest.abort();
  };
}

/** Does something that changes what is known or what there is, and has all answers asked for again. */
export async function update<T>(
  host: Host | undefined,
  change: (recommender: Recommender) => T | Promise<T>,
): Promise<T> {
  if (!host)
    throw new PredilectError('closed', 'update(): there is no recommender yet; wait until useRecommender() gives one');
  try {
    return await change(host.recommender);
  } finally {
    host.news.dispatchEvent(new Event('change'));
  }
}

/** A list together with the page that follows it; undefined at its end. */
export function longer<Item>(
  host: Host | undefined,
  list: RecommendationList<Item> | undefined,
): (() => Promise<RecommendationList<Item>>) | undefined {
  const after = list?.next;
  if (!host || !list || after === undefined) return undefined;
  return async () => {
    const page = (await host.recommender.recommend({ after })) as RecommendationList<Item>;
    return { ...list, next: page.next, items: [...list.items, ...page.items] };
  };
}
