// The page's end: numbered calls to a host in a worker or on the page, and what becomes of them.

import { abortError, PredilectError } from './errors.js';
import type { Call, CallMessage, Calls, FromHost, ToHost } from './protocol.js';
import type { CallTiming, Notice, Progress } from './types.js';

/** A way to a host. */
interface Channel {
  post(message: ToHost): void;
  close(): void;
}

/** What a channel reports. */
interface Listener {
  receive(message: FromHost): void;
  fail(error: PredilectError): void;
}

interface Pending {
  call: Call;
  started: number;
  resolve(value: unknown): void;
  reject(error: PredilectError): void;
}

/** What a host tells without being asked. */
export interface News {
  progress(progress: Progress): void;
  notice(notice: Notice, kept: boolean): void;
}

/** Calls a host. Every call is answered or rejected, whatever happens to the host. */
export class Client {
  readonly #news: News;
  readonly #pending = new Map<number, Pending>();
  #channel: Channel | undefined;
  #ended: PredilectError | undefined;
  #last = 0;
  /** How long the latest answered call took. */
  timing: CallTiming | undefined;

  constructor(news: News) {
    this.#news = news;
  }

  /** Connects to a worker, or to a host on this thread. */
  async connect(worker: boolean | Worker): Promise<void> {
    const listener: Listener = {
      receive: (message) => this.#receive(message),
      fail: (error) => this.#end(error),
    };
    if (worker === false) this.#channel = await localChannel(listener);
    else this.#channel = workerChannel(worker === true ? startWorker() : worker, listener);
  }

  call<K extends Call>(call: K, args: Parameters<Calls[K]>, signal?: AbortSignal): Promise<ReturnType<Calls[K]>> {
    return new Promise((resolve, reject) => {
      const channel = this.#channel;
      if (this.#ended) return reject(new PredilectError(this.#ended.code, `${named(call)}: ${this.#ended.message}`));
      if (!channel) return reject(new PredilectError('closed', `${call}(): the recommender is not connected`));
      if (signal?.aborted) return reject(abortError(signal));
      const id = ++this.#last;
      const abort = (): void => {
        this.#pending.delete(id);
        channel.post({ abort: id });
        reject(abortError(signal));
      };
      const settled = (): void => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, {
        call,
        started: performance.now(),
        resolve: (value) => {
          settled();
          resolve(value as ReturnType<Calls[K]>);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      try {
        channel.post({ id, call, args } as CallMessage);
      } catch (error) {
        this.#pending.delete(id);
        settled();
        reject(
          new PredilectError('bad-input', `${call}(): an argument cannot be sent (${String(error)})`, { cause: error }),
        );
      }
    });
  }

  /** Rejects what waits with `closed` and lets go of the memory. */
  close(): void {
    this.#end(new PredilectError('closed', 'the recommender is closed'));
  }

  #receive(message: FromHost): void {
    if ('progress' in message) {
      this.#news.progress(message.progress);
      return;
    }
    if ('notice' in message) {
      this.#news.notice(message.notice, message.kept);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (!('error' in message)) {
      if (!pending) return;
      this.timing = { call: pending.call, work: message.work, total: performance.now() - pending.started };
      pending.resolve(message.value);
      return;
    }
    const error = new PredilectError(message.error.code, message.error.message);
    pending?.reject(error);
    if (message.fatal) this.#end(error);
  }

  #end(error: PredilectError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#channel?.close();
    this.#channel = undefined;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { call, reject } of waiting) reject(new PredilectError(error.code, `${named(call)}: ${error.message}`));
  }
}

/** A call as users know it. */
const named = (call: Call): string => (call === 'open' ? 'create()' : `${call}()`);

function startWorker(): Worker {
  try {
    try {
      return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'SecurityError') throw error;
      // Browsers refuse a worker's script of another origin (a CDN), but not one of the page's own that imports it.
      const script = `import ${JSON.stringify(import.meta.url.replace(/[^/]*$/, 'worker.js'))};`;
      const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      return new Worker(url, { type: 'module' });
    }
  } catch (error) {
    throw new PredilectError(
      'crashed',
      `the worker cannot be started (${String(error)}); pass { worker: false }, or a worker of your own, to create()`,
      { cause: error },
    );
  }
}

function workerChannel(worker: Worker, listener: Listener): Channel {
  const fail = (what: string): void =>
    listener.fail(
      new PredilectError(
        'crashed',
        `${what}; check that worker.js is served as JavaScript beside index.js and that the Content-Security-Policy ` +
          "allows it (worker-src 'self', or blob: and the other origin where predilect comes from one), then create the recommender again",
      ),
    );
  worker.onmessage = (event: MessageEvent<FromHost>) => listener.receive(event.data);
  worker.onmessageerror = () => fail('a message to or from the worker could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    fail(`the worker stopped (${event.message || 'its script cannot be loaded'})`);
  };
  return {
    post: (message) => worker.postMessage(message),
    close: () => worker.terminate(),
  };
}

async function localChannel(listener: Listener): Promise<Channel> {
  // Imported here so that a page with a worker does not load the engine's code twice.
  const { Host } = await import('./host.js');
  const host = new Host((message) => listener.receive(message));
  return {
    post: (message) => host.receive(message),
    close: () => host.close(),
  };
}
