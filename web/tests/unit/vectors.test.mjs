// The index of vectors that a page brings itself, on its real module.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { VectorIndex } from '../../dist/vectors.js';

const wasm = { search: new Uint8Array(readFileSync(new URL('../../dist/wasm/search_bg.wasm', import.meta.url))) };
const create = (options) => VectorIndex.create({ wasm, ...options });
const rowsOf = (found) => found.map(({ rows }) => [...rows]);

/** Vectors of chance, the same for the same seed. */
function chance(count, dimension, seed = 1) {
  let state = seed;
  return Float32Array.from({ length: count * dimension }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

/** Rows by falling cosine, compared in doubles. */
function byCosine(vectors, query, dimension) {
  const cosine = (at) => {
    let [sum, square] = [0, 0];
    for (let j = 0; j < dimension; j++) {
      sum += vectors[at * dimension + j] * query[j];
      square += vectors[at * dimension + j] ** 2;
    }
    return sum / Math.sqrt(square);
  };
  return Array.from({ length: vectors.length / dimension }, (_, at) => [cosine(at), at]).sort((a, b) => b[0] - a[0]);
}

test('finds what comparing all by hand finds', async () => {
  const [count, dimension] = [3000, 100];
  const vectors = chance(count, dimension);
  const index = await create({ dimension, capacity: count });
  assert.equal(index.add(vectors), 0);
  assert.equal(index.count, count);
  const queries = chance(5, dimension, 7);
  for (const exact of [true, false]) {
    const found = index.search(queries, { k: 10, exact });
    assert.equal(found.length, 5);
    for (const [i, { rows, scores }] of found.entries()) {
      const best = byCosine(vectors, queries.subarray(i * dimension), dimension).slice(0, 10);
      const both = best.filter(([, row]) => rows.includes(row)).length;
      assert.ok(both >= 9, `${both} of 10: rows keep 8 bits a value`);
      assert.ok([...scores].every((score, at) => at === 0 || score <= scores[at - 1]));
    }
  }
  index.close();
  assert.throws(() => index.count, { code: 'closed' });
});

test('rows come, change and go, and keep their numbers', async () => {
  const index = await create({ dimension: 2 });
  assert.deepEqual(rowsOf(index.search(new Float32Array([1, 0]))), [[]]);
  assert.equal(index.add(new Float32Array([1, 0, 0, 1, 3, 3])), 0);
  assert.equal(index.add(new Float32Array([-1, 0])), 3);
  assert.deepEqual(rowsOf(index.search(new Float32Array([1, 0, 0, 5]), { k: 2 })), [
    [0, 2],
    [1, 2],
  ]);
  index.set(1, new Float32Array([1, 0]));
  index.remove(0);
  assert.equal(index.count, 3);
  assert.deepEqual(rowsOf(index.search(new Float32Array([1, 0]), { k: 9 })), [[1, 2, 3]]);
  assert.deepEqual(rowsOf(index.search(new Float32Array([1, 0]), { only: new Uint32Array([3, 0, 2, 77]) })), [[2, 3]]);
  assert.equal(index.add(new Float32Array([5, 0])), 4);
});

test('saves and loads, removed rows too', async () => {
  const index = await create({ dimension: 24 });
  index.add(chance(100, 24));
  index.remove(17);
  const file = new Uint8Array(await index.save().arrayBuffer());
  const copy = await VectorIndex.load(file, { wasm });
  assert.equal(copy.count, 99);
  assert.equal(copy.dimension, 24);
  const query = chance(3, 24, 5);
  assert.deepEqual(copy.search(query), index.search(query));
  assert.equal(copy.add(chance(1, 24)), 100);
});

test('what is wrong is refused by name, and changes nothing', async () => {
  const index = await create({ dimension: 3 });
  const refused = (run, code, text) => assert.throws(run, (error) => error.code === code && text.test(error.message));
  refused(() => index.add(new Float32Array(4)), 'dimension-mismatch', /4 values/);
  refused(() => index.add(new Float32Array(3)), 'bad-input', /vector 0.*length 0/);
  refused(() => index.add(new Float32Array([1, 0, 0, 1, Number.NaN, 0])), 'bad-input', /vector 1.*value 1/);
  refused(() => index.add([1, 2, 3]), 'bad-input', /Float32Array/);
  refused(() => index.set(0, new Float32Array([1, 0, 0])), 'unknown-item', /row 0/);
  refused(() => index.remove(-1), 'bad-input', /whole number/);
  refused(() => index.search(new Float32Array([0, 0, Infinity])), 'bad-input', /value 2/);
  refused(() => index.search(new Float32Array([1, 0, 0]), { kk: 1 }), 'bad-input', /search\(\).*kk/);
  assert.equal(index.count, 0);
  await assert.rejects(create({ dimension: 0 }), { code: 'dimension-mismatch' });
  await assert.rejects(create({ dimension: 2.5 }), { code: 'bad-input' });
  await assert.rejects(create({ dimension: 2048, capacity: 4e9 }), { code: 'out-of-memory' });
});

test('files that are cut, changed or something else', async () => {
  const index = await create({ dimension: 8 });
  index.add(chance(50, 8));
  const good = new Uint8Array(await index.save().arrayBuffer());
  const load = (bytes) => VectorIndex.load(bytes, { wasm });
  for (let end = 0; end < good.length; end += 13) {
    await assert.rejects(load(good.slice(0, end)), { code: 'vectors-corrupt' }, `cut at ${end}`);
  }
  await assert.rejects(load(new TextEncoder().encode('<!doctype html><title>Not here</title>')), {
    code: 'vectors-corrupt',
  });
  const start = good.length - 50 * 8;
  const scale = good.slice();
  new DataView(scale.buffer).setFloat32(start - 200, Number.NaN, true);
  await assert.rejects(load(scale), { code: 'bad-input', message: /row 0/ });
  const value = good.slice();
  value[start + 9] = 0x80;
  await assert.rejects(load(value), { code: 'bad-input', message: /row 1/ });
  const controller = new AbortController();
  controller.abort();
  await assert.rejects(VectorIndex.load(good, { wasm, signal: controller.signal }), { code: 'aborted' });
});
