// The site as it is made: it holds together below any prefix, everybody can use it, its search finds things, and what it says of
// the source is what the source says.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newPage } from '../../web/tests/browser/site.mjs';
import { launch } from '../../web/tools/browser.mjs';
import { serve } from '../../web/tools/serve.mjs';
import { root } from '../../web/tools/steps.mjs';
import { build } from '../build.mjs';
import { check } from '../check.mjs';
import { renderer, sections, slug } from '../markdown.mjs';
import { PAGES } from '../pages.mjs';
import { comment, exported, SUBPATHS } from '../reference.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PREFIX = 'my-docs/';

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {{pages: number, items: number}} */
let made;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'predilect-docs-'));
  made = await build({ output: join(folder, PREFIX) });
  server = await serve({ root: folder });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');
const partsOf = (/** @type {string} */ path) => sections(renderer(), read(path));

test('every page is made, and every address and anchor of a page holds', () => {
  assert.equal(made.pages, PAGES.length);
  assert.ok(made.items > 250, `${made.items} sections`);
  // The build itself ends with this check; here it must be able to fail.
  assert.deepEqual(check(join(folder, PREFIX)), []);
  const documents = readdirSync(join(root, 'docs'), { recursive: true }).map(String);
  const missing = documents
    .filter((name) => name.endsWith('.md'))
    .filter((name) => !PAGES.some(({ source }) => source === `docs/${name.replaceAll('\\', '/')}`));
  assert.deepEqual(missing, [], 'documents that are no page');
});

test('a broken link, anchor or foreign script is found', () => {
  const broken = mkdtempSync(join(tmpdir(), 'predilect-broken-'));
  try {
    const page =
      '<a href="./no.html">x</a><a href="#no">x</a><script src="https://a.example/x.js"></script><a href="/x">x</a>';
    writeFileSync(join(broken, 'index.html'), `<p id="a"></p><p id="a"></p>${page}`);
    const found = check(broken).join('\n');
    for (const part of ['no.html leads nowhere', '#no names a place', 'from elsewhere', 'not relative', 'id "a" twice'])
      assert.ok(found.includes(part), `${part}: ${found}`);
  } finally {
    rmSync(broken, { recursive: true });
  }
});

test('anchors are those of code hosts', () => {
  assert.equal(slug('What is kept, and *where*?'), 'what-is-kept-and-where');
  assert.equal(slug('`not-wasm`'), 'not-wasm');
  assert.equal(slug('茶 壶'), '茶-壶');
});

test('every error code has a section, and every section a code', () => {
  const codes = [...read('web/src/errors.ts').matchAll(/^ {2}\| '([\w-]+)'/gm)].map(([, code]) => code).sort();
  const told = partsOf('docs/errors.md').filter(({ level }) => level === 3);
  assert.ok(codes.length > 30);
  assert.deepEqual(told.map(({ title }) => title).sort(), codes);
  for (const { title, text } of told) assert.match(text, /What\..*(Fix\.)/, title);
});

test('every export of every subpath is in the reference, with a comment', () => {
  const { exports: subpaths } = JSON.parse(read('web/package.json'));
  const named = Object.keys(subpaths).filter((name) => !/\.(wasm|json)$/.test(name) && name !== './worker');
  assert.deepEqual(named.map((name) => (name === '.' ? 'index' : name.slice(2))).sort(), [...SUBPATHS].sort());
  for (const name of SUBPATHS) {
    const html = readFileSync(join(folder, PREFIX, `reference/${name}.html`), 'utf8');
    for (const one of exported(name)) {
      assert.ok(html.includes(`id="${slug(one.name)}"`), `${name}: ${one.name} is missing`);
      assert.notEqual(comment(one.symbol), '', `${name}: ${one.name} has no comment`);
    }
  }
  const html = readFileSync(join(folder, PREFIX, 'reference/elements.html'), 'utf8');
  assert.ok(html.includes('href="./index.html#recommender"'), 'names lead to what they name');
});

