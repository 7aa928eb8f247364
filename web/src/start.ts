// Where the worker's script comes from. The file for CDNs has a way of its own: cdn/start.ts.

/** Starts a worker that runs this package's `worker.js`. */
export function startWorker(): Worker {
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
