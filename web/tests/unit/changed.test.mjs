// The readers of the shell, fed with valid files that were changed on purpose: exports of a profile and files of vectors.
// Each is taken or refused with its code, and a refusal changes nothing. (The readers in Rust: crates/fuzz.)

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Recommender } from '../../dist/index.js';
import { VectorIndex } from '../../dist/vectors.js';
import { catalogue, FINGERPRINT, ITEMS, wasm } from '../catalogue.mjs';

const RUNS = 1500;

let engine;
let search;
before(async () => {
  [engine, search] = await Promise.all([wasm('engine'), wasm('search')]);
});

/** Chance that a seed repeats. */
function random(seed) {
  let state = seed;
  const below = (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  return { below, pick: (list) => list[below(list.length)] };
}

const ODD = [
  null,
  true,
  0,
  -1,
  1e308,
  -1e308,
  0.5,
  2 ** 53,
  '',
  '\0',
  'x'.repeat(5000),
  [],
  {},
  [[[]]],
  '2024-13-45',
  '\ud800',
];

/** Changes one node of a value. */
function changeNode(value, { below, pick }) {
  const nodes = [];
  const visit = (parent, key) => {
    nodes.push([parent, key]);
    const inner = parent[key];
    if (typeof inner === 'object' && inner !== null) for (const next of Object.keys(inner)) visit(inner, next);
  };
  const root = { value };
  visit(root, 'value');
  const [parent, key] = pick(nodes);
  const [donor, from] = pick(nodes);
  const kind = below(5);
  if (kind === 0) delete parent[key];
  else if (kind === 1) parent[key] = structuredClone(donor[from]);
  else if (kind === 2 && typeof parent[key] === 'string')
    parent[key] = parent[key].slice(0, below(parent[key].length + 1));
  else if (kind === 3 && Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(parent[key]));
  else parent[key] = pick(ODD);
  return root.value;
}

/** Changes a few bytes. */
function changeBytes(bytes, { below }) {
  const all = [...bytes];
  const at = below(all.length + 1);
  const kind = below(4);
  if (kind === 0) all.length = at;
  else if (kind === 1) all.splice(at, 1 + below(8));
  else if (kind === 2) all.splice(at, 0, ...Array.from({ length: 1 + below(8) }, () => below(256)));
  else if (at < all.length) all[at] = below(256);
  return Uint8Array.from(all);
}

test('exports', { timeout: 120_000 }, async () => {
  const options = { catalogue: await catalogue(ITEMS), wasm: { engine }, worker: false };
  const source = await Recommender.create(options);
  await source.record([
    { kind: 'like', item: 'tea-0', at: 1_700_000_000_000 },
    { kind: 'rating', item: 'train-1', at: 1_700_000_000_001, value: 2 },
  ]);
  const vector = Buffer.from(new Float32Array([0.6, 0.8, 0, 0, 0, 0, 0, 0]).buffer).toString('base64');
  const typed = [{ text: 'tea 茶', weight: 0.5, at: '2023-11-14T22:13:20.000Z', vector }];
  const whole = { ...JSON.parse(await source.export()), encoder: FINGERPRINT, typed };
  const reader = await Recommender.create(options);
  await reader.import(JSON.stringify(whole));
  const before = await reader.snapshot();
  const codes = [
    'not-an-export',
    'export-version',
    'bad-event',
    'bad-request',
    'dimension-mismatch',
    'encoder-mismatch',
  ];
  const chance = random(8);
  const counts = { taken: 0, refused: 0 };
  for (let run = 0; run < RUNS; run++) {
    let text = JSON.stringify(changeNode(structuredClone(whole), chance)) ?? '';
    if (chance.below(4) === 0) text = new TextDecoder().decode(changeBytes(new TextEncoder().encode(text), chance));
    const kept = await reader.snapshot();
    try {
      await reader.import(text);
      counts.taken++;
      await reader.recommend({ k: 3 });
      await reader.restore(before);
    } catch (error) {
      assert.ok(codes.includes(error.code), `run ${run}: ${error.code}: ${error.message}\n${text.slice(0, 500)}`);
      counts.refused++;
      assert.deepEqual(await reader.snapshot(), kept, 'a refusal changes nothing');
    }
  }
  assert.ok(counts.taken > RUNS / 10 && counts.refused > RUNS / 10, JSON.stringify(counts));
});

test('files of vectors', { timeout: 120_000 }, async () => {
  const index = await VectorIndex.create({ dimension: 4, wasm: { search } });
  index.add(Float32Array.from({ length: 40 }, (_, i) => Math.sin(i + 1)));
  index.remove(3);
  const file = new Uint8Array(await index.save().arrayBuffer());
  index.close?.();
  const chance = random(9);
  const counts = { taken: 0, refused: 0 };
  for (let run = 0; run < RUNS; run++) {
    try {
      const read = await VectorIndex.load(changeBytes(file, chance), { wasm: { search } });
      counts.taken++;
      const [{ rows, scores }] = read.search(Float32Array.of(1, 0, 0, 0), { k: 5 });
      assert.ok(rows.length <= 5 && scores.every(Number.isFinite), `run ${run}`);
      read.close?.();
    } catch (error) {
      assert.ok(
        ['vectors-corrupt', 'bad-input', 'out-of-memory'].includes(error.code),
        `run ${run}: ${error.code}: ${error.message}`,
      );
      counts.refused++;
    }
  }
  assert.ok(counts.refused > RUNS / 10, JSON.stringify(counts));
});
