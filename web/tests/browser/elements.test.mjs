// The custom elements, as a page uses them: under the documented policy, at two sizes, by mouse and by keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { useSite } from './site.mjs';

const page = (body, lang = 'en') =>
  `<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css"><title>Elements</title>` +
  `<link rel="icon" href="/icon.svg"><script type="module" src="/predilect/elements/index.js"></script>${body}`;

const FEED = '<predilect-feed catalogue="/demo.predilect" k="6" filter=\'{"lang":"en"}\' more></predilect-feed>';
const SIMILAR = '<predilect-similar catalogue="/demo.predilect" k="3"></predilect-similar>';
const PROFILE = '<predilect-profile catalogue="/demo.predilect" map></predilect-profile>';

const site = useSite({
  answers: {
    '/all.html': { body: page(FEED + SIMILAR + PROFILE) },
    '/zh.html': { body: page(FEED + PROFILE, 'zh') },
    '/search.html': {
      body: page(
        '<predilect-search catalogue="/demo.predilect" words="/demo.words" encoder="/model" k="5"></predilect-search>',
      ),
    },
    '/template.html': {
      body: page(
        '<predilect-feed catalogue="/demo.predilect" k="3"><template><article><b data-field="title"></b><a data-href="url">go</a>' +
          '<i data-why></i><button data-dislike>no</button></article></template></predilect-feed>',
      ),
    },
    '/page.css': {
      body: ':root { color-scheme: light dark; background: Canvas; }',
      headers: { 'content-type': 'text/css' },
    },
    '/axe.js': {
      body: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
      headers: { 'content-type': 'text/javascript' },
    },
    '/lost.html': { body: page('<predilect-feed catalogue="/nothing.predilect"></predilect-feed>') },
  },
});

/** Opens a page of the site as a new visitor. */
async function open(path, options = {}) {
  const { page, problems } = await site.visitor(options);
  await page.goto(`${site.server.url}${path}`);
  return { page, problems };
}

const titles = (page) => page.locator('predilect-feed [part=title]').allTextContents();

test('a describer says why in its own words, where the facts bear them out', async () => {
  const { page, problems } = await open('all.html');
  const whys = page.locator('predilect-feed [part=why]');
  await whys.first().waitFor();
  const usual = await whys.allTextContents();
  await page.evaluate(() => {
    const feed = document.querySelector('predilect-feed');
    const asked = [];
    window.asked = asked;
    let running = 0;
    feed.describe = async ({ about, items, template }) => {
      asked.push({ about, title: items[0].title, running: running++ });
      await new Promise((done) => requestAnimationFrame(done));
      running--;
      if (asked.length === 2) return '<img src=x onerror=alert(1)>';
      if (asked.length === 3) throw new Error('asleep');
      return asked.length === 4 ? 'Zaphod loves it' : `worth a look: “${items[0].title}” (${template})`;
    };
    feed.refresh();
  });
  await whys.nth(5).filter({ hasText: 'worth' }).waitFor();
  const told = { asked: await page.evaluate(() => window.asked), said: await whys.allTextContents() };
  assert.equal(told.asked.length, 6);
  assert.ok(
    told.asked.every(({ about, running }) => about === 'item' && running === 0),
    JSON.stringify(told.asked),
  );
  for (const [at, said] of told.said.entries()) {
    const { title } = told.asked[at];
    assert.equal(said, [1, 2, 3].includes(at) ? usual[at] : `worth a look: “${title}” (${usual[at]})`);
  }

  await page.evaluate(() => {
    const feed = document.querySelector('predilect-feed');
    feed.describe = (_facts, { signal }) => {
      window.endless = signal;
      return new Promise(() => {});
    };
    feed.refresh();
  });
  await page.waitForFunction(() => window.endless);
  const aborted = await page.evaluate(() => {
    const before = window.endless.aborted;
    document.querySelector('predilect-feed').remove();
    return [before, window.endless.aborted];
  });
  assert.deepEqual(aborted, [false, true], 'a feed that is gone waits for nobody');
  assert.deepEqual(problems, []);
});

