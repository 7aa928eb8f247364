// Files of the last visit: used without a network, replaced by good ones only.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { catalogue, ITEMS } from '../catalogue.mjs';
import { ids, ready, updated, usePackage, useSite } from './site.mjs';

const LOADING = 120_000;
const site = useSite();
const sha256 = (/** @type {Uint8Array} */ bytes, how = 'hex') => createHash('sha256').update(bytes).digest(how);
let first;
let second;
before(async () => {
  [first, second] = await Promise.all([6, 8].map(async (count) => Buffer.from(await catalogue(ITEMS.slice(0, count)))));
});

/** How many items a visit finds, and what it is told. It lasts until the device keeps what it should. */
const visit = (page, options = {}, hash = undefined) =>
  page.evaluate(
    async ([options, hash]) => {
      notices.splice(0);
      try {
        const r = await open({ catalogue: '/c', ...options });
        const { count } = await r.info();
        const files = async () =>
          (await (await caches.open('predilect')).keys()).map(({ url }) => url).filter((url) => url.includes('/file/'));
        if (hash && !(await until(async () => `${(await files()).map((url) => url.slice(-64))}` === hash))) throw hash;
        r.close();
        return { count, notices };
      } catch (error) {
        return { code: error.code ?? error, notices };
      }
    },
    [options, hash],
  );
/** The hashes that the device keeps. */
const kept = (page) =>
  page.evaluate(async () => {
    const keys = await (await caches.open('predilect')).keys();
    return keys.flatMap(({ url }) => (url.includes('/file/') ? [url.slice(-64)] : [])).sort();
  });

test('a catalogue that cannot be had, or is damaged, never replaces the good one of the last visit', async () => {
  const { page } = await site.visitor();
  await usePackage(page, site.server);
  const { answers } = site.server;
  answers['/c'] = { status: 503, body: '' };
  assert.deepEqual(await visit(page), { code: 'network', notices: [] }, 'nothing to fall back on');
  answers['/c'] = { body: first, breakAfter: 500 };
  assert.deepEqual(await visit(page), { code: 'network', notices: [] }, 'a transfer that broke off');
  assert.deepEqual(await kept(page), [], 'a part of a file is not kept');
  answers['/c'] = { body: first };
  assert.deepEqual(await visit(page, {}, sha256(first)), { count: 6, notices: [] });

  const changed = Buffer.from(second);
  changed[changed.length >> 1] ^= 1;
  for (const answer of [
    { status: 503, body: '' },
    { status: 404, body: '' },
    { body: '<!doctype html><title>Log in</title>' },
    { body: '' },
    { body: second.subarray(0, -100) },
    { body: second, breakAfter: second.length - 100 },
    { body: changed },
  ]) {
    answers['/c'] = answer;
    assert.deepEqual(await visit(page), { count: 6, notices: ['last-version'] });
    assert.deepEqual(await kept(page), [sha256(first)]);
  }
  answers['/c'] = { status: 503, body: '' };
  assert.equal(
    (await visit(page, { offline: false })).code,
    'network',
    'kept copies are used only where they are wanted',
  );
  answers['/c'] = { body: second };
  const swapped = await visit(page, {}, sha256(second));
  assert.deepEqual(swapped, { count: 8, notices: [] }, 'the old one goes when the new one is in use');
});

test('with an integrity value nothing else is used, and what is kept is not asked for again', async () => {
  const { page } = await site.visitor();
  await usePackage(page, site.server);
  const { answers, requests } = site.server;
  answers['/c'] = { body: first };
  const integrity = `sha256-${sha256(first, 'base64')}`;
  assert.deepEqual(await visit(page, { integrity }, sha256(first)), { count: 6, notices: [] });
  requests.length = 0;
  answers['/c'] = { body: second };
  assert.deepEqual(await visit(page, { integrity }), { count: 6, notices: [] });
  assert.ok(!requests.includes('/c'));
  const other = `sha256-${sha256(Buffer.from('x'), 'base64')}`;
  assert.deepEqual(await visit(page, { integrity: other }), { code: 'catalogue-corrupt', notices: [] });
  assert.deepEqual(await visit(page, { integrity: 'md5-x' }), { code: 'bad-input', notices: [] });
  // A kept file that was damaged on the disk is not used.
  await page.evaluate(async (hash) => {
    const cache = await caches.open('predilect');
    await cache.put(`/.predilect/file/${hash}`, new Response('rubbish'));
  }, sha256(first));
  answers['/c'] = { body: first };
  assert.deepEqual(await visit(page, { integrity }), { count: 6, notices: [] });
  assert.ok(requests.includes('/c'));
});

