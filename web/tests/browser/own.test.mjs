// The page for a catalogue of one's own: a file is read, encoded and recommended from in the tab, and nothing is uploaded.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { root } from '../../tools/steps.mjs';
import { useSite } from './site.mjs';

const LOADING = 120_000;
const site = useSite();

async function open(settings = {}) {
  const opened = await site.visitor(settings);
  await opened.page.goto(`${site.server.url}own.html`);
  return opened;
}

/** Drops a file on the page, as from a folder. */
const drop = (page, content, name = 'things.csv') =>
  page.evaluate(
    ([content, name]) => {
      const bytes = typeof content === 'string' ? content : new Uint8Array(content);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name));
      document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    },
    [content, name],
  );

const trouble = async (page) => {
  await page.locator('#trouble-text').waitFor();
  return page.locator('#trouble-text').evaluate((line) => [line.dataset.code, line.textContent]);
};

const titles = (page, element) => page.locator(`${element} .title`).allInnerTexts();

const THINGS = `Produkt;Worum es geht;Preis
Tea pot;Cast iron, keeps green tea warm;39
Tea cup;A small cup for green tea;12
Green tea;Leaves from the hills, for pot and cup;8
Car wax;A hard wax for the winter;15
Drill;Makes holes in walls;80
茶杯;景德镇白瓷茶杯;12
`;

test('a dropped file is looked at, told what it is, encoded, and recommends', { timeout: LOADING }, async () => {
  const { page, problems } = await open();
  await drop(page, THINGS);
  await page.locator('#read', { hasText: 'Which column is the title' }).waitFor();
  assert.ok(await page.locator('#build').isDisabled());
  await page.locator('[data-column="Produkt"]').selectOption('title');
  await page.locator('#read', { hasText: '6 of 6 records' }).waitFor();
  await page.locator('[data-column="Worum es geht"]').selectOption('text');
  await page.locator('#read', { hasText: '6 of 6 records' }).waitFor();
  assert.equal(await page.locator('[data-column="Preis"]').inputValue(), 'price', 'a usual name');

  // What visits without a network need comes behind the page; whether it is the newest, the browser asks by itself.
  await page.locator('#offline:not(:empty)').waitFor();
  site.server.requests.length = 0;
  await page.locator('#build:enabled').click();
  await page.locator('predilect-feed .card').first().waitFor({ timeout: LOADING });
  assert.equal((await titles(page, 'predilect-feed')).length, 6);
  assert.match(await page.locator('predilect-feed .card', { hasText: 'Drill' }).innerText(), /80/);
  assert.ok(!(await page.locator('#preview').isVisible()), 'what was asked is answered');

  await page.locator('predilect-feed .card', { hasText: 'Tea pot' }).locator('[data-key^=like]').click();
  await page.locator('predilect-feed .why', { hasText: 'Because you liked “Tea pot”' }).first().waitFor();
  const after = await titles(page, 'predilect-feed');
  assert.ok(!after.includes('Tea pot'));
  assert.deepEqual(after.slice(0, 2).sort(), ['Green tea', 'Tea cup'], after.join(' > '));
  await page.locator('predilect-feed [data-key^=similar]').first().click();
  await page.locator('predilect-similar .card').first().waitFor();
  await page.locator('predilect-search input').fill('wax');
  await page.locator('predilect-search .title', { hasText: 'Car wax' }).waitFor();
  const sent = site.server.requests.filter((path) => !/^\/(predilect\/|model\/|sw\.js$|files\.js$)/.test(path));
  assert.deepEqual(sent, [], 'the file goes nowhere');
  const kept = await page.evaluate(async () => {
    const keys = await (await caches.open('predilect')).keys();
    const stores = (await indexedDB.databases()).map(({ name }) => name);
    return [...keys.map(({ url }) => decodeURIComponent(url)).filter((url) => url.includes('/at/')), ...stores];
  });
  assert.deepEqual(
    kept.filter((name) => !name.endsWith('/model/manifest.json')),
    [],
    'and is kept nowhere',
  );
  assert.deepEqual(problems, []);
});

