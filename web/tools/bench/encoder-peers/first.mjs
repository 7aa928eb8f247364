// From the load of a page to its first vector, with nothing kept and on the second visit, and the bytes on the wire: ours
// (engine, demo catalogue and a first search included) beside transformers.js with the same model in dynamic int8.

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { launch } from '../../browser.mjs';
import { summary } from '../../measure.mjs';
import { serve } from '../../serve.mjs';
import { root, target } from '../../steps.mjs';

const VISITS = 5;
const TEXT = 'a warm soup for a cold evening';
const PEER = '/tools/bench/encoder-peers/node_modules/@huggingface/transformers';
const MODEL = join(root, 'models/predilect-encoder-small');

const page = (/** @type {string} */ script) => ({
  headers: { 'content-type': 'text/html' },
  body: `<!doctype html><link rel="icon" href="data:,"><script type="module">${script}
    await first(); globalThis.first = performance.now(); await first(); globalThis.done = true;</script>`,
});

const PAGES = {
  ours: page(`import { Recommender } from '/dist/index.js';
    let r; const first = async () => {
      r ??= await Recommender.create({ catalogue: '/demo/site/demo.predilect', encoder: '/model/' });
      await r.search(${JSON.stringify(TEXT)}, { k: 1 });
    };`),
  'transformers.js': page(`import { env, pipeline } from '${PEER}/dist/transformers.min.js';
    env.allowRemoteModels = false; env.allowLocalModels = true; env.localModelPath = '/peer/';
    env.backends.onnx.wasm.wasmPaths = '${PEER}/node_modules/onnxruntime-web/dist/';
    env.backends.onnx.wasm.numThreads = 1;
    let extract; const first = async () => {
      extract ??= await pipeline('feature-extraction', 'model', { dtype: 'q8', device: 'wasm' });
      globalThis.vector = (await extract(${JSON.stringify(TEXT)}, { pooling: 'mean', normalize: true })).data;
    };`),
};

/** What transformers.js wants beside the model and its tokenizer. */
const CONFIG = { model_type: 'bert', architectures: ['BertModel'], hidden_size: 384, num_attention_heads: 12 };
const TOKENIZER = { tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: 256, pad_token: '<pad>' };

/** @param {string} folder with the forms of the model for onnxruntime */
export async function firstVector(folder) {
  const json = (/** @type {object} */ value) => ({
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  });
  const file = async (/** @type {string} */ path) => ({ body: await readFile(path) });
  const answers = {
    '/ours.html': PAGES.ours,
    '/transformers.js.html': PAGES['transformers.js'],
    '/peer/model/config.json': json(CONFIG),
    '/peer/model/tokenizer_config.json': json(TOKENIZER),
    '/peer/model/tokenizer.json': await file(join(MODEL, 'tokenizer.json')),
    '/peer/model/onnx/model_quantized.onnx': await file(join(folder, 'int8.onnx')),
  };
  for (const name of ['manifest.json', 'model.onnx', 'tokenizer.json'])
    answers[`/model/${name}`] = await file(join(MODEL, name));
  /** @type {Set<string>} */
  let asked = new Set();
  const server = await serve({
    root: join(root, 'web'),
    port: 0,
    answers,
    onRequest: (request) => asked.add(String(request.url)),
  });
  const browser = await launch();
  const times = { ours: { cold: [], warm: [] }, 'transformers.js': { cold: [], warm: [] } };
  const wires = { ours: new Set(), 'transformers.js': new Set() };
  try {
    for (let visit = 0; visit < VISITS; visit++) {
      for (const id of Object.keys(PAGES)) {
        const context = await browser.newContext();
        for (const kind of ['cold', 'warm']) {
          asked = kind === 'cold' ? wires[id] : new Set();
          const tab = await context.newPage();
          tab.on('pageerror', (error) => console.log(`    ${id}: ${error.message}`));
          await tab.goto(`${server.url}${id}.html`);
          await tab.waitForFunction('globalThis.done === true', undefined, { timeout: 120_000 });
          times[id][kind].push(await tab.evaluate('globalThis.first'));
          await tab.waitForTimeout(500);
          await tab.close();
        }
        await context.close();
      }
    }
    const rows = [];
    for (const kind of ['cold', 'warm']) {
      rows.push({
        case: `page load to first vector, ${kind}`,
        unit: 'ms',
        value: summary(times.ours[kind]).p50,
        peer: 'transformers.js',
        peer_value: summary(times['transformers.js'][kind]).p50,
      });
    }
    const weigh = async (/** @type {Iterable<string>} */ paths) => {
      let sum = 0;
      for (const path of paths) {
        if (path.endsWith('.html')) continue;
        const response = await fetch(new URL(path, server.url), { headers: { 'accept-encoding': 'identity' } });
        if (!response.ok) continue;
        const size = await brotli(Buffer.from(await response.arrayBuffer()));
        console.log(`    ${path}: ${size.toLocaleString('en')} bytes`);
        sum += size;
      }
      return sum;
    };
    const all = [...wires.ours];
    const encoderOnly = all.filter((path) => /encoder|\/model\//.test(path));
    const peer = await weigh(wires['transformers.js']);
    const row = (what, value) => ({ case: what, unit: 'bytes', value, peer: 'transformers.js', peer_value: peer });
    rows.push(row('on the wire, brotli 11: encoder and model', await weigh(encoderOnly)));
    rows.push(row('on the wire, brotli 11: all of the page, engine and catalogue included', await weigh(all)));
    return rows;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The size after brotli -11, which takes a minute for a model and is kept by content. */
async function brotli(/** @type {Buffer} */ bytes) {
  const path = join(target, 'bench', 'encoder-sizes.json');
  const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  const key = createHash('sha256').update(bytes).digest('hex');
  if (!known[key]) {
    const packed = await promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    known[key] = packed.length;
    await mkdir(join(target, 'bench'), { recursive: true });
    await writeFile(path, `${JSON.stringify(known)}\n`);
  }
  return known[key];
}
