// Builds a catalogue without Rust: the same builder and encoder as the native command line, as wasm, on all cores.

import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { defaultModel, encodeAll, readEncoder } from './encode.mjs';
import { Failure } from './failure.mjs';
import { loadModule, told } from './modules.mjs';
import { HEAD, isFolder, readerFor, readFolder } from './readers/index.mjs';

/**
 * @typedef {object} BuildRequest
 * @property {string[]} inputs paths of JSON Lines, JSON or CSV files or feeds, plain or gzipped; of folders; `-` is standard input
 * @property {string} [output] path of the catalogue; without it only the report is made
 * @property {boolean} [words] whether the index of words is written beside it, true by default
 * @property {string} [model] folder of the encoder
 * @property {Record<string, unknown>} [options] the builder's options, named as those of the command line: name, field mapping, limits
 * @property {string} [base] what addresses of a folder's pages begin with, `/` by default
 * @property {number} [threads] workers that encode, by default one a core
 * @property {string} [topicsOf] path of an earlier catalogue whose topics are kept, where half of the items have the title, text,
 *   tags and category they had
 * @property {import('./encode.mjs').Known} [known] vectors of texts that need not be encoded again; those of this build are put in
 * @property {(done: number, total: number, seconds: number) => void} [onProgress] texts encoded so far
 */

/**
 * Reads, cleans, encodes, writes.
 *
 * @param {BuildRequest} request
 * @returns {Promise<{report: any, summary: string, output: null | {file: string, bytes: number, dimension: number,
 *   fingerprint: string, encoded: number, encodeSeconds: number, textsPerSecond: number,
 *   words: null | {file: string, bytes: number, bytesPerItem: number}}}>}
 */
export async function buildCatalogue({
  inputs,
  output,
  words = true,
  model,
  options = {},
  base = '/',
  threads,
  topicsOf,
  known,
  onProgress,
}) {
  const encoder = output === undefined ? null : await readEncoder(model ?? defaultModel());
  if (output !== undefined) await checkWritable(output);
  const before =
    topicsOf &&
    (await readFile(topicsOf).catch((error) => {
      throw new Failure(`${topicsOf}: cannot be read: ${error.message}`);
    }));
  const { Builder, found, indexWords } = await loadModule('builder');
  const builder = told(() => new Builder(JSON.stringify(options)));
  try {
    for (const input of inputs) {
      if (inputs.length > 1) told(() => builder.begin(basename(input)));
      // With a format named, or a separator, an input is what it is said to be.
      const asIs = (options.format ?? 'auto') !== 'auto' || options.delimiter !== undefined;
      for await (const chunk of asIs ? chunks(input) : records(input, base)) told(() => builder.push(chunk));
    }
    const report = JSON.parse(told(() => builder.finish()));
    const summary = builder.summary();
    if (encoder === null || output === undefined) return { report, summary, output: null };
    const started = performance.now();
    const { fingerprint, dimension } = encoder.manifest;
    const how = { threads: threads ?? availableParallelism(), known, onProgress };
    const { vectors, encoded } = await encodeAll(builder, encoder, how);
    const seconds = (performance.now() - started) / 1000;
    if (before) told(() => builder.keepTopics(before));
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
        encoded,
        encodeSeconds: seconds,
        textsPerSecond: encoded / Math.max(seconds, 1e-9),
        words: index && {
          file: wordsBeside(output),
          bytes: index.length,
          bytesPerItem: index.length / builder.length,
        },
      },
    };
  } finally {
    builder.free();
  }
}

/** Where the index of words of a catalogue lies; never the catalogue itself. */
export function wordsBeside(/** @type {string} */ output) {
  const extension = extname(output);
  return `${output.slice(0, output.length - extension.length)}${extension === '.words' ? '.words.index' : '.words'}`;
}

/** An input as what the builder reads; feeds are taken as a whole, all else as it comes. */
async function* records(/** @type {string} */ input, /** @type {string} */ base) {
  if (input !== '-' && (await isFolder(input))) {
    yield await readFolder(input, base);
    return;
  }
  /** @type {Buffer[]} */
  const kept = [];
  let length = 0;
  /** @type {ReturnType<typeof readerFor>} */
  let reader;
  let decided = false;
  for await (const chunk of chunks(input)) {
    if (decided && !reader) {
      yield chunk;
      continue;
    }
    kept.push(chunk);
    length += chunk.length;
    if (decided || length < HEAD) continue;
    decided = true;
    reader = readerFor(Buffer.concat(kept));
    if (!reader) yield* kept.splice(0);
  }
  const all = Buffer.concat(kept);
  reader ??= decided ? undefined : readerFor(all);
  yield reader ? reader(all.toString('utf8'), basename(input)) : all;
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
    if (error instanceof Failure) throw error;
    if (error?.code === 'Z_BUF_ERROR') throw new Failure(`${input}: the gzip data is cut off; fetch the file again`);
    throw new Failure(`${input}: cannot be read: ${error.message}`);
  }
}

async function checkWritable(/** @type {string} */ path) {
  const kind = async (/** @type {string} */ name) => (await stat(name).catch(() => null))?.isDirectory();
  if (await kind(path)) throw new Failure(`${path}: is a folder; name a file, such as ${path}/shop.predilect`, 2);
  if (!(await kind(dirname(path)))) {
    throw new Failure(`${path}: the folder ${dirname(path)} does not exist; make it first`, 2);
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
    throw new Failure(`${path}: cannot be written: ${error.message}`);
  }
}