test('a feed of five attributes recommends, learns and undoes', async () => {
  const { page, problems } = await open('all.html');
  await page.locator('predilect-feed [part=card]').first().waitFor();
  const before = await titles(page);
  assert.equal(before.length, 6);
  assert.match(await page.locator('predilect-feed [part=why]').first().textContent(), /\w/);

  await page.getByRole('button', { name: `Like: ${before[1]}` }).click();
  await page.locator('predilect-feed [role=status]', { hasText: `Liked “${before[1]}”` }).waitFor();
  await page.waitForFunction(
    (gone) =>
      ![...document.querySelector('predilect-feed').shadowRoot.querySelectorAll('[part=title]')].some(
        (own) => own.textContent === gone,
      ) && document.querySelector('predilect-profile').shadowRoot.querySelector('[part=interest]'),
    before[1],
  );
  assert.ok(!(await titles(page)).includes(before[1]), 'what is liked makes room');
  assert.match(
    await page.locator('predilect-profile details').first().textContent(),
    new RegExp(before[1].slice(0, 8)),
  );

  await page.locator('predilect-feed').getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(
    () => !document.querySelector('predilect-profile').shadowRoot.querySelector('[part=interest]'),
  );
  assert.deepEqual(await titles(page), before);

  await page.locator('predilect-feed').getByRole('button', { name: 'Show more' }).click();
  await page.waitForFunction(
    () => document.querySelector('predilect-feed').shadowRoot.querySelectorAll('[part=card]').length === 12,
  );
  assert.deepEqual((await titles(page)).slice(0, 6), before, 'pages join into one list');
  assert.deepEqual(problems, []);
});

test('what is shown is told, and the profile is the person’s to change', async () => {
  const { page, problems } = await open('all.html', { viewport: { width: 390, height: 844 } });
  await page.locator('predilect-feed [part=card]').first().waitFor();
  await page.waitForFunction(async () => {
    const { recommender } = document.querySelector('predilect-feed');
    return (await recommender.profile()).recent.some(({ kind }) => kind === 'view');
  });
  await page.locator('predilect-feed [data-key^=like]').nth(0).click();
  const interest = page.locator('predilect-profile details').first();
  await interest.locator('summary').click();
  await interest.getByRole('button', { name: 'Mute' }).click();
  await page.locator('predilect-profile details.muted').waitFor();
  assert.equal(await page.locator('predilect-profile [data-key^=mute]').getAttribute('aria-pressed'), 'true');
  const tuned = await page.evaluate(async () => {
    const { interests } = await document.querySelector('predilect-profile').recommender.profile();
    return interests.map(({ tuned }) => tuned);
  });
  assert.deepEqual(tuned, [0]);
  await page.getByRole('button', { name: 'Forget everything' }).click();
  await page.locator('predilect-profile [part=empty]').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing sticks out of a phone');
  assert.deepEqual(problems, []);
});

test('the map shows where interests lie, and the ground stays', async () => {
  const { page, problems } = await open('all.html', { viewport: { width: 390, height: 844 } });
  const map = page.locator('predilect-profile [part=map]');
  await map.waitFor();
  assert.equal(await map.getAttribute('aria-label'), 'Map of what there is');
  const dots = () =>
    map
      .locator('circle:not(.area)')
      .evaluateAll((all) => all.map((dot) => [dot.textContent, dot.getAttribute('cx'), dot.getAttribute('cy')].join()));
  const before = new Set(await dots());
  assert.equal(before.size, 200);
  await page.locator('predilect-feed [data-key^=like]').nth(0).click();
  await page.locator('predilect-profile details').first().waitFor();
  const { name, x } = await page.evaluate(async () => {
    const { interests } = await document.querySelector('predilect-profile').recommender.map();
    return interests[0];
  });
  assert.equal(await map.getAttribute('aria-label'), `Map of what there is, with your interests: ${name}`);
  assert.equal(await map.locator('.area').getAttribute('cx'), `${(3 + 94 * x).toFixed(2)}%`);
  const after = await dots();
  assert.ok(after.filter((dot) => before.has(dot)).length >= 199, 'items do not move');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing sticks out of a phone');
  assert.deepEqual(problems, []);
});

test('by keyboard: what is turned away hands the focus to what takes its place', async () => {
  const { page } = await open('all.html');
  const third = page.locator('predilect-feed [data-key^=dislike]').nth(2);
  await third.waitFor();
  const before = await titles(page);
  await third.focus();
  await page.keyboard.press('Enter');
  await page.locator('predilect-feed [role=status]', { hasText: `No more of “${before[2]}”` }).waitFor();
  await page.waitForFunction(
    (gone) =>
      ![...document.querySelector('predilect-feed').shadowRoot.querySelectorAll('[part=title]')].some(
        (own) => own.textContent === gone,
      ),
    before[2],
  );
  const focus = await page.evaluate(
    () => document.querySelector('predilect-feed').shadowRoot.activeElement?.dataset.key,
  );
  assert.match(focus ?? '', /^dislike /);
  const clickable = await page.locator('predilect-feed [data-key^=dislike]').nth(2).boundingBox();
  assert.ok(clickable.width >= 44 && clickable.height >= 44, 'large enough for a thumb');
});

