// The packed package in projects of the tools that people use: each builds, is served, and recommends in a browser.

import assert from 'node:assert/strict';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../tools/serve.mjs';
import { launch } from '../browser/site.mjs';
import { projects, recommends, runIn, start, visit, workplace } from './pack.mjs';

const VITE = 'node_modules/vite/bin/vite.js';
const NEXT = 'node_modules/next/dist/bin/next';
const AT = ['--host', '127.0.0.1', '--port', 'PORT', '--strictPort'];

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof projects>>} */
let made;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  folder = await workplace();
  made = await projects(folder);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
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
  await served(await serve({ root: join(project, 'dist') }), async (page) => {
    await recommends(page);
    // An import for its effect alone is not shaken off.
    assert.ok(await page.evaluate(() => customElements.get('predilect-feed') !== undefined));
  });
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

/** The stand-in for the address of a CDN. */
const CDN = 'https://cdn.example';

/** A page of one origin, and the package at another, under the policy that such a page needs. */
async function fromCdn(entry, look) {
  const project = await made.project('cdn');
  const headers = { 'access-control-allow-origin': '*' };
  const cdn = await serve({ root: join(project, 'node_modules'), headers });
  const own = async (/** @type {string} */ name) => {
    const text = await readFile(join(project, name), 'utf8');
    return text.replaceAll(CDN, new URL(cdn.url).origin);
  };
  await cp(join(project, 'node_modules/predilect/dist/wasm/engine_bg.wasm'), join(project, 'engine_bg.wasm'));
  const html = { headers: { 'content-type': 'text/html' } };
  const answers = {
    '/': { ...html, body: await own('index.html') },
    '/bytes.html': {
      ...html,
      body: '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/bytes.js"></script>',
    },
    '/bytes.js': { body: await own('bytes.js') },
  };
  const policy = (await own('policy.txt')).trim().replace('script-src', "script-src 'self'");
  try {
    const page = await serve({ root: project, answers, headers: { 'content-security-policy': policy } });
    await served({ ...page, url: page.url + entry }, (page) => look(page, cdn));
  } finally {
    await cdn.close();
  }
}

test('CDN: one script of another origin, under a policy', () =>
  fromCdn('', async (page, cdn) => {
    const cards = page.locator('predilect-feed').getByRole('article');
    await cards.nth(3).waitFor();
    assert.equal(await cards.count(), 4);
    const files = ['/predilect/dist/predilect.cdn.js', '/predilect/dist/wasm/engine_bg.wasm'];
    assert.deepEqual([...new Set(cdn.requests)].sort(), files);
  }));

test('CDN: with bytes of the page’s own nothing but the script is asked for there', () =>
  fromCdn('bytes.html', async (page, cdn) => {
    await page.waitForFunction(() => document.title.split(' ').length === 3);
    assert.deepEqual([...new Set(cdn.requests)], ['/predilect/dist/predilect.cdn.js']);
  }));
