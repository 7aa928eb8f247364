// Exported files: readable, given back without loss, locked, and refused where they are something else.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Recommender } from '../../dist/index.js';
import { catalogue, FINGERPRINT, ITEMS, wasm } from '../catalogue.mjs';

let options;
before(async () => {
  options = { catalogue: await catalogue(ITEMS), wasm: { engine: await wasm('engine') }, worker: false };
});

const open = () => Recommender.create(options);
const told = [
  { kind: 'like', item: 'tea-0', at: 1_700_000_000_000 },
  { kind: 'rating', item: 'train-1', at: 1_700_000_000_001, value: 2 },
  { kind: 'view', item: 'tea-2', at: 1_700_000_000_001 },
];
const rejects = (promise, code, words = []) =>
  assert.rejects(promise, (error) => {
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" names ${word}`);
    return true;
  });

test('an export says everything in words, and an import gives it back', async () => {
  const first = await open();
  await first.record(told);
  const text = await first.export();
  const file = JSON.parse(text);
  assert.equal(file.events.length, 3);
  assert.deepEqual(file.events[0], {
    at: '2023-11-14T22:13:20.000Z',
    kind: 'like',
    item: 'tea-0',
    title: 'Tea number 0',
  });
  assert.ok(file.events.every(({ kind }) => file.meanings[kind].length > 5));
  assert.deepEqual(file.interests[0].items[0], { item: 'tea-0', title: 'Tea number 0' });

  const second = await open();
  await second.record({ kind: 'purchase', item: 'tea-4', at: 1_700_000_000_002 });
  const preview = await second.import(text, { preview: true });
  assert.deepEqual(preview, { events: 3, typed: 0, known: 0, unknownItems: 0, waiting: 0, kept: false });
  assert.equal((await second.profile()).events, 1, 'a preview changes nothing');
  assert.deepEqual(await second.import(text), preview);
  assert.equal((await second.profile()).events, 4);
  assert.equal((await second.import(text)).known, 3, 'what is known is not added again');
  assert.equal((await second.profile()).events, 4);
  await second.forget({ item: 'tea-4' });
  assert.deepEqual(await second.snapshot(), await first.snapshot());
});

test('items that the catalogue lacks are kept; texts wait for the encoder, and can be forgotten', async () => {
  const recommender = await open();
  const vector = Buffer.from(new Float32Array([1, 0, 0, 0, 0, 0, 0, 0]).buffer).toString('base64');
  const file = {
    predilect: 1,
    encoder: FINGERPRINT,
    events: [{ at: '2023-11-14T22:13:20.000Z', kind: 'like', item: 'sold out' }],
    typed: [
      { text: 'tea', weight: 1, at: '2023-11-14T22:13:20.000Z', vector },
      { text: 'jazz', weight: 1, at: '2023-11-14T22:13:20.000Z' },
      { text: 'rain', weight: 1, at: '2023-11-14T22:13:20.000Z' },
    ],
  };
  const report = await recommender.import(JSON.stringify(file));
  assert.deepEqual(report, { events: 1, typed: 1, known: 0, unknownItems: 1, waiting: 2, kept: false });
  const profile = await recommender.profile();
  assert.deepEqual(profile.waiting, ['jazz', 'rain']);
  assert.ok(profile.interests.some(({ label }) => label === 'tea'));
  assert.equal(JSON.parse(await recommender.export()).typed.length, 3, 'what waits is exported, too');
  await recommender.forget({ interest: 'typed:jazz' });
  assert.deepEqual((await recommender.profile()).waiting, ['rain']);
  await recommender.forget({ before: Date.now() });
  const after = await recommender.profile();
  assert.deepEqual([after.waiting, after.events, after.interests], [[], 0, []]);
});

test('a locked file opens with its passphrase, however it is typed, and with no other', async () => {
  const first = await open();
  await first.record(told);
  const text = await first.export({ passphrase: 'caf\u00e9 au lait' });
  assert.ok(!text.includes('tea-0') && !text.includes('events'));
  const second = await open();
  await rejects(second.import(text), 'wrong-passphrase', ['passphrase']);
  await rejects(second.import(text, { passphrase: 'cafe au lait' }), 'wrong-passphrase');
  const changed = JSON.parse(text);
  changed.locked.data = `${changed.locked.data.slice(0, 40)}AAAA${changed.locked.data.slice(44)}`;
  await rejects(second.import(JSON.stringify(changed), { passphrase: 'caf\u00e9 au lait' }), 'wrong-passphrase');
  changed.locked.iterations = 1e12;
  await rejects(second.import(JSON.stringify(changed), { passphrase: 'caf\u00e9 au lait' }), 'wrong-passphrase');
  assert.equal((await second.import(text, { passphrase: 'cafe\u0301 au lait' })).events, 3);
  assert.deepEqual(await second.snapshot(), await first.snapshot());
});

test('what is no export is refused with its reason, and changes nothing', async () => {
  const recommender = await open();
  await recommender.record(told);
  const before = await recommender.snapshot();
  const event = { at: '2023-11-14T22:13:20.000Z', kind: 'like', item: 'tea-0' };
  const file = (change) => JSON.stringify({ predilect: 1, encoder: '', events: [event], typed: [], ...change });
  for (const [text, code] of [
    ['', 'not-an-export'],
    ['null', 'not-an-export'],
    ['[]', 'not-an-export'],
    ['{"events": []}', 'not-an-export'],
    [file({ predilect: 2 }), 'export-version'],
    [file({ events: undefined }), 'not-an-export'],
    [file({ events: [null] }), 'not-an-export'],
    [file({ events: [{ ...event, at: 'yesterday' }] }), 'not-an-export'],
    [file({ events: [event, { ...event, kind: 'adore' }] }), 'bad-request'],
    [file({ events: [event, { ...event, kind: 'rating', value: 9 }] }), 'bad-event'],
    [file({ typed: [{ text: 'x', weight: 1, at: event.at, vector: 'AAA' }] }), 'not-an-export'],
    [
      file({ encoder: FINGERPRINT, typed: [{ text: 'x', weight: 1, at: event.at, vector: 'AACAPw==' }] }),
      'dimension-mismatch',
    ],
    [file({}).slice(0, -5), 'not-an-export'],
  ]) {
    await rejects(recommender.import(text), code);
  }
  await rejects(recommender.import({}), 'bad-input');
  await rejects(recommender.import('{}', { preview: true, merge: true }), 'bad-input', ['merge']);
  assert.deepEqual(await recommender.snapshot(), before);
});
