// `npm run bench -- compare`: the shortest page that shows three items like one, by Predilect and by others: lines that a user
// writes, bytes that a reader loads (brotli 11 each), hosts that are asked. docs/comparison.md tells what it cannot show.
//
// Every page runs in headless Chromium, where no request leaves this machine: what is asked elsewhere is written down and refused.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { buildCatalogue } from '../../cli/build.mjs';
import { launch } from '../browser.mjs';
import { serve } from '../serve.mjs';
import { npm, Remedy, root, target } from '../steps.mjs';

const HERE = join(root, 'web/tools/bench/compare');
const WORK = join(target, 'bench/compare');
const MODEL = join(root, 'models/predilect-encoder-small');
const PATIENCE = 15_000;

const ITEMS = [
  { id: 'pot', title: 'Tea pot', text: 'Cast iron, keeps green tea warm for an hour.' },
  { id: 'cup', title: 'Tea cup', text: 'White porcelain, thin enough for light to come through.' },
  { id: 'sencha', title: 'Sencha', text: 'Green tea of the first harvest.' },
  { id: 'kettle', title: 'Kettle', text: 'Boils water to the degree that tea wants.' },
  { id: 'wax', title: 'Car wax', text: 'A hard wax for a winter of salted roads.' },
  { id: 'lamp', title: 'Reading lamp', text: 'Warm light without glare.' },
];

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} page file of compare/pages
 * @property {string[]} [external] packages that cannot be had here, and are not counted
 * @property {Record<string, string>} [alias] files to take for packages whose usual ones do not bundle
 * @property {string[]} [besides] files of packages that the page asks for only once its model is there
 */

/** @type {Peer[]} */
const PEERS = [
  { name: 'Predilect, elements', page: 'predilect.html' },
  { name: 'Predilect', page: 'predilect.js' },
  { name: 'Orama', page: 'orama.js' },
  {
    name: 'transformers.js',
    page: 'transformers.js',
    besides: ['mjs', 'wasm'].map((kind) => `onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.${kind}`),
  },
  {
    name: 'LocalMode',
    page: 'localmode.js',
    external: ['@localmode/core'],
    besides: ['mjs', 'wasm'].map((kind) => `onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.${kind}`),
  },
  {
    name: 'Algolia Recommend UI',
    page: 'algolia.js',
    // Its modules import a package that it does not name.
    alias: { '@algolia/recommend-js': '@algolia/recommend-js/dist/umd/index.js' },
  },
];

/** Bytes after brotli 11, once a content. */
const weights = new Map();
function weigh(/** @type {Buffer} */ bytes) {
  const key = `${bytes.length} ${bytes.subarray(0, 4096).toString('base64')}`;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  if (!weights.has(key))
    weights.set(
      key,
      promisify(brotliCompress)(bytes, { params }).then(({ length }) => length),
    );
  return weights.get(key);
}

/** Lines of a page that are neither empty nor a comment. */
const linesOf = (/** @type {string} */ text) =>
  text.split('\n').filter((line) => line.trim() && !/^\s*\/\//.test(line)).length;

/** A page around a script, and the script with all that it imports. */
async function make(/** @type {Peer} */ { page, external = [], alias = {} }) {
  const source = join(HERE, 'pages', page);
  const text = readFileSync(source, 'utf8');
  const top =
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Similar</title><link rel="icon" href="data:,">';
  if (page.endsWith('.html')) {
    writeFileSync(join(WORK, 'index.html'), `${top}${text}`);
    return text;
  }
  // The package is not bundled: it is files as they are.
  if (text.includes('./predilect/')) writeFileSync(join(WORK, 'main.js'), text);
  else {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [source],
      outfile: join(WORK, 'main.js'),
      nodePaths: [join(HERE, 'node_modules')],
      ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'none', logLevel: 'error' },
      external,
      alias,
    });
  }
  writeFileSync(join(WORK, 'index.html'), `${top}<ul id="list"></ul><script type="module" src="./main.js"></script>`);
  return text;
}

