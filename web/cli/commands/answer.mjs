// `predilect inspect`, `recommend`, `similar` and `search`: what a page would get, in a terminal.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { wordsBeside } from '../build.mjs';
import { defaultModel } from '../encode.mjs';
import { Failure } from '../failure.mjs';
import { table } from '../table.mjs';

const LIST_OPTIONS = `  -k N                        how many items [10]
      --filter CONDITION      field=value, field!=value, field=a,b (any of them), field>=5, field<=20, or JSON as the
                              library takes it; all must hold
      --json                  print the reply as JSON`;

const MODEL_OPTION = `      --model DIR             folder of the encoder [PREDILECT_MODEL, or models/predilect-encoder-small]`;

const INSPECT_HELP = `Show what is in a catalogue.

Usage: predilect inspect <CATALOGUE> [options]

      --item ID               show this item instead; may be repeated
      --json                  print JSON

Examples:
  predilect inspect shop.predilect
  predilect inspect shop.predilect --item kettle-1`;

const RECOMMEND_HELP = `Recommend items for likes, dislikes and purchases. Without any, popular and recent items are shown.

Usage: predilect recommend <CATALOGUE> [options]

      --like, --dislike, --buy, --view, --click, --dismiss ID
                              what was done to an item; may be repeated
      --rate ID=STARS         stars for an item, 1 to 5
      --about TEXT            a taste in words; needs the encoder
      --topic NAME            a topic that is liked
      --surface NAME          for-you, similar, together, continue, trending or because [for-you]
      --of ID                 what a list of similar, together or because is about
      --cap FIELD=N           most items with the same label of a field
      --calibrate FIELD=SHARE how far a field's mix of labels is to follow what is liked, 0 to 1
      --diversity SHARE       how different the items are from each other, 0 to 1
      --explore SHARE         how much chance may decide, 0 to 1 [0]
      --seed N                seed of that chance [0]
      --now MS                time of the request, milliseconds since 1970 [now]
      --include-owned         also show what was bought, liked, rated or dismissed
${MODEL_OPTION}
${LIST_OPTIONS}

Examples:
  predilect recommend shop.predilect --like kettle-1 --like tea-7
  predilect recommend shop.predilect --buy phone-2 --rate case-9=1 -k 5 --filter 'price<=50'
  predilect recommend demo.predilect --about '我喜欢看电影和旅游' --filter section=culture`;

const SIMILAR_HELP = `Show the items most similar to one.

Usage: predilect similar <CATALOGUE> <ID> [options]

${LIST_OPTIONS}

Example: predilect similar shop.predilect kettle-1 -k 5 --filter lang=en`;

const SEARCH_HELP = `Find items by words and by the meaning of a text, in any language the encoder knows.

Usage: predilect search <CATALOGUE> <TEXT> [options]

      --by HOW                words, meaning or both [what there is: an index of words, an encoder]
      --prefix                the last word may be the beginning of a word
      --words FILE            index of words [the catalogue's name with the extension words]
${MODEL_OPTION}
${LIST_OPTIONS}

Examples:
  predilect search shop.predilect 'something warm to drink' -k 5
  predilect search shop.predilect 'ket' --by words --prefix`;

const text = /** @type {const} */ ({ type: 'string' });
const texts = /** @type {const} */ ({ type: 'string', multiple: true });
const flag = /** @type {const} */ ({ type: 'boolean' });
const LIST = { k: { type: 'string', short: 'k' }, filter: texts, json: flag };

/** What a list is a reply to, without a word to a person. */
const SINGLE = { like: 'like', dislike: 'dislike', buy: 'purchase', view: 'view', click: 'click', dismiss: 'dismiss' };

/** The command line; undefined if only help was wanted. */
function read(/** @type {string[]} */ args, /** @type {any} */ options, /** @type {string} */ help, names) {
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

function number(/** @type {string} */ option, /** @type {string | undefined} */ given) {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value)) throw new Failure(`${option} ${given}: expected a number`, 2);
  return value;
}

