// `predilect build` and `predilect watch`.

import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildCatalogue } from '../build.mjs';
import { Failure } from '../failure.mjs';
import { filesOf } from '../readers/index.mjs';

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

const OPTIONS = `
  INPUT                   JSON Lines, a JSON array, or CSV/TSV with a header row; a product feed of Google Merchant Center (TSV, CSV
                          or XML); RSS or Atom; plain or gzipped; - is standard input. Or a folder: of Markdown with front
                          matter, or of built pages (HTML; those that its sitemap.xml names, if it has one)
  -o, --output FILE       catalogue file to write
      --model DIR         folder of the encoder [PREDILECT_MODEL, or models/predilect-encoder-small]
      --name NAME         name of the catalogue [the output's file name]
      --format FORMAT     auto, jsonl, json, csv or tsv [auto]; feeds are known by their content
      --base ADDRESS      what the addresses of a folder's pages begin with [/]
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
      --topics-of FILE    keep the topics of this earlier catalogue and their names, where half of the items
                          have the title, text, tags and category that they had
      --no-words          write no index of words beside the catalogue (shop.words beside shop.predilect)
      --dry-run           read, clean and report only; needs no encoder
      --json              print the report as JSON
      --threads N         workers that encode [all cores]
  -q, --quiet             show no progress
`;

export const HELP = `Build a catalogue: read records, clean and encode them, write one file.

Usage: predilect build <INPUT>... -o <FILE> [options]
${OPTIONS}

Examples:
  predilect build books.csv -o books.predilect --title Name --tags Genres --fields price,year
  predilect build feed.xml -o shop.predilect
  predilect build content/posts -o public/blog.predilect --base /posts/`;

export const WATCH_HELP = `Build a catalogue, and again whenever an input changes; only texts that are new are encoded.

Usage: predilect watch <INPUT>... -o <FILE> [options]
${OPTIONS}
      --every SECONDS     how often the inputs are looked at [1]

Example: predilect watch shop.jsonl -o site/shop.predilect`;

/** The request that a command line makes. */
function parse(/** @type {string[]} */ args) {
  /** @type {Record<string, any>} */
  const known = {
    ...Object.fromEntries(LISTS.map((name) => [name, { type: 'string', multiple: true }])),
    ...Object.fromEntries(
      [...TEXTS, 'model', 'max-chars', 'threads', 'every', 'topics-of', 'base'].map((name) => [
        name,
        { type: 'string' },
      ]),
    ),
    ...Object.fromEntries([...FLAGS, 'no-words', 'dry-run', 'json'].map((name) => [name, { type: 'boolean' }])),
    output: { type: 'string', short: 'o' },
    quiet: { type: 'boolean', short: 'q' },
    help: { type: 'boolean', short: 'h' },
  };
  let parsed;
  try {
    parsed = parseArgs({ args, options: known, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message}; --help lists the options`, 2);
  }
  /** @type {Record<string, any>} */
  const values = parsed.values;
  const inputs = parsed.positionals;
  if (values.help) return { help: true, values, inputs, options: {} };
  if (inputs.length === 0) throw new Failure('no input; name a file, or - for standard input (--help)', 2);
  if (values.output === undefined && !values['dry-run']) {
    throw new Failure('no output; name the catalogue file with -o, or use --dry-run', 2);
  }
  const number = (/** @type {string} */ name) => {
    if (values[name] === undefined) return undefined;
    if (!/^[1-9]\d{0,6}$/.test(values[name]))
      throw new Failure(`--${name} ${values[name]}: expected a number from 1`, 2);
    return Number(values[name]);
  };
  /** @type {Record<string, unknown>} */
  const options = {};
  const set = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    if (value !== undefined) options[name] = value;
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
  return { help: false, values, inputs, options, threads: number('threads'), every: number('every') };
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

/** Builds once; with `known`, encodes only what that has not. */
async function once(
  /** @type {any} */ { values, inputs, options, threads },
  /** @type {import('../encode.mjs').Known | undefined} */ known,
) {
  const { report, summary, output } = await buildCatalogue({
    inputs,
    output: values['dry-run'] ? undefined : values.output,
    words: !values['no-words'],
    model: values.model,
    base: values.base,
    options,
    threads,
    // What is watched keeps its topics from one build to the next.
    topicsOf: values['topics-of'] ?? (known?.encoder ? values.output : undefined),
    known,
    onProgress: values.quiet ? undefined : progress(),
  });
  if (values.json) {
    console.log(JSON.stringify({ report, output }));
    return;
  }
  process.stdout.write(summary);
  if (output === null) return;
  const { file, bytes, fingerprint, encoded, encodeSeconds: seconds, textsPerSecond: rate } = output;
  const size = `${(bytes / 1e6).toFixed(2)} MB`;
  const speed = `${encoded} texts encoded in ${seconds.toFixed(1)} s (${rate.toFixed(0)} a second)`;
  console.log(`${file}: ${report.kept} items, ${size}, encoder ${fingerprint}, ${speed}`);
  if (output.words) {
    const { file, bytes, bytesPerItem: each } = output.words;
    console.log(`${file}: ${(bytes / 1e6).toFixed(2)} MB, ${each.toFixed(0)} bytes an item`);
  }
}

/** `predilect build`. */
export async function build(/** @type {string[]} */ args) {
  const request = parse(args);
  if (request.help) console.log(HELP);
  else await once(request, undefined);
}

/** `predilect watch`: until it is interrupted. What fails is told, and looked at again when it changes. */
export async function watch(/** @type {string[]} */ args) {
  const request = parse(args);
  if (request.help) {
    console.log(WATCH_HELP);
    return;
  }
  const { inputs, values } = request;
  if (inputs.includes('-')) throw new Failure('standard input cannot be watched; name files', 2);
  if (values['dry-run']) throw new Failure('watch writes a catalogue; leave out --dry-run', 2);
  /** @type {import('../encode.mjs').Known} */
  const known = {};
  for (let seen = ''; ; await setTimeout((request.every ?? 1) * 1000)) {
    const now = await states(inputs);
    if (now === seen) continue;
    seen = now;
    try {
      await once(request, known);
    } catch (error) {
      if (!(error instanceof Failure) || error.exitCode === 2) throw error;
      console.error(`predilect: ${error.message}`);
    }
    if (!values.json) console.log('watching; interrupt to stop');
  }
}

/** What tells that a file is another than before. */
async function states(/** @type {string[]} */ paths) {
  const state = async (/** @type {string} */ path) => {
    const { mtimeMs, size, ino } = await stat(path);
    return `${path} ${mtimeMs} ${size} ${ino}`;
  };
  const all = (await Promise.all(paths.map((path) => filesOf(path).catch(() => [path])))).flat();
  return (await Promise.all(all.map((path) => state(path).catch(() => 'missing')))).join('\n');
}
