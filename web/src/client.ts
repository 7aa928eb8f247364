// The page's end: numbered calls to a host in a worker or on the page, and what becomes of them. A worker that dies or
// hangs is replaced; the profile comes back from the device or, where it lives in memory, from a copy kept here.

import { type Channel, type Listener, openChannel } from './channel.js';
import { abortError, PredilectError } from './errors.js';
import type { Piece } from './profile.js';
import type { Call, CallMessage, Calls, FromHost, HostOptions, Kept } from './protocol.js';
import type { CallTiming, Notice, Progress } from './types.js';

interface Pending {
  message: CallMessage;
  started: number;
  /** Whether the present host has it. */
  posted: boolean;
  /** Whether an earlier host died of it. */
  again: boolean;
  resolve(value: unknown): void;
  reject(error: PredilectError): void;
}

/** What a host tells without being asked. */
export interface News {
  progress(progress: Progress): void;
  notice(notice: Notice, kept: boolean): void;
}

/** Calls that change the profile. They are not asked twice: the first may have been done. */
const CHANGES: readonly Call[] = ['record', 'describe', 'follow', 'forget', 'restore', 'merge', 'keep', 'withdraw'];
/** Calls that change the catalogue. */
const AMENDS: readonly Call[] = ['add', 'remove'];
/** Events told one by one after which the copy of a profile in memory is made anew. */
const COPY_AFTER = 1000;
/** Hosts that may die one after the other before any answers. */
const LIVES = 3;

/** Calls a host. Every call is answered or rejected, whatever happens to the host. */
export class Client {
  readonly #news: News;
  readonly #patience: number;
  readonly #pending = new Map<number, Pending>();
  #worker: boolean | Worker = false;
  #channel: Channel | undefined;
  #current: Listener | undefined;
  #ended: PredilectError | undefined;
  #last = 0;
  #options: HostOptions | undefined;
  #opened = false;
  #deaths = 0;
  #kept = false;
  /** A profile that lives in memory: a whole one, and what came after it. */
  #copy: Piece[] = [];
  /** Changes of the catalogue, for a host that replaces this one. */
  #amended: CallMessage[] = [];
  #replaying = false;
  #heard = 0;
  #asked = false;
  #watch: ReturnType<typeof setInterval> | undefined;
  /** How long the latest answered call took. */
  timing: CallTiming | undefined;

  /** @param patience milliseconds of silence after which a worker is asked whether it lives, and then is replaced */
  constructor(news: News, patience: number) {
    this.#news = news;
    this.#patience = patience;
  }

  /** Connects to a worker, or to a host on this thread, and opens it. */
  async open(worker: boolean | Worker, options: HostOptions, signal?: AbortSignal): Promise<Kept> {
    this.#worker = worker;
    this.#options = options;
    this.#channel = await openChannel(worker, this.#listener());
    const kept = await this.call('open', [options], signal);
    this.#opened = true;
    this.#kept = kept.kept;
    return kept;
  }

  /** How the profile is kept from now on, in this host and in those that replace it. */
  async keep(keep: HostOptions['keep'], kept: boolean): Promise<void> {
    if (this.#options) {
      const { keep: _, ...rest } = this.#options;
      this.#options = keep ? { ...rest, keep } : rest;
    }
    await this.#holds(kept);
  }

  call<K extends Call>(call: K, args: Parameters<Calls[K]>, signal?: AbortSignal): Promise<ReturnType<Calls[K]>> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new PredilectError(this.#ended.code, `${named(call)}: ${this.#ended.message}`));
      if (!this.#options) return reject(new PredilectError('closed', `${call}(): the recommender is not connected`));
      if (signal?.aborted) return reject(abortError(signal));
      const id = ++this.#last;
      const abort = (): void => {
        if (pending.posted) this.#channel?.post({ abort: id });
        this.#drop(id);
        reject(abortError(signal));
      };
      const settled = (): void => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      const pending: Pending = {
        message: { id, call, args } as CallMessage,
        started: performance.now(),
        posted: false,
        again: false,
        resolve: (value) => {
          settled();
          resolve(value as ReturnType<Calls[K]>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      this.#pending.set(id, pending);
      // While a host is replaced, calls wait for the next one.
      if (this.#channel && (this.#opened || call === 'open' || this.#replaying)) this.#post(pending);
    });
  }

  /** Rejects what waits with `closed` and lets go of the memory. */
  close(): void {
    this.#end(new PredilectError('closed', 'the recommender is closed'));
  }

  #post(pending: Pending): void {
    const { message } = pending;
    try {
      if (this.#pending.size === 1) this.#heard = performance.now();
      this.#channel?.post(message);
      pending.posted = true;
      this.#watch ??= this.#worker === false ? undefined : setInterval(() => this.#look(), this.#patience);
    } catch (error) {
      this.#drop(message.id);
      const text = `${message.call}(): an argument cannot be sent (${String(error)})`;
      pending.reject(new PredilectError('bad-input', text, { cause: error }));
    }
  }

  /** A listener of one host; when that is replaced, what it still says is nobody's. */
  #listener(): Listener {
    const listener: Listener = {
      receive: (message) => this.#current === listener && this.#receive(message),
      fail: (error) => this.#current === listener && this.#fail(error),
    };
    this.#current = listener;
    return listener;
  }

  #receive(message: FromHost): void {
    this.#heard = performance.now();
    this.#asked = false;
    if ('alive' in message) return;
    if ('progress' in message) {
      this.#news.progress(message.progress);
      return;
    }
    if ('notice' in message) {
      void this.#holds(message.kept);
      this.#news.notice(message.notice, message.kept);
      return;
    }
    const pending = this.#pending.get(message.id);
    if ('error' in message) {
      const error = new PredilectError(message.error.code, message.error.message);
      if (message.fatal) {
        this.#fail(error);
        return;
      }
      this.#drop(message.id);
      pending?.reject(error);
    } else {
      this.#drop(message.id);
      if (pending) this.#answered(pending, message.value, message.work);
    }
  }

  #drop(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#unwatch();
  }

