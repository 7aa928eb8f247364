// Keeps the engine's profile and the store of the device alike: what is told is written behind what other tabs told,
// what is taken away is taken away everywhere. Where nothing may be stored, the profile lives in memory.

import { PredilectError } from './errors.js';
import type { LiveProfile, Merged, MergeOptions, Piece } from './profile.js';
import { type Content, Gone, type Head, Moved, Store } from './store.js';
import { codeOf, interrupted, MESSAGES, persist, TRIES } from './trouble.js';
import type { Notice, NoticeCode } from './types.js';

/** What is kept, and for how long. */
export interface KeepOptions {
  name: string;
  /** `granted`: from the start. `found`: only if there is a store already. */
  consent: 'granted' | 'found';
  /** Days. */
  retentionDays?: number;
}

/** Something told that is not written yet. */
interface Waiting {
  piece: Piece;
  settle(kept: boolean): void;
}

const DAY = 86_400_000;
/** The clock may be set right by so much without a word. */
const CLOCK_TOLERANCE = 60_000;
/** Characters of log above which it is folded into the state; with a large state, half of that. */
const LOG_MOST = 65_536;

/** Keeps one profile. What it is asked is done in order. */
export class Keeper {
  readonly #profile: LiveProfile;
  readonly #tell: (notice: Notice) => void;
  #name = '';
  #retentionDays: number | undefined;
  #store: Store | undefined;
  #news: BroadcastChannel | undefined;
  #known = { born: '', epoch: '', last: 0 };
  #sizes = { state: 0, log: 0 };
  #waiting: Waiting[] = [];
  /** Told, but refused by the store: it goes before the next that is written. */
  #unsaved: Piece[] = [];
  #trouble: NoticeCode | undefined;
  /** What was stored is gone and not written again yet, however often the browser interrupts that. */
  #evicted = false;
  #chain: Promise<unknown> = Promise.resolve();
  #syncing = false;

  constructor(profile: LiveProfile, tell: (notice: Notice) => void) {
    this.#profile = profile;
    this.#tell = tell;
  }

  /** Whether what is told is kept on the device. */
  get kept(): boolean {
    return this.#store !== undefined;
  }

