// Vue: composables that ask a recommender which a component above provides. Rendering on a server asks for nothing.

import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  onMounted,
  onUnmounted,
  provide,
  shallowReactive,
  toValue,
  watchEffect,
} from 'vue';
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

const KEY: InjectionKey<Provided> = Symbol('predilect');

type Given = MaybeRefOrGetter<Recommender | undefined>;

/** What components know of the recommender. */
export interface UseRecommender {
  /** Undefined while it is loaded, and on a server. */
  recommender: ComputedRef<Recommender | undefined>;
  /** Why there is none. */
  error: ComputedRef<PredilectError | undefined>;
  /** Does something that changes lists, and has all composables and elements of the page ask again: `update((r) => r.record(like))`. */
  update<T>(change: (recommender: Recommender) => T | Promise<T>): Promise<T>;
}

/**
 * Gives the components below this one a recommender: one that the page made and closes, or one with these options, which lives
 * as long as the component. The component itself passes the `recommender` that it gets here to its own composables.
 */
export function provideRecommender(source: Recommender | ProvidedOptions): UseRecommender {
  const provided = shallowReactive<Provided>({});
  // By what it can do: a page may hold the package twice, and then has two classes.
  if ('recommend' in source) provided.host = hostOf(source);
  else {
    let close: (() => void) | undefined;
    onMounted(() => {
      close = open(source, (got) => Object.assign(provided, got));
    });
    onUnmounted(() => close?.());
  }
  provide(KEY, provided);
  return known(provided);
}

/** The recommender that a component above provides. */
export function useRecommender(): UseRecommender {
  return known(inject(KEY, {}));
}

/** What every answer comes with. */
export interface Asked {
  /** Whether a newer answer is waited for. */
  loading: ComputedRef<boolean>;
  /** Why there is no newer answer. */
  error: ComputedRef<PredilectError | undefined>;
}

/** Items, best first; the earlier ones while others are waited for. */
export interface UseList<Item> extends Asked {
  items: ComputedRef<readonly Recommendation<Item>[]>;
}

/** A list and how it goes on. */
export interface UseRecommendations<Item> extends UseList<Item> {
  /** What a list of `because` is about. */
  because: ComputedRef<RecommendationList['because']>;
  /** Adds the next page; undefined at the end. */
  more: ComputedRef<(() => Promise<void>) | undefined>;
}

/** What to show next, as `recommender.recommend(request)`. */
export function useRecommendations<Item = ItemFields>(
  request: MaybeRefOrGetter<RecommendRequest> = {},
  recommender?: Given,
): UseRecommendations<Item> {
  const { host, answer, ...asked } = useAnswer<RecommendationList<Item>>(() => {
    const asked = plain(request);
    return (r, signal) => r.recommend({ ...asked, signal }) as Promise<RecommendationList<Item>>;
  }, recommender);
  const more = computed(() => {
    const { value } = answer;
    const next = longer(host.value, value);
    return (
      next &&
      (async () => {
        const got = await next().then(
          (value) => ({ value }),
          (error) => ({ error: toPredilectError(error) }),
        );
        // A list that has been asked for again meanwhile goes on in its own way.
        if (answer.value === value) Object.assign(answer, got);
      })
    );
  });
  return { ...listed(answer), because: computed(() => answer.value?.because), more, ...asked };
}

/** Items that fit a text, as `recommender.search(text, options)`; none for a blank one. */
export function useSearch<Item = ItemFields>(
  text: MaybeRefOrGetter<string>,
  options: MaybeRefOrGetter<Omit<SearchOptions, 'signal'>> = {},
  recommender?: Given,
): UseList<Item> & { by: ComputedRef<SearchBy | undefined> } {
  const { answer, loading, error } = useAnswer<RecommendationList<Item>>(() => {
    const [wanted, how] = [toValue(text), plain(options)];
    if (!wanted.trim()) return undefined;
    return (r, signal) => r.search(wanted, { ...how, signal }) as Promise<RecommendationList<Item>>;
  }, recommender);
  return { ...listed(answer), by: computed(() => answer.value?.by), loading, error };
}

/** What is known of the person, as `recommender.profile(options)`. */
export function useProfile(
  options: MaybeRefOrGetter<Omit<ProfileOptions, 'signal'>> = {},
  recommender?: Given,
): Asked & { profile: ComputedRef<Profile | undefined> } {
  const { answer, loading, error } = useAnswer<Profile>(() => {
    const how = plain(options);
    return (r, signal) => r.profile({ ...how, signal });
  }, recommender);
  return { profile: computed(() => answer.value), loading, error };
}

/** A copy without anything reactive, which has looked at all of it. */
function plain<T extends object>(source: MaybeRefOrGetter<T>): T {
  return JSON.parse(toJson(toValue(source))) as T;
}

function known(provided: Provided): UseRecommender {
  return {
    recommender: computed(() => provided.host?.recommender),
    error: computed(() => provided.error),
    update: (change) => update(provided.host, change),
  };
}

function listed<Item>(answer: Answer<RecommendationList<Item>>): Pick<UseList<Item>, 'items'> {
  return { items: computed(() => answer.value?.items ?? []) };
}

/** An answer that is asked for again when something changes that `prepare` has looked at. */
function useAnswer<T>(
  prepare: () => ((recommender: Recommender, signal: AbortSignal) => Promise<T>) | undefined,
  recommender: Given,
): Asked & { answer: Answer<T>; host: ComputedRef<Host | undefined> } {
  const answer = shallowReactive<Answer<T>>({ loading: prepare() !== undefined }) as Answer<T>;
  const provided = inject(KEY, {});
  const host = computed(() => {
    const given = toValue(recommender);
    return given ? hostOf(given) : provided.host;
  });
  onMounted(() =>
    watchEffect((changed) => {
      const ask = prepare();
      if (!ask) Object.assign(answer, { value: undefined, error: undefined, loading: false });
      else if (host.value) changed(follow(host.value, ask, (news) => Object.assign(answer, news)));
      else answer.loading = true;
    }),
  );
  const failed = computed(() => (host.value ? undefined : provided.error));
  return {
    answer,
    host,
    loading: computed(() => answer.loading && !failed.value),
    error: computed(() => answer.error ?? failed.value),
  };
}
