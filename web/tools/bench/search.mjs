// `npm run bench -- search [--quick] [--rows=N] [CATALOGUE ...]`: the nearest of many vectors, in one page of headless Chromium, ours
// and those that one would take instead, in turn, query by query; beside every time the share of the true ten nearest.
//
// Vectors come from the catalogues given (texts that were encoded; the last 200 are the queries), copied with noise where
// more are needed, and from a generator (independent noise, where no search can leave anything out). Without catalogues
// only the noise is searched. The truth is the full comparison in f32. `--quick` leaves out the graph indexes of 100,000
// rows, which take minutes to build; `--rows=N` all sizes but one.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { launch } from '../browser.mjs';
import { serve } from '../serve.mjs';
import { Remedy, root, run } from '../steps.mjs';

const DIMENSION = 384;
const QUERIES = 200;
const PEERS = 'web/tools/bench/peers';
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** What is compared at which size. Peers that copy every vector into objects are left out where a tab has no room. */
const SMALL = ['loop', 'hnswlib-wasm', 'edgevec', 'orama', 'voy-search'];
const cases = (/** @type {boolean} */ quick, /** @type {string} */ kind) => [
  { kind, count: 10_000, asked: 1, peers: SMALL, rounds: 5 },
  { kind, count: 100_000, asked: 1, peers: quick ? ['loop'] : ['loop', 'hnswlib-wasm', 'edgevec'], rounds: 3 },
  { kind, count: 100_000, asked: 8, peers: ['loop'], rounds: 3 },
  { kind, count: 1_000_000, asked: 1, peers: ['loop'], rounds: 1 },
];

/** @param {string[]} args */
export default async function search(args) {
  const paths = args.filter((arg) => !arg.startsWith('--'));
  const quick = args.includes('--quick');
  const size = Number(args.find((arg) => arg.startsWith('--rows='))?.slice('--rows='.length));
  const installed = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: join(root, PEERS),
  });
  if (installed.code !== 0) throw new Remedy(`The peers could not be installed: run \`npm ci\` in ${PEERS}.`);

  const text = paths.length > 0 ? await vectorsOf(paths) : undefined;
  const server = await serve({
    root: join(root, 'web'),
    port: 0,
    answers: {
      '/bench.html': { headers: { 'content-type': 'text/html', ...ISOLATED }, body: '<!doctype html>' },
      '/vectors.f32': { body: text ?? Buffer.alloc(0) },
      '/read.wasm': { headers: { 'content-type': 'application/wasm' }, body: reader() },
    },
  });
  const browser = await launch({ args: ['--js-flags=--max-old-space-size=8192'] });
  const rows = [];
  try {
    const wanted = [...(text ? cases(quick, 'text') : []), ...cases(true, 'noise').slice(text ? 1 : 0)];
    for (const wish of wanted.filter(({ count }) => !size || count === size)) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on('console', (message) => console.log(`    ${message.text()}`));
      await page.goto(`${server.url}bench.html`);
      console.log(`  ${label(wish)}`);
      rows.push(...rowsOf(wish, await page.evaluate(inPage, { ...wish, dimension: DIMENSION, queries: QUERIES })));
      await context.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return rows;
}

const label = ({ kind, count, asked }) =>
  `${count.toLocaleString('en')} rows of ${kind}, ${asked === 1 ? 'one query' : `${asked} queries`}`;

function rowsOf(wish, { methods, read, memory }) {
  const name = label(wish);
  const by = (/** @type {string} */ id) => methods.find((method) => method.id === id);
  const ours = by('ours');
  const row = (what, unit, value, peer, peerValue) => ({
    case: `${name}: ${what}`,
    unit,
    value,
    ...(peer && { peer, peer_value: peerValue }),
  });
  return [
    ...methods.map(({ id, median }) => row('time', 'ms', ours.median, id, median)),
    ...methods.map(({ id, recall }) => row('recall@10', 'share', ours.recall, id, recall)),
    ...methods.map(({ id, build }) => row('build', 'ms', ours.build, id, build)),
    row('exact, beside one read of the same bytes', 'ms', by('ours, exact').median, 'wasm read of all rows', read),
    row('wasm memory', 'MB', memory),
  ];
}

