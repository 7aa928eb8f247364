// What benchmarks share: numbers of timings, the machine in words, the file of results.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser.mjs';
import { run, target } from './steps.mjs';

/**
 * @typedef {object} Measurement
 * @property {string} case what was done, and to what
 * @property {string} unit of the values
 * @property {number} value
 * @property {string} [peer] what it is compared with
 * @property {number} [peer_value] measured in the same run
 */

/**
 * Writes `target/bench/<name>.json`: a list of {name, case, unit, value, peer, peer_value, ratio, machine}. `ratio` is
 * the peer's value over ours.
 *
 * @param {string} name
 * @param {Measurement[]} measurements
 * @returns {Promise<string>} the file
 */
export async function report(name, measurements) {
  const about = await machine();
  const rows = measurements.map(({ case: what, unit, value, peer = null, peer_value = null }) => ({
    name,
    case: what,
    unit,
    value,
    peer,
    peer_value,
    ratio: peer_value === null ? null : peer_value / value,
    machine: about,
  }));
  const path = join(target, 'bench', `${name}.json`);
  await mkdir(join(target, 'bench'), { recursive: true });
  await writeFile(path, `${JSON.stringify(rows, null, 2)}\n`);
  return path;
}

/** The machine in one line, as far as timings depend on it. */
export async function machine() {
  const processor = cpus();
  const browser = findBrowser();
  const version = browser ? (await run(browser, ['--version'], { quiet: true })).output.trim() : 'no browser';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processor[0]?.model.trim() ?? process.arch}, ${processor.length} cores, ${memory} GiB, Linux ${release()}, ${version}, node ${process.versions.node}`;
}

/**
 * Numbers of a set of timings.
 *
 * @param {number[]} samples
 */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), min: at(0), max: at(1), count: sorted.length };
}
