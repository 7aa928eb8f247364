// The demo page as a reader uses it, without typing text: nothing here needs the encoder.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ids, launch, newPage, ready, serveSite, updated } from './site.mjs';

let server;
let browser;
/** @type {Awaited<ReturnType<typeof newPage>>[]} */
const pages = [];

before(async () => {
  server = await serveSite();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});
afterEach(async () => {
  for (const { context } of pages.splice(0)) await context.close();
});

const open = async (options = {}, query = '') => {
  const opened = await newPage(browser, options);
  pages.push(opened);
  await opened.page.goto(server.url + query);
  await ready(opened.page);
  return opened;
};

const press = (page, kind, place) => updated(page, () => page.locator(`#grid .card .act.${kind}`).nth(place).click());
const events = async (page) =>
  Number((await page.locator('#taste-events').textContent({ timeout: 2000 })).match(/\d+/)[0]);

test('a first list, then one that follows what is liked and says why', async () => {
  const { page, problems } = await open();
  const first = await ids(page);
  assert.equal(first.length, 11);
  assert.match(await page.locator('#taste-body').textContent(), /Nothing yet/);

  const title = await page.locator('#grid .card .title').nth(2).textContent();
  await press(page, 'like', 2);
  const second = await ids(page);
  assert.notDeepEqual(second, first, 'the list changes');
  assert.ok(!second.includes(first[2]), 'what is liked already makes room');
  const because = await page.locator('#grid .why .because').allTextContents();
  assert.ok(
    because.some((text) => text.includes(`Because you liked “${title}”`)),
    because.join(' / '),
  );
  assert.equal(await events(page), 1);
  assert.ok((await page.locator('.chips.likes .causes').allTextContents()).some((causes) => causes.includes(title)));
  assert.match(await page.locator('#snack').textContent(), /Liked/);
  assert.match(await page.locator('#timing').textContent(), /recommend: [\d.]+ ms of work, [\d.]+ ms there and back/);
  assert.deepEqual(problems, []);
});

test('rows under the list: what is like something liked, and what was opened and left', async () => {
  const { page, problems } = await open();
  assert.equal(await page.locator('#rows .row').count(), 0, 'nothing is known yet');
  const title = await page.locator('#grid .card .title').nth(2).textContent();
  await press(page, 'like', 2);
  const row = page.getByRole('region', { name: `Because you liked “${title}”` });
  assert.equal(await row.getByRole('button').count(), 4);
  const shown = await page.locator('#grid .card .title').allTextContents();
  const others = await row.getByRole('button').allInnerTexts();
  assert.ok(
    others.every((text) => !shown.includes(text)),
    'a row shows what the list does not',
  );

  // With the keyboard: opening an item leaves it in the second row.
  await row.getByRole('button').first().focus();
  await updated(page, () => page.keyboard.press('Enter'));
  assert.equal(await page.locator('#detail-title').textContent(), others[0]);
  await page.keyboard.press('Escape');
  const begun = page.getByRole('region', { name: 'Where you left off' });
  assert.deepEqual(await begun.getByRole('button').allInnerTexts(), [others[0]]);
  await page.locator('[data-ui="zh"]').click();
  assert.equal(await page.getByRole('region', { name: '接着看' }).count(), 1);
  assert.deepEqual(problems, []);
});

test('the parts of every card sum to its score', async () => {
  const { page } = await open();
  await press(page, 'like', 0);
  const sums = await page.locator('#grid .card').evaluateAll((cards) =>
    Promise.all(
      cards.map(async (card) => {
        const why = card.querySelector('details');
        const opened = why.open || new Promise((done) => why.addEventListener('toggle', done, { once: true }));
        why.open = true;
        await opened;
        const number = (cell) => Number(cell.textContent.replace('−', '-'));
        const parts = [...card.querySelectorAll('.parts tbody .number')].map(number);
        return {
          sum: parts.reduce((a, b) => a + b, 0),
          score: number(card.querySelector('.parts tfoot .number')),
          parts: parts.length,
        };
      }),
    ),
  );
  for (const { sum, score, parts } of sums) {
    assert.ok(parts > 0);
    assert.ok(Math.abs(sum - score) <= 0.0006 * (parts + 1), `${sum} is ${score}`);
  }
});

