// Search by words, by meaning and by both: the demo's catalogue and index, the built modules, the real encoder.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ids, ready, updated, usePackage, useSite } from './site.mjs';

const LOADING = 120_000;
const site = useSite();

for (const worker of [true, false]) {
  test(`words are found without an encoder ${worker ? 'in a worker' : 'on the page’s thread'}`, async () => {
    const { page, problems } = await site.visitor();
    site.server.requests.length = 0;
    await usePackage(page, site.server);
    await page.evaluate(async (worker) => {
      window.r = await open({ words: '/demo.words', worker });
      await window.r.recommend();
    }, worker);
    const asked = () => site.server.requests.filter((url) => /words/.test(url) && !/\.js/.test(url));
    assert.deepEqual(asked(), [], 'nothing of it is fetched before the first search');

    const found = await page.evaluate(async () => {
      const { r } = window;
      const [first] = (await r.recommend({ k: 40, filter: { lang: 'en' } })).items.filter(({ fields }) =>
        /^[A-Za-z]{6,} [a-z]{4,}/.test(fields.title),
      );
      const [zh] = (await r.recommend({ k: 40, filter: { lang: 'zh' } })).items.filter(({ fields }) =>
        /^[\u4e00-\u9fff]{4,}/.test(fields.title),
      );
      const { title } = first.fields;
      const word = title.split(' ')[0];
      const place = async (text, id, options) =>
        (await r.search(text, { k: 20, ...options })).items.findIndex((item) => item.id === id);
      const list = await r.search(title, { k: 5 });
      return {
        title,
        list,
        places: [
          await place(title, first.id),
          await place(title.toUpperCase(), first.id),
          await place(title.slice(0, word.length + 3), first.id, { prefix: true }),
          // A letter is missing.
          await place(title.replace(word, word.slice(0, 2) + word.slice(3)), first.id),
          await place(zh.fields.title.slice(1, 4), zh.id),
        ],
        section: (await r.search(title, { filter: { section: 'news' } })).items.every(
          ({ fields }) => fields.section === 'news',
        ),
        none: (await r.search('zzzzqqqq')).items.length,
        odd: await Promise.all(
          ['', '🎮', '\ud83c', '<b>', 'שלום', 'x'.repeat(100_000)].map((text) => r.search(text).then(({ by }) => by)),
        ),
        meaning: await failure(r.search('tea', { by: 'meaning' })),
        wish: await failure(r.search('tea', { by: 'magic' })),
        key: await failure(r.search('tea', { prefx: true })),
        length: await failure(r.search('tea', { k: 0 })),
      };
    });
    assert.equal(found.list.by, 'words');
    assert.ok(
      found.places.every((place) => place >= 0 && place < 10),
      `${found.title}: ${found.places}`,
    );
    assert.equal(found.places[0], 0);
    for (const { score, reasons, fields, matches } of found.list.items) {
      assert.deepEqual(
        reasons.map(({ kind }) => kind),
        ['words'],
      );
      assert.equal(reasons[0].part, score);
      assert.ok(score > 0 && score < 1);
      assert.ok(matches.length > 0);
      for (const { field, index, start, end, ranges } of matches) {
        const text = index === undefined ? fields[field] : fields[field][index];
        assert.ok(start >= 0 && end <= text.length && end - start <= 161);
        let last = start;
        for (const [from, to] of ranges) {
          assert.ok(from >= last && from < to && to <= end, `${field}: ${from} ${to}`);
          last = to;
        }
      }
    }
    const title = found.list.items[0].matches.find(({ field }) => field === 'title');
    assert.equal(found.title.slice(...title.ranges[0]), found.title.split(' ')[0]);
    assert.deepEqual([found.section, found.none], [true, 0]);
    assert.deepEqual(found.odd, Array(6).fill('words'));
    assert.deepEqual(
      [found.meaning, found.wish, found.key, found.length].map(({ code }) => code),
      ['bad-input', 'bad-input', 'bad-input', 'bad-request'],
    );
    assert.match(found.key.message, /did you mean "prefix"/);
    assert.equal(asked().filter((url) => url.endsWith('.words')).length, 1);
    assert.deepEqual(problems, []);
    await page.evaluate(() => window.r.close());
  });
}

test('traditional and simplified characters find the same, and both are marked', async () => {
  const { page, problems } = await site.visitor();
  await usePackage(page, site.server);
  const [simplified, traditional, english] = await page.evaluate(async () => {
    const r = await open({ words: '/demo.words' });
    const found = [];
    for (const text of ['太空电梯', '太空電梯', 'kettle']) {
      const { items } = await r.search(text, { k: 5, by: 'words' });
      found.push(
        items.map(({ id, score, fields, matches }) => ({
          id,
          score,
          marked: matches.flatMap(({ field, index, ranges }) => {
            const text = index === undefined ? fields[field] : fields[field][index];
            return ranges.map(([from, to]) => text.slice(from, to));
          }),
        })),
      );
    }
    await r.close();
    return found;
  });
  assert.deepEqual(traditional, simplified);
  assert.ok(traditional[0].marked.includes('太空电梯'), JSON.stringify(traditional[0]));
  assert.ok(english.length > 0 && english[0].id !== traditional[0].id);
  assert.deepEqual(problems, []);
});

