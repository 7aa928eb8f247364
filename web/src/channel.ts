// Ways to a host: a worker's messages, or calls on this thread.

import { PredilectError } from './errors.js';
import type { FromHost, ToHost } from './protocol.js';
import { startWorker } from './start.js';

/** A way to a host. */
export interface Channel {
  post(message: ToHost): void;
  close(): void;
}

/** What a channel reports. */
export interface Listener {
  receive(message: FromHost): void;
  fail(error: PredilectError): void;
}

/** Opens a way to a worker, or to a host on this thread. */
export async function openChannel(worker: boolean | Worker, listener: Listener): Promise<Channel> {
  if (worker === false) return localChannel(listener);
  return workerChannel(worker === true ? startOwn() : worker, listener);
}

function startOwn(): Worker {
  try {
    return startWorker();
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
          "allows it (worker-src 'self', or blob: and the other origin where predilect comes from one); under Vite 7 and older " +
          "add optimizeDeps: { exclude: ['predilect'] }; then create the recommender again",
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
