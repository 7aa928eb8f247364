// Topics in the demo: a newcomer chooses some by keyboard, in either language, and takes them back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, newPage, serveSite } from './site.mjs';

let server;
let browser;
before(async () => {
  server = await serveSite();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const pressed = (page) =>
  page.$$eval('.pick[aria-pressed="true"]', (picks) => picks.map((pick) => pick.textContent ?? ''));

test('a topic is followed by keyboard, named in both languages, and forgotten', async () => {
  const { page, context, problems } = await newPage(browser);
  await page.goto(server.url);
  await page.waitForSelector('.pick');
  const names = await page.$$eval('.pick', (picks) => picks.map((pick) => pick.textContent));
  assert.ok(names.length >= 4 && new Set(names).size === names.length, String(names));
  assert.equal(await page.getAttribute('.picks', 'aria-labelledby'), 'picker-title');

  await page.focus('.pick');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.pick[aria-pressed="true"]');
  assert.deepEqual(await pressed(page), [names[0]]);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), names[0], 'the focus stays');
  assert.ok((await page.$$('.pick-part')).length > 0, 'its parts are shown');
  const chips = await page.$$eval('#taste .chip-name', (list) => list.map((chip) => chip.textContent));
  assert.deepEqual(chips, [names[0]]);

  await page.click('[data-ui="zh"]');
  await page.waitForFunction(() => /[\u4e00-\u9fff]/.test(document.querySelector('.pick')?.textContent ?? ''));
  const [other] = await pressed(page);
  assert.ok(other && other !== names[0], 'it is still followed under its other name');
  await page.click('.pick[aria-pressed="true"]');
  await page.waitForFunction(() => document.querySelectorAll('.pick[aria-pressed="true"]').length === 0);
  assert.equal((await page.$$('#taste .chip-name')).length, 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test('topics, follow and named interests through the package', async () => {
  const { page, context, problems } = await newPage(browser);
  await page.goto(`${server.url}empty.html`);
  const found = await page.evaluate(async () => {
    const { Recommender } = await import('/predilect/index.js');
    const recommender = await Recommender.create({ catalogue: '/demo.predilect' });
    const refused = async (run) => {
      try {
        await run();
        return 'nothing';
      } catch (error) {
        return error.code;
      }
    };
    const topics = await recommender.topics({ lang: 'en', examples: 3 });
    const before = await recommender.profile();
    await recommender.follow(topics[0].name);
    const { items } = await recommender.recommend({ k: 5, topic: topics[0].name });
    const follows = await recommender.profile();
    await recommender.forget({ interest: `typed:${topics[0].name}` });
    const after = await recommender.profile();
    await recommender.record([{ kind: 'like', item: topics[1].examples[0] }]);
    const { interests } = await recommender.profile({ lang: 'en' });
    const codes = [
      await refused(() => recommender.follow('no such topic')),
      await refused(() => recommender.recommend({ topic: 'no such topic' })),
      await refused(() => recommender.topics({ examples: -1 })),
      await refused(() => recommender.topics({ language: 'en' })),
      await refused(() => recommender.classify(['a'], 7)),
    ];
    recommender.close();
    return { topics, before, follows, after, items: items.length, interests, codes };
  });
  const { topics, before, follows, after, items, interests, codes } = found;
  assert.equal(
    topics.reduce((sum, { count }) => sum + count, 0),
    540,
  );
  for (const { topics: parts, count, examples } of topics) {
    assert.equal(examples.length, 3);
    if (parts.length > 0) assert.ok(parts.reduce((sum, part) => sum + part.count, 0) <= count);
  }
  assert.deepEqual(
    follows.interests.map(({ name, kind }) => [name, kind]),
    [[topics[0].name, 'typed']],
  );
  assert.equal(items, 5);
  assert.deepEqual(after, before, 'forgotten equals never told');
  assert.ok(interests[0].name.length > 0 && interests[0].keywords.length > 0);
  assert.deepEqual(codes, ['unknown-item', 'unknown-item', 'bad-input', 'bad-input', 'bad-input']);
  assert.deepEqual(problems, []);
  await context.close();
});
