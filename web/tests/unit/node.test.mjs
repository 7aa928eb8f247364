// The package in Node: files of the disk, no worker, no page.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Recommender } from '../../dist/index.js';

const catalogue = new URL('../../demo/site/demo.predilect', import.meta.url);
const encoder = new URL('../../../models/predilect-encoder-small/', import.meta.url);

test('a catalogue of the disk recommends, by path, address or bytes', async () => {
  assert.ok(existsSync(catalogue), 'run `node web/tools/setup.mjs` first');
  const path = fileURLToPath(catalogue);
  const lists = [];
  for (const source of [path, relative(process.cwd(), path), catalogue, await readFile(catalogue)]) {
    const recommender = await Recommender.create({ catalogue: source });
    const [first] = (await recommender.recommend({ k: 1, now: 0, seed: 1 })).items;
    await recommender.record({ kind: 'like', item: first.id, at: 1 });
    const { items } = await recommender.recommend({ k: 5, now: 2, seed: 1 });
    assert.ok(items.every(({ id }) => id !== first.id));
    lists.push(items.map(({ id }) => id));
    recommender.close();
  }
  assert.deepEqual(lists, Array(4).fill(lists[0]));
});

test('texts are encoded from a folder of the disk', async () => {
  const recommender = await Recommender.create({ catalogue, encoder });
  const { items } = await recommender.search('我喜欢看电影和旅游', { k: 3 });
  assert.equal(items.length, 3);
  recommender.close();
});

test('a file that is not there is told', async () => {
  const failed = await Recommender.create({ catalogue: '/nothing.predilect' }).catch((error) => error);
  assert.equal(failed.code, 'not-found');
});
