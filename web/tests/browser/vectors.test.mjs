// The index of vectors with the kernels for relaxed SIMD and without them: hits and scores are the same to the last bit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askVectors } from './in-page.mjs';
import { useSite } from './site.mjs';

const site = useSite();

/** What an index answers, and how many kernels it took in. */
async function answers(refuse) {
  const { page, problems } = await site.visitor();
  await page.addInitScript((refuse) => {
    window.kernels = 0;
    const { grow } = WebAssembly.Table.prototype;
    WebAssembly.Table.prototype.grow = function (...args) {
      window.kernels += 1;
      return grow.apply(this, args);
    };
    if (refuse) WebAssembly.validate = () => false;
  }, refuse);
  await page.goto(`${site.server.url}empty.html`);
  const found = await page.evaluate(askVectors);
  const kernels = await page.evaluate(() => window.kernels);
  assert.deepEqual(problems, []);
  return { found, kernels };
}

test('hits and scores are the same with relaxed SIMD and without', async () => {
  const [relaxed, plain] = [await answers(false), await answers(true)];
  assert.equal(relaxed.kernels, 2, 'this browser knows relaxed SIMD');
  assert.equal(plain.kernels, 0);
  assert.equal(relaxed.found.length, 3 * (1 + 3 + 4 + 9 + 1 + 5));
  assert.deepEqual(relaxed.found, plain.found);
});

test('nearly all hits of a large index are found by their bits', async () => {
  const { page, problems } = await site.visitor();
  await page.goto(`${site.server.url}empty.html`);
  const { found, asked } = await page.evaluate(async () => {
    const { VectorIndex } = await import('/predilect/vectors.js');
    const [dimension, count] = [104, 30_000];
    let state = 3;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const centres = Array.from({ length: 300 }, () => Float32Array.from({ length: dimension }, random));
    const vector = () => centres[Math.floor((random() + 0.5) * 300)].map((value) => 0.5 * value + random());
    const index = await VectorIndex.create({ dimension, capacity: count });
    for (let row = 0; row < count; row++) index.add(vector());
    let [found, asked] = [0, 0];
    for (let i = 0; i < 60; i++) {
      const query = vector();
      const [nearly] = index.search(query);
      const [all] = index.search(query, { exact: true });
      found += all.rows.filter((row) => nearly.rows.includes(row)).length;
      asked += all.rows.length;
    }
    return { found, asked };
  });
  assert.equal(asked, 600);
  assert.ok(found >= 0.95 * asked && found < asked, `${found} of ${asked}: not an exact scan`);
  assert.deepEqual(problems, []);
});
