// The encoder on all cores.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Failure } from './failure.mjs';
import { missing, WASM } from './modules.mjs';

/** Texts that a worker encodes at once; progress moves in these steps. */
const BATCH = 32;

/** Marks the workers that this file starts. */
const ROLE = 'predilect-encoder';

/** Folder of the encoder where none is named. */
export function defaultModel() {
  return process.env.PREDILECT_MODEL ?? 'models/predilect-encoder-small';
}

/** Reads an encoder's folder and compares the files with its manifest. */
export async function readEncoder(/** @type {string} */ folder) {
  let text;
  try {
    text = await readFile(join(folder, 'manifest.json'), 'utf8');
  } catch {
    throw new Failure(`${folder}: there is no encoder (no manifest.json); name its folder with --model`);
  }
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new Failure(`${join(folder, 'manifest.json')}: is not JSON: ${error.message}; fetch it again`);
  }
  const file = async (/** @type {{name: string, sha256: string} | undefined} */ entry) => {
    if (!entry?.name)
      throw new Failure(`${join(folder, 'manifest.json')}: names no model and tokenizer; fetch it again`);
    const path = join(folder, entry.name);
    const bytes = await readFile(path).catch((error) => {
      throw new Failure(`${path}: cannot be read: ${error.message}`);
    });
    if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
      throw new Failure(`${path}: its SHA-256 is not that of manifest.json; fetch both again`);
    }
    // Shared, so that workers do not each get a copy of the file.
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  };
  return { text, manifest, model: await file(manifest.files?.model), tokenizer: await file(manifest.files?.tokenizer) };
}

/**
 * Vectors of an earlier build: which encoder made them, and the vector of each text.
 *
 * @typedef {{encoder?: string, vectors?: Map<string, Float32Array>}} Known
 */

/**
 * The vectors of all items, in their order. What `known` has from the same encoder need not be made again; afterwards it has those of
 * this build, and no others.
 *
 * @param {any} builder
 * @param {any} encoder
 * @param {{threads: number, known?: Known, onProgress?: (done: number, total: number, seconds: number) => void}} how
 * @returns {Promise<{vectors: Float32Array, encoded: number}>} the vectors, and how many are new
 */
export async function encodeAll(builder, encoder, { threads, known = {}, onProgress }) {
  const { dimension, fingerprint } = encoder.manifest;
  /** @type {string[]} */
  const texts = builder.texts(0, builder.length);
  const vectors = new Float32Array(texts.length * dimension);
  const put = (/** @type {number} */ row, /** @type {Float32Array} */ values) => vectors.set(values, row * dimension);
  const earlier = known.encoder === fingerprint ? known.vectors : undefined;
  const unknown = [];
  for (const [row, text] of texts.entries()) {
    const values = earlier?.get(text);
    if (values) put(row, values);
    else unknown.push(row);
  }
  const id = (/** @type {number} */ row) => builder.id(row);
  if (unknown.length > 0) await encodeRows({ rows: unknown, texts, id, put, encoder, threads, onProgress });
  known.encoder = fingerprint;
  known.vectors = new Map(texts.map((text, row) => [text, vectors.subarray(row * dimension, (row + 1) * dimension)]));
  return { vectors, encoded: unknown.length };
}

/**
 * Encodes rows on several workers. A vector depends on its own text alone, so neither the number of workers nor the order of the work
 * changes a bit of the result.
 */
async function encodeRows({ rows: wanted, texts, id, put, encoder, threads, onProgress }) {
  const { dimension } = encoder.manifest;
  const total = wanted.length;
  // Texts of like length together: little padding in a batch.
  const order = wanted.sort((a, b) => texts[b].length - texts[a].length || a - b);
  const wasm = await WebAssembly.compile(await readFile(new URL('encoder_bg.wasm', WASM))).catch((error) => {
    if (error?.code !== 'ENOENT') throw error;
    throw missing('encoder_bg.wasm');
  });
  const data = { role: ROLE, wasm, model: encoder.model, tokenizer: encoder.tokenizer, manifest: encoder.text };
  const count = Math.max(1, Math.min(threads, Math.ceil(total / BATCH)));
  const workers = Array.from({ length: count }, () => new Worker(new URL(import.meta.url), { workerData: data }));
  const started = performance.now();
  let next = 0;
  let done = 0;
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            /** @type {number[]} */
            let rows = [];
            const give = () => {
              rows = order.slice(next, next + BATCH);
              next += rows.length;
              if (rows.length === 0) resolve(undefined);
              else worker.postMessage(rows.map((row) => texts[row]));
            };
            worker.on('error', (error) => reject(new Failure(`the encoder failed: ${error.message}`)));
            worker.on('exit', () => reject(new Failure('an encoder worker ended; is there enough memory?')));
            worker.on('message', ({ ready, error, index, values }) => {
              if (error !== undefined) {
                const item = index === undefined ? '' : `item "${id(rows[index])}": `;
                reject(new Failure(`${item}${error}`));
                return;
              }
              if (!ready) {
                for (const [at, row] of rows.entries()) put(row, values.subarray(at * dimension, (at + 1) * dimension));
                done += rows.length;
                onProgress?.(done, total, (performance.now() - started) / 1000);
              }
              give();
            });
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** What a worker does: load the encoder, then answer lists of texts with their vectors. */
async function work() {
  const { wasm, model, tokenizer, manifest } = workerData;
  const post = (/** @type {any} */ message, /** @type {any[]} */ transfer = []) =>
    parentPort?.postMessage(message, transfer);
  try {
    const { Encoder, initSync } = await import(new URL('encoder.js', WASM).href);
    initSync({ module: wasm });
    const encoder = new Encoder(model, tokenizer, manifest);
    parentPort?.on('message', (texts) => {
      try {
        const values = encoder.encode(texts);
        post({ values }, [values.buffer]);
      } catch (error) {
        const index = /^text (\d+)/.exec(error.message)?.[1];
        post({ error: error.message, index: index === undefined ? undefined : Number(index) });
      }
    });
    post({ ready: true });
  } catch (error) {
    post({ error: error.message });
  }
}

// A program may import this file in a worker of its own.
if (workerData?.role === ROLE) await work();
