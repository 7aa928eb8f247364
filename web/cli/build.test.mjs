// The catalogue build as an npm user runs it. Cleaning itself is tested where it is written, in crates/builder.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildCatalogue } from './build.mjs';
import { Failure } from './failure.mjs';

const TOOL = fileURLToPath(new URL('predilect.mjs', import.meta.url));
const MODEL = fileURLToPath(new URL('../../models/predilect-encoder-small', import.meta.url));
const NO_MODEL = existsSync(join(MODEL, 'model.onnx')) ? false : 'the encoder is not there';
const ITEMS = [
  { id: 'kettle', title: 'Kettle', text: 'Boils water for tea.', tags: ['tea'], price: 30, lang: 'en' },
  { id: 'teapot', title: '茶壶', text: '泡茶用的壶。', tags: ['tea'], price: 20, lang: 'zh' },
  { id: 'drill', title: 'Drill', text: 'Makes holes.', tags: ['tools'], price: 80, lang: 'en' },
]
  .map((item) => `${JSON.stringify(item)}\n`)
  .join('');

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'predilect-build-'));
  writeFileSync(join(folder, 'items.jsonl'), ITEMS);
  writeFileSync(join(folder, 'items.jsonl.gz'), gzipSync(ITEMS));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the tool as a program. */
function run(/** @type {string[]} */ args, /** @type {string | Buffer} */ input = '') {
  const { PREDILECT_MODEL: _, ...env } = process.env;
  return spawnSync(process.execPath, [TOOL, ...args], { cwd: folder, input, encoding: 'utf8', env });
}

test('a dry run reports what was read, kept and left out, and why', () => {
  const { stdout, status } = run(['build', '-', '--dry-run'], `${ITEMS}not json\n{"id":"kettle","title":"Again"}\n`);
  assert.equal(status, 0);
  assert.match(stdout, /^5 read \(jsonl\), 3 kept, 2 left out\n/);
  assert.match(stdout, /line 4: is not JSON: expected ident at column 2/);
  assert.match(stdout, /line 5: id: "kettle" is already the id of line 1/);
});

test('plain and gzipped files and standard input are the same to it', async () => {
  const plain = await buildCatalogue({ inputs: [join(folder, 'items.jsonl')] });
  const packed = await buildCatalogue({ inputs: [join(folder, 'items.jsonl.gz')] });
  assert.deepEqual(packed.report, plain.report);
  assert.equal(plain.output, null);
  const piped = run(['build', '-', '--dry-run', '--json'], gzipSync(ITEMS));
  assert.equal(JSON.parse(piped.stdout).report.kept, 3);
});

test('several files are one catalogue, and messages name the file', async () => {
  writeFileSync(join(folder, 'more.csv'), 'id;name;price\ncup;Tea cup;5\nkettle;Second kettle;6\n');
  const { report } = await buildCatalogue({ inputs: [join(folder, 'items.jsonl'), join(folder, 'more.csv')] });
  assert.equal(report.kept, 4);
  assert.deepEqual(report.dropped[0].samples[0].source, 'more.csv');
});

test('what is wrong is told in one line, with the exit code of its kind', () => {
  const cut = gzipSync(ITEMS).subarray(0, 40);
  for (const [args, input, code, message] of /** @type {[string[], string | Buffer, number, string][]} */ ([
    [['-', '--dry-run'], '', 1, 'the input holds no record'],
    [['-', '--dry-run'], cut, 1, '-: the gzip data is cut off; fetch the file again'],
    [
      ['-', '--dry-run', '--strict'],
      '{"title":"A"}\n{"title":[1]}\n',
      1,
      'line 2: title: found a list, expected a text',
    ],
    [['-', '--dry-run', '--title', 'naem'], 'id,name\n1,A\n', 2, 'no record has the field `naem` that --title names'],
    [['-', '--dry-run', '--max-chars', '3'], '{}', 2, 'max-chars is 3, expected 40 to 100000'],
    [['-', '--dry-run', '--threads', 'many'], '{}', 2, '--threads many: expected a number from 1'],
    [['gone.jsonl', '--dry-run'], '', 1, 'gone.jsonl: cannot be read: ENOENT'],
    [['items.jsonl', '-o', 'x', '--model', 'gone'], '', 1, 'gone: there is no encoder (no manifest.json)'],
    [['items.jsonl'], '', 2, 'no output; name the catalogue file with -o'],
    [[], '', 2, 'no input; name a file'],
    [['items.jsonl', '--colour'], '', 2, "Unknown option '--colour'"],
  ])) {
    const { stdout, stderr, status } = run(['build', ...args], input);
    assert.equal(status, code, `${args}: ${stderr}`);
    assert.ok(stderr.startsWith(`predilect: ${message}`), `${args}: ${stderr}`);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
  }
});

test('a catalogue does not depend on the number of workers', { skip: NO_MODEL }, async () => {
  // Enough for three workers, which take 32 texts at a time.
  const many = Array.from({ length: 70 }, (_, at) => JSON.stringify({ id: at, title: `Item number ${at}` })).join('\n');
  writeFileSync(join(folder, 'many.jsonl'), many);
  const files = await Promise.all(
    [1, 3].map(async (threads) => {
      const output = join(folder, `workers-${threads}.predilect`);
      const inputs = [join(folder, 'many.jsonl')];
      const done = await buildCatalogue({ inputs, output, model: MODEL, threads, options: { name: 'shop' } });
      assert.equal(done.output?.bytes, readFileSync(output).length);
      return readFileSync(output);
    }),
  );
  assert.ok(files[0].equals(files[1]));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('.predilect-')),
    [],
  );
});

test('a missing folder is refused before the work, also as a library', { skip: NO_MODEL }, async () => {
  const output = join(folder, 'gone', 'x');
  await assert.rejects(buildCatalogue({ inputs: [join(folder, 'items.jsonl')], output, model: MODEL }), (error) => {
    return error instanceof Failure && error.exitCode === 2 && /does not exist; make it first/.test(error.message);
  });
});