/** Runs in the page. */
async function inPage({ kind, count, asked, peers, rounds, dimension, queries }) {
  const k = 10;
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const unit = (vector) => {
    let square = 0;
    for (const value of vector) square += value * value;
    const scale = 1 / Math.sqrt(square);
    for (let j = 0; j < vector.length; j++) vector[j] *= scale;
  };
  const all = new Float32Array(count * dimension);
  const asks = new Float32Array(queries * dimension);
  if (kind === 'text') {
    const found = new Float32Array(await (await fetch('/vectors.f32')).arrayBuffer());
    const have = found.length / dimension - queries;
    asks.set(found.subarray(have * dimension));
    for (let i = 0; i < count; i++) {
      const to = all.subarray(i * dimension, (i + 1) * dimension);
      to.set(found.subarray((i % have) * dimension, ((i % have) + 1) * dimension));
      if (i < have) continue;
      for (let j = 0; j < dimension; j++) to[j] += random() * 0.1;
      unit(to);
    }
  } else {
    for (let i = 0; i < all.length; i++) all[i] = random();
    for (let i = 0; i < asks.length; i++) asks[i] = random();
    for (let i = 0; i < count; i++) unit(all.subarray(i * dimension, (i + 1) * dimension));
    for (let i = 0; i < queries; i++) unit(asks.subarray(i * dimension, (i + 1) * dimension));
  }
  const row = (i) => all.subarray(i * dimension, (i + 1) * dimension);
  const loop = (query) => {
    const best = [];
    let bar = -2;
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0, at = i * dimension; j < dimension; j++, at++) sum += all[at] * query[j];
      if (sum <= bar) continue;
      let at = best.length;
      while (at > 0 && best[at - 1][0] < sum) at--;
      best.splice(at, 0, [sum, i]);
      if (best.length > k) best.pop();
      if (best.length === k) bar = best[k - 1][0];
    }
    return best.map(([, i]) => i);
  };

  const base = '/tools/bench/peers/node_modules';
  /** Each builds an index and returns a search for rows of one query. */
  const builders = {
    loop: async () => loop,
    'hnswlib-wasm': async () => {
      const { loadHnswlib } = await import(`${base}/hnswlib-wasm/dist/hnswlib.js`);
      const library = await loadHnswlib();
      const index = new library.HierarchicalNSW('ip', dimension, '');
      index.initIndex(count, 16, 100, 100);
      for (let from = 0; from < count; from += 1000) {
        index.addItems(
          Array.from({ length: Math.min(1000, count - from) }, (_, i) => row(from + i)),
          false,
        );
      }
      index.setEfSearch(50);
      return (query) => index.searchKnn(query, k, undefined).neighbors;
    },
    edgevec: async () => {
      const { default: init, EdgeVec, EdgeVecConfig } = await import(`${base}/edgevec/edgevec.js`);
      await init();
      const config = new EdgeVecConfig(dimension);
      config.metric = 'l2';
      const index = new EdgeVec(config);
      const first = index.insert(row(0).slice());
      for (let i = 1; i < count; i++) index.insert(row(i).slice());
      return (query) => index.search(query, k).map((hit) => hit.id - first);
    },
    orama: async () => {
      const { create, insertMultiple, search } = await import(`${base}/@orama/orama/dist/browser/index.js`);
      const database = create({ schema: { v: `vector[${dimension}]` } });
      await insertMultiple(
        database,
        Array.from({ length: count }, (_, i) => ({ id: String(i), v: Array.from(row(i)) })),
        1000,
      );
      return async (query) => {
        const vector = { value: Array.from(query), property: 'v' };
        const found = await search(database, { mode: 'vector', vector, similarity: -1, limit: k });
        return found.hits.map((hit) => Number(hit.id));
      };
    },
    'voy-search': async () => {
      const glue = await import(`${base}/voy-search/voy_search_bg.js`);
      const { instance } = await WebAssembly.instantiateStreaming(fetch(`${base}/voy-search/voy_search_bg.wasm`), {
        './voy_search_bg.js': glue,
      });
      glue.__wbg_set_wasm(instance.exports);
      const embeddings = Array.from({ length: count }, (_, i) => ({
        id: String(i),
        title: '',
        url: '',
        embeddings: Array.from(row(i)),
      }));
      const index = new glue.Voy({ embeddings });
      return (query) => index.search(query, k).neighbors.map((hit) => Number(hit.id));
    },
  };

  const { VectorIndex } = await import('/dist/vectors.js');
  const methods = [];
  const timed = async (run) => {
    const begun = performance.now();
    const value = await run();
    return [performance.now() - begun, value];
  };
  const fill = (/** @type {any} */ index) => {
    for (let from = 0; from < count; from += 10_000) {
      index.add(all.subarray(from * dimension, Math.min(count, from + 10_000) * dimension));
    }
    // The first search looks the rows over.
    index.search(row(0));
    return index;
  };
  const ask = (index, i, exact) => {
    const start = (i % (queries - asked + 1)) * dimension;
    return index.search(asks.subarray(start, start + asked * dimension), { k, exact }).map((found) => found.rows);
  };
  const index = await VectorIndex.create({ dimension, capacity: count });
  const [build] = await timed(() => fill(index));
  methods.push({ id: 'ours', build, ask: (i) => ask(index, i, false) });
  methods.push({ id: 'ours, exact', build, ask: (i) => ask(index, i, true) });
  if (count < 1_000_000) {
    // A frame that knows no relaxed SIMD, with an instance of its own.
    const frame = document.body.appendChild(document.createElement('iframe'));
    const { contentWindow: other } = frame;
    other.WebAssembly.validate = () => false;
    const { VectorIndex } = await other.eval("import('/dist/vectors.js')");
    const own = await VectorIndex.create({ dimension, capacity: count });
    const view = ({ buffer, byteOffset, length }) => new other.Float32Array(buffer, byteOffset, length);
    const plain = {
      add: (vectors) => own.add(view(vectors)),
      search: (vectors, options) => own.search(view(vectors), options),
    };
    const [build] = await timed(() => fill(plain));
    methods.push({ id: 'ours, exact, no relaxed SIMD', build, ask: (i) => ask(plain, i, true) });
  }
  for (const id of peers) {
    const [build, one] = await timed(() => builders[id]());
    console.log(`${id}: built in ${(build / 1000).toFixed(1)} s`);
    methods.push({
      id,
      build,
      ask: async (i) => {
        const answers = [];
        for (let q = 0; q < asked; q++) {
          const at = (i % (queries - asked + 1)) + q;
          answers.push(await one(asks.subarray(at * dimension, (at + 1) * dimension)));
        }
        return answers;
      },
    });
  }

  const { exports } = (await WebAssembly.instantiateStreaming(fetch('/read.wasm'))).instance;
  const bytes = count * dimension;
  exports.memory.grow(Math.ceil(bytes / 65536));
  new Uint8Array(exports.memory.buffer).fill(1);
  const reads = [];
  const times = methods.map(() => []);
  const turns = Math.min(queries - asked + 1, count >= 1_000_000 ? 20 : 60);
  for (const method of methods) for (let i = 0; i < 3; i++) await method.ask(i);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < turns; i++) {
      for (const [m, method] of methods.entries()) times[m].push((await timed(() => method.ask(i)))[0]);
      reads.push((await timed(() => exports.read(bytes)))[0]);
    }
  }
  const truth = [];
  for (let i = 0; i < turns + asked - 1; i++) {
    truth.push(new Set(loop(asks.subarray(i * dimension, (i + 1) * dimension))));
  }
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  for (const method of methods) {
    let right = 0;
    for (let i = 0; i < turns; i++) {
      for (const [q, rows] of (await method.ask(i)).entries()) for (const row of rows) right += truth[i + q].has(row);
    }
    method.recall = right / (turns * asked * k);
  }
  // The same instance as the index's: its memory.
  const { memory } = await (await import('/dist/wasm/search.js')).default();
  return {
    methods: methods.map(({ id, build, recall }, m) => ({ id, build, recall, median: median(times[m]) })),
    read: median(reads),
    memory: memory.buffer.byteLength / 1e6,
  };
}

