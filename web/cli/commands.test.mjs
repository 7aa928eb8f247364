// The commands that answer, on a small catalogue with words and vectors, as a person types them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildCatalogue } from './build.mjs';

const TOOL = fileURLToPath(new URL('predilect.mjs', import.meta.url));
const MODEL = fileURLToPath(new URL('../../models/predilect-encoder-small', import.meta.url));
const skip = existsSync(join(MODEL, 'model.onnx')) ? false : 'the encoder is not there';
const ITEMS = [
  { id: 'kettle', title: 'Kettle', text: 'Boils water for tea.', tags: ['tea'], price: 30, lang: 'en' },
  { id: 'teapot', title: '茶壶', text: '泡茶用的壶。', tags: ['tea'], price: 20, lang: 'zh' },
  { id: 'cup', title: 'Tea cup', text: 'For a cup of tea.', tags: ['tea'], price: 5, lang: 'en' },
  { id: 'drill', title: 'Drill', text: 'Makes holes.', tags: ['tools'], price: 80, lang: 'en' },
  { id: 'saw', title: 'Saw', text: 'Cuts wood and other tools.', tags: ['tools'], price: 15, lang: 'en' },
];
const lines = (/** @type {object[]} */ items) => items.map((item) => `${JSON.stringify(item)}\n`).join('');

/** @type {string} */
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'predilect-cli-'));
  writeFileSync(join(folder, 'items.jsonl'), lines(ITEMS));
  if (skip) return;
  const output = join(folder, 'shop.predilect');
  await buildCatalogue({ inputs: [join(folder, 'items.jsonl')], output, model: MODEL, options: { name: 'shop' } });
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command in the folder of the catalogue. */
function run(/** @type {string[]} */ ...args) {
  const env = { ...process.env, PREDILECT_MODEL: MODEL };
  return spawnSync(process.execPath, [TOOL, ...args], { cwd: folder, encoding: 'utf8', env });
}

/** Ids of the items of a reply. */
function ids(/** @type {string[]} */ ...args) {
  const { stdout, stderr, status } = run(...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).items.map((/** @type {{id: string}} */ { id }) => id);
}

test('a catalogue is shown, and its items', { skip }, () => {
  const { stdout } = run('inspect', 'shop.predilect');
  assert.match(stdout, /^name {6}shop\nitems {5}5\n/);
  assert.match(stdout, /\ntags +tea \(3\), tools \(2\)\n/);
  assert.match(stdout, /\nprice +5 to 80\n/);
  const items = run('inspect', 'shop.predilect', '--item', 'saw', '--item', 'cup', '--json').stdout.trim().split('\n');
  assert.deepEqual(
    items.map((item) => JSON.parse(item).title),
    ['Saw', 'Tea cup'],
  );
  assert.equal(
    run('inspect', 'shop.predilect', '--item', 'gone').stderr,
    'predilect: shop.predilect: there is no item "gone"\n',
  );
});

test('what is liked decides, filters hold, and the table says why', { skip }, () => {
  assert.equal(
    ids('recommend', 'shop.predilect', '--like', 'kettle', '-k', '1', '--diversity', '0').includes('drill'),
    false,
  );
  assert.deepEqual(
    ids(
      'recommend',
      'shop.predilect',
      '--like',
      'drill',
      '--filter',
      'price<=30',
      '--filter',
      'price>=15',
      '--filter',
      'lang=en',
    ).sort(),
    ['kettle', 'saw'],
  );
  assert.deepEqual(ids('recommend', 'shop.predilect', '--filter', '{"tags":"tools"}', '--filter', 'price!=15'), [
    'drill',
  ]);
  assert.match(
    run('recommend', 'shop.predilect', '--buy', 'drill', '-k', '1', '--diversity', '0').stdout,
    /Saw +Because you have “Drill” +saw\n$/,
  );
  assert.equal(
    ids('recommend', 'shop.predilect', '--about', 'something to drink tea from', '-k', '1', '--diversity', '0')[0],
    'cup',
  );
});

test('what is similar and what is searched for comes first', { skip }, () => {
  assert.equal(ids('similar', 'shop.predilect', 'drill')[0], 'saw');
  assert.deepEqual(ids('search', 'shop.predilect', 'kett', '--by', 'words', '--prefix'), ['kettle']);
  assert.equal(ids('search', 'shop.predilect', '泡茶', '-k', '1')[0], 'teapot');
});

test('a question has an answer or none, and a request in words decides among what is liked', { skip }, () => {
  const asked = JSON.parse(run('ask', 'shop.predilect', 'What boils water?', '--json', '--filter', 'lang=en').stdout);
  assert.equal((asked.answer ?? asked.others[0]).text, 'Boils water for tea.');
  assert.equal(asked.by, 'both');
  const chinese = JSON.parse(run('ask', 'shop.predilect', 'What boils water?', '--json', '--lang', 'zh').stdout);
  assert.ok(
    [chinese.answer, ...chinese.others].every((item) => !item || item.id === 'teapot'),
    'only items of that language answer',
  );
  assert.match(run('ask', 'shop.predilect', 'zzzz').stdout, /^not sure that anything here answers this\n/);
  assert.match(run('ask', 'shop.predilect').stderr, /expected a catalogue and a question/);
  const [first] = ids('recommend', 'shop.predilect', '--like', 'cup', '--text', 'holes in a wall', '--diversity', '0');
  assert.equal(first, 'drill');
});