test('not for me removes an item, have it keeps it away for good', async () => {
  const { page } = await open();
  const [refused] = await ids(page);
  await press(page, 'dislike', 0);
  const [owned] = await ids(page);
  await press(page, 'purchase', 0);
  while (await page.locator('#more').isVisible()) await updated(page, () => page.locator('#more').click());
  const all = await ids(page);
  assert.ok(all.length >= 59, `${all.length} shown`);
  assert.ok(!all.includes(refused) && !all.includes(owned));
  assert.equal(new Set(all).size, all.length, 'none twice');
  assert.equal(await page.locator('.recent .purchase').count(), 1);
});

test('undo takes each step back, in order', async () => {
  const { page } = await open();
  const first = await ids(page);
  await press(page, 'like', 1);
  const second = await ids(page);
  await press(page, 'dislike', 0);
  await updated(page, () => page.locator('#snack button').click());
  assert.deepEqual(await ids(page), second);
  await updated(page, () => page.locator('[data-key="undo"]').click());
  assert.deepEqual(await ids(page), first);
  assert.equal(await page.locator('[data-key="undo"]').isDisabled(), true);
});

test('a single thing, an interest or everything can be forgotten', async () => {
  const { page } = await open();
  const first = await ids(page);
  await press(page, 'like', 0);
  await press(page, 'like', 3);
  assert.equal(await events(page), 2);
  await updated(page, () => page.locator('.recent button').first().click());
  assert.equal(await events(page), 1);
  await page.locator('.chips.likes summary').first().click();
  await updated(page, () => page.locator('.chips.likes .link.danger').first().click());
  assert.deepEqual(await ids(page), first);
  await press(page, 'purchase', 2);
  await updated(page, () => page.locator('[data-key="forget-all"]').click());
  assert.deepEqual(await ids(page), first);
});

test('sections and languages narrow the list', async () => {
  const { page } = await open();
  for (const section of ['shop', 'culture', 'news', 'recipes']) {
    await updated(page, () => page.locator(`#tab-${section}`).click());
    const sections = await page
      .locator('#grid .card')
      .evaluateAll((cards) => cards.map((card) => card.dataset.section));
    assert.ok(sections.length > 5 && sections.every((name) => name === section), `${section}: ${sections}`);
    assert.equal(await page.locator('#list').getAttribute('aria-labelledby'), `tab-${section}`);
  }
  for (const language of ['zh', 'en']) {
    await updated(page, () => page.locator(`#languages [data-key=${language}]`).click());
    const languages = await page.locator('#grid .card h3').evaluateAll((titles) => titles.map((title) => title.lang));
    assert.ok(
      languages.every((name) => name === language),
      String(languages),
    );
  }
});

test('the page speaks Chinese, and remembers it', async () => {
  const { page } = await open();
  await page.locator('[data-ui=zh]').click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-Hans');
  assert.match(await page.locator('#headline').textContent(), /懂你所爱/);
  await press(page, 'like', 0);
  // The page may still be drawing itself in Chinese when the like arrives.
  await page
    .locator('.because', { hasText: /^因为你喜欢/ })
    .first()
    .waitFor({ timeout: 5000 });
  await page.reload();
  await ready(page);
  assert.match(await page.locator('#tab-recipes').textContent(), /菜谱/);
  const { page: chinese } = await open({ locale: 'zh-CN' });
  assert.match(await chinese.locator('#list-title').textContent(), /先从这些开始/);
});

test('the profile is kept only if the reader says so, and is erased when they say no', async () => {
  const { page } = await open();
  const again = async () => {
    await page.reload();
    await ready(page);
  };
  await press(page, 'like', 0);
  await again();
  assert.match(await page.locator('#taste-body').textContent(), /Nothing yet/);
  await press(page, 'like', 0);
  await updated(page, () => page.locator('.keep input').click());
  await press(page, 'like', 1);
  const list = await ids(page);
  await again();
  assert.equal(await events(page), 2);
  assert.deepEqual(await ids(page), list);
  assert.equal(await page.locator('.keep input').isChecked(), true);
  await updated(page, () => page.locator('.keep input').click());
  await again();
  assert.match(await page.locator('#taste-body').textContent(), /Nothing yet/);
});

