'use client';
// React: a provider, and hooks that ask its recommender. Rendering on a server asks for nothing.

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import {
  type Answer,
  follow,
  type Host,
  hostOf,
  longer,
  open,
  type Provided,
  type ProvidedOptions,
  update,
} from './bindings.js';
import { type PredilectError, toPredilectError } from './errors.js';
import { toJson } from './options.js';
import type { Recommender } from './recommender.js';
import type {
  ItemFields,
  Profile,
  ProfileOptions,
  Recommendation,
  RecommendationList,
  RecommendRequest,
  SearchBy,
  SearchOptions,
} from './types.js';

const Context = createContext<Provided>({});

/** What a provider takes: a recommender that the page made and closes, or options of one that lives as long as the provider. */
export type RecommenderProviderProps = { children?: ReactNode } & (
  | { recommender: Recommender; options?: undefined }
  | {
      recommender?: undefined;
      /** As they are at first; give the provider another `key` for others. */
      options: ProvidedOptions;
    }
);

/** Gives the components below it a recommender. */
export function RecommenderProvider({ recommender, options, children }: RecommenderProviderProps): ReactElement {
  const [loaded, setLoaded] = useState<Provided>({});
  const [first] = useState(options);
  useEffect(() => (recommender || !first ? undefined : open(first, setLoaded)), [recommender, first]);
  const given = useMemo(() => recommender && { host: hostOf(recommender) }, [recommender]);
  return createElement(Context.Provider, { value: given ?? loaded }, children);
}

/** What the components know of the recommender. */
export interface UseRecommender {
  /** Undefined while it is loaded, and on a server. */
  recommender: Recommender | undefined;
  /** Why there is none. */
  error: PredilectError | undefined;
  /** Does something that changes lists, and has all hooks and elements of the page ask again: `update((r) => r.record(like))`. */
  update<T>(change: (recommender: Recommender) => T | Promise<T>): Promise<T>;
}

/** The provider's recommender. */
export function useRecommender(recommender?: Recommender): UseRecommender {
  const { host, error } = useProvided(recommender);
  return { recommender: host?.recommender, error, update: (change) => update(host, change) };
}

/** What every answer comes with. */
export interface Asked {
  /** Whether a newer answer is waited for. */
  loading: boolean;
  /** Why there is no newer answer. */
  error: PredilectError | undefined;
}

/** Items, best first; the earlier ones while others are waited for. */
export interface UseList<Item> extends Asked {
  items: readonly Recommendation<Item>[];
}

/** A list and how it goes on. */
export interface UseRecommendations<Item> extends UseList<Item> {
  /** What a list of `because` is about. */
  because: RecommendationList['because'];
  /** Adds the next page; undefined at the end. */
  more: (() => Promise<void>) | undefined;
}

/** What to show next, as `recommender.recommend(request)`. */
export function useRecommendations<Item = ItemFields>(
  request: RecommendRequest = {},
  recommender?: Recommender,
): UseRecommendations<Item> {
  const { host, value, set, ...asked } = useAnswer<RecommendationList<Item>>(
    toJson(request),
    (r, signal) => r.recommend({ ...request, signal }) as Promise<RecommendationList<Item>>,
    recommender,
  );
  const next = longer(host, value);
  const more =
    next &&
    (async (): Promise<void> => {
      const got = await next().then(
        (value) => ({ value }),
        (error) => ({ error: toPredilectError(error) }),
      );
      // A list that has been asked for again meanwhile goes on in its own way.
      set((now) => (now.value === value ? { ...now, ...got } : now));
    });
  return { items: value?.items ?? [], because: value?.because, more, ...asked };
}

/** Items that fit a text, as `recommender.search(text, options)`; none for a blank one. */
export function useSearch<Item = ItemFields>(
  text: string,
  options: Omit<SearchOptions, 'signal'> = {},
  recommender?: Recommender,
): UseList<Item> & { by: SearchBy | undefined } {
  const { value, loading, error } = useAnswer<RecommendationList<Item>>(
    toJson([text, options]),
    text.trim()
      ? (r, signal) => r.search(text, { ...options, signal }) as Promise<RecommendationList<Item>>
      : undefined,
    recommender,
  );
  return { items: value?.items ?? [], by: value?.by, loading, error };
}

/** What is known of the person, as `recommender.profile(options)`. */
export function useProfile(
  options: Omit<ProfileOptions, 'signal'> = {},
  recommender?: Recommender,
): Asked & { profile: Profile | undefined } {
  const ask = (r: Recommender, signal: AbortSignal): Promise<Profile> => r.profile({ ...options, signal });
  const { value, loading, error } = useAnswer(toJson(options), ask, recommender);
  return { profile: value, loading, error };
}

function useProvided(recommender?: Recommender): Provided {
  const provided = useContext(Context);
  return recommender ? { host: hostOf(recommender) } : provided;
}

/** An answer that is asked for again when the key changes, which stands for all that `ask` depends on. */
function useAnswer<T>(
  key: string,
  ask: ((recommender: Recommender, signal: AbortSignal) => Promise<T>) | undefined,
  recommender?: Recommender,
): Answer<T> & Asked & { host: Host | undefined; set: (change: (now: Answer<T>) => Answer<T>) => void } {
  const { host, error } = useProvided(recommender);
  const [answer, set] = useState<Answer<T>>({ loading: true });
  const asking = ask !== undefined;
  useEffect(() => {
    if (!ask) set({ loading: false });
    else if (host) return follow(host, ask, (news) => set((now) => ({ ...now, ...news })));
    return undefined;
  }, [host, key, asking]);
  const loading = asking && !error && (answer.loading || !host);
  return { host, set, value: answer.value, error: answer.error ?? error, loading };
}