test('similar items follow the attribute, and all elements share one recommender', async () => {
  const { page, problems } = await open('all.html');
  await page.locator('predilect-feed [part=card]').first().waitFor();
  const id = await page.locator('predilect-feed li').first().getAttribute('data-id');
  await page.evaluate((id) => document.querySelector('predilect-similar').setAttribute('item', id), id);
  await page.locator('predilect-similar [part=card]').first().waitFor();
  assert.equal(await page.locator('predilect-similar [part=card]').count(), 3);
  const shared = await page.evaluate(
    () =>
      document.querySelector('predilect-feed').recommender === document.querySelector('predilect-profile').recommender,
  );
  assert.ok(shared);
  assert.deepEqual(problems, []);
});

test('a search finds by meaning and leaves the box alone while one types', async () => {
  const { page, problems } = await open('search.html');
  const box = page.getByRole('searchbox');
  await box.waitFor();
  await box.fill('something warm to drink');
  await page.locator('predilect-search [part=card]').first().waitFor({ timeout: 60_000 });
  assert.equal(await page.locator('predilect-search [part=card]').count(), 5);
  assert.match(await page.locator('predilect-search [role=status]').textContent(), /5 results/);
  assert.ok(await box.evaluate((own) => own.getRootNode().activeElement === own), 'the box keeps the focus');
  assert.deepEqual(problems, []);
});

test('Chinese words on a Chinese page', async () => {
  const { page } = await open('zh.html');
  await page.locator('predilect-feed [part=card]').first().waitFor();
  assert.equal(await page.locator('predilect-feed h2').textContent(), '为你推荐');
  await page.locator('predilect-feed [data-key^=like]').first().click();
  await page.locator('predilect-feed [role=status]', { hasText: '已喜欢' }).waitFor();
  await page.locator('predilect-profile details').first().waitFor();
  assert.match(await page.locator('predilect-feed [part=why]').first().textContent(), /[\u4e00-\u9fff]/);
});

test('cards of the page’s own: a template, and a function', async () => {
  const { page, problems } = await open('template.html');
  const bold = page.locator('predilect-feed b');
  await bold.first().waitFor();
  const first = await bold.first().textContent();
  await page.locator('predilect-feed button[data-dislike]').first().click();
  await page.waitForFunction(
    (gone) => document.querySelector('predilect-feed').shadowRoot.querySelector('b').textContent !== gone,
    first,
  );
  await page.evaluate(() => {
    const feed = document.querySelector('predilect-feed');
    feed.card = ({ id, fields }, { why }) =>
      Object.assign(document.createElement('p'), { textContent: `${id}: ${fields.title} (${why})`, className: 'own' });
    feed.refresh();
  });
  await page.locator('predilect-feed p.own').first().waitFor();
  assert.deepEqual(problems, []);
});

test('a catalogue that cannot be had is told, to the reader and to the page', async () => {
  const { page } = await open('lost.html');
  await page.locator('predilect-feed [role=alert]').waitFor();
  assert.match(await page.locator('predilect-feed').getByRole('button').textContent(), /Try again/);
  const code = await page.evaluate(
    () =>
      new Promise((done) => {
        addEventListener('predilect-error', ({ detail }) => done(detail.code), { once: true });
        document.querySelector('predilect-feed').shadowRoot.querySelector('[data-key=retry]').click();
      }),
  );
  assert.equal(code, 'not-found');
});

test('on a server the import does nothing', async () => {
  const elements = await import('../../dist/elements/index.js');
  assert.equal(typeof elements.PredilectFeed, 'function');
});

test('axe finds nothing to mend, in light and dark, on a phone, from right to left', async () => {
  for (const options of [{}, { colorScheme: 'dark', viewport: { width: 390, height: 844 } }]) {
    const { page } = await open('all.html', options);
    await page.locator('predilect-feed [data-key^=like]').first().click();
    await page.locator('predilect-profile summary').first().click();
    await page.addScriptTag({ url: '/axe.js' });
    for (const direction of ['ltr', 'rtl']) {
      const found = await page.evaluate(async (direction) => {
        document.documentElement.dir = direction;
        const { violations, passes } = await window.axe.run('predilect-feed, predilect-profile');
        return { passes: passes.length, violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`) };
      }, direction);
      assert.deepEqual(found.violations, []);
      assert.ok(found.passes > 5, 'it looked');
    }
  }
});