test('an item opens, shows others like it, and counts as opened', async () => {
  const { page } = await open();
  const id = (await ids(page))[1];
  await updated(page, () => page.locator('#grid .title').nth(1).click());
  const dialog = page.locator('#detail');
  assert.ok(await dialog.isVisible());
  await dialog.locator('.alike-item').nth(3).waitFor();
  assert.equal(await page.locator('.recent li').count(), 1);
  await dialog.locator('.alike-item').first().click();
  await page.keyboard.press('Escape');
  assert.ok(!(await dialog.isVisible()));
  assert.ok(id);
});

test('on a phone nothing is wider than the screen, and the taste is a drawer', async () => {
  for (const [width, locale] of [
    [390, 'en-GB'],
    [390, 'zh-CN'],
    [320, 'en-GB'],
  ]) {
    const { page } = await open({ viewport: { width, height: 844 }, locale, hasTouch: true, isMobile: true });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(await wide(), 0, `${width} ${locale}`);
    const cut = await page
      .locator('#grid .card')
      .evaluateAll((cards) => cards.filter((card) => card.scrollWidth > card.clientWidth).length);
    assert.equal(cut, 0, 'no card cuts its buttons');
    await press(page, 'like', 0);
    assert.ok(!(await page.locator('#taste').isVisible()));
    await page.locator('#taste-open').click();
    await page.locator('#taste').waitFor({ state: 'visible' });
    assert.equal(await page.locator('.chips.likes .chip').count(), 1);
    await page.keyboard.press('Escape');
    await page.locator('#taste').waitFor({ state: 'hidden' });
    assert.equal(await wide(), 0);
  }
});

test('a reader without a mouse gets everywhere', async () => {
  const { page } = await open({ reducedMotion: 'reduce' });
  const focus = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      return {
        id: element.id,
        key: element.dataset.key ?? '',
        tag: element.tagName,
        outline: getComputedStyle(element).outlineStyle,
      };
    });
  const tabTo = async (wanted, most = 60) => {
    for (let step = 0; step < most; step++) {
      await page.keyboard.press('Tab');
      const at = await focus();
      assert.notEqual(at.tag, 'BODY', 'the focus is never lost');
      assert.notEqual(at.outline, 'none', `${at.tag} ${at.id} ${at.key} shows that it has the focus`);
      if (wanted(at)) return at;
    }
    assert.fail('not reached by Tab');
  };
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  await tabTo(({ key }) => key.startsWith('open '));
  await tabTo(({ key }) => key.startsWith('why '));
  await page.keyboard.press('Enter');
  assert.ok(await page.locator('#grid .why[open] .parts').first().isVisible());
  await tabTo(({ key }) => key.startsWith('like '));
  await updated(page, () => page.keyboard.press('Space'));
  assert.match((await focus()).key, /^like /, 'the focus stays at the same place of the list');
  await tabTo(({ key }) => key.startsWith('interest '), 120);
  await page.keyboard.press('Enter');
  await tabTo(({ key }) => key === 'undo');
  await page.evaluate(() => document.getElementById('tab-all').focus());
  await updated(page, () => page.keyboard.press('ArrowRight'));
  assert.equal((await focus()).id, 'tab-shop');
  assert.equal(await page.locator('#tab-shop').getAttribute('aria-selected'), 'true');
  await updated(page, () => page.keyboard.press('End'));
  assert.equal((await focus()).id, 'tab-recipes');
});

test('changes of the list are announced', async () => {
  const { page } = await open();
  await press(page, 'like', 0);
  await page.waitForFunction(() =>
    /List updated: \d+ items, \d+ of them new/.test(document.getElementById('live').textContent),
  );
});

test('it works on the page’s own thread as in the worker', async () => {
  const { page, problems } = await open();
  const { page: other, problems: others } = await open({}, '?main-thread');
  assert.deepEqual(await ids(other), await ids(page));
  await press(other, 'like', 1);
  await press(page, 'like', 1);
  assert.deepEqual(await ids(other), await ids(page));
  assert.match(await other.locator('.inside').textContent(), /own thread/);
  assert.deepEqual([...problems, ...others], []);
});

test('dark and light, by system and by choice', async () => {
  const { page } = await open({ colorScheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.locator('#theme').click();
  assert.equal(await ground(), dark, 'dark by choice');
  await page.locator('#theme').click();
  assert.notEqual(await ground(), dark);
});
