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
  host: Promise<Host>;
  users: number;
}

/** A recommender that no element uses any more is closed after so many milliseconds. */
const LINGER = 5000;

const shared = new Map<string, Shared>();
const given = new WeakMap<Recommender, Host>();

/** The host of a recommender that the page made itself. */
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

/** Joins the recommender that elements with these options share; made by the first of them. Call `leave` once when done. */
export function join(options: SharedOptions): { host: Promise<Host>; leave: () => void } {
  const key = JSON.stringify(Object.entries(options).sort());
  const entry = shared.get(key) ?? { host: create(options), users: 0 };
  shared.set(key, entry);
  entry.users++;
  // A failure is not shared with those who come later: they try again.
  entry.host.catch(() => shared.get(key) === entry && shared.delete(key));
  const leave = (): void => {
    entry.users--;
    setTimeout(() => {
      if (entry.users > 0 || shared.get(key) !== entry) return;
      shared.delete(key);
      void entry.host.then(({ recommender }) => recommender.close());
    }, LINGER);
  };
  return { host: entry.host, leave };
}

async function create(options: SharedOptions): Promise<Host> {
  const news = new EventTarget();
  const onNotice = ({ code }: Notice): void => {
    if (code === 'profile-changed' || code === 'erased-elsewhere') news.dispatchEvent(new Event('change'));
  };
  const host = { recommender: await Recommender.create({ ...options, onNotice }), news };
  given.set(host.recommender, host);
  return host;
}
