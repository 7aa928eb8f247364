import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKeys, checkRecommend, checkText, toJson, wasmModules, wellFormed } from '../../dist/options.js';

const refuses = (run, words) =>
  assert.throws(run, (error) => {
    assert.equal(error.name, 'PredilectError');
    assert.equal(error.code, 'bad-input');
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" names ${word}`);
    return true;
  });

test('an unknown option is refused by name, with the nearest known one', () => {
  refuses(() => checkKeys('recommend', { include_owned: true }), ['recommend()', '"include_owned"', '"includeOwned"']);
  refuses(() => checkKeys('create', { catalog: 'x' }), ['create()', '"catalog"', '"catalogue"']);
  refuses(() => checkKeys('create', { Wasm: {} }), ['"wasm"']);
  refuses(() => checkKeys('record', { kind: 'like', itemId: 'a' }), ['"itemId"', '"item"']);
});

test('modules are named as they are known; those that are given stay as they are', () => {
  refuses(() => wasmModules('create', { encodr: 'x' }), ['create({ wasm })', '"encodr"', '"encoder"']);
  refuses(() => wasmModules('load', 'engine.wasm'), ['load({ wasm })', 'an object']);
  refuses(() => wasmModules('create', { gpu: 'https://' }), ['wasm.gpu', 'is no address']);
  const engine = new Uint8Array(8);
  assert.deepEqual(wasmModules('create', { engine, words: undefined }), { engine });
  assert.deepEqual(wasmModules('create', { search: new URL('https://a.example/s.wasm') }), {
    search: 'https://a.example/s.wasm',
  });
});

test('an option like nothing known is answered with the whole list', () => {
  refuses(() => checkKeys('similar', { temperature: 1 }), ['"temperature"', '"k"', '"filter"', '"signal"']);
});

test('rules are checked by their own names', () => {
  const filter = { brand: 'x' };
  refuses(
    () => checkRecommend({ boost: [{ name: 'a', filter, amount: 1 }] }),
    ['recommend({ boost })', '"amount"', '"by"'],
  );
  refuses(() => checkRecommend({ pin: [{ name: 'a', item: 'x', placed: 1 }] }), ['recommend({ pin })', '"place"']);
  refuses(() => checkRecommend({ bury: { name: 'a', filter, by: 1 } }), ['{ bury }', 'an array']);
  refuses(
    () => checkKeys('next', { after: 'x', filter }, 'recommend({ after })'),
    ['recommend({ after })', '"filter"'],
  );
});

test('what is no object is refused', () => {
  for (const [given, words] of [
    [null, 'null'],
    [undefined, 'nothing'],
    ['k', 'a string'],
    [[1], 'an array'],
  ]) {
    refuses(() => checkKeys('recommend', given), [words]);
  }
});

test('every documented option passes', () => {
  checkRecommend({
    surface: 'because',
    items: ['a'],
    k: 1,
    caps: { category: 2 },
    calibration: { tags: 0.3 },
    pin: [{ name: 'a', item: 'x', place: 1 }],
    boost: [{ name: 'a', filter: {}, by: 1 }],
    bury: [],
    filter: {},
    diversity: 0,
    explore: 0,
    includeOwned: true,
    exclude: [],
    now: 0,
    seed: 0,
  });
  checkKeys('forget', { before: 0 });
});

test('a text that is none is refused', () => {
  refuses(() => checkText('search', 'a text', 42), ['search()', 'a text', 'a number']);
});

test('halves of characters become the replacement character, whole ones stay', () => {
  assert.equal(wellFormed('tea \ud83c pot'), 'tea \ufffd pot');
  assert.equal(wellFormed('\udf75 first'), '\ufffd first');
  assert.equal(wellFormed('茶 🍵 ok'), '茶 🍵 ok');
  assert.equal(toJson({ id: '\ud800', deep: ['a\udc00'] }), '{"id":"\ufffd","deep":["a\ufffd"]}');
});
