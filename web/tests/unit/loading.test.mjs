// What the package says when files are missing, are something else, or come slowly.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { PredilectError, Recommender } from '../../dist/index.js';
import { catalogue, ITEMS, wasm } from '../catalogue.mjs';

const HTML = '<!doctype html><title>Home</title>';
/** @type {Map<string, (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => void>} */
const answers = new Map();
/** @type {string[]} */
const asked = [];
let server;
let base;
let file;
let engine;

before(async () => {
  file = await catalogue(ITEMS);
  engine = await wasm('engine');
  const bytes = (body) => (_request, response) => response.end(Buffer.from(body));
  const html = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(HTML);
  answers.set('/good.predilect', bytes(file));
  answers.set('/engine.wasm', bytes(engine));
  answers.set('/page', html);
  answers.set('/model-html/manifest.json', html);
  answers.set('/text.wasm', bytes('not a module at all'));
  answers.set('/cut.wasm', bytes(engine.subarray(0, engine.length >> 1)));
  answers.set('/broken', (_request, response) => response.writeHead(500).end());
  answers.set('/breaks-off', (_request, response) => {
    response.writeHead(200, { 'content-length': String(file.length) });
    response.write(Buffer.from(file.subarray(0, 100)), () => setTimeout(() => response.destroy(), 20));
  });
  answers.set('/never', (_request, response) => response.writeHead(200).write('x'));
  const manifest = (sha256) =>
    JSON.stringify({
      files: { model: { name: 'model.onnx', bytes: 4, sha256 }, tokenizer: { name: 'never', bytes: 4, sha256 } },
    });
  answers.set('/slow/manifest.json', bytes(manifest('00')));
  answers.set('/slow/model.onnx', answers.get('/never'));
  answers.set('/slow/never', answers.get('/never'));
  answers.set('/changed/manifest.json', bytes(manifest('00')));
  answers.set('/changed/model.onnx', bytes('abcd'));
  answers.set('/changed/never', answers.get('/never'));
  answers.set('/empty-manifest/manifest.json', bytes('{}'));
  server = createServer((request, response) => {
    asked.push(request.url);
    const answer = answers.get(request.url);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const open = (options) => Recommender.create({ catalogue: file, wasm: { engine }, worker: false, ...options });

const rejects = (promise, code, words = []) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof PredilectError, `${error} is a PredilectError`);
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" names ${word}`);
    return true;
  });

test('files come over HTTP, and progress is told to the end', async () => {
  const steps = [];
  const recommender = await open({
    catalogue: new URL('/good.predilect', base),
    wasm: { engine: `${base}/engine.wasm` },
    onProgress: (step) => steps.push(step),
  });
  assert.equal((await recommender.recommend({ k: 1 })).items.length, 1);
  const last = steps.filter((step) => step.file === 'catalogue').at(-1);
  assert.deepEqual(last, { file: 'catalogue', phase: 'ready', loaded: file.length, total: file.length });
  assert.ok(steps.some((step) => step.file === 'engine' && step.phase === 'download' && step.loaded === engine.length));
  recommender.close();
});

test('HTML instead of wasm is recognised, and the fix is named', async () => {
  await rejects(open({ wasm: { engine: `${base}/page` } }), 'not-wasm', [
    'HTML',
    'optimizeDeps',
    'wasm: { engine }',
    '/page',
  ]);
});

test('something else instead of wasm, and half of a module', async () => {
  await rejects(open({ wasm: { engine: `${base}/text.wasm` } }), 'not-wasm', ['/text.wasm']);
  await rejects(open({ wasm: { engine: `${base}/cut.wasm` } }), 'not-wasm', ['/cut.wasm']);
  await rejects(open({ wasm: { engine: new Uint8Array([1, 2, 3]) } }), 'not-wasm', ['engine']);
});

test('HTML instead of the catalogue', async () => {
  await rejects(open({ catalogue: `${base}/page` }), 'not-a-catalogue', ['HTML', '/page']);
});

test('missing files, failing servers, broken transfers, no server', async () => {
  await rejects(open({ catalogue: `${base}/gone.predilect` }), 'not-found', ['/gone.predilect', '404']);
  await rejects(open({ wasm: { engine: `${base}/gone.wasm` } }), 'not-found', ['/gone.wasm']);
  await rejects(open({ catalogue: `${base}/broken` }), 'network', ['500']);
  await rejects(open({ catalogue: `${base}/breaks-off` }), 'network', ['/breaks-off']);
  await rejects(open({ catalogue: 'http://127.0.0.1:9/x' }), 'network', ['http://127.0.0.1:9/x']);
});

test('an address that is none', async () => {
  await rejects(open({ catalogue: 'https://' }), 'bad-input', ['https://', 'is no address']);
  await rejects(open({ catalogue: './relative.predilect' }), 'not-found', ['/relative.predilect']);
  await rejects(open({ catalogue: undefined }), 'bad-input', ['catalogue']);
});

test('a creation can be aborted, or given a time limit', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  await rejects(open({ catalogue: `${base}/never`, signal: controller.signal }), 'aborted');
  await rejects(open({ catalogue: `${base}/never`, signal: AbortSignal.timeout(30) }), 'timeout');
});

test('a model that is missing, is HTML, has no files, or was changed', async () => {
  const load = async (folder) => {
    const recommender = await open({ encoder: `${base}/${folder}`, wasm: { engine, encoder: await wasm('encoder') } });
    try {
      await recommender.loadEncoder();
    } finally {
      recommender.close();
    }
  };
  await rejects(load('no-model'), 'not-found', ['/no-model/manifest.json']);
  await rejects(load('model-html'), 'not-found', ['HTML', 'manifest']);
  await rejects(load('empty-manifest'), 'model-corrupt', ['manifest']);
  await rejects(load('changed'), 'model-corrupt', ['/changed/model.onnx', 'SHA-256']);
});

test('callers share one download; it goes on while one waits and stops with the last', async () => {
  const recommender = await open({ encoder: `${base}/slow/`, wasm: { engine, encoder: await wasm('encoder') } });
  asked.length = 0;
  const cut = new Promise((done) =>
    answers.set('/slow/model.onnx', (_request, response) => {
      response.writeHead(200).write('x');
      response.on('close', done);
    }),
  );
  const [first, second] = [new AbortController(), new AbortController()];
  const searching = recommender.search('tea', { signal: first.signal });
  const describing = recommender.describe('tea', { signal: second.signal });
  while (!asked.includes('/slow/model.onnx')) await new Promise((done) => setTimeout(done, 10));
  first.abort();
  await rejects(searching, 'aborted');
  assert.equal(asked.filter((path) => path === '/slow/model.onnx').length, 1);
  // The rest of the package answers meanwhile.
  assert.equal((await recommender.recommend({ k: 1 })).items.length, 1);
  second.abort();
  await rejects(describing, 'aborted');
  await cut;
  assert.equal((await recommender.profile()).interests.length, 0);
  // The next caller starts anew.
  const third = new AbortController();
  const again = recommender.loadEncoder({ signal: third.signal });
  while (asked.filter((path) => path === '/slow/model.onnx').length < 2)
    await new Promise((done) => setTimeout(done, 10));
  third.abort();
  await rejects(again, 'aborted');
  recommender.close();
});