test('figures of the performance page stand where it says', () => {
  const rows = [...read('docs/performance.md').matchAll(/\*\*([^*]+)\*\* ?\w* ?\(\[[^\]]+\]\(([^)#]+)#([^)]+)\)\)/g)];
  assert.ok(rows.length >= 10);
  for (const [, figure, path, anchor] of rows) {
    const parts = partsOf(`docs/${path}`);
    const at = parts.findIndex((part) => part.anchor === anchor);
    const next = parts.findIndex((part, place) => place > at && part.level <= parts[at].level);
    const text = parts.slice(at, next < 0 ? undefined : next).map((part) => part.text);
    // As a number of its own, not as a part of a longer one.
    const alone = new RegExp(`(?<![\\d.])${figure.replaceAll('.', '\\.')}(?!\\d)`);
    assert.match(text.join(' '), alone, `${figure} is not in ${path}#${anchor}`);
  }
});

for (const [size, viewport] of /** @type {const} */ ([
  ['phone', { width: 390, height: 844 }],
  ['desktop', { width: 1280, height: 900 }],
])) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    test(`axe finds nothing, and nothing is wider than the page: ${size}, ${colorScheme}`, async () => {
      const { page, context, problems } = await newPage(browser, { viewport, colorScheme, reducedMotion: 'reduce' });
      for (const path of ['index.html', 'concepts.html', 'reference/vectors.html']) {
        await page.goto(server.url + PREFIX + path);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `${path} is ${wider} pixels too wide`);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => window.axe.run());
        const told = violations.map(({ id, nodes }) => `${path}: ${id}: ${nodes[0].html}`);
        assert.deepEqual(told, []);
      }
      assert.deepEqual(problems, []);
      await context.close();
    });
  }
}

/** Opens the search of a page by its key. */
async function openSearch() {
  const opened = await newPage(browser);
  const { page } = opened;
  server.requests.length = 0;
  await page.goto(`${server.url}${PREFIX}guides/shop.html`);
  assert.ok(!server.requests.some((path) => path.includes('/search/')), 'nothing of the search is loaded yet');
  await page.keyboard.press('/');
  await page.locator('dialog[open] predilect-search input').waitFor();
  return opened;
}

/** Types a text and waits until one of the first hits is the wanted one. */
async function find(
  /** @type {import('playwright-core').Page} */ page,
  /** @type {string} */ text,
  /** @type {RegExp} */ wanted,
  most = 3,
) {
  await page.locator('predilect-search input').fill(text);
  await page.waitForFunction(
    ([pattern, most]) => {
      const hits = document.querySelector('predilect-search')?.shadowRoot?.querySelectorAll('a[part=hit]') ?? [];
      return [...hits].slice(0, Number(most)).some(({ href }) => new RegExp(String(pattern)).test(href));
    },
    [wanted.source, most],
    { timeout: 20_000 },
  );
}

test('the search finds sections by words, with the keyboard alone, and loads no model', async () => {
  const { page, context, problems } = await openSearch();
  const cases = /** @type {const} */ ([
    ['delete my profile', /guides\/profile\.html#delete-the-profile/],
    ['not-wasm', /errors\.html#not-wasm/],
    ['content security policy', /reference\.html#content-security-policy/],
    ['google merchant', /guides\/shop\.html/],
    ['recommender.forg', /reference\/index\.html#recommenderforget/],
  ]);
  for (const [text, wanted] of cases) {
    await find(page, text, wanted);
  }
  assert.ok(!server.requests.some((path) => /\/model\/|encoder_bg/.test(path)));
  await find(page, 'budget-spent', /errors\.html#budget-spent/, 1);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/errors\.html#budget-spent/);
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test('axe finds nothing in the open search', async () => {
  const { page, context } = await openSearch();
  await find(page, 'privacy', /privacy/);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run('dialog'));
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
    [],
  );
  await context.close();
});

test('with the model, which is loaded when asked for, the search understands Chinese', async () => {
  const { page, context, problems } = await openSearch();
  await page.getByRole('button', { name: /in Chinese/ }).click();
  await find(page, '删除我的个人资料', /guides\/profile|forget|profile/);
  assert.ok(server.requests.some((path) => /\/model\/model\.onnx/.test(path)));
  assert.deepEqual(problems, []);
  await context.close();
});

test('without scripts a page can be read, and offers no search', async () => {
  const { page, context } = await newPage(browser, { javaScriptEnabled: false });
  await page.goto(`${server.url}${PREFIX}start.html`);
  assert.equal(await page.locator('#site-seek').isVisible(), false);
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible());
  await context.close();
});

test('the pages of the comparison are those that are measured', () => {
  const blocks = [...read('docs/comparison.md').matchAll(/^<!-- (\S+) -->\n```\w+\n([\s\S]*?)^```$/gm)];
  assert.equal(blocks.length, 6);
  for (const [, path, text] of blocks) assert.equal(text, read(path), path);
});