  /** Opens the store and reads the profile, adding what memory holds. Never fails: what goes wrong is told. */
  open({ name, consent, retentionDays }: KeepOptions): Promise<{ kept: boolean; found: boolean }> {
    this.#name = name;
    this.#retentionDays = retentionDays;
    return this.#next(async () => {
      let found = this.kept;
      try {
        if (!found) found = await this.#locked(() => persist(() => this.#open(consent === 'granted')));
      } catch (error) {
        this.#leave();
        this.#report(error);
        // What cannot be read may well be there.
        found = true;
      }
      return { kept: this.kept, found };
    });
  }

  /** Writes what the engine has taken already. Resolves to whether the device keeps it. */
  add(piece: Piece): Promise<boolean> {
    if (!this.#store) return Promise.resolve(false);
    return new Promise((settle) => {
      // What comes while the last is written goes together.
      if (this.#waiting.push({ piece, settle }) === 1) void this.#next(() => this.#locked(() => this.#flush()));
    });
  }

  /** Changes the profile by more than an event, here and on the device; if that fails, nowhere. */
  async change(run: () => unknown): Promise<boolean> {
    run();
    if (!this.#store) return false;
    return this.#next(() =>
      this.#locked(async () => {
        try {
          await this.#write(() => this.#rewrite({ epoch: crypto.randomUUID() }, run));
          return this.kept;
        } catch (error) {
          await this.#reload().catch(() => {});
          throw new PredilectError(
            codeOf(error) === 'storage-full' ? 'storage-full' : 'storage-failed',
            `the device cannot write the change (${String(error)}), so nothing is changed; free some space, or withdraw consent, which erases all that is stored`,
            { cause: error },
          );
        }
      }),
    );
  }

  /** Erases what is stored; from now on the profile lives in memory. */
  withdraw(name: string): Promise<void> {
    return this.#next(async () => {
      this.#name = name;
      try {
        if (globalThis.indexedDB) await this.#locked(() => Store.erase(name, this.#store));
      } catch (error) {
        // Where storage is denied, there is nothing.
        if (codeOf(error) !== 'storage-denied') {
          const message = `the stored profile cannot be erased (${String(error)}); close other tabs of this site and try again`;
          throw new PredilectError('storage-failed', message, { cause: error });
        }
      }
      this.#news?.postMessage('erased');
      this.#leave();
    });
  }

  /** Adds parts of a profile to the engine and to the store. */
  async import(pieces: Piece[], how: MergeOptions): Promise<{ merged: Merged; kept: boolean }> {
    const merged = this.#profile.merge(pieces, { ...how, preview: true });
    const kept = !how.preview && (await this.change(() => this.#profile.merge(pieces, how)));
    return { merged, kept };
  }

  /** Gives the texts that wait for an encoder their vectors. */
  async encodeWaiting(encoder: string, encode: (texts: string[]) => Float32Array): Promise<void> {
    const typed = this.#profile.encoded(encode);
    if (typed.length === 0) return;
    // What cannot be written waits as before.
    await this.change(() => this.#profile.merge([{ encoder, typed }])).catch(() => {});
  }

  close(): void {
    this.#leave();
  }

  /** One thing at a time. */
  #next<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#chain.then(run);
    this.#chain = next.catch(() => {});
    return next;
  }

  /** One tab at a time. */
  #locked<T>(run: () => Promise<T>): Promise<T> {
    const locks: LockManager | undefined = globalThis.navigator?.locks;
    return locks ? (locks.request(`predilect/${this.#name}`, run) as Promise<T>) : run();
  }

  /** Returns whether there was something. */
  async #open(create: boolean): Promise<boolean> {
    if (!globalThis.indexedDB || !globalThis.crypto?.subtle) {
      throw new DOMException('there is no IndexedDB or no WebCrypto; pages need https for them', 'SecurityError');
    }
    const store = await Store.open(this.#name, create);
    if (!store) return false;
    this.#attach(store);
    const memory = this.#profile.whole();
    const content = await store.read();
    const found = content.last > 0 || content.state !== undefined;
    const head = this.#take(content);
    const now = Date.now();
    if (now < head.at - CLOCK_TOLERANCE) {
      const [here, there] = [now, head.at].map((at) => new Date(at).toISOString());
      this.#tell({ code: 'clock-back', message: `the clock says ${here}, and said ${there} at the last visit` });
    }
    const { events, typed } = this.#profile.merge([memory], { newOnly: true });
    const days = this.#retentionDays;
    const sweep = days !== undefined && (head.swept?.days !== days || Math.abs(now - head.swept.at) > DAY);
    const change: Partial<Head> = sweep ? { epoch: crypto.randomUUID(), swept: { at: now, days } } : {};
    if (sweep || events + typed > 0) {
      await this.#write(() =>
        this.#rewrite(change, () => sweep && this.#profile.forget(JSON.stringify({ before: now - days * DAY }))),
      ).catch((error: unknown) => this.#report(error));
    }
    return found;
  }

  #attach(store: Store): void {
    this.#store = store;
    store.onClose = (why) => {
      if (why === 'evicted') {
        void this.#next(() => this.#locked(async () => store === this.#store && this.#reopen())).catch(
          (error: unknown) => {
            this.#leave();
            this.#report(error);
          },
        );
      } else if (why === 'erased') {
        this.#erased();
      } else {
        this.#leave();
        this.#tell({
          code: 'schema-newer',
          message: 'another tab runs a newer version of this page; load this one again',
        });
      }
    };
    if (this.#news || !globalThis.BroadcastChannel) return;
    this.#news = new BroadcastChannel(`predilect/${this.#name}`);
    this.#news.onmessage = ({ data }: MessageEvent<'erased' | 'written'>) => {
      if (data === 'erased') this.#erased();
      else if (!this.#syncing) {
        this.#syncing = true;
        void this.#next(() => this.#sync());
      }
    };
  }

  #leave(): void {
    this.#store?.close();
    this.#news?.close();
    this.#store = this.#news = undefined;
    this.#unsaved = [];
    for (const { settle } of this.#waiting.splice(0)) settle(false);
  }

  #erased(): void {
    this.#leave();
    this.#tell({
      code: 'erased-elsewhere',
      message: 'the stored profile was erased in another tab; this one keeps its own in memory',
    });
  }

  /** The connection is gone. If the browser took the store away, what this tab knows is written into a new one. */
  #reopen(): Promise<void> {
    return persist(() => this.#again());
  }

  async #again(): Promise<void> {
    const store = await Store.open(this.#name, true);
    if (!store) return;
    this.#store?.close();
    this.#attach(store);
    const { born } = this.#known;
    const content = await store.read();
    this.#evicted ||= content.head.born !== born;
    const memory = this.#profile.whole();
    this.#take(content);
    if (!this.#evicted) return;
    this.#profile.merge([memory], { newOnly: true });
    await this.#rewrite({});
    this.#evicted = false;
    this.#tell({
      code: 'storage-evicted',
      message: 'the browser removed the stored profile; it is written again from memory',
    });
  }

  /** Takes in what other tabs told. */
  async #sync(): Promise<void> {
    this.#syncing = false;
    try {
      if (!this.#store) return;
      const changed = await this.#write(async (store) => this.#follow(await store.read(this.#known)));
      if (changed) this.#tell({ code: 'profile-changed', message: 'another tab changed the profile' });
    } catch (error) {
      this.#report(error);
    }
  }

  /** Runs a use of the store again where others changed it meanwhile. */
  async #write<T>(run: (store: Store) => Promise<T>): Promise<T | undefined> {
    for (let tries = 1; this.#store; tries++) {
      try {
        return await run(this.#store);
      } catch (error) {
        if (tries === TRIES) throw error;
        if (error instanceof Moved) await this.#reload();
        else if (error instanceof Gone && error.erased) this.#erased();
        else if (interrupted(error)) await this.#reopen();
        else throw error;
      }
    }
    return undefined;
  }

  /** Writes what waits; where there is no place for it, memory keeps it. */
  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0);
    const told = batch.map(({ piece }) => piece);
    this.#unsaved.push(...told);
    try {
      await this.#write(async (store) => {
        if (this.#unsaved.length === 0) return;
        const text = JSON.stringify(this.#unsaved);
        const { last, entries } = await store.append(text, this.#known);
        this.#unsaved = [];
        this.#merge(entries);
        this.#known.last = last;
        this.#sizes.log += text.length;
      }).catch(async (error: unknown) => {
        // Folded into the state, the log is smaller.
        if (codeOf(error) !== 'storage-full') throw error;
        await this.#write(() => this.#rewrite({}));
      });
      for (const { settle } of batch) settle(this.kept);
      this.#trouble = undefined;
      this.#news?.postMessage('written');
    } catch (error) {
      for (const { settle } of batch) settle(false);
      this.#report(error);
      return;
    }
    if (this.#sizes.log > Math.max(LOG_MOST, this.#sizes.state / 2)) {
      await this.#write(() => this.#rewrite({})).catch((error: unknown) => this.#report(error));
    }
  }

  /** Folds everything into a new state, after `run` has been done on what other tabs told meanwhile, too. */
  async #rewrite(change: Partial<Head>, run: () => unknown = () => {}): Promise<void> {
    const store = this.#store;
    if (!store) return;
    this.#follow(await store.read(this.#known));
    try {
      run();
    } catch (error) {
      // It is gone already, or came and went with another tab.
      if (!(error instanceof Error && 'code' in error && error.code === 'unknown-item')) throw error;
    }
    // What waits is in the engine, and so in the state.
    const waiting = this.#waiting.splice(0);
    try {
      const text = JSON.stringify(this.#profile.whole());
      const { epoch } = await store.rewrite(text, this.#known, change);
      this.#unsaved = [];
      this.#known.epoch = epoch;
      this.#sizes = { state: text.length, log: 0 };
      this.#trouble = undefined;
      for (const { settle } of waiting) settle(true);
      this.#news?.postMessage('written');
    } catch (error) {
      if (waiting.length) void this.#next(() => this.#locked(() => this.#flush()));
      this.#waiting.unshift(...waiting);
      throw error;
    }
  }

  async #reload(): Promise<void> {
    if (this.#store) this.#take(await this.#store.read());
  }

  /** Takes over what is new in the store. Returns whether that changed anything. */
  #follow(content: Content): boolean {
    if (content.full) {
      this.#take(content);
      return true;
    }
    this.#merge(content.entries);
    this.#known.last = content.last;
    return content.entries.length > 0;
  }

  /** Makes the engine's profile what the store holds, and what is still to be written. */
  #take({ head, state, entries, last }: Content): Head {
    this.#profile.clear();
    this.#merge(state === undefined ? entries : [`[${state}]`, ...entries], [
      ...this.#unsaved,
      ...this.#waiting.map(({ piece }) => piece),
    ]);
    this.#known = { born: head.born, epoch: head.epoch, last };
    this.#sizes.state = state?.length ?? 0;
    return head;
  }

  #merge(entries: string[], more: Piece[] = []): void {
    const pieces = entries.flatMap((entry) => JSON.parse(entry) as Piece[]);
    if (pieces.length + more.length) this.#profile.merge([...pieces, ...more]);
    this.#sizes.log = entries.reduce((sum, { length }) => sum + length, this.#sizes.log);
  }

  #report(error: unknown): void {
    const code = codeOf(error);
    if (code === this.#trouble) return;
    this.#trouble = code;
    this.#tell({ code, message: `${MESSAGES[code]} (${String(error)})` });
  }
}
