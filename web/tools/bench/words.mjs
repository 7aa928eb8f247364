// `npm run bench -- words [--quick] [MOVIES] [RECIPES]`: search by words in headless Chromium, ours beside MiniSearch and Orama over the same texts,
// in turn, query by query. MOVIES and RECIPES are JSON Lines, gzipped or not; by default those of ../shared/data/catalogs.
//
// Queries of the first: titles, a title and a name, half-typed titles, titles with a slip. Queries of the second: parts of
// titles, two characters and more; counted is how many find their item among the first ten. Peers run with what their
// documents say for such use: typo tolerance and prefixes where ours has them, and their tokenizer for Chinese where there is one.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import { launch } from '../browser.mjs';
import { serve } from '../serve.mjs';
import { Remedy, root, run } from '../steps.mjs';

const PEERS = 'web/tools/bench/peers';
const IMPORTS = JSON.stringify({
  imports: { '@orama/orama/internals': `/tools/bench/peers/node_modules/@orama/orama/dist/browser/internals.js` },
});
const DATA = '../shared/data/catalogs';

/** @param {string[]} args */
export default async function words(args) {
  const paths = args.filter((arg) => !arg.startsWith('--'));
  const quick = args.includes('--quick');
  const installed = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: join(root, PEERS),
  });
  if (installed.code !== 0) throw new Remedy(`The peers could not be installed: run \`npm ci\` in ${PEERS}.`);
  const movies = await records(paths[0] ?? join(root, DATA, 'movies.jsonl.gz'));
  const recipes = await records(paths[1] ?? join(root, DATA, 'recipes_zh.jsonl.gz'));
  const server = await serve({
    root: join(root, 'web'),
    port: 0,
    answers: {
      '/bench.html': {
        headers: { 'content-type': 'text/html' },
        body: `<!doctype html><script type="importmap">${IMPORTS}</script>`,
      },
      '/movies.jsonl': { body: movies },
      '/recipes.jsonl': { body: recipes },
    },
  });
  const browser = await launch({ args: ['--js-flags=--max-old-space-size=4096'] });
  const rows = [];
  try {
    for (const [name, file] of [
      ['movies', '/movies.jsonl'],
      ['Chinese recipes', '/recipes.jsonl'],
    ]) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on('console', (message) => console.log(`    ${message.text()}`));
      await page.exposeFunction('brotli', (/** @type {string} */ base64) => brotli(Buffer.from(base64, 'base64')));
      await page.goto(`${server.url}bench.html`);
      const found = await page.evaluate(inPage, {
        file,
        rounds: quick ? 1 : 3,
        asked: quick ? 100 : 200,
        chinese: name !== 'movies',
      });
      rows.push(...rowsOf(name, found));
      await context.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return rows;
}

function rowsOf(name, { items, methods }) {
  const ours = methods.find((/** @type {any} */ method) => method.id === 'ours');
  const row = (what, unit, key) =>
    methods.map((/** @type {any} */ { id, ...peer }) => ({
      case: `${items.toLocaleString('en')} ${name}: ${what}`,
      unit,
      value: ours[key],
      ...(id !== 'ours' && { peer: id, peer_value: peer[key] }),
    }));
  return [
    ...row('index', 'bytes', 'bytes'),
    ...row('index, brotli', 'bytes', 'brotli'),
    ...row('index made of the texts', 'ms', 'build'),
    ...row('index opened', 'ms', 'load'),
    ...row('query, median', 'ms', 'p50'),
    ...row('query, 95 of 100', 'ms', 'p95'),
    ...row('finds its item first', 'share', 'first'),
    ...row('finds its item among ten', 'share', 'ten'),
  ];
}

