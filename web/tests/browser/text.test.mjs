// Text in the demo, with the real encoder: search and describe in two languages, cancelling, and no request after load.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ids, launch, newPage, ready, serveSite, updated } from './site.mjs';

const LOADING = 120_000;
let server;
let browser;
/** @type {Awaited<ReturnType<typeof newPage>>} */
let shared;
/** Paths that the shared page and its worker asked for. */
const asked = [];

before(async () => {
  server = await serveSite();
  browser = await launch();
  shared = await newPage(browser);
  shared.context.on('request', (request) => {
    if (!request.serviceWorker()) asked.push(new URL(request.url()).pathname);
  });
  await shared.page.goto(server.url);
  await ready(shared.page);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const typed = async (page, text, button) => {
  await page.fill('#text', text);
  await updated(page, () => page.locator(button).click());
  // Typing shows a list by words of its own; what was asked for comes after it.
  await page.locator('#prompt:not([aria-busy])').waitFor();
};
const cards = (page) =>
  page.locator('#grid .card').evaluateAll((all) =>
    Promise.all(
      all.map(async (card) => {
        const why = card.querySelector('details');
        const opened = why.open || new Promise((done) => why.addEventListener('toggle', done, { once: true }));
        why.open = true;
        await opened;
        return {
          id: card.dataset.id,
          section: card.dataset.section,
          lang: card.querySelector('h3').lang,
          meta: card.querySelector('.meta').textContent,
          words: `${card.querySelector('.title').textContent} ${card.querySelector('.text').textContent} ${card.querySelector('.tags').textContent}`,
          why: card.querySelector('.because').textContent,
          reasons: card.querySelector('.parts').textContent,
        };
      }),
    ),
  );

test('before anything is typed the page says how large the model is, and has not fetched it', async () => {
  const { page } = shared;
  await page.waitForFunction(() => /\d+(\.\d+)? MB/.test(document.getElementById('model').textContent));
  assert.ok(!server.requests.some((path) => path.endsWith('.onnx')));
  // What a service worker keeps for visits without a network is no sign that the page needs it.
  assert.ok(asked.some((path) => path.endsWith('/worker.js')));
  assert.ok(!asked.some((path) => path.endsWith('/wasm/encoder.js')));
});

test('a download can be cancelled, and starts anew when text comes again', { timeout: LOADING }, async () => {
  let asked = 0;
  const { page, context } = await newPage(browser);
  // A model that never comes.
  await context.route('**/*.onnx', () => {
    asked++;
  });
  await page.goto(server.url);
  await ready(page);
  for (const round of [1, 2]) {
    await page.fill('#text', 'tea');
    await page.locator('#search').click();
    await page.locator('#model progress').waitFor();
    assert.match(await page.locator('#model').textContent(), /Loading the language model: .* of .* MB/);
    while (asked < round) await new Promise((done) => setTimeout(done, 20));
    // Clicks are answered meanwhile.
    await updated(page, () => page.locator('#grid .act.like').nth(round).click());
    await page.locator('#model button').click();
    await page.waitForFunction(() => !document.querySelector('#prompt[aria-busy]'));
    assert.match(await page.locator('#model').textContent(), /The first text loads a language model/);
  }
  assert.equal(await page.locator('.recent li').count(), 2);
  await context.close();
});

test('English text finds by meaning', { timeout: LOADING }, async () => {
  const { page } = shared;
  await typed(page, 'something to brew coffee with', '#search');
  const found = await cards(page);
  assert.ok(
    found.slice(0, 4).filter(({ words }) => /coffee|espresso|brew|tea|kettle/i.test(words)).length >= 2,
    JSON.stringify(found.slice(0, 4)),
  );
  assert.ok(found.every(({ why }) => why.includes('something to brew coffee with')));
  assert.match(await page.locator('#model').textContent(), /on your device/);
  await updated(page, () => page.locator('#back').click());
  assert.equal(await page.locator('#list-title').textContent(), 'To start with');
});

test('Chinese text finds Chinese items', async () => {
  const { page } = shared;
  await updated(page, () => page.locator('#languages [data-key=zh]').click());
  await typed(page, '太空 科幻 电影', '#search');
  const found = await cards(page);
  assert.ok(
    found.slice(0, 5).filter(({ meta, words }) => /电影/.test(meta) || /太空|航天|宇宙|科幻/.test(words)).length >= 4,
    JSON.stringify(found.slice(0, 5)),
  );
  await updated(page, () => page.locator('#back').click());
  await updated(page, () => page.locator('#languages [data-key=both]').click());
});

for (const [text, films, journeys] of [
  ['I like films and travel', /film|电影/i, /travel|旅行|旅/i],
  ['我喜欢看电影和旅游', /film|电影/i, /travel|旅/i],
]) {
  test(`a taste in words changes the list: ${text}`, async () => {
    const { page } = shared;
    const before = await ids(page);
    const fitting = async () =>
      (await cards(page)).filter(({ meta, words }) => films.test(meta + words) || journeys.test(meta + words)).length;
    const fittingBefore = await fitting();
    await page.fill('#text', text);
    assert.ok(await page.locator('#describe.lead-button').isVisible(), 'the page sees that it is a taste');
    await updated(page, () => page.keyboard.press('Enter'));
    assert.notDeepEqual(await ids(page), before);
    const found = await cards(page);
    assert.ok(
      (await fitting()) > fittingBefore,
      JSON.stringify(found.map(({ meta, words }) => meta + words.slice(0, 30))),
    );
    assert.ok(found.some(({ reasons }) => reasons.includes(`Because you said “${text}”`)));
    assert.ok((await page.locator('.chips.likes .chip-name').allInnerTexts()).some((name) => name.includes(text)));
    await updated(page, () => page.locator('[data-key="undo"]').click());
    assert.deepEqual(await ids(page), before);
  });
}

test('a dislike in words lowers instead', async () => {
  const { page } = shared;
  await page.fill('#text', "I don't like football");
  assert.equal(await page.locator('#describe').textContent(), 'Not my taste');
  await updated(page, () => page.keyboard.press('Enter'));
  assert.equal(await page.locator('.chips.avoids .chip').count(), 1);
  await updated(page, () => page.locator('[data-key="undo"]').click());
});

test('blank text is not sent anywhere', async () => {
  const { page } = shared;
  await page.fill('#text', '   ');
  await page.locator('#search').click();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'text');
});

test('with the network gone everything still works, and nothing was asked for', async () => {
  const { page, context, problems } = shared;
  const asked = [];
  await context.route('**/*', (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  context.on('request', (request) => asked.push(request.url()));
  server.requests.length = 0;
  await context.setOffline(true);

  await updated(page, () => page.locator('#grid .act.like').nth(0).click());
  await updated(page, () => page.locator('#grid .act.dislike').nth(1).click());
  await updated(page, () => page.locator('#grid .act.purchase').nth(2).click());
  await typed(page, 'rainy evening', '#search');
  await typed(page, '雨天的晚上', '#search');
  await updated(page, () => page.locator('#back').click());
  await page.fill('#text', 'I like jazz');
  await updated(page, () => page.keyboard.press('Enter'));
  await updated(page, () => page.locator('#tab-news').click());
  await updated(page, () => page.locator('#grid .title').nth(1).click());
  await page.locator('#detail .alike-item').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-ui=zh]').click();
  await page.locator('#theme').click();
  await updated(page, () => page.locator('[data-key="undo"]').click());
  await updated(page, () => page.locator('[data-key="forget-all"]').click());

  assert.deepEqual(asked, []);
  // A browser looks by itself whether a service worker is the newest, that of an earlier test's visitor too.
  const own = server.requests.filter((path) => path !== '/sw.js' && path !== '/files.js');
  assert.deepEqual(own, []);
  assert.deepEqual(problems, [], 'no error and no violation of the policy');
});

test('what a person writes of an item counts as the stars it sounds like', async () => {
  const { page, context, problems } = await newPage(browser);
  await page.goto(`${server.url}empty.html`);
  const found = await page.evaluate(async () => {
    const { Recommender } = await import('/predilect/index.js');
    const recommender = await Recommender.create({ catalogue: '/demo.predilect', encoder: '/model/' });
    const { items } = await recommender.recommend({ k: 3 });
    const [good, bad, other] = items.map(({ id }) => id);
    const head = { labels: { pos: 'Wonderful, I love it. 非常满意，好评', neg: 'Terrible, it broke. 太差了，差评' } };
    const praise = await recommender.review(good, 'Works so well, we are delighted', head);
    const blame = await recommender.review(bad, '用了一天就坏了，很失望', head, { at: 1_700_000_000_000 });
    const code = await recommender.review(other, 'x', head, { positive: 'good' }).catch((error) => error.code);
    const kept = await recommender.export();
    recommender.close();
    return { praise, blame, code, kept: JSON.stringify(kept) };
  });
  assert.ok(found.praise > 3 && found.praise <= 5 && found.blame < 3 && found.blame >= 1, JSON.stringify(found));
  assert.equal(found.code, 'bad-input');
  assert.ok(!found.kept.includes('delighted') && !found.kept.includes('失望'), 'the text is not kept');
  assert.deepEqual(problems, []);
  await context.close();
});