test('a model is swapped whole, and there without a network', { timeout: LOADING }, async () => {
  const { page } = await site.visitor();
  await usePackage(page, site.server);
  const { answers, requests } = site.server;
  const manifest = JSON.parse(await readFile(new URL('../../demo/site/model/manifest.json', import.meta.url), 'utf8'));
  const search = () =>
    page.evaluate(async () => {
      notices.splice(0);
      const r = await open({ encoder: '/model/' });
      const found = await r.search('tea', { k: 3 });
      // The catalogue and the three files of the model, and where they came from.
      await until(async () => (await (await caches.open('predilect')).keys()).length === 6);
      r.close();
      return { found: found.items.map(({ id }) => id), notices };
    });
  const before = await search();
  assert.deepEqual(before.notices, []);
  const good = await kept(page);
  // A new version of which one file arrives, and one is not what the manifest says.
  const newer = structuredClone(manifest);
  newer.files.model = { ...newer.files.model, name: 'newer.onnx', sha256: sha256(Buffer.from('newer')) };
  answers['/model/manifest.json'] = { body: JSON.stringify(newer) };
  answers['/model/newer.onnx'] = { body: 'torn' };
  const torn = await search();
  assert.deepEqual(torn.found, before.found);
  assert.deepEqual(torn.notices, ['last-version']);
  assert.deepEqual(await kept(page), good);
  requests.length = 0;
  delete answers['/model/manifest.json'];
  assert.deepEqual(await search(), before);
  assert.ok(!requests.some((path) => path.endsWith('.onnx')), 'a kept model is not fetched again');
});

test('after one visit all pages of the demo work without a network', async () => {
  const { page, context, problems } = await site.visitor();
  await page.goto(site.server.url);
  await ready(page);
  await page.locator('#offline', { hasText: 'without a network' }).waitFor();
  await updated(page, () => page.locator('.keep input').click());
  await updated(page, () => page.locator('#grid .act.like').nth(1).click());
  const list = await ids(page);
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  assert.deepEqual(await ids(page), list);
  // Words are searched with an index that this visitor never asked for with a network.
  await page.fill('#text', 'tea');
  await page.locator('#list-title', { hasText: 'tea' }).waitFor();
  assert.ok((await ids(page)).length > 0);

  await page.locator('.site a').nth(1).click();
  await page.locator('.entry').first().waitFor();
  await page.fill('#question', 'which browser do I need');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('#matched').textContent(), /^Which browsers/);
  await page.locator('.site a').nth(2).click();
  await page.locator('#limits:not(:empty)').waitFor();
  await page.locator('#sample').click();
  // What reads files is kept when it was used once.
  await page.locator('#trouble-text[data-code="network"]').waitFor();
  assert.deepEqual(
    problems.filter((problem) => !problem.includes('ERR_INTERNET_DISCONNECTED')),
    [],
  );
});

test('a newer site is told of, and takes the place of the older one as a whole', async () => {
  const { page, context } = await site.visitor();
  await page.goto(`${site.server.url}help.html`);
  await page.locator('#offline', { hasText: 'without a network' }).waitFor();
  assert.ok(await page.locator('#snack').isHidden(), 'the first version is no news');
  const list = await (await fetch(`${site.server.url}files.js`)).text();
  const { answers } = site.server;
  const style = await (await fetch(`${site.server.url}help.css`)).text();
  answers['/help.css'] = { body: `${style}\n.browse { outline-style: dotted }` };
  answers['/files.js'] = { body: list.replace(/"version":"\w+"/, '"version":"newer"') };
  try {
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await page.locator('#snack', { hasText: 'newer version' }).waitFor();
    const names = () =>
      page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('predilect-demo')));
    // Nothing tells a page that a cache is gone; the test's own time limit ends this.
    while ((await names()).length > 1) await page.waitForTimeout(50);
    assert.deepEqual(await names(), ['predilect-demo newer']);
    await context.setOffline(true);
    await page.locator('#snack button').click();
    await page.locator('.entry').first().waitFor();
    assert.equal(await page.locator('.browse').evaluate((part) => getComputedStyle(part).outlineStyle), 'dotted');

    // A version of which a file is missing is not taken.
    await context.setOffline(false);
    answers['/files.js'] = {
      body: list.replace('"./', '"./gone.js","./').replace(/"version":"\w+"/, '"version":"torn"'),
    };
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.getRegistration())?.update();
      const { installing } = (await navigator.serviceWorker.getRegistration()) ?? {};
      await new Promise((done) => {
        if (!installing) done(undefined);
        else installing.onstatechange = () => installing.state === 'redundant' && done(undefined);
      });
    });
    await context.setOffline(true);
    await page.reload();
    await page.locator('.entry').first().waitFor();
  } finally {
    delete answers['/help.css'];
    delete answers['/files.js'];
  }
});

test('the site can be installed: its manifest has no fault, and its icons are what it says', async () => {
  const { page, context } = await site.visitor();
  for (const path of ['', 'help.html', 'own.html']) {
    await page.goto(site.server.url + path);
    const session = await context.newCDPSession(page);
    const { url, errors } = await session.send('Page.getAppManifest');
    assert.deepEqual([url, errors], [`${site.server.url}app.webmanifest`, []]);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    const faults = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
    assert.deepEqual(faults, [], path);
    await session.detach();
  }
  const { icons } = await (await fetch(`${site.server.url}app.webmanifest`)).json();
  for (const { src, sizes } of icons.filter(({ type }) => type === 'image/png')) {
    const found = await page.evaluate(async (src) => {
      const image = await createImageBitmap(await (await fetch(src)).blob());
      return `${image.width}x${image.height}`;
    }, src);
    assert.equal(found, sizes, src);
  }
  assert.ok(icons.some(({ purpose }) => purpose === 'maskable'));
});
