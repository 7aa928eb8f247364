#!/usr/bin/env node
// Builds a catalogue without Rust: the same builder and encoder as the native command line, as wasm, on all cores.
//
//   node build-catalogue.mjs items.jsonl -o shop.predilect --model models/predilect-encoder-small

import { createHash } from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { createGunzip } from 'node:zlib';

const WASM = new URL('../dist/wasm/', import.meta.url);
/** Texts that a worker encodes at once; progress moves in these steps. */
const BATCH = 32;

/** Marks the workers that this file starts. */
const ROLE = 'predilect-encoder';

/** A failure that is told in one line; `exitCode` 2 means that the command line is at fault. */
export class BuildError extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * @typedef {object} BuildRequest
 * @property {string[]} inputs paths of JSON Lines, JSON or CSV files, plain or gzipped; `-` is standard input
 * @property {string} [output] path of the catalogue; without it only the report is made
 * @property {boolean} [words] whether the index of words is written beside it, true by default
 * @property {string} [model] folder of the encoder
 * @property {Record<string, unknown>} [options] the builder's options: name, field mapping, limits
 * @property {number} [threads] workers that encode, by default one a core
 * @property {(done: number, total: number, seconds: number) => void} [onProgress] texts encoded so far
 */

/**
 * Reads, cleans, encodes, writes.
 *
 * @param {BuildRequest} request
 * @returns {Promise<{report: any, summary: string, output: null | {file: string, bytes: number, dimension: number,
 *   fingerprint: string, encode_seconds: number, texts_per_second: number,
 *   words: null | {file: string, bytes: number, bytes_per_item: number}}}>}
 */
export async function buildCatalogue({ inputs, output, words = true, model, options = {}, threads, onProgress }) {
  const encoder = output === undefined ? null : await readEncoder(model ?? defaultModel());
  if (output !== undefined) await checkWritable(output);
  const { Builder, found, indexWords } = await loadModule('builder');
  const builder = told(() => new Builder(JSON.stringify(options)));
  try {
    for (const input of inputs) {
      if (inputs.length > 1) told(() => builder.begin(basename(input)));
      for await (const chunk of chunks(input)) told(() => builder.push(chunk));
    }
    const report = JSON.parse(told(() => builder.finish()));
    const summary = builder.summary();
    if (encoder === null || output === undefined) return { report, summary, output: null };
    const started = performance.now();
    const vectors = await encodeAll(builder, encoder, threads ?? availableParallelism(), onProgress);
    const seconds = (performance.now() - started) / 1000;
    const { fingerprint, dimension } = encoder.manifest;
    const bytes = told(() => builder.assemble(vectors, fingerprint));
    await writeWhole(output, bytes);
    const index = words ? told(() => indexWords(bytes)) : null;
    if (index !== null) await writeWhole(wordsBeside(output), index);
    return {
      report,
      summary: summary + told(() => found(bytes)),
      output: {
        file: output,
        bytes: bytes.length,
        dimension,
        fingerprint,
        encode_seconds: seconds,
        texts_per_second: builder.length / Math.max(seconds, 1e-9),
        words: index && {
          file: wordsBeside(output),
          bytes: index.length,
          bytes_per_item: index.length / builder.length,
        },
      },
    };
  } finally {
    builder.free();
  }
}

/** Where the index of words of a catalogue lies; never the catalogue itself. */
function wordsBeside(/** @type {string} */ output) {
  const extension = extname(output);
  return `${output.slice(0, output.length - extension.length)}${extension === '.words' ? '.words.index' : '.words'}`;
}

function defaultModel() {
  return process.env.PREDILECT_MODEL ?? 'models/predilect-encoder-small';
}

/** Imports a module of the build and starts it with its bytes. */
async function loadModule(/** @type {string} */ name) {
  try {
    const module = await import(new URL(`${name}.js`, WASM).href);
    module.initSync({ module: await readFile(new URL(`${name}_bg.wasm`, WASM)) });
    return module;
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' && error?.code !== 'ENOENT') throw error;
    const folder = fileURLToPath(WASM);
    throw new BuildError(`${folder}${name}.js is missing; build it with: node web/tools/setup.mjs wasm`);
  }
}

/** Turns the wasm modules' errors into ours. */
function told(/** @type {() => any} */ call) {
  try {
    return call();
  } catch (error) {
    if (typeof error?.code !== 'string') throw error;
    throw new BuildError(error.message, error.code === 'bad-request' ? 2 : 1);
  }
}

/** The bytes of an input in pieces, unpacked if they are gzipped. */
async function* chunks(/** @type {string} */ input) {
  const source = input === '-' ? process.stdin : createReadStream(input, { highWaterMark: 1 << 18 });
  let head = Buffer.alloc(0);
  let unpacked;
  try {
    const iterator = source[Symbol.asyncIterator]();
    while (head.length < 2) {
      const { value, done } = await iterator.next();
      if (done) break;
      head = Buffer.concat([head, value]);
    }
    const rest = (async function* () {
      yield head;
      yield* { [Symbol.asyncIterator]: () => iterator };
    })();
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      yield* rest;
      return;
    }
    unpacked = createGunzip();
    pipeline(rest, unpacked, () => {});
    yield* unpacked;
  } catch (error) {
    if (error instanceof BuildError) throw error;
    if (error?.code === 'Z_BUF_ERROR') throw new BuildError(`${input}: the gzip data is cut off; fetch the file again`);
    throw new BuildError(`${input}: cannot be read: ${error.message}`);
  }
}

