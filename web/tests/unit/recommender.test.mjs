// The package in Node, on its main thread, with the real engine.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { PredilectError, Recommender } from '../../dist/index.js';
import { catalogue, ITEMS, otherFormat, wasm } from '../catalogue.mjs';

let file;
let engine;
before(async () => {
  file = await catalogue(ITEMS);
  engine = await wasm('engine');
});

const open = (options = {}) => Recommender.create({ catalogue: file, wasm: { engine }, worker: false, ...options });

const rejects = (promise, code, words = []) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof PredilectError, `${error} is a PredilectError`);
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" names ${word}`);
    return true;
  });

const sum = (reasons) => reasons.reduce((total, { part }) => total + part, 0);

test('a list for nobody in particular, whose reasons add up', async () => {
  const recommender = await open();
  const { items } = await recommender.recommend({ k: 5 });
  assert.equal(items.length, 5);
  for (const { id, score, reasons, fields } of items) {
    assert.equal(fields.id, id);
    assert.ok(Math.abs(sum(reasons) - score) < 1e-6, `parts of ${id} sum to its score`);
  }
  assert.equal(recommender.lastCall.call, 'recommend');
  assert.ok(recommender.lastCall.total >= recommender.lastCall.work);
  recommender.close();
});

test('a like brings its kind to the front and is named as the cause', async () => {
  const recommender = await open();
  await recommender.record({ kind: 'like', item: 'tea-0' });
  const { items } = await recommender.recommend({ k: 3, diversity: 0 });
  assert.deepEqual(new Set(items.map(({ fields }) => fields.section)), new Set(['kitchen']));
  assert.ok(items[0].reasons.some(({ event }) => event?.item === 'tea-0' && event.kind === 'like'));
  const profile = await recommender.profile();
  assert.equal(profile.events, 1);
  assert.ok(Math.abs(profile.recent[0].at - Date.now()) < 60_000, 'the time is filled in');
  recommender.close();
});

test('items are taken out of the catalogue, and the profile stays', async () => {
  const recommender = await open({ wasm: { engine, builder: await wasm('builder') } });
  await recommender.record({ kind: 'like', item: 'tea-0' });
  await recommender.remove(['tea-2', 'nowhere']);
  await recommender.remove('train-1');
  // At once: none undoes the other.
  await Promise.all([recommender.remove('tea-4'), recommender.remove('train-3'), recommender.remove('tea-6')]);
  assert.equal((await recommender.info()).count, 7);
  assert.deepEqual(await recommender.items(['tea-2', 'train-1', 'tea-4', 'train-3']), [null, null, null, null]);
  const { items } = await recommender.recommend({ k: 12 });
  assert.ok(items.length === 6 && items.every(({ id }) => id !== 'tea-2' && id !== 'train-1'));
  assert.ok(items[0].reasons.some(({ event }) => event?.item === 'tea-0'));
  await rejects(recommender.record({ kind: 'like', item: 'tea-2' }), 'unknown-item', ['tea-2']);
  await rejects(recommender.add([{ id: 'x', title: 'X' }, { title: 'no id' }]), 'bad-input', ['item 1', 'id']);
  await rejects(recommender.add({ id: 'x', title: 'X' }), 'bad-input', ['add()', 'model']);
  await rejects(recommender.remove([7]), 'bad-input', ['remove()']);
  assert.equal((await recommender.info()).count, 7);
  recommender.close();
});

test('what is owned or turned away does not come again unless asked for', async () => {
  const recommender = await open();
  await recommender.record([
    { kind: 'purchase', item: 'tea-2' },
    { kind: 'dismiss', item: 'train-1' },
  ]);
  const ids = async (options) => (await recommender.recommend({ k: 12, ...options })).items.map(({ id }) => id);
  const usual = await ids({});
  assert.ok(!usual.includes('tea-2') && !usual.includes('train-1'));
  const all = await ids({ includeOwned: true });
  assert.ok(all.includes('tea-2') && all.includes('train-1'));
  recommender.close();
});

