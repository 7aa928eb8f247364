// Where the worker's script comes from. The file for CDNs has a way of its own: cdn/start.ts.

/** A worker that waits for the first recommender, and whether it is any good. */
let early: { worker: Worker; failed: boolean } | undefined;

/**
 * Starts the worker of the first recommender now, before the page has loaded what asks for one. Does nothing where none can be started:
 * `Recommender.create()` starts one then, and says why not.
 */
export function startEarly(): void {
  try {
    const own = { worker: newWorker(), failed: false };
    own.worker.onerror = (event) => {
      event.preventDefault();
      own.failed = true;
    };
    early?.worker.terminate();
    early = own;
  } catch {
    // Told by create().
  }
}

/** A worker that runs this package's `worker.js`: the one that was started early, or a new one. */
export function startWorker(): Worker {
  const own = early;
  early = undefined;
  // Who failed unheard fails again where it is heard.
  return own && !own.failed ? own.worker : newWorker();
}

function newWorker(): Worker {
  try {
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'SecurityError') throw error;
    return workerOf(`import ${JSON.stringify(import.meta.url.replace(/[^/]*$/, 'worker.js'))};`);
  }
}

/**
 * A worker of a script that imports others. Browsers refuse a worker's script of another origin (a CDN), but not one of the
 * page's own that imports it.
 */
export function workerOf(script: string): Worker {
  return new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), { type: 'module' });
}