/** Reads an encoder's folder and compares the files with its manifest. */
async function readEncoder(/** @type {string} */ folder) {
  let text;
  try {
    text = await readFile(join(folder, 'manifest.json'), 'utf8');
  } catch {
    throw new BuildError(`${folder}: there is no encoder (no manifest.json); name its folder with --model`);
  }
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new BuildError(`${join(folder, 'manifest.json')}: is not JSON: ${error.message}; fetch it again`);
  }
  const file = async (/** @type {{name: string, sha256: string} | undefined} */ entry) => {
    if (!entry?.name)
      throw new BuildError(`${join(folder, 'manifest.json')}: names no model and tokenizer; fetch it again`);
    const path = join(folder, entry.name);
    const bytes = await readFile(path).catch((error) => {
      throw new BuildError(`${path}: cannot be read: ${error.message}`);
    });
    if (createHash('sha256').update(bytes).digest('hex') !== entry.sha256) {
      throw new BuildError(`${path}: its SHA-256 is not that of manifest.json; fetch both again`);
    }
    // Shared, so that workers do not each get a copy of the file.
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    return shared;
  };
  return { text, manifest, model: await file(manifest.files?.model), tokenizer: await file(manifest.files?.tokenizer) };
}

/**
 * Encodes every item on several workers. A vector depends on its own text alone, so neither the number of workers nor
 * the order of the work changes a bit of the result.
 */
