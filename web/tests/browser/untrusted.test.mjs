// Items are data: whatever their texts and addresses say, nothing of them runs, loads or becomes markup.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { root } from '../../tools/steps.mjs';
import { catalogue, ITEMS } from '../catalogue.mjs';
import { ready, updated, useSite } from './site.mjs';

/** Markup, as it is and as the builder's reader of entities would make it. */
const MARKUP = [
  '<script>attack()</script>',
  '<img src=x onerror=attack()>',
  '<svg onload=attack()>',
  '<svg><script>attack()</script></svg>',
  '<iframe srcdoc="<script>parent.attack()</script>"></iframe>',
  '<body onload=attack()>',
  '<details open ontoggle=attack()>',
  '<math><mtext><table><mglyph><style><img src onerror=attack()>',
  '"><img src=x onerror=attack()>',
  "'-attack()-'",
  '</title><script>attack()</script>',
  '--><script>attack()</script>',
  ']]><script>attack()</script>',
  '<a href="javascript:attack()">x</a>',
  '<base href="https://evil.example/">',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<link rel=stylesheet href=https://evil.example/>',
  '<style>@import "https://evil.example/"</style>',
  '<form action=https://evil.example/><button>x</button></form>',
  '<object data="data:text/html,<script>attack()</script>"></object>',
  '<template><script>attack()</script></template>',
  '{{constructor.constructor("attack()")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an attack on templates
  '${attack()}',
  '\u202egnp.exe\u202c <img src=x onerror=attack()>',
];
const ADDRESSES = [
  'javascript:attack()',
  ' javascript:attack()',
  'JaVaScRiPt:attack()',
  'java\nscript:attack()',
  'java\tscript:attack()',
  '\u0001javascript:attack()',
  'javascript://example.org/%0aattack()',
  'data:text/html,<script>attack()</script>',
  'data:text/html;base64,PHNjcmlwdD5hdHRhY2soKTwvc2NyaXB0Pg==',
  'vbscript:attack()',
  'blob:https://example.org/1',
  'file:///etc/passwd',
  'filesystem:https://example.org/temporary/x',
  'view-source:https://example.org',
  'about:blank',
  'intent://example.org#Intent;end',
  'https://example.org@evil.example/',
  'https://user:word@evil.example/',
  'https://[',
];
const GOOD = ['https://example.org/tea', 'http://example.org/', '/shop/tea', 'tea.html?x=javascript:1'];

const site = useSite();
const entities = (/** @type {string} */ text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

async function show(items) {
  const opened = await site.visitor();
  site.server.answers['/demo.predilect'] = { body: Buffer.from(await catalogue(items)) };
  const attacks = [];
  await opened.page.exposeFunction('attack', () => attacks.push('script'));
  opened.page.on('dialog', (dialog) => attacks.push(dialog.message()));
  opened.page.on('request', (request) => {
    if (!request.url().startsWith(site.server.url)) attacks.push(request.url());
  });
  await opened.page.goto(site.server.url);
  await ready(opened.page);
  return { ...opened, attacks };
}

/** What must not be in the page. */
const strange = (page) =>
  page.evaluate(() => {
    const parts = [...document.querySelectorAll('main, dialog, #snack')].flatMap((part) => [
      ...part.querySelectorAll('*'),
    ]);
    const forbidden =
      'script, img, iframe, object, embed, base, meta, link, style, form, math, template, details[ontoggle]';
    return parts.flatMap((element) => [
      ...(element.matches(forbidden) ? [element.outerHTML] : []),
      ...[...element.attributes]
        .filter(({ name }) => name.startsWith('on'))
        .map(({ name, value }) => `${name}=${value}`),
      ...(element.hasAttribute('href') && !/^https?:$/.test(element.protocol ?? '')
        ? [element.getAttribute('href')]
        : []),
    ]);
  });

for (const [how, write] of [
  ['as it is', (text) => text],
  ['as entities', entities],
]) {
  test(`markup in every text of an item, ${how}`, { timeout: 60_000 }, async () => {
    const items = MARKUP.map((attack, index) => ({
      ...ITEMS[index % ITEMS.length],
      id: `${index}"><img src=x onerror=attack()>`,
      lang: 'en',
      title: `${index} ${write(attack)}`,
      text: `${write(attack)} text`,
      category: `c ${write(attack)}`,
      section: ['constructor', '__proto__', write(attack)][index % 3] || 'x',
      tags: [`t ${write(attack)}`],
    }));
    const { page, attacks, problems } = await show(items);
    while (await page.locator('#more').isVisible()) await updated(page, () => page.locator('#more').click());
    assert.ok((await page.locator('#grid .card').count()) >= 20);
    await updated(page, () => page.locator('#grid .act.like').first().click());
    await page.locator('#grid .why').first().click();
    await page.locator('#grid .title').nth(1).click();
    await page.locator('.alike-item').first().waitFor();
    assert.deepEqual(await strange(page), []);
    assert.deepEqual(attacks, []);
    assert.deepEqual(problems, []);
    if (how === 'as entities') {
      const shown = await page.locator('#grid .title').allTextContents();
      assert.ok(
        shown.some((title) => title.includes('<')),
        'it is shown as the text that it is',
      );
    }
  });
}

test('addresses of items: pages are linked, all else is not', { timeout: 60_000 }, async () => {
  const urls = [...ADDRESSES, ...GOOD];
  const items = urls.map((url, index) => ({
    ...ITEMS[index % ITEMS.length],
    id: `i${index}`,
    lang: 'en',
    title: `Item ${index}`,
    url,
  }));
  const { page, attacks } = await show(items);
  const { outputFiles } = await build({ entryPoints: [join(root, 'web/demo/dom.ts')], format: 'esm', write: false });
  // By the server: what a service worker fetches is not the page's to route.
  site.server.answers['/dom.js'] = { body: outputFiles[0].text, headers: { 'content-type': 'text/javascript' } };
  const linked = await page.evaluate(async (urls) => {
    const { safeAddress } = await import('/dom.js');
    return urls.filter((url) => safeAddress(url) !== undefined);
  }, urls);
  assert.deepEqual(linked, GOOD);
  while (await page.locator('#more').isVisible()) await updated(page, () => page.locator('#more').click());
  for (const id of ['i0', 'i7', `i${ADDRESSES.length}`]) {
    await page.locator(`#grid .card[data-id="${id}"] .title`).click();
    await page.locator('.alike-item').first().waitFor();
    const links = await page.locator('#detail a').evaluateAll((all) => all.map((link) => [link.href, link.rel]));
    const expected = id === `i${ADDRESSES.length}` ? [['https://example.org/tea', 'noopener noreferrer']] : [];
    assert.deepEqual(links, expected, id);
    await page.keyboard.press('Escape');
  }
  assert.deepEqual(await strange(page), []);
  assert.deepEqual(attacks, []);
});