/** The vectors of catalogues, f32 of unit length, one after the other. */
async function vectorsOf(paths) {
  const parts = [];
  for (const path of paths) {
    const file = await readFile(path);
    const length = Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.subarray(8, 8 + length).toString());
    const [count, dimension] = header.vectors.shape;
    if (dimension !== DIMENSION) throw new Remedy(`${path} has ${dimension} values a vector, not ${DIMENSION}.`);
    const start = 8 + length;
    const scales = file.subarray(start + header.scales.data_offsets[0]);
    const values = file.subarray(start + header.vectors.data_offsets[0]);
    // A large catalogue was turned into its own axes; turned back, its vectors lie as the encoder put them.
    const [turned] = header.rotation.shape;
    const rotation = Float32Array.from({ length: turned * dimension }, (_, i) =>
      file.readInt16LE(start + header.rotation.data_offsets[0] + 2 * i),
    );
    const out = new Float32Array(count * dimension);
    for (let i = 0; i < count; i++) {
      const scale = scales.readFloatLE(4 * i);
      const to = out.subarray(i * dimension, (i + 1) * dimension);
      for (let j = 0; j < dimension; j++) {
        const value = values.readInt8(i * dimension + j) * scale;
        if (!turned) to[j] = value;
        else for (let l = 0; l < dimension; l++) to[l] += (value * rotation[j * dimension + l]) / 32767;
      }
    }
    parts.push(Buffer.from(out.buffer));
  }
  return Buffer.concat(parts);
}

/** A module that reads memory as fast as one core can. */
function reader() {
  const sum = (/** @type {number} */ i) =>
    `(local.set $s${i} (v128.xor (local.get $s${i}) (v128.load offset=${16 * i} (local.get $at))))`;
  const four = [0, 1, 2, 3];
  const module = binaryen.parseText(`(module
    (memory (export "memory") 1)
    (func (export "read") (param $end i32) (result i32)
      (local $at i32) ${four.map((i) => `(local $s${i} v128)`).join(' ')}
      (loop $next
        ${four.map(sum).join('\n')}
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
      (i32x4.extract_lane 0 (v128.xor (v128.xor (local.get $s0) (local.get $s1)) (v128.xor (local.get $s2) (local.get $s3))))))`);
  module.setFeatures(binaryen.Features.SIMD128);
  const bytes = module.emitBinary();
  module.dispose();
  return Buffer.from(bytes);
}
