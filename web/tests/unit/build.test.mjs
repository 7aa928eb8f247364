// `predilect/build` in Node: the same catalogue as the command line's, and every refusal with its code.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildCatalogue as buildFile } from '../../cli/build.mjs';
import { buildCatalogue, previewRecords } from '../../dist/build.js';
import { decode } from '../../dist/decode.js';

const MODEL = fileURLToPath(new URL('../../../models/predilect-encoder-small', import.meta.url));
const skip = existsSync(join(MODEL, 'model.onnx')) ? false : 'the encoder is not there';
const THINGS = 'id;name;description;price\n1;Tea pot;Cast iron;39\n2;茶杯;景德镇白瓷;12\n3;Car wax;A hard wax;15\n';
const folder = mkdtempSync(join(tmpdir(), 'predilect-unit-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the catalogue and its index are those that the command line writes', { skip }, async () => {
  const input = join(folder, 'things.csv');
  const output = join(folder, 'things.predilect');
  writeFileSync(input, THINGS);
  await buildFile({ inputs: [input], output, model: MODEL, options: { name: 'things' } });
  const steps = [];
  const onProgress = (step) => steps.push(step);
  const built = await buildCatalogue(THINGS, { encoder: MODEL, name: 'things', onProgress });
  assert.ok(readFileSync(output).equals(built.catalogue));
  assert.ok(readFileSync(join(folder, 'things.words')).equals(built.words));
  const last = steps.at(-1);
  assert.deepEqual([last.phase, last.done, last.total, last.left], ['encode', 3, 3, 0]);
  assert.ok(steps.some(({ phase, file }) => phase === 'load' && file === 'model'));
});

test('an abort ends a build between two batches, or before it begins', { skip }, async () => {
  const many = Array.from({ length: 64 }, (_, at) => ({ id: String(at), title: `Thing number ${at}` }));
  const controller = new AbortController();
  let done = 0;
  const onProgress = (step) => {
    if (step.phase === 'encode') done = step.done;
    if (done > 0) controller.abort();
  };
  await assert.rejects(buildCatalogue(many, { encoder: MODEL, signal: controller.signal, onProgress }), {
    code: 'aborted',
  });
  assert.ok(done > 0 && done < 64, String(done));
  await assert.rejects(previewRecords(many, { signal: AbortSignal.abort() }), { code: 'aborted' });
});

test('records are read as text, bytes, a file or objects, and columns can be told', async () => {
  const bytes = new TextEncoder().encode(THINGS);
  for (const records of [THINGS, bytes, bytes.buffer, new Blob([bytes])]) {
    const { kept, mapping } = await previewRecords(records);
    assert.deepEqual([kept, Object.keys(mapping.title)], [3, ['name']]);
  }
  assert.equal((await previewRecords([{ id: 'a', title: 'A' }])).kept, 1);
  const odd = 'wat,meer\nTea,warm\nWax,hard\n';
  const { mapping, fields } = await previewRecords(odd, { columns: { title: 'wat', text: ['meer'] } });
  assert.deepEqual(mapping, { title: { wat: 2 }, text: { meer: 2 } });
  assert.deepEqual(
    fields.map(({ name }) => name),
    ['title', 'text'],
  );
});

test('what cannot be used is refused with a code that says why', async () => {
  const refused = (records, options, code, message) =>
    assert.rejects(previewRecords(records, options), (error) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });
  await refused(' \n', {}, 'no-items', /nothing in it/);
  await refused('a,b\n1,2\n3,4\n', {}, 'no-items', /found no title and no text.*a, b/);
  await refused(new Uint8Array([0x50, 0x4b, 3, 4]), {}, 'not-text', /spreadsheet.*CSV/);
  await refused(Buffer.from('title\ncaf\xe9 au lait\n', 'latin1'), {}, 'not-text', /UTF-8/);
  await refused(THINGS, { maxBytes: 10 }, 'too-large', /MB/);
  await refused(THINGS, { maxItems: 2 }, 'too-large', /3 items of at most 2/);
  await refused(new TextEncoder().encode(THINGS), { encoding: 'klingon' }, 'bad-input', /klingon/);
  await refused(THINGS, { colums: {} }, 'bad-input', /no option "colums"/);
  await refused(THINGS, { columns: { price: 'price' } }, 'bad-input', /columns has "price"/);
  await refused(THINGS, { columns: { title: 'gone' } }, 'bad-request', /gone/);
  await assert.rejects(buildCatalogue(THINGS, {}), { code: 'bad-input' });
});

test('encodings are told by the bytes', () => {
  const of = (bytes) => decode(new Uint8Array(bytes));
  assert.deepEqual(of([0xef, 0xbb, 0xbf, 0x61]), { text: 'a', encoding: 'utf-8' });
  assert.deepEqual(of([0xff, 0xfe, 0x36, 0x83]), { text: '茶', encoding: 'utf-16le' });
  assert.deepEqual(of([0xfe, 0xff, 0x83, 0x36]), { text: '茶', encoding: 'utf-16be' });
  assert.deepEqual(of([0xb2, 0xe8, 0xb1, 0xad]), { text: '茶杯', encoding: 'gb18030' });
  assert.equal(decode(Buffer.from('café', 'latin1'), 'windows-1252').text, 'café');
  for (const bytes of [Buffer.from('na\xefve caf\xe9s', 'latin1'), [0x61, 0, 0x62, 0]]) {
    assert.throws(() => of(bytes), { code: 'not-text' });
  }
});
