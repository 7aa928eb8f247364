// Stands for ../start.ts in the one file for CDNs, which is the worker's script too.

import { workerOf } from '../start.js';

/** Starts a worker that runs this very file. */
export function startWorker(): Worker {
  return workerOf(`import { serve } from ${JSON.stringify(import.meta.url)}; serve();`);
}