/** Runs in the page. */
async function inPage({ file, rounds, asked, chinese }) {
  const text = await (await fetch(file)).text();
  const base = '/tools/bench/peers/node_modules';
  const builder = await import('/dist/wasm/builder.js');
  const engine = await import('/dist/wasm/engine.js');
  const glue = await import('/dist/wasm/words.js');
  const load = (name) => ({ module_or_path: fetch(`/dist/wasm/${name}_bg.wasm`) });
  await Promise.all([builder.default(load('builder')), engine.default(load('engine')), glue.default(load('words'))]);

  // The items as our builder cleans them, for all: vectors say nothing here.
  const made = new builder.Builder('{}');
  made.push(new TextEncoder().encode(text));
  made.finish();
  const count = made.length;
  const vectors = new Float32Array(8 * count).map((_, i) => Math.sin(i * 12.9898) + 0.1);
  const catalogue = made.assemble(vectors, '0123456789abcdef');
  const opened = new engine.Engine(catalogue);
  const ids = Array.from({ length: count }, (_, row) => made.id(row));
  const items = JSON.parse(opened.items(JSON.stringify(ids)));
  const rest = (item) =>
    ['text', 'tags', 'cast', 'category', 'ingredients'].flatMap((name) => item[name] ?? []).join(' ');
  const docs = items.map((item, row) => ({ id: row, title: item.title ?? '', rest: rest(item) }));

  // Queries: a seed, so that every run asks the same.
  let state = 7;
  const random = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const queries = [];
  while (queries.length < asked) {
    const row = random(count);
    const { title, cast = [] } = items[row];
    if (chinese) {
      const han = [...title];
      if (han.length < 4) continue;
      const length = 2 + random(han.length - 2);
      const at = random(han.length - length + 1);
      const query = han.slice(at, at + length).join('');
      if (/^[\u4e00-\u9fff]+$/.test(query)) queries.push({ row, query });
      continue;
    }
    if (title.length < 8) continue;
    const kind = queries.length % 4;
    const cut = 5 + random(title.length - 5);
    if (kind === 0) queries.push({ row, query: title });
    if (kind === 1) queries.push({ row, query: `${title} ${cast[0] ?? ''}`.trim() });
    if (kind === 2) queries.push({ row, query: title.slice(0, cut), prefix: true });
    if (kind === 3) {
      const words = title.split(' ');
      const longest = words.reduce((a, b) => (b.length > a.length ? b : a));
      if (!/^[A-Za-z]{5,}$/.test(longest)) continue;
      const at = 1 + random(longest.length - 2);
      queries.push({ row, query: title.replace(longest, longest.slice(0, at) + longest.slice(at + 1)) });
    }
  }

  const timed = async (run) => {
    const begun = performance.now();
    const value = await run();
    return [performance.now() - begun, value];
  };
  const base64 = (bytes) => {
    let out = '';
    for (let at = 0; at < bytes.length; at += 0x8000) out += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(out);
  };
  const methods = [];
  const add = async (id, build, save, load) => {
    const [buildTime, index] = await timed(build);
    const bytes = await save(index);
    const [loadTime, search] = await timed(() => load(bytes));
    console.log(`${id}: ${(bytes.length / 1e6).toFixed(2)} MB, made in ${buildTime.toFixed(0)} ms`);
    methods.push({
      id,
      bytes: bytes.length,
      brotli: await window.brotli(base64(bytes)),
      build: buildTime,
      load: loadTime,
      search,
    });
  };
  const utf8 = new TextEncoder();
  const plain = new TextDecoder();

  await add(
    'ours',
    () => builder.indexWords(catalogue),
    (bytes) => bytes,
    (bytes) => {
      const index = new glue.Words(bytes, opened.content());
      return ({ query, prefix = false }) => index.search(query, prefix, 10, new Uint32Array()).subarray(0, 10);
    },
  );
  const { default: MiniSearch } = await import(`${base}/minisearch/dist/es/index.js`);
  const options = { fields: ['title', 'rest'] };
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  if (chinese) {
    options.tokenize = (words) =>
      Array.from(segmenter.segment(words))
        .filter(({ isWordLike }) => isWordLike)
        .map(({ segment }) => segment);
  }
  await add(
    'minisearch',
    () => {
      const index = new MiniSearch(options);
      index.addAll(docs);
      return index;
    },
    (index) => utf8.encode(JSON.stringify(index)),
    (bytes) => {
      const index = MiniSearch.loadJSON(plain.decode(bytes), options);
      return ({ query, prefix = false }) =>
        index
          .search(query, { prefix, fuzzy: 0.2, boost: { title: 3 } })
          .slice(0, 10)
          .map(({ id }) => id);
    },
  );
  const orama = await import(`${base}/@orama/orama/dist/browser/index.js`);
  const tokenizer = chinese
    ? (await import(`${base}/@orama/tokenizers/dist/esm/mandarin.js`)).createTokenizer()
    : undefined;
  const fresh = () =>
    orama.create({ schema: { title: 'string', rest: 'string' }, ...(tokenizer && { components: { tokenizer } }) });
  await add(
    'orama',
    async () => {
      const database = fresh();
      await orama.insertMultiple(
        database,
        docs.map(({ id, ...doc }) => ({ id: String(id), ...doc })),
        1000,
      );
      return database;
    },
    (database) => utf8.encode(JSON.stringify(orama.save(database))),
    (bytes) => {
      const database = fresh();
      orama.load(database, JSON.parse(plain.decode(bytes)));
      return async ({ query }) => {
        const found = await orama.search(database, { term: query, limit: 10, tolerance: 1, boost: { title: 3 } });
        return found.hits.map(({ id }) => Number(id));
      };
    },
  );

  const times = methods.map(() => []);
  const first = methods.map(() => 0);
  const ten = methods.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    for (const query of queries) {
      for (const [m, { search }] of methods.entries()) {
        const [time, rows] = await timed(() => search(query));
        times[m].push(time);
        // Another item of the very same title is as good an answer.
        const right = (row) => row === query.row || docs[row]?.title === docs[query.row].title;
        if (round === 0) first[m] += right(rows[0]);
        if (round === 0) ten[m] += Array.from(rows).some(right);
      }
    }
  }
  const at = (values, share) => values.sort((a, b) => a - b)[Math.floor(values.length * share)];
  return {
    items: count,
    methods: methods.map(({ search, ...method }, m) => ({
      ...method,
      p50: at(times[m], 0.5),
      p95: at(times[m], 0.95),
      first: first[m] / queries.length,
      ten: ten[m] / queries.length,
    })),
  };
}

function brotli(/** @type {Buffer} */ bytes) {
  // An index of 100 MB at the best quality takes minutes.
  const quality = bytes.length > 20_000_000 ? 5 : 9;
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
}

async function records(/** @type {string} */ path) {
  try {
    const bytes = await readFile(path);
    return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw new Remedy(
      `${path} cannot be read (${error.message}); name files of records: npm run bench -- words MOVIES RECIPES`,
    );
  }
}
