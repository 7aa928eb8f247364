// `npm run bench -- encoder [--python=PATH] [--speed] [--load] [--first] [--rounds=N]`: texts to vectors, in one page of headless
// Chromium and on one thread, the shipped model in our module and in onnxruntime-web, in turn; then how long our module takes to
// read and lay out the model; then the time from a page's load to its first vector, and the bytes that it takes, beside
// transformers.js with the same model.
//
// onnxruntime-web gets the model in every form that it may be quickest with (`encoder-peers/variants.py`, for which
// `--python` names an interpreter with onnx and onnxruntime), and token ids; we get texts and make the ids as well.
// `--speed`, `--load` and `--first` are the parts; `--load` needs neither peers nor Python.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from '../browser.mjs';
import { serve } from '../serve.mjs';
import { Remedy, root, run, target } from '../steps.mjs';
import { firstVector } from './encoder-peers/first.mjs';

const PEERS = 'web/tools/bench/encoder-peers';
const MODEL = join(root, 'models/predilect-encoder-small');
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const SHAPES = [
  [1, 12],
  [1, 32],
  [1, 128],
  [32, 32],
];
/** How many browsers are asked how long the model takes to load. */
const BROWSERS = 7;
const F32 = ['fp32', 'fused'];
const INT8 = ['int8', 'int8_channel', 'int8_fused'];

/** @param {string[]} args */
export default async function encoder(args) {
  const value = (/** @type {string} */ name) =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const parts = ['--speed', '--load', '--first'];
  const asked = parts.filter((part) => args.includes(part));
  const wanted = new Set(asked.length > 0 ? asked : parts);
  const loads = wanted.has('--load') ? await loading() : [];
  if (wanted.has('--load') && wanted.size === 1) return loads;
  const installed = await run(
    'npm',
    ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--silent'],
    {
      cwd: join(root, PEERS),
    },
  );
  if (installed.code !== 0) throw new Remedy(`The peers could not be installed: run \`npm ci\` in ${PEERS}.`);
  const folder = await variants(value('python') ?? 'python3');
  const rows = wanted.has('--speed') ? await speed(folder, Number(value('rounds') ?? 1)) : [];
  rows.push(...loads);
  if (wanted.has('--first')) rows.push(...(await firstVector(folder)));
  return rows;
}

