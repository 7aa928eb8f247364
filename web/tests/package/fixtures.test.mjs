// The packed package in projects of the tools that people use: each builds, is served, and recommends in a browser.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../tools/serve.mjs';
import { launch } from '../browser/site.mjs';
import { projects, recommends, runIn, start, visit } from './pack.mjs';

const VITE = 'node_modules/vite/bin/vite.js';
const NEXT = 'node_modules/next/dist/bin/next';
const AT = ['--host', '127.0.0.1', '--port', 'PORT', '--strictPort'];

/** @type {Awaited<ReturnType<typeof projects>>} */
let made;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  made = await projects();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await made?.close();
});

/** Opens a page that a server of the project, or a static one, serves. */
async function served(server, look, modules) {
  try {
    await visit(browser, server.url, look, modules);
  } finally {
    await server.close();
  }
}

test('Node', async () => {
  const output = await runIn(await made.project('node'), 'recommend.mjs');
  const { recommended, found } = JSON.parse(output);
  assert.equal(recommended.length, 4);
  assert.ok(!recommended.includes('pot'));
  assert.ok(found.includes('tin'));
});

test('HTML: a static server, and no build', async () => {
  const project = await made.project('html');
  await cp(join(project, 'node_modules/predilect/dist'), join(project, 'predilect'), { recursive: true });
  await served(await serve({ root: project }), recommends);
});

for (const [name, text] of [
  ['vite', 'Vite, without any configuration'],
  ['vite7', 'Vite 7'],
]) {
  test(`${text}: in development, and built`, async () => {
    const project = await made.project(name, 'public');
    await served(await start(project, VITE, ...AT), recommends);
    await runIn(project, VITE, 'build');
    await served(await start(project, VITE, 'preview', ...AT), recommends);
  });
}

test('webpack', async () => {
  const project = await made.project('webpack', 'dist');
  const output = await runIn(project, 'node_modules/webpack/bin/webpack.js');
  assert.doesNotMatch(output, /ERROR|Critical dependency/);
  await cp(join(project, 'index.html'), join(project, 'dist/index.html'));
  await served(await serve({ root: join(project, 'dist') }), recommends);
});

/** What the bindings give besides lists. */
async function followsAndSearches(/** @type {import('playwright-core').Page} */ page) {
  await page.locator('#known', { hasText: '0 acts' }).waitFor();
  await recommends(page);
  await page.locator('#known', { hasText: '1 acts' }).waitFor();
  await page.locator('#more').click();
  await page.locator('#list li').nth(6).waitFor();
  assert.equal(await page.locator('#list li').count(), 7);
  assert.equal(await page.locator('#more').count(), 0);
  await page.locator('input').fill('stunt ki');
  await page.locator('#found li', { hasText: 'Stunt kite' }).waitFor();
  await page.locator('input').fill('');
  await page.locator('#found li').first().waitFor({ state: 'detached' });
  assert.equal(await page.locator('p[role=alert]').count(), 0);
}

test('Vue: Vite in development, and built', async () => {
  const project = await made.project('vue', 'public');
  await served(await start(project, VITE, ...AT), followsAndSearches, ['engine', 'words']);
  await runIn(project, VITE, 'build');
  await served(await start(project, VITE, 'preview', ...AT), followsAndSearches, ['engine', 'words']);
});

test('React: Next, rendered on the server and built', async () => {
  const project = await made.project('next', 'public');
  await runIn(project, NEXT, 'build');
  const page = await readFile(join(project, '.next/server/app/index.html'), 'utf8');
  assert.match(page, /<ol id="list"><\/ol>/, 'the server renders a list without items');
  await served(await start(project, NEXT, 'start', '-H', '127.0.0.1', '-p', 'PORT'), followsAndSearches, [
    'engine',
    'words',
  ]);
});

/** What a page must permit for the one file of another origin; docs/package.md has the same. */
const policyFor = (/** @type {string} */ cdn) =>
  `default-src 'none'; script-src ${cdn} 'wasm-unsafe-eval'; connect-src 'self' ${cdn}; worker-src blob: ${cdn}; img-src data:`;

/** A page of one origin, and the package at another; `look` gets what was asked of the latter. */
async function fromCdn(look) {
  const project = await made.project('cdn');
  const cdn = await serve({
    root: join(project, 'node_modules/predilect/dist'),
    headers: { 'access-control-allow-origin': '*' },
  });
  const page = join(project, 'index.html');
  const text = await readFile(page, 'utf8');
  await writeFile(page, text.replace('https://cdn.example/predilect/dist/', cdn.url));
  try {
    const policy = { 'content-security-policy': policyFor(cdn.url) };
    await served(await serve({ root: project, headers: policy }), (page) => look(page, cdn));
  } finally {
    await cdn.close();
  }
}

test('CDN: one script of another origin, under a policy', () =>
  fromCdn(async (page, cdn) => {
    const cards = page.locator('predilect-feed').getByRole('article');
    await cards.nth(3).waitFor();
    assert.equal(await cards.count(), 4);
    assert.deepEqual([...new Set(cdn.requests)].sort(), ['/predilect.cdn.js', '/wasm/engine_bg.wasm']);
  }));

test('CDN: with bytes that the page has, nothing else is fetched', () =>
  fromCdn(async (page, cdn) => {
    await page.locator('predilect-feed').getByRole('article').nth(3).waitFor();
    const before = cdn.requests.length;
    const shown = await page.evaluate(async (url) => {
      const bytes = async (address) => (await fetch(address)).arrayBuffer();
      const { Recommender } = await import(`${url}predilect.cdn.js`);
      const [catalogue, wasmUrl] = [await bytes('shop.predilect'), await bytes(`${url}wasm/engine_bg.wasm`)];
      const recommender = await Recommender.create({ catalogue, wasmUrl, worker: false });
      const { items } = await recommender.recommend({ k: 3 });
      recommender.close();
      return items.length;
    }, cdn.url);
    assert.equal(shown, 3);
    assert.deepEqual(cdn.requests.slice(before), ['/wasm/engine_bg.wasm'], 'what the page itself asked for');
  }));