/** Numbers by field or id, of an option that takes NAME=NUMBER. */
function pairs(/** @type {string} */ option, /** @type {string[]} */ given = []) {
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
async function opened(/** @type {string} */ catalogue, more = {}) {
  if (!(await stat(catalogue).catch(() => null))?.isFile()) {
    throw new Failure(`${catalogue}: there is no such file; make it with: predilect build`);
  }
  const { Recommender } = await import('../../dist/index.js');
  return Recommender.create({ catalogue: pathToFileURL(catalogue), ...more }).catch((error) => {
    throw new Failure(`${catalogue}: ${error.message}`);
  });
}

const folder = (/** @type {string | undefined} */ model) => pathToFileURL(`${model ?? defaultModel()}/`);

async function listOptions(/** @type {any} */ recommender, /** @type {Record<string, any>} */ { k, filter }) {
  return { k: number('-k', k) ?? 10, filter: filterOf(filter, await recommender.info()) };
}

async function show(/** @type {any} */ recommender, list, /** @type {boolean} */ json) {
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
    const why = reason ? wordReason(reason, { language: 'en', title }) : '';
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

/** `predilect inspect`. */
export async function inspect(/** @type {string[]} */ args) {
  const line = read(args, { item: texts, json: flag }, INSPECT_HELP, ['a catalogue']);
  if (!line) return;
  const [path] = line.positionals;
  const recommender = await opened(path);
  try {
    if (line.values.item) {
      const items = await recommender.items(line.values.item);
      const lost = items.indexOf(null);
      if (lost >= 0) throw new Failure(`${path}: there is no item "${line.values.item[lost]}"`);
      for (const item of items) console.log(JSON.stringify(item, null, line.values.json ? 0 : 2));
      return;
    }
    const [info, topics] = await Promise.all([recommender.info(), recommender.topics()]);
    if (line.values.json) {
      console.log(JSON.stringify({ ...info, topics }));
      return;
    }
    console.log(`name      ${info.name}
items     ${info.count}
encoder   ${info.fingerprint}, ${info.dimension} values a vector
checksum  ${info.checksum} (matches)
file      ${(await stat(path)).size} bytes`);
    const tree = topics.flatMap((topic) => [
      topic,
      ...topic.topics.map((part) => ({ ...part, name: `  ${part.name}` })),
    ]);
    if (tree.length > 0) {
      console.log('\ntopics');
      const rows = tree.map(({ name, count, keywords }) => [
        name.replace(/^ {2}/, '· '),
        String(count),
        keywords.join(', '),
      ]);
      process.stdout.write(
        table(
          [
            { name: 'topic', most: 40 },
            { name: 'items', right: true },
            { name: 'about', most: 60 },
          ],
          rows,
        ),
      );
    }
    console.log('\nfields to filter by');
    const facets = Object.entries(info.facets).map(([name, counts]) => {
      const most = Object.entries(counts).slice(0, 5);
      return [name, most.map(([value, count]) => `${value} (${count})`).join(', ')];
    });
    const ranges = Object.entries(info.ranges).map(([name, { min, max }]) => [name, `${min} to ${max}`]);
    process.stdout.write(
      table(
        [
          { name: 'field', most: 30 },
          { name: 'values', most: 100 },
        ],
        [...facets, ...ranges],
      ),
    );
  } finally {
    recommender.close();
  }
}

/** `predilect recommend`. */
export async function recommend(/** @type {string[]} */ args) {
  const told = Object.fromEntries(Object.keys(SINGLE).map((name) => [name, texts]));
  const more = { rate: texts, about: texts, topic: texts, surface: text, of: texts, cap: texts, calibrate: texts };
  const dials = { diversity: text, explore: text, seed: text, now: text, 'include-owned': flag, model: text };
  const line = read(args, { ...told, ...more, ...dials, ...LIST }, RECOMMEND_HELP, ['a catalogue']);
  if (!line) return;
  const { values } = line;
  const recommender = await opened(line.positionals[0], values.about && { encoder: folder(values.model) });
  try {
    const at = number('--now', values.now) ?? Date.now();
    const events = Object.entries(SINGLE).flatMap(([option, kind]) =>
      (values[option] ?? []).map((/** @type {string} */ item) => ({ kind, item, at })),
    );
    const rated = pairs('--rate', values.rate).map(([item, value]) => ({ kind: 'rating', item, value, at }));
    await recommender.record(/** @type {any} */ ([...events, ...rated]));
    for (const about of values.about ?? []) await recommender.describe(about, { at });
    for (const topic of values.topic ?? []) await recommender.follow(topic, { at });
    const list = await recommender.recommend({
      ...(await listOptions(recommender, values)),
      surface: values.surface,
      items: values.of,
      caps: Object.fromEntries(pairs('--cap', values.cap)),
      calibration: Object.fromEntries(pairs('--calibrate', values.calibrate)),
      diversity: number('--diversity', values.diversity),
      explore: number('--explore', values.explore),
      seed: number('--seed', values.seed) ?? 0,
      include_owned: values['include-owned'],
      now: at,
    });
    await show(recommender, list, values.json);
  } finally {
    recommender.close();
  }
}

/** `predilect similar`. */
export async function similar(/** @type {string[]} */ args) {
  const line = read(args, LIST, SIMILAR_HELP, ['a catalogue', 'an id']);
  if (!line) return;
  const [path, id] = line.positionals;
  const recommender = await opened(path);
  try {
    const list = await recommender.similar(id, await listOptions(recommender, line.values));
    await show(recommender, list, line.values.json);
  } finally {
    recommender.close();
  }
}

/** `predilect search`. */
export async function search(/** @type {string[]} */ args) {
  const options = { by: text, prefix: flag, words: text, model: text, ...LIST };
  const line = read(args, options, SEARCH_HELP, ['a catalogue', 'a text']);
  if (!line) return;
  const { values } = line;
  const [path, query] = line.positionals;
  if (values.by && !['words', 'meaning', 'both'].includes(values.by)) {
    throw new Failure(`--by ${values.by}: expected words, meaning or both`, 2);
  }
  // Without a wish: by what there is. What was asked for by name must be there.
  const index = values.words ?? wordsBeside(path);
  const byWords =
    values.by === 'words' || (values.by !== 'meaning' && Boolean(values.by ?? values.words ?? existsSync(index)));
  const model = values.model ?? defaultModel();
  const byMeaning = values.by !== 'words' && Boolean(values.by || !byWords || existsSync(join(model, 'manifest.json')));
  const recommender = await opened(path, {
    ...(byWords && { words: pathToFileURL(index) }),
    ...(byMeaning && { encoder: folder(model) }),
  });
  try {
    const by = byWords ? (byMeaning ? 'both' : 'words') : 'meaning';
    const list = await recommender.search(query, {
      ...(await listOptions(recommender, values)),
      by,
      prefix: values.prefix,
    });
    await show(recommender, list, values.json);
  } finally {
    recommender.close();
  }
}
