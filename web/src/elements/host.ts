// Recommenders that elements of one page share, and news of what changed.

import { Recommender } from '../recommender.js';
import type { CreateOptions, Notice } from '../types.js';

/** What elements work with. */
export interface Host {
  readonly recommender: Recommender;
  /** Says `change` when an element told the recommender something, or another tab did. */
  readonly news: EventTarget;
}

interface Shared {
  options: SharedOptions;
  host: Promise<Host>;
  users: number;
}

/** A recommender that no element uses any more is closed after so many milliseconds. */
const LINGER = 5000;

const shared = new Map<string, Shared>();
const given = new WeakMap<Recommender, Host>();

/** The host of a recommender that the page made itself; of other tabs the page hears by its own `onNotice`. */
export function hostOf(recommender: Recommender): Host {
  const host = given.get(recommender) ?? { recommender, news: new EventTarget() };
  given.set(recommender, host);
  return host;
}

/** Options that attributes give: those that are texts. */
export type SharedOptions = Pick<CreateOptions, 'consent'> & {
  catalogue: string;
  integrity?: string;
  words?: string;
  encoder?: string;
  profile?: string;
};

/**
 * Joins the recommender that elements with this catalogue and profile share; made with what the elements of the page want together
 * (index of words, encoder). Call `leave` once when done.
 */
export function join(options: SharedOptions): { host: Promise<Host>; leave: () => void } {
  const { catalogue, profile, consent, integrity } = options;
  const key = JSON.stringify([catalogue, profile, consent, integrity]);
  const entry = shared.get(key) ?? begin(options);
  shared.set(key, entry);
  Object.assign(entry.options, options);
  entry.users++;
  // A failure is not shared with those who come later: they try again.
  entry.host.catch(() => shared.get(key) === entry && shared.delete(key));
  const leave = (): void => {
    entry.users--;
    setTimeout(() => {
      if (entry.users > 0 || shared.get(key) !== entry) return;
      shared.delete(key);
      entry.host.then(({ recommender }) => recommender.close()).catch(() => {});
    }, LINGER);
  };
  return { host: entry.host, leave };
}

/** Elements that are on the page already have a say before it is made. */
function begin(options: SharedOptions): Shared {
  const all = { ...options };
  return { options: all, host: Promise.resolve().then(() => create(all)), users: 0 };
}

/** A recommender that says what changes, in other tabs too. */
export async function create(options: CreateOptions): Promise<Host> {
  const news = new EventTarget();
  const onNotice = (notice: Notice): void => {
    options.onNotice?.(notice);
    const { code } = notice;
    if (code === 'profile-changed' || code === 'erased-elsewhere') news.dispatchEvent(new Event('change'));
  };
  const host = { recommender: await Recommender.create({ ...options, onNotice }), news };
  given.set(host.recommender, host);
  return host;
}