  #answered({ message, started, resolve }: Pending, value: unknown, work: number): void {
    if (message.call !== 'open') this.#deaths = 0;
    if (AMENDS.includes(message.call) && this.#opened) this.#amended.push(message);
    this.timing = { call: message.call, work, total: performance.now() - started };
    if (this.#worker === true && !this.#kept && this.#opened && CHANGES.includes(message.call)) this.#remember(message);
    resolve(value);
  }

  /** Keeps a copy of a profile in memory up to date. */
  #remember({ call, args }: CallMessage): void {
    if (call === 'record' && this.#copy.length < COPY_AFTER)
      this.#copy.push({ events: JSON.parse(args[0]) as unknown[] });
    else void this.#whole();
  }

  async #whole(): Promise<void> {
    // A host that ends meanwhile is dealt with elsewhere.
    const whole = await this.call('whole', []).catch(() => undefined);
    if (whole) this.#copy = [whole];
  }

  /** Whether the device holds the profile; if not, a copy is kept here. */
  async #holds(kept: boolean): Promise<void> {
    const before = this.#kept;
    this.#kept = kept;
    if (kept) this.#copy = [];
    else if (before && this.#worker === true) await this.#whole();
  }

  /** Asks a worker that is silent for long whether it lives, and replaces one that does not say so. */
  #look(): void {
    if (performance.now() - this.#heard < this.#patience) return;
    if (!this.#asked) {
      this.#asked = true;
      this.#heard = performance.now();
      this.#channel?.post({ ask: true });
      return;
    }
    const error = `the worker did not answer for ${Math.round((2 * this.#patience) / 1000)} s`;
    this.#fail(
      new PredilectError('crashed', `${error}; ask for less at once, or pass a longer { patience } to create()`),
    );
  }

  #unwatch(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#asked = false;
  }

  /** The host is gone: another takes its place where that is possible. */
  #fail(error: PredilectError): void {
    if (this.#worker !== true || !this.#opened || ++this.#deaths >= LIVES) {
      this.#end(error);
      return;
    }
    this.#channel?.close();
    this.#channel = undefined;
    this.#opened = false;
    this.#unwatch();
    for (const [id, pending] of this.#pending) {
      const { call } = pending.message;
      if (pending.posted && (pending.again || CHANGES.includes(call))) {
        this.#pending.delete(id);
        const doubt = CHANGES.includes(call) ? '; whether it was done is not known, profile() tells' : '';
        pending.reject(new PredilectError('crashed', `${named(call)}: ${error.message}${doubt}`));
      }
      pending.again = pending.posted;
      pending.posted = false;
    }
    this.#replace(error).catch((again: PredilectError) => this.#end(again));
  }

  async #replace(cause: PredilectError): Promise<void> {
    if (!this.#options) return;
    this.#channel = await openChannel(true, this.#listener());
    const { kept } = await this.call('open', [this.#options]);
    const copy = this.#kept ? [] : this.#copy;
    const amended = await this.#replay();
    this.#opened = true;
    if (copy.length) await this.call('merge', [copy, {}]);
    this.#kept = kept;
    for (const pending of this.#pending.values()) if (!pending.posted) this.#post(pending);
    const lost = amended ? '' : '; the items that were added could not be put in again';
    this.#news.notice(
      { code: 'restarted', message: `${cause.message}; a new worker has taken its place${lost}` },
      kept,
    );
  }

  /** Tells a new host how the catalogue was changed, ahead of all other calls. */
  async #replay(): Promise<boolean> {
    try {
      for (const { call, args } of this.#amended) {
        this.#replaying = true;
        const amended = this.call(call, args);
        this.#replaying = false;
        await amended;
      }
      return true;
    } catch {
      this.#amended = [];
      return false;
    }
  }

  #end(error: PredilectError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#unwatch();
    this.#current = undefined;
    this.#channel?.close();
    this.#channel = this.#options = undefined;
    this.#copy = [];
    this.#amended = [];
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { message, reject } of waiting) {
      reject(new PredilectError(error.code, `${named(message.call)}: ${error.message}`));
    }
  }
}

/** A call as users know it. */
const named = (call: Call): string => (call === 'open' ? 'create()' : `${call}()`);
