// What the commands that answer share: their command line, a recommender over a file, and lists in a terminal.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { wordsBeside } from '../build.mjs';
import { defaultModel } from '../encode.mjs';
import { Failure } from '../failure.mjs';
import { table } from '../table.mjs';

export const LIST_OPTIONS = `  -k N                        how many items [10]
      --filter CONDITION      field=value, field!=value, field=a,b (any of them), field>=5, field<=20, or JSON as the
                              library takes it; all must hold
      --json                  print the reply as JSON`;

/** Options of commands that look for a text. */
export const LOOK_OPTIONS = `      --by HOW                words, meaning or both [what there is: an index of words, an encoder]
      --words FILE            index of words [the catalogue's name with the extension words]
      --model DIR             folder of the encoder [PREDILECT_MODEL, or models/predilect-encoder-small]`;

export const text = /** @type {const} */ ({ type: 'string' });
export const texts = /** @type {const} */ ({ type: 'string', multiple: true });
export const flag = /** @type {const} */ ({ type: 'boolean' });
export const LIST = { k: { type: 'string', short: 'k' }, filter: texts, json: flag };
export const LOOK = { by: text, words: text, model: text };

/** The command line; undefined if only help was wanted. */
export function read(/** @type {string[]} */ args, /** @type {any} */ options, /** @type {string} */ help, names) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new Failure(`${error.message}; --help lists the options`, 2);
  }
  if (parsed.values.help) {
    console.log(help);
    return undefined;
  }
  const { positionals } = parsed;
  if (positionals.length !== names.length) {
    throw new Failure(`expected ${names.join(' and ')}, found ${positionals.length} arguments (--help)`, 2);
  }
  return { values: /** @type {Record<string, any>} */ (parsed.values), positionals };
}

export function number(/** @type {string} */ option, /** @type {string | undefined} */ given) {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value)) throw new Failure(`${option} ${given}: expected a number`, 2);
  return value;
}

/** Numbers by field or id, of an option that takes NAME=NUMBER. */
export function pairs(/** @type {string} */ option, /** @type {string[]} */ given = []) {
  return given.map((entry) => {
    const at = entry.lastIndexOf('=');
    if (at < 1) throw new Failure(`${option} ${entry}: expected a name and a number, such as ${option} tags=2`, 2);
    return /** @type {const} */ ([entry.slice(0, at), number(option, entry.slice(at + 1)) ?? 0]);
  });
}

/** Conditions of the command line as the filter that the library takes; numbers where the field holds numbers. */
function filterOf(/** @type {string[] | undefined} */ conditions, /** @type {any} */ info) {
  /** @type {Record<string, any>} */
  const all = {};
  for (const condition of conditions ?? []) {
    if (condition.trimStart().startsWith('{')) {
      try {
        Object.assign(all, JSON.parse(condition));
      } catch (error) {
        throw new Failure(`--filter ${condition}: is not a JSON object: ${error.message}`, 2);
      }
      continue;
    }
    const parts = /^(.+?)(!=|>=|<=|=)(.*)$/s.exec(condition);
    if (!parts) {
      throw new Failure(`--filter ${condition}: expected field=value, field!=value, field>=number or field<=number`, 2);
    }
    const [, name, operator, value] = parts;
    const field = name.trim();
    const numeric = Object.hasOwn(info.ranges, field);
    const typed = (/** @type {string} */ part) =>
      numeric && part.trim() !== '' && Number.isFinite(Number(part)) ? Number(part) : part.trim();
    const list = value.split(',').map(typed);
    const wanted = list.length === 1 ? list[0] : list;
    if (operator === '=') all[field] = wanted;
    else if (operator === '!=') all[field] = { not: wanted };
    // `price>=5` and `price<=20` are one range.
    else all[field] = { ...all[field], [operator === '>=' ? 'min' : 'max']: wanted };
  }
  return all;
}

/** A recommender over a file, for one person of whom nothing is kept. */
export async function opened(/** @type {string} */ catalogue, more = {}) {
  if (!(await stat(catalogue).catch(() => null))?.isFile()) {
    throw new Failure(`${catalogue}: there is no such file; make it with: predilect build`);
  }
  const { Recommender } = await import('../../dist/index.js');
  return Recommender.create({ catalogue: pathToFileURL(catalogue), ...more }).catch((error) => {
    throw new Failure(`${catalogue}: ${error.message}`);
  });
}

export const folder = (/** @type {string | undefined} */ model) => pathToFileURL(`${model ?? defaultModel()}/`);

export async function listOptions(/** @type {any} */ recommender, /** @type {Record<string, any>} */ { k, filter }) {
  return { k: number('-k', k) ?? 10, filter: filterOf(filter, await recommender.info()) };
}

export async function show(/** @type {any} */ recommender, list, /** @type {boolean} */ json) {
  if (json) {
    console.log(JSON.stringify(list));
    return;
  }
  if (list.items.length === 0) {
    console.log('nothing found; loosen the filter or ask for what is owned with --include-owned');
    return;
  }
  const { wordReason } = await import('../../dist/wording.js');
  const rows = [];
  for (const [at, { id, score, fields, reasons }] of list.items.entries()) {
    const [reason] = reasons;
    const source = reason?.event?.item;
    const [cause] = source ? await recommender.items([source]) : [];
    const title = source && String(cause?.title ?? source);
    const why = reason ? wordReason(reason, { lang: 'en', title }) : '';
    rows.push([String(at + 1), score.toFixed(3), String(fields.title ?? id), why, id]);
  }
  const columns = [
    { name: '#', right: true },
    { name: 'score', right: true },
    { name: 'title', most: 44 },
    { name: 'why', most: 50 },
    { name: 'id', most: 40 },
  ];
  process.stdout.write(table(columns, rows));
}

/**
 * How to look for a text, and what that needs beside the catalogue.
 *
 * @param {string} path the catalogue
 * @param {Record<string, any>} values
 * @returns {{by: 'words' | 'meaning' | 'both', files: {words?: URL, encoder?: URL}}}
 */
export function look(path, { by, words, model = defaultModel() }) {
  if (by && !['words', 'meaning', 'both'].includes(by)) {
    throw new Failure(`--by ${by}: expected words, meaning or both`, 2);
  }
  // Without a wish: by what there is. What was asked for by name must be there.
  const index = words ?? wordsBeside(path);
  const byWords = by === 'words' || (by !== 'meaning' && Boolean(by ?? words ?? existsSync(index)));
  const byMeaning = by !== 'words' && Boolean(by || !byWords || existsSync(join(model, 'manifest.json')));
  return {
    by: byWords ? (byMeaning ? 'both' : 'words') : 'meaning',
    files: { ...(byWords && { words: pathToFileURL(index) }), ...(byMeaning && { encoder: folder(model) }) },
  };
}
