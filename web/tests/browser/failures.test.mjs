// What the page says when something that it needs is missing, damaged or something else.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { catalogue, ITEMS, indexWords, otherFormat } from '../catalogue.mjs';
import { launch, newPage, ready, serveSite, usePackage } from './site.mjs';

let browser;
let whole;
before(async () => {
  browser = await launch();
  whole = await readFile(new URL('../../demo/site/demo.predilect', import.meta.url));
});
after(() => browser?.close());

/** Opens the demo on a server that answers some paths otherwise, and looks. */
async function withSite(options, look) {
  const server = await serveSite(options);
  const { page, context } = await newPage(browser);
  try {
    await page.goto(server.url);
    await look(page, server);
  } finally {
    await context.close();
    await server.close();
  }
}

const shows =
  (code, words = []) =>
  async (page) => {
    await page.locator('#error-code').waitFor();
    assert.equal(await page.locator('#error-code').textContent(), code);
    const text = await page.locator('#state').textContent();
    for (const word of words) assert.ok(text.includes(word), `"${text}" names ${word}`);
    assert.ok(await page.getByRole('button', { name: 'Try again' }).isVisible());
  };

const file = (body) => ({ answers: { '/demo.predilect': { body: Buffer.from(body) } } });

test('a catalogue cut short', () =>
  withSite(file(whole.subarray(0, whole.length - 1000)), shows('catalogue-truncated')));

test('a catalogue with a changed byte', () => {
  const changed = Buffer.from(whole);
  changed[changed.length >> 1] ^= 1;
  return withSite(file(changed), shows('catalogue-corrupt'));
});

test('a catalogue of another version', () => withSite(file(otherFormat(whole)), shows('catalogue-version', ['9'])));

test('a page instead of the catalogue', () =>
  withSite({ htmlFor: ['/demo.predilect'] }, shows('not-a-catalogue', ['HTML', 'demo.predilect'])));

test('a page instead of the engine', () =>
  withSite({ htmlFor: ['/predilect/wasm/engine_bg.wasm'] }, shows('not-wasm', ['optimizeDeps', 'wasm: { engine }'])));

test('no catalogue', () =>
  withSite({ answers: { '/demo.predilect': { status: 404, body: '' } } }, shows('not-found', ['demo.predilect'])));

test('no worker script', () =>
  withSite({ answers: { '/predilect/worker.js': { status: 404, body: '' } } }, shows('crashed', ['worker.js'])));