/** Runs a page; gives what was shown, what it loaded, and whom it asked. */
async function look(/** @type {import('playwright-core').Browser} */ browser, /** @type {string} */ url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  /** @type {Set<string>} */
  const hosts = new Set();
  /** @type {Promise<{path: string, body: Buffer}>[]} */
  const loaded = [];
  await context.route('**', (route) => {
    const { hostname, protocol } = new URL(route.request().url());
    if (hostname === '127.0.0.1' || protocol === 'data:') return route.continue();
    hosts.add(hostname);
    return route.abort();
  });
  context.on('response', (response) => {
    const path = new URL(response.url()).pathname;
    if (response.ok())
      loaded.push(
        response.body().then(
          (body) => ({ path, body }),
          () => ({ path, body: Buffer.alloc(0) }),
        ),
      );
  });
  await page.goto(url);
  const shown = page.locator('#list li, predilect-similar article');
  await shown
    .nth(2)
    .waitFor({ timeout: PATIENCE })
    .catch(() => {});
  const count = await shown.count();
  const bodies = await Promise.all(loaded);
  await context.close();
  return { count, hosts: [...hosts].sort(), bodies };
}

/** The items in every form that a page wants. */
async function prepare() {
  mkdirSync(WORK, { recursive: true });
  const lines = join(WORK, 'items.jsonl');
  writeFileSync(lines, ITEMS.map((item) => JSON.stringify(item)).join('\n'));
  writeFileSync(join(WORK, 'items.json'), JSON.stringify(ITEMS));
  /** @type {import('../../cli/encode.mjs').Known} */
  const known = {};
  await buildCatalogue({ inputs: [lines], output: join(WORK, 'items.predilect'), model: MODEL, known });
  const vectors = [...(known.vectors?.values() ?? [])].map((vector) =>
    [...vector].map((value) => Number(value.toFixed(4))),
  );
  writeFileSync(
    join(WORK, 'items-with-vectors.json'),
    JSON.stringify(ITEMS.map((item, at) => ({ ...item, vector: vectors[at] }))),
  );
}

export default async function compare() {
  if (!existsSync(join(HERE, 'node_modules'))) {
    const installed = await npm(
      ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--silent'],
      { cwd: HERE },
    );
    if (installed.code !== 0)
      throw new Remedy('The others could not be installed: run `npm ci` in web/tools/bench/compare.');
  }
  await prepare();
  cpSync(join(root, 'web/dist'), join(WORK, 'predilect'), { recursive: true });
  const server = await serve({ root: WORK });
  const browser = await launch();
  const rows = [];
  try {
    for (const peer of PEERS) {
      const text = await make(peer);
      const { count, hosts, bodies } = await look(browser, server.url);
      const code = bodies.filter(({ path }) => /\.(js|wasm)$/.test(path));
      const besides = (peer.besides ?? []).map((file) => readFileSync(join(HERE, 'node_modules', file)));
      const sizes = await Promise.all([...code.map(({ body }) => body), ...besides].map(weigh));
      const version = (peer.external ?? []).length > 0 ? `, without ${peer.external?.join(', ')}` : '';
      console.log(`${peer.name}${version}: shows ${count}; asks ${hosts.join(', ') || 'nobody'}`);
      rows.push({ case: `${peer.name}: lines`, unit: 'lines', value: linesOf(text) });
      rows.push({
        case: `${peer.name}: scripts and modules, brotli 11`,
        unit: 'bytes',
        value: sizes.reduce((a, b) => a + b, 0),
      });
      rows.push({ case: `${peer.name}: other hosts asked`, unit: 'hosts', value: hosts.length });
    }
    const data = ['items.predilect', 'items-with-vectors.json', 'items.json'];
    for (const name of data) {
      const bytes = await weigh(readFileSync(join(WORK, name)));
      rows.push({ case: `${name}, an item, brotli 11`, unit: 'bytes', value: bytes / ITEMS.length });
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return rows;
}
