// What all pages of the demo have in common, and the panel for those who look inside.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ready, updated, useSite } from './site.mjs';

const PHONE = { viewport: { width: 390, height: 844 } };
const site = useSite({
  answers: {
    '/axe.js': {
      headers: { 'content-type': 'text/javascript' },
      body: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    },
  },
});

/** Pages, and what brings each into the state with most in it. */
const PAGES = {
  '': async (page) => {
    await ready(page);
    await updated(page, () => page.locator('#grid .act.like').nth(1).click());
    if (await page.locator('#taste-open').isVisible()) await page.locator('#taste-open').click();
    await page.locator('[data-key="inside"]').click();
    await page.locator('#inside table').first().waitFor();
  },
  'help.html': async (page) => {
    await page.locator('.entry').first().waitFor();
    await page.fill('#question', 'how do I bake bread');
    await page.keyboard.press('Enter');
    await page.locator('#by').waitFor();
    await page.locator('.entry summary').first().click();
  },
  'own.html': async (page) => {
    await page.locator('#sample').click();
    await page.locator('#build').waitFor();
    await page.locator('.paste summary').click();
  },
};

/** Rules whose findings depend on colours and room. */
const LOOKS = ['color-contrast', 'scrollable-region-focusable', 'link-in-text-block'];

test('axe finds nothing to mend on any page, in light and dark, on a desk and a phone, from right to left', async () => {
  for (const [path, prepare] of Object.entries(PAGES)) {
    const { page, problems } = await site.visitor({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.route('**/model/*.onnx', () => {});
    await page.goto(site.server.url + path);
    await prepare(page);
    await page.addScriptTag({ url: '/axe.js' });
    const run = (options = {}) =>
      page.evaluate(async (options) => {
        const { violations, passes } = await window.axe.run(document, { resultTypes: ['violations'], ...options });
        const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
        return { found, passes: passes.length };
      }, options);
    const light = await run();
    assert.deepEqual(light.found, [], `/${path} on a desk, light`);
    assert.ok(light.passes > 10, 'it looked');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(PHONE.viewport);
    assert.deepEqual((await run({ runOnly: LOOKS })).found, [], `/${path} on a phone, dark`);
    for (const dir of ['ltr', 'rtl']) {
      await page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), dir);
      const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= room, `/${path} ${dir}: ${wide} pixels in ${room}`);
    }
    assert.deepEqual(problems, []);
  }
});

test('pages lead to each other by keyboard, and share language and theme', async () => {
  const { page } = await site.visitor(PHONE);
  await page.goto(site.server.url);
  await page.locator('[data-ui="zh"]').click();
  await page.locator('#theme').click();
  for (const [at, path] of ['', 'help.html', 'own.html'].entries()) {
    const link = page.locator('.site a').nth(at);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(site.server.url + path);
    await page.waitForFunction(() => document.documentElement.lang === 'zh-Hans');
    assert.equal(await page.locator('.site a[aria-current="page"]').innerText(), ['推荐', '帮助', '自己的目录'][at]);
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.match(await page.locator('h1').innerText(), /[\u4e00-\u9fff]/);
  }
});

test('who looks inside sees weights, signals that add up, timings and bytes, and again at the next visit', async () => {
  const { page, problems } = await site.visitor();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(site.server.url);
  await ready(page);
  assert.ok(!asked.some((path) => path.startsWith('/inside')), 'nobody else loads it');
  await updated(page, () => page.locator('#grid .act.like').nth(1).click());
  await page.locator('[data-key="inside"]').click();
  const table = (name) => page.locator(`table[aria-labelledby="inside-${name}"]`);
  await table('weights').waitFor();
  assert.match(await table('weights').locator('tbody tr').first().innerText(), /1\.000/);
  const cards = await page.locator('#grid .card .title').allTextContents();
  assert.deepEqual(await page.locator('.signals b').allTextContents(), cards);
  const sums = await page.locator('.signals li').evaluateAll((rows) =>
    rows.map((row) => {
      const parts = [
        ...row
          .querySelector('small')
          .textContent.replaceAll('−', '-')
          .matchAll(/-?\d+\.\d{3}/g),
      ];
      return [parts.reduce((sum, [part]) => sum + Number(part), 0), Number(row.querySelector('output').textContent)];
    }),
  );
  for (const [sum, score] of sums) assert.ok(Math.abs(sum - score) < 0.005, `${sum} is ${score}`);
  assert.match(await table('backend').innerText(), /540 × 384/);
  assert.match(await table('timings').innerText(), /recommend\s+[\d.]+ ms/);
  assert.match(await table('bytes').innerText(), /engine\s.*617 KB|engine\s.*\d{3} KB/);
  await page.reload();
  await table('bytes').waitFor();
  await page.locator('[data-key="inside"]').click();
  await page.locator('#inside').waitFor({ state: 'hidden' });
  assert.deepEqual(problems, []);
});