test('what is wrong is told in one line', () => {
  for (const [args, code, message] of /** @type {[string[], number, RegExp][]} */ ([
    [['recomend'], 2, /there is no command "recomend"/],
    [['recommend'], 2, /expected a catalogue, found 0 arguments/],
    [['recommend', 'gone.predilect'], 1, /gone.predilect: there is no such file/],
    [['recommend', 'items.jsonl'], 1, /items\.jsonl/],
    [['search', 'items.jsonl', 'x', '--by', 'luck'], 2, /--by luck: expected words, meaning or both/],
    [['serve', 'gone'], 1, /gone: there is no such file or folder/],
    [['serve', '.', '--port', 'x'], 2, /--port x: expected a number up to 65535/],
    [['watch', '-', '-o', 'x'], 2, /standard input cannot be watched/],
  ])) {
    const { stdout, stderr, status } = run(...args);
    assert.equal(status, code, `${args}: ${stderr}`);
    assert.match(stderr, message);
    assert.match(stderr, /^predilect: .*\n$/);
    assert.equal(stdout, '');
  }
});

test('an unknown item, a bad number and a bad filter are told', { skip }, () => {
  assert.match(run('recommend', 'shop.predilect', '--like', 'gone').stderr, /^predilect: .*"gone".*\n$/);
  assert.match(run('recommend', 'shop.predilect', '--rate', 'cup=9').stderr, /^predilect: .*\n$/);
  assert.match(run('recommend', 'shop.predilect', '--filter', 'price').stderr, /expected field=value/);
});

test('a catalogue that is built again keeps its topics where it is told to', { skip }, async () => {
  const record = (/** @type {number} */ at) => ({
    id: `${at}`,
    title: `${['Green tea', 'Cordless drill', 'Space telescope'][at % 3]} number ${at}`,
    lang: 'en',
  });
  const records = Array.from({ length: 36 }, (_, at) => record(at));
  writeFileSync(join(folder, 'first.jsonl'), lines(records.slice(0, 30)));
  writeFileSync(join(folder, 'second.jsonl'), lines(records.slice(3)));
  const topics = (/** @type {string} */ name, /** @type {string[]} */ ...more) => {
    const { stderr, status } = run('build', `${name}.jsonl`, '-o', `${name}.predilect`, '-q', ...more);
    assert.equal(status, 0, stderr);
    const found = JSON.parse(run('inspect', `${name}.predilect`, '--json').stdout).topics;
    return found.map((/** @type {{name: string}} */ topic) => topic.name).sort();
  };
  const first = topics('first');
  assert.deepEqual(topics('second', '--topics-of', 'first.predilect'), first);
  const failed = run('build', 'second.jsonl', '-o', 'x.predilect', '-q', '--topics-of', 'items.jsonl');
  assert.match(failed.stderr, /^predilect: .*not a catalogue.*\n$/);
});

test('watching encodes what is new, and survives a broken file', { skip, timeout: 60_000 }, async () => {
  const input = join(folder, 'watched.jsonl');
  writeFileSync(input, lines(ITEMS));
  const args = ['watch', 'watched.jsonl', '-o', 'watched.predilect', '--name', 'shop', '-q', '--model', MODEL];
  const child = spawn(process.execPath, [TOOL, ...args], { cwd: folder });
  const output = [child.stdout, child.stderr].map((input) => createInterface({ input })[Symbol.asyncIterator]());
  const until = async (/** @type {number} */ stream, /** @type {RegExp} */ wanted) => {
    for (;;) {
      const { value, done } = await output[stream].next();
      assert.ok(!done, `nothing like ${wanted} was said`);
      if (wanted.test(value)) return value;
    }
  };
  try {
    assert.match(await until(0, /^watched.predilect:/), / 5 items, .* 5 texts encoded/);
    writeFileSync(input, 'not json');
    await until(1, /^predilect: .*no record/);
    writeFileSync(input, lines([...ITEMS, { id: 'pan', title: 'Pan', text: 'Fries eggs.', lang: 'en' }]));
    assert.match(await until(0, /^watched.predilect:/), / 6 items, .* 1 texts? encoded/);
  } finally {
    child.kill();
  }
  const whole = join(folder, 'whole.predilect');
  await buildCatalogue({ inputs: [input], output: whole, model: MODEL, options: { name: 'shop' } });
  assert.ok(readFileSync(whole).equals(readFileSync(join(folder, 'watched.predilect'))), 'as if built at once');
});