async function encodeAll(builder, encoder, threads, onProgress) {
  const total = builder.length;
  const { dimension } = encoder.manifest;
  const vectors = new Float32Array(total * dimension);
  const texts = builder.texts(0, total);
  // Texts of like length together: little padding in a batch.
  const order = Array.from(texts.keys()).sort((a, b) => texts[b].length - texts[a].length || a - b);
  const wasm = await WebAssembly.compile(await readFile(new URL('encoder_bg.wasm', WASM))).catch((error) => {
    if (error?.code !== 'ENOENT') throw error;
    throw new BuildError(
      `${fileURLToPath(WASM)}encoder_bg.wasm is missing; build it with: node web/tools/setup.mjs wasm`,
    );
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
            worker.on('error', (error) => reject(new BuildError(`the encoder failed: ${error.message}`)));
            worker.on('exit', () => reject(new BuildError('an encoder worker ended; is there enough memory?')));
            worker.on('message', ({ ready, error, index, values }) => {
              if (error !== undefined) {
                const item = index === undefined ? '' : `item "${builder.id(rows[index])}": `;
                reject(new BuildError(`${item}${error}`));
                return;
              }
              if (!ready) {
                for (const [at, row] of rows.entries()) {
                  vectors.set(values.subarray(at * dimension, (at + 1) * dimension), row * dimension);
                }
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
  return vectors;
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

async function checkWritable(/** @type {string} */ path) {
  const kind = async (/** @type {string} */ name) => (await stat(name).catch(() => null))?.isDirectory();
  if (await kind(path)) throw new BuildError(`${path}: is a folder; name a file, such as ${path}/shop.predilect`, 2);
  if (!(await kind(dirname(path)))) {
    throw new BuildError(`${path}: the folder ${dirname(path)} does not exist; make it first`, 2);
  }
}

/** Writes a file so that its name never stands for a part of it. */
async function writeWhole(/** @type {string} */ path, /** @type {Uint8Array} */ bytes) {
  const temporary = join(dirname(path), `.predilect-${process.pid}-${Date.now()}`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new BuildError(`${path}: cannot be written: ${error.message}`);
  }
}

const LISTS = [
  'id',
  'title',
  'text',
  'tags',
  'category',
  'date',
  'popularity',
  'lang',
  'fields',
  'drop',
  'encode-also',
  'lists',
];
const TEXTS = ['name', 'format', 'delimiter', 'default-lang'];
const FLAGS = ['strict', 'keep-duplicates'];

const HELP = `Build a catalogue: read records, clean and encode them, write one file.

Usage: predilect build <INPUT>... -o <FILE> [options]

  INPUT                   JSON Lines, a JSON array, or CSV/TSV with a header row; plain or gzipped; - is standard input
  -o, --output FILE       catalogue file to write
      --model DIR         folder of the encoder [PREDILECT_MODEL, or models/predilect-encoder-small]
      --name NAME         name of the catalogue [the output's file name]
      --format FORMAT     auto, jsonl, json, csv or tsv [auto]
      --delimiter CHAR    separator of CSV cells [guessed]
      --id, --title, --text, --tags, --category, --date, --popularity, --lang FIELD[,FIELD]
                          which source fields these are [the usual names]
      --default-lang CODE language of items that name none [detected]
      --fields A,B        of the other fields keep only these
      --drop A,B          leave these out of the catalogue
      --encode-also A,B   encode these too, after title, text, tags and category
      --lists A,B         CSV columns that are lists
      --max-chars N       longest text that is kept [1000]
      --strict            stop at the first bad record
      --keep-duplicates   keep items whose words all equal those of an earlier one
      --no-words          write no index of words beside the catalogue (shop.words beside shop.predilect)
      --dry-run           read, clean and report only; needs no encoder
      --json              print the report as JSON
      --threads N         workers that encode [all cores]
  -q, --quiet             show no progress

Example: predilect build books.csv -o books.predilect --title Name --tags Genres --fields price,year`;

/** The request that a command line makes. */
function parse(/** @type {string[]} */ args) {
  /** @type {Record<string, any>} */
  const known = {
    ...Object.fromEntries(LISTS.map((name) => [name, { type: 'string', multiple: true }])),
    ...Object.fromEntries([...TEXTS, 'model', 'max-chars', 'threads'].map((name) => [name, { type: 'string' }])),
    ...Object.fromEntries([...FLAGS, 'no-words', 'dry-run', 'json'].map((name) => [name, { type: 'boolean' }])),
    output: { type: 'string', short: 'o' },
    quiet: { type: 'boolean', short: 'q' },
    help: { type: 'boolean', short: 'h' },
  };
  let parsed;
  try {
    parsed = parseArgs({ args, options: known, allowPositionals: true });
  } catch (error) {
    throw new BuildError(`${error.message}; --help lists the options`, 2);
  }
  /** @type {Record<string, any>} */
  const values = parsed.values;
  const inputs = parsed.positionals[0] === 'build' ? parsed.positionals.slice(1) : parsed.positionals;
  if (values.help) return { help: true, values, inputs, options: {} };
  if (inputs.length === 0) throw new BuildError('no input; name a file, or - for standard input (--help)', 2);
  if (values.output === undefined && !values['dry-run']) {
    throw new BuildError('no output; name the catalogue file with -o, or use --dry-run', 2);
  }
  const number = (/** @type {string} */ name) => {
    if (values[name] === undefined) return undefined;
    if (!/^[1-9]\d{0,6}$/.test(values[name]))
      throw new BuildError(`--${name} ${values[name]}: expected a number from 1`, 2);
    return Number(values[name]);
  };
  /** @type {Record<string, unknown>} */
  const options = {};
  const set = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    if (value !== undefined) options[name.replaceAll('-', '_')] = value;
  };
  for (const name of [...TEXTS, ...FLAGS]) set(name, values[name]);
  for (const name of LISTS)
    set(
      name,
      values[name]?.flatMap((/** @type {string} */ list) => list.split(',')),
    );
  set('max-chars', number('max-chars'));
  const named = values.output ?? inputs[0];
  options.name ??= basename(named, extname(named)) || 'catalogue';
  return { help: false, values, inputs, options, threads: number('threads') };
}

function progress() {
  let shown = -1;
  const terminal = process.stderr.isTTY;
  return (/** @type {number} */ done, /** @type {number} */ total, /** @type {number} */ seconds) => {
    const percent = Math.floor((done / total) * 100);
    const step = terminal ? percent : Math.floor(percent / 10);
    if (step === shown) return;
    shown = step;
    const left = Math.round((seconds / done) * (total - done));
    const line = `encoding ${done}/${total} (${percent} %), ${(done / seconds).toFixed(0)} a second, ${left} s left`;
    process.stderr.write(terminal ? `\r${line}\u001b[K${done === total ? '\n' : ''}` : `${line}\n`);
  };
}

async function main() {
  const { help, values, inputs, options, threads } = parse(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return;
  }
  const { report, summary, output } = await buildCatalogue({
    inputs,
    output: values['dry-run'] ? undefined : values.output,
    words: !values['no-words'],
    model: values.model,
    options,
    threads,
    onProgress: values.quiet ? undefined : progress(),
  });
  if (values.json) {
    console.log(JSON.stringify({ report, output }));
    return;
  }
  process.stdout.write(summary);
  if (output !== null) {
    const { file, bytes, fingerprint, encode_seconds: seconds, texts_per_second: rate } = output;
    const speed = `${seconds.toFixed(1)} s of encoding (${rate.toFixed(0)} texts a second)`;
    console.log(`${file}: ${report.kept} items, ${(bytes / 1e6).toFixed(2)} MB, encoder ${fingerprint}, ${speed}`);
    if (output.words) {
      const { file, bytes, bytes_per_item: each } = output.words;
      console.log(`${file}: ${(bytes / 1e6).toFixed(2)} MB, ${each.toFixed(0)} bytes an item`);
    }
  }
}

// A program may import this file in a worker of its own.
if (workerData?.role === ROLE) {
  await work();
} else if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main().catch((error) => {
    if (!(error instanceof BuildError)) throw error;
    console.error(`predilect: ${error.message.replace(/\s+/g, ' ')}`);
    process.exitCode = error.exitCode;
  });
}