test('labels and choices count, and are shown', async () => {
  const recommender = await open();
  const usual = await recommender.profile();
  assert.deepEqual(usual.factors, {});
  // Travel is chosen from lists that show tea as well.
  for (let round = 0; round < 4; round++) {
    const at = 1_700_000_000_000 + round * 3_600_000;
    await recommender.record([
      { kind: 'view', item: `tea-${2 * round}`, at },
      { kind: 'view', item: `train-${2 * round + 1}`, at: at + 1000 },
      { kind: 'click', item: `train-${2 * round + 1}`, at: at + 2000 },
    ]);
  }
  const { factors } = await recommender.profile();
  assert.ok(
    Object.keys(factors).length > 0 && Object.values(factors).every((factor) => factor >= 1 / 8 && factor <= 8),
  );
  const { items } = await recommender.recommend({ k: 3, now: 1_700_000_100_000 });
  const label = items.flatMap(({ reasons }) => reasons).find(({ kind }) => kind === 'facet');
  assert.ok(['travel', 'Trains', 'rails'].includes(label?.text), label?.text);
  const plain = await recommender.recommend({ k: 3, now: 1_700_000_100_000, personal: false });
  assert.notDeepEqual(
    plain.items.map(({ score }) => score),
    items.map(({ score }) => score),
  );
  await recommender.forget({ all: true });
  assert.deepEqual((await recommender.profile()).factors, {});
  assert.deepEqual(await recommender.predictRatings(['tea-1', 'nothing']), [null, null], 'nobody gave any');
  recommender.close();
});

test('filters and exclusions hold', async () => {
  const recommender = await open();
  const { items } = await recommender.recommend({
    k: 12,
    filter: { section: 'travel', lang: ['zh'] },
    exclude: ['train-3'],
  });
  const expected = ITEMS.filter((item) => item.section === 'travel' && item.lang === 'zh' && item.id !== 'train-3');
  assert.deepEqual(items.map(({ id }) => id).sort(), expected.map(({ id }) => id).sort());
  recommender.close();
});

test('same seed and time, same answer', async () => {
  const recommender = await open();
  const request = { k: 8, seed: 7, now: 1_700_000_000_000, explore: 1 };
  assert.deepEqual(await recommender.recommend(request), await recommender.recommend(request));
  recommender.close();
});

test('similar, items and info', async () => {
  const recommender = await open();
  const { items } = await recommender.similar('train-5', { k: 2 });
  assert.deepEqual(
    items.map(({ fields }) => fields.section),
    ['travel', 'travel'],
  );
  assert.deepEqual(
    (await recommender.items(['tea-4', 'no such'])).map((item) => item?.title ?? null),
    ['Tea number 4', null],
  );
  const info = await recommender.info();
  assert.equal(info.count, 12);
  assert.equal(info.dimension, 8);
  assert.equal(info.facets.section.kitchen, 6);
  recommender.close();
});

test('a snapshot brings the profile back, forgetting empties it', async () => {
  const first = await open();
  await first.record({ kind: 'like', item: 'tea-6' });
  const bytes = await first.snapshot();
  const profile = await first.profile();
  first.close();

  const second = await open();
  await second.restore(bytes);
  assert.deepEqual((await second.profile()).recent, profile.recent);
  await second.forget({ item: 'tea-6' });
  assert.equal((await second.profile()).events, 0);
  await second.restore(bytes);
  await second.forget({ all: true });
  assert.deepEqual((await second.profile()).interests, []);
  await rejects(second.restore(bytes.slice(0, bytes.length - 3)), 'snapshot-corrupt');
  second.close();
});

test('of several events all are taken or none', async () => {
  const recommender = await open();
  await rejects(
    recommender.record([
      { kind: 'like', item: 'tea-0' },
      { kind: 'like', item: 'coffee' },
    ]),
    'unknown-item',
    ['coffee'],
  );
  assert.equal((await recommender.profile()).events, 0);
  recommender.close();
});

test('pages join into one long list, and end', async () => {
  const recommender = await open();
  await recommender.record({ kind: 'like', item: 'tea-0' });
  const now = Date.now();
  const whole = await recommender.recommend({ k: 20, now, seed: 1, caps: { section: 4 } });
  assert.equal(whole.next, undefined);
  let page = await recommender.recommend({ k: 3, now, seed: 1, caps: { section: 4 } });
  const items = [...page.items];
  while (page.next !== undefined) {
    page = await recommender.recommend({ after: page.next });
    items.push(...page.items);
  }
  assert.deepEqual(items, whole.items);
  assert.equal(items.length, 8);
  recommender.close();
});

test('surfaces and rules say why', async () => {
  const recommender = await open();
  assert.deepEqual(await recommender.recommend({ surface: 'because' }), { items: [] });
  await recommender.record({ kind: 'click', item: 'train-3', at: 5 });
  await recommender.record({ kind: 'like', item: 'tea-0', at: 6 });
  const because = await recommender.recommend({ surface: 'because', k: 2 });
  assert.deepEqual(because.because, { item: 'tea-0', kind: 'like', at: 6 });
  assert.ok(because.items[0].reasons.some(({ kind, item }) => kind === 'similar' && item === 'tea-0'));
  const begun = await recommender.recommend({ surface: 'continue' });
  assert.deepEqual(
    begun.items.map(({ id }) => id),
    ['train-3'],
  );
  const pinned = await recommender.recommend({ k: 3, pin: [{ name: 'week', item: 'train-5', place: 2 }] });
  assert.equal(pinned.items[1].id, 'train-5');
  assert.ok(pinned.items[1].reasons.some(({ kind, rule }) => kind === 'rule' && rule === 'week'));
  recommender.close();
});