test('stopped in the middle, the page is as it was, and the same file can be taken up again', {
  timeout: LOADING,
}, async () => {
  const { page, problems } = await open();
  await page.locator('#sample').click();
  await page.locator('#build').waitFor();
  const before = await page.locator('#preview').innerText();
  // In the page, at the first step: from outside, the build may be over by the time that the click arrives.
  await page.evaluate(() => {
    const watch = new MutationObserver(() => {
      if (!/of 43 items encoded/.test(document.querySelector('#step')?.textContent ?? '')) return;
      watch.disconnect();
      document.querySelector('#cancel').click();
    });
    watch.observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  await page.locator('#build').click();
  await page.locator('#snack', { hasText: /as it was/ }).waitFor({ timeout: LOADING });
  await page.locator('#progress').waitFor({ state: 'hidden' });
  assert.equal(await page.locator('#preview').innerText(), before);
  assert.ok(await page.locator('#build').isEnabled());
  assert.ok(!(await page.locator('#result').isVisible()));
  assert.match(await page.locator('#snack').innerText(), /as it was/);
  assert.ok(!(await page.locator('#trouble').isVisible()));
  await page.locator('#build').click();
  await page.locator('predilect-feed .card').first().waitFor({ timeout: LOADING });
  assert.match(await page.locator('#result-title').textContent(), /^43 items/);
  assert.deepEqual(problems, []);
});

test('hostile cells are text, and broken rows are told', { timeout: LOADING }, async () => {
  const { page, problems } = await open();
  const html = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const formula = '=HYPERLINK("https://evil.example","click")';
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = [
    [quoted(html), 'one', 'javascript:window.hit=1'],
    [quoted(formula), quoted('two, with a "quote"'), 'https://good.example/'],
    ['three', 'too', 'many', 'cells'],
    ['four', 'plain', 'x'],
    ['five', 'plain too', 'x'],
  ];
  await drop(page, `title,text,url\n${rows.map((row) => row.join(',')).join('\n')}\n"six, never closed\n`);
  await page.locator('#read', { hasText: '4 of 6 records' }).waitFor();
  assert.match(await page.locator('.left-out').textContent(), /line 4/);
  assert.equal(await page.locator('#preview td').filter({ hasText: '<img' }).count(), 1, 'shown as it is');
  await page.locator('#build').click();
  await page.locator('predilect-feed .card').first().waitFor({ timeout: LOADING });
  const shown = await titles(page, 'predilect-feed');
  assert.ok(shown.includes(formula), shown.join(' / '));
  assert.equal(await page.locator('predilect-feed img, predilect-feed script').count(), 0);
  const links = await page.locator('predilect-feed a').evaluateAll((all) => all.map((link) => link.href));
  assert.deepEqual(links, ['https://good.example/']);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.deepEqual(problems, []);
});

test('files that cannot be used are told why, in the language of the page', async () => {
  const { page } = await open();
  await drop(page, '  \n');
  assert.deepEqual(await trouble(page), ['no-items', 'There is nothing in it.']);
  await drop(page, [0x50, 0x4b, 3, 4, 20, 0], 'table.xlsx');
  assert.match((await trouble(page)).join(' '), /^not-text It is a spreadsheet.*CSV/);
  assert.equal(await page.locator('#again').count(), 0);
  // `title` and `café`, as older programs write it.
  await drop(page, [...Buffer.from('title\ncaf\xe9\n', 'latin1')]);
  await page.locator('#again').click();
  await page.locator('#preview td', { hasText: 'café' }).waitFor();
  assert.ok(await page.locator('#trouble').isHidden());
  await drop(page, `title\n${Array.from({ length: 5001 }, (_, at) => `Thing ${at}\n`).join('')}`);
  await page.locator('#trouble-text[data-code="too-large"]').waitFor();
  assert.match((await trouble(page))[1], /5,000/);
  await page.getByRole('button', { name: 'Take the first 5,000' }).click();
  await page.locator('#read', { hasText: '5000 of 5000' }).waitFor();
  await page.evaluate(() => Object.defineProperty(File.prototype, 'size', { value: 100e6, configurable: true }));
  await drop(page, 'title\nA\n');
  await page.locator('#trouble-text', { hasText: '100 MB' }).waitFor();
  await page.locator('[data-ui="zh"]').click();
  assert.match(await page.locator('#trouble').innerText(), /用不了/);
});

test('Chinese files in GB18030 are read; a file that is mended can be brought again', async () => {
  const { page } = await open();
  // 标题 and 茶杯 in GB18030.
  await drop(page, [0xb1, 0xea, 0xcc, 0xe2, 0x0a, 0xb2, 0xe8, 0xb1, 0xad, 0x0a, 0xb2, 0xe8, 0x0a]);
  await page.locator('#read', { hasText: '2 of 2 records can be used (GB18030)' }).waitFor();
  assert.deepEqual(await page.locator('#preview th').allInnerTexts(), ['标题']);
  assert.ok((await page.locator('#preview td').allInnerTexts()).includes('茶杯'));
  await page.locator('.paste summary').click();
  await page.locator('#text').fill('{"name": "One", "year": 1999}\n{"name": "Two"}\n');
  await page.locator('#use-text').click();
  await page.locator('#preview th', { hasText: 'name' }).waitFor();
  assert.deepEqual(await page.locator('#preview th').allInnerTexts(), ['name', 'year']);
  assert.match(await page.locator('#read').textContent(), /^2 of 2 records can be used$/);
});

test('the head of a table is shown as it will be read', async () => {
  const { outputFiles } = await build({ entryPoints: [join(root, 'web/demo/table.ts')], format: 'esm', write: false });
  const { firstOf, headOf } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  const check = (text, columns, rows) => assert.deepEqual(headOf(text), { columns, rows }, text);
  check(
    '\uFEFFa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\r\n',
    ['a', 'b'],
    [
      ['1', 'x, "y"\nz'],
      ['2', ''],
    ],
  );
  check('a;b,c\td;e\n1;2;3\n', ['a', 'b,c\td', 'e'], [['1', '2', '3']]);
  check(
    'a\tb\n1\t2\n3\t4\n5\t6\n7\t8',
    ['a', 'b'],
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
  );
  check(
    '{"a": 1}\n{"b": ["x"], "a": null}\nnot json',
    ['a', 'b'],
    [
      ['1', ''],
      ['', '["x"]'],
    ],
  );
  check('[{"a": "x"}, 7, {"a": {"b": 1}}]', ['a'], [['x'], ['{"b":1}']]);
  check('[1, 2', [], []);
  check('a,b\n"never closed', ['a', 'b'], []);
  assert.equal(firstOf('a,b\r\n\r\n1,"x\n""y"\r\n2,z\n3,"\n', 2), 'a,b\r\n\r\n1,"x\n""y"\r\n2,z\n');
  assert.equal(firstOf('{"a": "\\""}\n\n{"a": 2}\n{"a": 3}', 2), '{"a": "\\""}\n\n{"a": 2}\n');
  assert.equal(firstOf('[{"a": 1}, {"a": 2}]', 1), '{"a":1}');
});