test('after a failure, trying again works', async () => {
  const answers = { '/demo.predilect': { status: 503, body: '' } };
  await withSite({ answers }, async (page) => {
    await shows('network', ['503'])(page);
    const { context } = await newPage(browser);
    await context.close();
    await page.route('**/demo.predilect', (route) => route.fulfill({ body: whole }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await ready(page);
  });
});

test('a list that has run out says so, and undo brings it back', async () => {
  const few = await catalogue(ITEMS.filter(({ lang }) => lang === 'en').slice(0, 1));
  await withSite(file(few), async (page) => {
    await ready(page);
    await page.locator('#grid .act.dislike').click();
    await page.locator('#state').waitFor();
    assert.match(await page.locator('#state').textContent(), /Nothing is left to show here/);
    await page.locator('#snack button').click();
    await ready(page);
  });
});

test('a catalogue of another encoder recommends, but refuses to search', async () => {
  const other = await catalogue(ITEMS, 'ffffffffffffffff');
  const answers = { ...file(other).answers, '/demo.words': { body: Buffer.from(indexWords(other)) } };
  await withSite({ answers }, async (page) => {
    await ready(page);
    await page.fill('#text', 'tea');
    await page.locator('#search').click();
    await page.locator('#model.wrong').waitFor({ timeout: 120_000 });
    assert.match(await page.locator('#model').textContent(), /encoder-mismatch/);
    assert.match(await page.locator('#model').textContent(), /ffffffffffffffff/);
  });
});

test('texts of items are shown as they are and never become markup', async () => {
  // As entities: the builder strips tags, and what it decodes is text.
  const attack = '&lt;img src=x onerror="document.title=1"&gt;&lt;script&gt;document.title=2&lt;/script&gt;';
  const items = ITEMS.slice(0, 4).map((item, index) => ({
    ...item,
    lang: 'en',
    title: `${attack} ${index}`,
    category: attack,
    tags: [attack],
  }));
  await withSite(file(await catalogue(items)), async (page) => {
    await ready(page);
    await page.locator('#grid .act.like').first().click();
    await page.locator('.chips.likes .chip').first().waitFor();
    await page.locator('#grid .title').first().click();
    await page.locator('.alike-item').first().waitFor();
    assert.equal(await page.locator('main img, dialog img, main script, dialog script').count(), 0);
    assert.match(await page.locator('#detail-title').textContent(), /<img src=x/);
    assert.match(await page.title(), /^Predilect/);
  });
});

test('a model with a changed byte is refused, and the page goes on', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../demo/site/model/manifest.json', import.meta.url), 'utf8'));
  const model = await readFile(new URL(`../../demo/site/model/${manifest.files.model.name}`, import.meta.url));
  const changed = Buffer.from(model);
  changed[changed.length >> 1] ^= 1;
  await withSite({ answers: { [`/model/${manifest.files.model.name}`]: { body: changed } } }, async (page) => {
    await ready(page);
    await page.fill('#text', 'tea');
    await page.locator('#search').click();
    await page.locator('#model.wrong').waitFor({ timeout: 120_000 });
    assert.match(await page.locator('#model').textContent(), /model-corrupt.*SHA-256/s);
    await page.locator('#grid .act.like').first().click();
    await page.locator('.chips.likes .chip').first().waitFor();
  });
});

test('a model whose tokenizer contradicts itself ends its encoder, and nothing else', async () => {
  const read = async (name) =>
    JSON.parse(await readFile(new URL(`../../demo/site/model/${name}`, import.meta.url), 'utf8'));
  const manifest = await read('manifest.json');
  const tokenizer = await read(manifest.files.tokenizer.name);
  // The template still asks for it.
  delete tokenizer.post_processor.special_tokens['</s>'];
  const body = Buffer.from(JSON.stringify(tokenizer));
  const digest = (data) => createHash('sha256').update(data).digest('hex');
  const { files } = manifest;
  Object.assign(files.tokenizer, { bytes: body.length, sha256: digest(body) });
  const { dimension, pooling, max_tokens, prefix } = manifest;
  const contents = [files.model.sha256, files.tokenizer.sha256, dimension, pooling, max_tokens, prefix];
  manifest.fingerprint = digest(contents.join('\n')).slice(0, 16);
  const answers = {
    '/model/manifest.json': { body: Buffer.from(JSON.stringify(manifest)) },
    [`/model/${manifest.files.tokenizer.name}`]: { body },
  };
  const server = await serveSite({ answers });
  const { page, context, problems } = await newPage(browser);
  try {
    await usePackage(page, server);
    const seen = await page.evaluate(async () => {
      const options = { profile: 't', consent: 'granted', encoder: '/model/' };
      window.r = await open(options);
      const [first] = (await window.r.recommend({ k: 1 })).items;
      await window.r.record({ kind: 'like', item: first.id });
      const broken = [await failure(window.r.encode(['tea'])), await failure(window.r.encode(['tea']))];
      const { items } = await window.r.recommend({ k: 3 });
      const { events } = await window.r.profile();
      await window.r.close();
      return { broken, items: items.length, events };
    });
    for (const { code, message } of seen.broken) {
      assert.equal(code, 'crashed', message);
      assert.match(message, /contradict each other/);
    }
    assert.deepEqual([seen.items, seen.events], [3, 1]);
    // The wrong files were not kept: with the right ones all is well.
    for (const path of Object.keys(answers)) delete server.answers[path];
    const [length, events] = await page.evaluate(async () => {
      const r = await open({ profile: 't', consent: 'granted', encoder: '/model/' });
      return [(await r.encode(['tea'])).length, (await r.profile()).events];
    });
    assert.ok(length > 0);
    assert.equal(events, 1);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
    await server.close();
  }
});

test('storage that is denied or full of rubbish does no harm', async () => {
  const server = await serveSite();
  const { page, context, problems } = await newPage(browser);
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'indexedDB']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    }
  });
  await page.goto(`${server.url}?main-thread`);
  await ready(page);
  await page.locator('.keep input').click();
  await page.locator('#snack:not([hidden])').waitFor();
  assert.match(await page.locator('#snack').textContent(), /no storage/);
  await page.locator('#grid .act.like').first().click();
  await page.locator('.chips.likes .chip').first().waitFor();
  assert.equal(await page.locator('.keep input').isChecked(), false);
  assert.deepEqual(problems, []);
  await context.close();

  const second = await newPage(browser);
  await second.page.addInitScript(() => {
    localStorage.setItem('predilect-demo.choices', '{"section":"no such","language":7,"ui":"xx","theme":[]}');
    indexedDB.open('predilect/demo', 1).onupgradeneeded = (event) => {
      for (const name of ['head', 'state', 'log']) event.target.result.createObjectStore(name).put('rubbish', 'head');
    };
  });
  await second.page.goto(server.url);
  await ready(second.page);
  assert.deepEqual(second.problems, []);
  await second.context.close();
  await server.close();
});