test('wrong calls say what is wrong', async () => {
  const recommender = await open();
  await rejects(recommender.similar('nobody'), 'unknown-item', ['nobody']);
  await rejects(recommender.recommend({ k: 0 }), 'bad-request', ['k']);
  await rejects(recommender.recommend({ filter: { colour: 'red' } }), 'bad-request', ['colour']);
  await rejects(recommender.recommend({ limit: 3 }), 'bad-input', ['limit']);
  await rejects(recommender.recommend({ surface: 'similar' }), 'bad-request', ['items', '1 to 256']);
  await rejects(recommender.recommend({ surface: 'like' }), 'bad-request', ['like', 'similar']);
  await rejects(recommender.recommend({ caps: { colour: 2 } }), 'bad-request', ['caps', 'colour', 'facets']);
  await rejects(recommender.recommend({ after: 'x' }), 'bad-cursor', ['again, without after']);
  await rejects(recommender.record({ kind: 'love', item: 'tea-0' }), 'bad-request', ['love']);
  await rejects(recommender.record({ kind: 'rating', item: 'tea-0', value: 9 }), 'bad-event', ['9']);
  await rejects(recommender.search('tea'), 'bad-input', ['encoder']);
  await rejects(recommender.describe('tea'), 'bad-input', ['encoder']);
  await rejects(recommender.restore('text'), 'bad-input', ['restore()']);
  recommender.close();
});

test('an id cut in the middle of a character is unknown, and harms nothing', async () => {
  const recommender = await open();
  await rejects(recommender.record({ kind: 'like', item: 'tea\ud83c' }), 'unknown-item', ['tea\ufffd']);
  assert.equal((await recommender.recommend({ k: 2 })).items.length, 2);
  recommender.close();
});

test('a catalogue of nothing cannot be built; one of one item runs out, which is no error', async () => {
  await assert.rejects(catalogue([]), (error) => error.code === 'bad-input');
  const recommender = await open({ catalogue: await catalogue(ITEMS.slice(0, 1)) });
  assert.equal((await recommender.recommend({ k: 5 })).items.length, 1);
  await recommender.record({ kind: 'purchase', item: 'tea-0' });
  assert.deepEqual(await recommender.recommend({ k: 5 }), { items: [] });
  assert.deepEqual(await recommender.similar('tea-0'), { items: [] });
  recommender.close();
});

test('damaged catalogues are told apart', async () => {
  await rejects(open({ catalogue: file.slice(0, file.length - 40) }), 'catalogue-truncated');
  await rejects(open({ catalogue: new Uint8Array(0) }), 'not-a-catalogue');
  await rejects(open({ catalogue: new TextEncoder().encode('{"hello": "world"}'.repeat(9)) }), 'not-a-catalogue');
  await rejects(open({ catalogue: otherFormat(file) }), 'catalogue-version', ['9']);
  const changed = file.slice();
  changed[changed.length - 5] ^= 0x55;
  await rejects(open({ catalogue: changed }), 'catalogue-corrupt');
});

test('close() rejects what comes after, once and for all', async () => {
  const recommender = await open();
  recommender.close();
  recommender.close();
  await rejects(recommender.recommend(), 'closed', ['recommend()']);
});

test('close() rejects what waits', async () => {
  const recommender = await open();
  const waiting = recommender.recommend();
  recommender.close();
  await rejects(waiting, 'closed');
});

test('many can be made and closed, several can live at once', async () => {
  const [first, second] = await Promise.all([open(), open()]);
  await first.record({ kind: 'like', item: 'tea-0' });
  assert.equal((await second.profile()).events, 0);
  first.close();
  assert.equal((await second.recommend({ k: 1 })).items.length, 1);
  second.close();
  for (let round = 0; round < 50; round++) {
    const recommender = await open();
    await recommender.recommend({ k: 1 });
    recommender.close();
  }
});

test('a fired signal aborts before anything happens', async () => {
  await rejects(open({ signal: AbortSignal.abort() }), 'aborted');
  const recommender = await open();
  await rejects(recommender.record({ kind: 'like', item: 'tea-0' }, { signal: AbortSignal.abort() }), 'aborted');
  assert.equal((await recommender.profile()).events, 0);
  recommender.close();
});
