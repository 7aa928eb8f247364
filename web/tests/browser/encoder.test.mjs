// The encoder's module by itself, with the shipped model: ids of the reference tokenizer, vectors of the goldens, and the
// same vectors whether the browser knows relaxed SIMD or not.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../tools/browser.mjs';
import { serve } from '../../tools/serve.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const MODEL = `${root}/models/predilect-encoder-small`;
/** Least cosine with vectors from f32 arithmetic; the same natively (crates/encoder/tests/golden.rs). */
const LEAST_COSINE = 0.99;

let server;
let browser;
let page;

before(async () => {
  const answers = { '/empty.html': { body: '<!doctype html><link rel="icon" href="data:,">' } };
  for (const name of ['model.onnx', 'tokenizer.json', 'manifest.json', 'golden.json']) {
    answers[`/model/${name}`] = { body: await readFile(`${MODEL}/${name}`) };
  }
  answers['/tokens.jsonl'] = { body: await readFile(`${root}/crates/encoder/tests/tokens.jsonl`) };
  server = await serve({ root: `${root}/web`, port: 0, answers });
  browser = await launch();
  page = await browser.newPage();
  await page.goto(`${server.url}empty.html`);
  await page.evaluate(async () => {
    const bytes = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
    const [wasm, model, tokenizer] = await Promise.all(
      ['/dist/wasm/encoder_bg.wasm', '/model/model.onnx', '/model/tokenizer.json'].map(bytes),
    );
    const manifest = await (await fetch('/model/manifest.json')).text();
    const compiled = await WebAssembly.compile(wasm);
    const { validate } = WebAssembly;
    globalThis.known = false;
    // A query makes another module of the same JavaScript, with a memory of its own.
    const load = async (which, answer) => {
      const glue = await import(`/dist/wasm/encoder.js?${which}`);
      await glue.default({ module_or_path: compiled });
      WebAssembly.validate = answer;
      try {
        return new glue.Encoder(model, tokenizer, manifest);
      } finally {
        WebAssembly.validate = validate;
      }
    };
    globalThis.plain = await load('plain', () => false);
    globalThis.relaxed = await load('relaxed', (module) => {
      globalThis.known = validate(module);
      return globalThis.known;
    });
  });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('vectors are those of the goldens, bit for bit the same with relaxed SIMD and without', async (t) => {
  const { known, unequal, least, count } = await page.evaluate(async () => {
    const { texts } = await (await fetch('/model/golden.json')).json();
    let least = 1;
    let unequal = 0;
    const check = (a, b) => {
      for (const [i, value] of a.entries()) unequal += value !== b[i];
    };
    for (const { text, vector } of texts) {
      const [a, b] = [globalThis.plain.encode([text]), globalThis.relaxed.encode([text])];
      check(a, b);
      least = Math.min(
        least,
        a.reduce((sum, value, i) => sum + value * vector[i], 0),
      );
    }
    const all = texts.map(({ text }) => text);
    check(globalThis.plain.encode(all), globalThis.relaxed.encode(all));
    return { known: globalThis.known, unequal, least, count: texts.length };
  });
  t.diagnostic(`relaxed SIMD: ${known}, least cosine ${least}`);
  assert.ok(count > 20 && least > LEAST_COSINE, String(least));
  assert.equal(unequal, 0);
});

test('ids are those of the reference tokenizer', { timeout: 60_000 }, async () => {
  const wrong = await page.evaluate(async () => {
    const digest = (ids) => {
      let value = 0xcbf29ce484222325n;
      for (const byte of new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength)) {
        value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
      }
      return value.toString(16).padStart(16, '0');
    };
    const lines = (await (await fetch('/tokens.jsonl')).text()).split('\n').filter(Boolean);
    const wrong = lines
      .map((line) => JSON.parse(line))
      .filter(({ text, repeat = 1, count, ids }) => {
        const got = globalThis.plain.tokenIds(text.repeat(repeat));
        return got.length !== count || digest(got) !== ids;
      });
    return lines.length > 1900 ? wrong.slice(0, 5) : [`only ${lines.length} texts`];
  });
  assert.deepEqual(wrong, []);
});

test('halves of characters count as unknown ones; a text without content is an error with a code', async () => {
  const { same, codes } = await page.evaluate(() => {
    const { plain } = globalThis;
    const ids = (text) => String(plain.tokenIds(text));
    const same = ['x\ud83d', '\ude00x', 'tea \udc00\ud800 tea'].map(
      (text) =>
        ids(text) === ids(text.replace(/[\ud800-\udfff]/g, '\ufffd')) &&
        plain.encode([text]).length === plain.dimension,
    );
    const codeOf = (texts) => {
      try {
        plain.encode(texts);
        return 'none';
      } catch (error) {
        return `${error.code}: ${error.message}`;
      }
    };
    return { same, codes: [codeOf(['tea', ' \n']), codeOf([5])] };
  });
  assert.deepEqual(same, [true, true, true]);
  assert.match(codes[0], /^empty-text: text 1 /);
  assert.match(codes[1], /^bad-input: /);
});
