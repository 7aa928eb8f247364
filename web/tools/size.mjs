// `npm run size`: what every shipped file weighs, raw and compressed, against web/tools/budgets.json. Exit code 1 above.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { files, fingerprint, root, target } from './steps.mjs';

/** Compressing an encoder at full strength takes half a minute: sizes are kept by content. */
const CACHE = join(target, 'setup/sizes.json');

/**
 * @typedef {{raw: number, gzip: number, brotli: number}} Sizes
 * @typedef {{name: string, files: string[], brotli: number, why: string}} Budget
 */

/**
 * Weighs everything that has a budget.
 *
 * @returns {Promise<{rows: (string | number)[][], over: string[], missing: string[]}>}
 */
export async function measure() {
  /** @type {{budgets: Budget[]}} */
  const { budgets } = JSON.parse(readFileSync(join(root, 'web/tools/budgets.json'), 'utf8'));
  const own = new Set(budgets.flatMap((budget) => budget.files.filter((path) => !path.includes('*'))));
  const filesOf = (/** @type {Budget} */ budget) =>
    budget.files.flatMap((pattern) => expand(pattern).filter((path) => path === pattern || !own.has(path)));
  const cache = readCache();
  /** @type {Record<string, Sizes>} */
  const kept = {};
  /** @type {Record<string, Promise<{key: string, sizes: Sizes}>>} all at once, on all cores */
  const weights = {};
  for (const path of budgets.flatMap(filesOf)) {
    const key = fingerprint([path]);
    weights[path] ??= Promise.resolve(cache[key] ?? weigh(readFileSync(join(root, path)))).then((sizes) => ({
      key,
      sizes,
    }));
  }
  const rows = [];
  const over = [];
  const missing = [];
  for (const budget of budgets) {
    const paths = filesOf(budget);
    if (paths.length === 0) missing.push(`${budget.name} (${budget.files.join(', ')})`);
    const total = { raw: 0, gzip: 0, brotli: 0 };
    for (const path of paths) {
      const { key, sizes } = await weights[path];
      kept[key] = sizes;
      rows.push([path, sizes.raw, sizes.gzip, sizes.brotli, '']);
      for (const kind of /** @type {const} */ (['raw', 'gzip', 'brotli'])) total[kind] += sizes[kind];
    }
    const left = budget.brotli - total.brotli;
    rows.push([
      `= ${budget.name}`,
      total.raw,
      total.gzip,
      total.brotli,
      `${left < 0 ? 'OVER' : 'of'} ${number(budget.brotli)}`,
    ]);
    if (left < 0) {
      over.push(`${budget.name} is ${number(-left)} bytes over its budget of ${number(budget.brotli)}: ${budget.why}`);
    }
  }
  mkdirSync(dirname(CACHE), { recursive: true });
  writeFileSync(CACHE, JSON.stringify(kept));
  return { rows, over, missing };
}

/** Prints the table; false where something is over its budget or missing. */
export async function size() {
  const { rows, over, missing } = await measure();
  const table = [['', 'raw', 'gzip', 'brotli', 'budget'], ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? number(cell) : cell)),
  );
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    const cells = row.map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    console.log(cells.join('  ').trimEnd());
  }
  for (const name of missing) console.log(`MISSING: ${name}: run \`npm start\` or \`node web/tools/setup.mjs\` first`);
  for (const text of over) console.log(`OVER: ${text}`);
  return over.length === 0 && missing.length === 0;
}

/** @returns {Promise<Sizes>} */
async function weigh(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const packed = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params }),
  ]);
  return { raw: bytes.length, gzip: packed[0].length, brotli: packed[1].length };
}

/** The files of the checkout that a path names, whose last part may have one `*`; a file that a budget names counts there alone. */
function expand(pattern) {
  const folder = dirname(pattern);
  const [before, after] = pattern.slice(folder.length + 1).split('*');
  return files([folder], (path) => {
    const name = path.slice(folder.length + 1);
    if (after === undefined) return name === before;
    return !name.includes('/') && name.startsWith(before) && name.endsWith(after);
  });
}

function readCache() {
  try {
    return JSON.parse(readFileSync(CACHE, 'utf8'));
  } catch {
    return {};
  }
}

function number(value) {
  return value.toLocaleString('en').replaceAll(',', ' ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = (await size()) ? 0 : 1;