/** The folder with the model in the forms for onnxruntime, made where this model's are not there yet. */
async function variants(/** @type {string} */ python) {
  const hash = createHash('sha256').update(await readFile(join(MODEL, 'model.onnx')));
  const folder = join(target, 'bench', `encoder-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(join(folder, 'int8_fused.onnx'))) return folder;
  const made = await run(python, [join(root, PEERS, 'variants.py'), join(MODEL, 'model.onnx'), folder]);
  if (made.code !== 0) {
    throw new Remedy(
      'The forms of the model for onnxruntime were not made: `--python=PATH` names an interpreter that has what ' +
        'models/distill/requirements.txt lists.',
    );
  }
  return folder;
}

async function speed(/** @type {string} */ folder, /** @type {number} */ rounds) {
  const answers = { '/bench.html': { headers: { 'content-type': 'text/html', ...ISOLATED }, body: '<!doctype html>' } };
  for (const id of [...F32, ...INT8]) {
    answers[`/variants/${id}.onnx`] = { body: await readFile(join(folder, `${id}.onnx`)) };
  }
  Object.assign(answers, await modelFiles());
  const texts = (await readFile(join(root, 'web/demo/catalogue/news.jsonl'), 'utf8').catch(() => '')).split('\n');
  answers['/texts.json'] = {
    body: JSON.stringify(
      texts.filter(Boolean).map((line) =>
        Object.values(JSON.parse(line))
          .filter((v) => typeof v === 'string')
          .join(' '),
      ),
    ),
  };
  const server = await serve({ root: join(root, 'web'), port: 0, compress: false, headers: ISOLATED, answers });
  const browser = await launch({ args: ['--js-flags=--max-old-space-size=8192'] });
  const rows = [];
  try {
    const page = await (await browser.newContext()).newPage();
    page.on('console', (message) => message.type() !== 'error' && console.log(`    ${message.text()}`));
    await page.goto(`${server.url}bench.html`);
    const result = await page.evaluate(inPage, { shapes: SHAPES, peers: [...F32, ...INT8], rounds });
    for (const { shape, medians } of result.shapes) rows.push(...rowsOf(shape, medians));
    rows.push({ case: 'relaxed SIMD used', unit: '0 or 1', value: Number(result.relaxed) });
  } finally {
    await browser.close();
    await server.close();
  }
  return rows;
}

async function modelFiles() {
  const files = {};
  for (const name of ['model.onnx', 'tokenizer.json', 'manifest.json']) {
    files[`/model/${name}`] = { body: await readFile(join(MODEL, name)) };
  }
  return files;
}

/** Every first time in a browser of its own: one keeps what it has compiled, for its other pages as well. */
async function loading() {
  const page = { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' };
  const answers = { '/bench.html': page, ...(await modelFiles()) };
  const server = await serve({ root: join(root, 'web'), port: 0, compress: false, answers });
  const found = [];
  try {
    for (let time = 0; time < BROWSERS; time++) {
      const browser = await launch();
      const page = await browser.newPage();
      await page.goto(`${server.url}bench.html`);
      found.push(await page.evaluate(loadTwice));
      await browser.close();
    }
  } finally {
    await server.close();
  }
  const median = (/** @type {'first' | 'again' | 'memory'} */ what) => {
    const all = found.map((one) => one[what]).sort((a, b) => a - b);
    console.log(`    ${what}: ${all.map(Math.round).join(', ')}`);
    return all[all.length >> 1];
  };
  return [
    { case: 'read and lay out the model, the first time in a browser', unit: 'ms', value: median('first') },
    { case: 'the same again', unit: 'ms', value: median('again') },
    { case: 'wasm memory after load', unit: 'MB', value: median('memory') / 1e6 },
  ];
}

/** Runs in the page. */
async function loadTwice() {
  // It is far smaller than the model, and there before it.
  const module_or_path = await WebAssembly.compileStreaming(fetch('/dist/wasm/encoder_bg.wasm'));
  const bytes = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  const [model, tokenizer] = await Promise.all(['/model/model.onnx', '/model/tokenizer.json'].map(bytes));
  const manifest = await (await fetch('/model/manifest.json')).text();
  const load = async (which) => {
    const glue = await import(`/dist/wasm/encoder.js?${which}`);
    const exports = await glue.default({ module_or_path });
    const begun = performance.now();
    const encoder = new glue.Encoder(model, tokenizer, manifest);
    const took = performance.now() - begun;
    const memory = exports.memory.buffer.byteLength;
    encoder.free();
    return { took, memory };
  };
  const { took: first, memory } = await load('first');
  return { first, again: (await load('again')).took, memory };
}

function rowsOf(shape, medians) {
  const best = (/** @type {string[]} */ ids) => Math.min(...ids.map((id) => medians[id]));
  const row = (what, value, peer, peerValue) => ({
    case: `${shape} tokens: ${what}`,
    unit: 'ms',
    value,
    peer,
    peer_value: peerValue,
  });
  return [
    row('without relaxed SIMD', medians.simd, 'onnxruntime-web, best of f32', best(F32)),
    row('without relaxed SIMD', medians.simd, 'onnxruntime-web, best of all', best([...F32, ...INT8])),
    row('with relaxed SIMD', medians.relaxed, 'onnxruntime-web, best of all', best([...F32, ...INT8])),
    ...[...F32, ...INT8].map((id) => row('with relaxed SIMD', medians.relaxed, `onnxruntime-web, ${id}`, medians[id])),
  ];
}

/** Runs in the page. */
async function inPage({ shapes, peers, rounds }) {
  const bytes = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  const [model, tokenizer, wasm] = await Promise.all(
    ['/model/model.onnx', '/model/tokenizer.json', '/dist/wasm/encoder_bg.wasm'].map(bytes),
  );
  const manifest = await (await fetch('/model/manifest.json')).text();
  const compiled = await WebAssembly.compile(wasm);
  // A module of JavaScript is loaded once an address: a query makes two of it.
  const load = async (which) => {
    const glue = await import(`/dist/wasm/encoder.js?${which}`);
    await glue.default({ module_or_path: compiled });
    return new glue.Encoder(model, tokenizer, manifest);
  };
  // What a browser without relaxed SIMD answers when it is asked about the kernel.
  const { validate } = WebAssembly;
  let known = false;
  WebAssembly.validate = () => false;
  const simd = await load('simd');
  WebAssembly.validate = (module) => {
    known = validate(module);
    return known;
  };
  const relaxed = await load('relaxed');
  WebAssembly.validate = validate;

  const folder = '/tools/bench/encoder-peers/node_modules/onnxruntime-web/dist/';
  const ort = await import(`${folder}ort.wasm.min.mjs`);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = folder;
  const sessions = {};
  for (const id of peers) {
    sessions[id] = await ort.InferenceSession.create(await bytes(`/variants/${id}.onnx`), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
  }

  const words = (await (await fetch('/texts.json')).json()).map((text) => text.split(/\s+/));
  /** A text of so many tokens: the words from one on that still fit. */
  const textOf = (start, length) => {
    let text = '';
    const all = words.slice(start).concat(words).flat();
    for (const word of all) {
      const longer = text ? `${text} ${word}` : word;
      const count = relaxed.tokenIds(longer).length;
      if (count <= length) text = longer;
      if (count === length) break;
    }
    return text;
  };
  const out = [];
  for (const [count, length] of shapes) {
    const texts = Array.from({ length: count }, (_, i) => textOf(i, length));
    const ids = texts.flatMap((text) => [...relaxed.tokenIds(text)]);
    if (ids.length !== count * length) throw new Error(`${ids.length} tokens, not ${count * length}`);
    const one = simd.encode(texts);
    if (!relaxed.encode(texts).every((value, i) => value === one[i])) throw new Error('relaxed SIMD changes vectors');
    const feeds = {
      input_ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [count, length]),
      attention_mask: new ort.Tensor(
        'int64',
        BigInt64Array.from(ids, () => 1n),
        [count, length],
      ),
    };
    const methods = { simd: () => simd.encode(texts), relaxed: () => relaxed.encode(texts) };
    for (const id of peers) methods[id] = () => sessions[id].run(feeds);
    const times = {};
    for (const [id, method] of Object.entries(methods)) {
      times[id] = [];
      for (let i = 0; i < (ids.length < 200 ? 20 : 2); i++) await method();
    }
    const turns = rounds * Math.max(6, Math.min(60, Math.round(3000 / ids.length)));
    for (let turn = 0; turn < turns; turn++) {
      // Three calls a turn: caches are neither those of one model alone nor those of the others.
      for (const [id, method] of Object.entries(methods)) {
        for (let i = 0; i < (ids.length < 200 ? 3 : 1); i++) {
          const begun = performance.now();
          await method();
          times[id].push(performance.now() - begun);
        }
      }
    }
    const sorted = Object.entries(times).map(([id, all]) => [id, all.sort((a, b) => a - b)]);
    const medians = Object.fromEntries(sorted.map(([id, all]) => [id, all[all.length >> 1]]));
    const brief = sorted.map(([id, all]) => `${id} ${all[all.length >> 1].toFixed(2)} (least ${all[0].toFixed(2)})`);
    console.log(`${count}x${length}: ${brief.join(', ')}`);
    out.push({ shape: `${count} x ${length}`, medians });
  }
  return { shapes: out, relaxed: known };
}