test('an index that is no index, damaged, or of other items is refused by name', async () => {
  const { page } = await site.visitor();
  await usePackage(page, site.server);
  const errors = await page.evaluate(async () => {
    const bytes = new Uint8Array(await (await fetch('/demo.words')).arrayBuffer());
    const builder = await import('/predilect/wasm/builder.js');
    await builder.default({ module_or_path: fetch('/predilect/wasm/builder_bg.wasm') });
    const made = new builder.Builder('{}');
    made.push(new TextEncoder().encode('{"id":"a","title":"Other"}'));
    made.finish();
    const other = builder.indexWords(made.assemble(new Float32Array([1, 0]), 'e'));
    const changed = bytes.slice();
    changed[bytes.length >> 1] ^= 4;
    const newer = bytes.slice();
    newer[8] = 99;
    const out = [];
    for (const words of [
      new Uint8Array([1, 2, 3]),
      changed,
      bytes.slice(0, 1000),
      newer,
      other,
      '/nowhere.words',
      '/empty.html',
    ]) {
      const r = await open({ words });
      out.push((await failure(r.search('tea'))).code);
      // The next search tries again, and all else works.
      out.push((await r.recommend({ k: 3 })).items.length);
      r.close();
    }
    const r = await open({});
    out.push((await failure(r.search('tea'))).code, (await failure(r.search('tea', { by: 'words' }))).code);
    r.close();
    return out;
  });
  assert.deepEqual(errors, [
    ...[
      'not-words',
      3,
      'words-corrupt',
      3,
      'words-corrupt',
      3,
      'words-version',
      3,
      'words-mismatch',
      3,
      'not-found',
      3,
    ],
    ...['not-found', 3, 'bad-input', 'bad-input'],
  ]);
});

test('words answer at once, meaning joins in when it is loaded', { timeout: LOADING }, async () => {
  const { page, problems } = await site.visitor();
  await usePackage(page, site.server);
  const { first, both, later, meaning, foreign } = await page.evaluate(async () => {
    const r = await open({ words: '/demo.words', encoder: '/model/' });
    const first = await r.search('something to brew coffee with', { k: 5 });
    const both = await r.search('something to brew coffee with', { k: 5, by: 'both' });
    const later = await r.search('something to brew coffee with', { k: 5 });
    const meaning = await r.search('something to brew coffee with', { k: 5, by: 'meaning' });
    // No word in common with an English item: meaning alone finds it.
    const foreign = await r.search('煮咖啡的东西', { k: 10, filter: { lang: 'en' } });
    r.close();
    return { first, both, later, meaning, foreign };
  });
  assert.deepEqual([first.by, both.by, later.by, meaning.by], ['words', 'both', 'both', 'meaning']);
  assert.deepEqual(later, both);
  assert.ok(foreign.items.some(({ fields }) => /coffee/i.test(fields.title)));
  assert.ok(both.items.some(({ reasons }) => reasons.length === 2));
  for (const { items } of [both, foreign, meaning]) {
    for (const { score, reasons } of items) {
      const sum = reasons.reduce((sum, { part }) => sum + part, 0);
      assert.ok(Math.abs(sum - score) < 1e-9);
      assert.ok(reasons.every(({ kind }) => kind === 'words' || kind === 'match'));
    }
  }
  assert.ok(meaning.items.every(({ matches }) => matches === undefined));
  assert.deepEqual(problems, []);
});

test('what a page adds is found by its words', { timeout: LOADING }, async () => {
  const { page, problems } = await site.visitor();
  await usePackage(page, site.server);
  const found = await page.evaluate(async () => {
    const r = await open({ words: '/demo.words', encoder: '/model/' });
    const before = (await r.search('zanzibar quokka', { by: 'words' })).items.length;
    await r.add({ id: 'own', title: 'Zanzibar quokka', section: 'shop' });
    const after = (await r.search('zanzibar quokka', { by: 'words' })).items.map(({ id }) => id);
    await r.remove('own');
    const gone = (await r.search('zanzibar quokka', { by: 'words' })).items.length;
    r.close();
    return { before, after, gone };
  });
  assert.deepEqual(found, { before: 0, after: ['own'], gone: 0 });
  assert.deepEqual(problems, []);
});

test('the demo searches while one types, and marks what matches', async () => {
  const { page, problems } = await site.visitor();
  site.server.requests.length = 0;
  await page.goto(site.server.url);
  await ready(page);
  const before = await ids(page);
  await updated(page, () => page.locator('#text').pressSequentially('coff', { delay: 10 }));
  await page.locator('#grid .card h3 mark').first().waitFor();
  assert.match(await page.locator('#grid .card mark').first().innerText(), /^coff/i);
  assert.notDeepEqual(await ids(page), before);
  const model = site.server.requests.filter((url) => url.includes('/model/model.'));
  assert.deepEqual(model, [], 'typing loads no model');
  await updated(page, () => page.locator('#text').fill(''));
  assert.deepEqual(await ids(page), before);
  assert.deepEqual(problems, []);
});
