// What people may type into a search, a question or a request: nothing of it breaks anything, runs, or becomes markup.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usePackage, useSite } from './site.mjs';

const LOADING = 180_000;
const TEXTS = {
  empty: '',
  blank: ' \t\n\u3000 ',
  long: 'a quiet evening with tea 安静的晚上 '.repeat(3500),
  'one long word': 'x'.repeat(100_000),
  emoji: '🎮🍵👩‍👩‍👧‍👦🇨🇳',
  talk: 'what is the of and to in',
  particles: '的了吗呢吧',
  mixed: 'tea 茶 чай お茶 شاي ชา',
  'right to left': 'שלום \u202eevil\u202c مرحبا',
  halves: '\ud83c tea \udf75 \ud800',
  controls: 'tea\u0000\u0007\u200b\ufeff',
  markup: '<img src=x onerror=attack()><script>attack()</script>',
  entities: '&lt;b&gt;&#x3c;',
  json: '"}],{"text":null,"k":-1}',
  pattern: '(((((.*)+)+)+)+$ [[[ \\',
  combining: `e${'\u0301'.repeat(5000)}`,
};
/** What a call may say of a text in which there is nothing to look for. */
const REFUSALS = ['empty-text', 'bad-request'];
const site = useSite();

test('searches, questions and requests take whatever is typed', { timeout: LOADING }, async () => {
  const { page, problems } = await site.visitor();
  await usePackage(page, site.server);
  const results = await page.evaluate(async (texts) => {
    const { PredilectError } = await import('/predilect/index.js');
    const r = await open({ words: '/demo.words', encoder: '/model/' });
    await r.loadEncoder();
    const calls = {
      search: (text, by) => r.search(text, { k: 5, by }),
      ask: (text, by) => r.ask(text, { k: 5, by }),
      request: (text, by) => r.recommend({ text, k: 5, by }),
    };
    const out = [];
    for (const [name, text] of Object.entries(texts)) {
      for (const [call, run] of Object.entries(calls)) {
        for (const by of ['words', 'meaning', 'both']) {
          const one = { name, call, by };
          try {
            const reply = await run(text, by);
            const list = reply.items ?? [...(reply.answer ? [reply.answer] : []), ...reply.others];
            one.numbers = list.every((item) => Number.isFinite(item.score ?? item.confidence));
            one.sums = (reply.items ?? []).every(
              ({ score, reasons }) => Math.abs(reasons.reduce((sum, { part }) => sum + part, 0) - score) < 1e-6,
            );
            one.count = list.length;
            one.status = reply.status;
          } catch (error) {
            one.error = error instanceof PredilectError ? error.code : String(error);
          }
          out.push(one);
        }
      }
    }
    // All is as before.
    out.push({ name: 'after', count: (await r.recommend({ k: 5 })).items.length, numbers: true, sums: true });
    return out;
  }, TEXTS);
  assert.equal(results.length, Object.keys(TEXTS).length * 9 + 1);
  for (const one of results) {
    const told = JSON.stringify(one);
    if (one.error) assert.ok(REFUSALS.includes(one.error), told);
    else assert.ok(one.numbers && one.sums, told);
  }
  const of = (name, call) => results.filter((one) => one.name === name && one.call === call);
  for (const name of ['empty', 'blank']) assert.ok(of(name, 'request').every(({ error }) => error !== undefined));
  for (const name of ['long', 'mixed', 'halves', 'markup']) {
    for (const one of of(name, 'request')) assert.equal(one.count, 5, JSON.stringify(one));
  }
  for (const name of ['emoji', 'pattern', 'json']) {
    const [words] = of(name, 'ask');
    assert.equal(words.status, 'unsure', JSON.stringify(words));
  }
  assert.equal(results.at(-1).count, 5);
  assert.deepEqual(problems, []);
});

test('a request in words goes on as it was looked for, and is kept nowhere', { timeout: LOADING }, async () => {
  const { page, problems } = await site.visitor();
  await usePackage(page, site.server);
  const { pages, whole, profile, plain, late } = await page.evaluate(async () => {
    const r = await open({ words: '/demo.words', encoder: '/model/' });
    const request = { text: '想喝点热的', k: 4, by: 'words', seed: 1, now: 1_800_000_000_000 };
    const pages = [await r.recommend(request)];
    await r.loadEncoder();
    for (let more = 0; more < 2; more++) pages.push(await r.recommend({ after: pages.at(-1).next }));
    const whole = await r.recommend({ ...request, k: 12 });
    const late = await failure(r.recommend({ text: 'tea', by: 'both', signal: AbortSignal.abort() }));
    return { pages, whole, profile: await r.profile(), plain: await r.recommend({ k: 1 }), late };
  });
  const ids = (list) => list.items.map(({ id }) => id);
  assert.deepEqual(pages.flatMap(ids), ids(whole));
  assert.ok(pages.every(({ by }) => by === 'words'));
  assert.ok(whole.items[0].reasons.some(({ kind, text }) => kind === 'request' && text === '想喝点热的'));
  assert.equal(plain.by, undefined);
  assert.equal(profile.events, 0);
  assert.ok(!JSON.stringify(profile).includes('想喝'));
  assert.equal(late.code, 'aborted');
  assert.deepEqual(problems, []);
});

test('without an index of words and a model the remedy is named', async () => {
  const { page } = await site.visitor();
  await usePackage(page, site.server);
  const [ask, request, by] = await page.evaluate(async () => {
    const r = await open({});
    return [
      await failure(r.ask('tea?')),
      await failure(r.recommend({ text: 'something lighter' })),
      await failure(r.recommend({ text: 'tea', by: 'magic' })),
    ];
  });
  for (const [call, error] of [
    ['ask()', ask],
    ['recommend()', request],
  ]) {
    assert.equal(error.code, 'bad-input');
    for (const word of [call, '{ words }', '{ encoder }']) assert.ok(error.message.includes(word), error.message);
  }
  assert.equal(by.code, 'bad-input');
});

test('what is typed into elements stays text', async () => {
  const { page, problems } = await site.visitor();
  let attacks = 0;
  await page.exposeFunction('attack', () => attacks++);
  await usePackage(page, site.server);
  const said = await page.evaluate(async (text) => {
    await import('/predilect/elements/index.js');
    const attributes = { catalogue: '/demo.predilect', words: '/demo.words', k: '3', text };
    const element = (name) => {
      const made = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      document.body.append(made);
      return made;
    };
    const [search, feed] = [element('predilect-search'), element('predilect-feed')];
    search.value = `${text} tea`;
    const cards = (own) => own.shadowRoot?.querySelectorAll('.card').length ?? 0;
    // Two shadow trees, of which neither tells when it is drawn.
    for (let wait = 0; wait < 300 && !(cards(search) && cards(feed)); wait++)
      await new Promise((done) => setTimeout(done, 50));
    const inside = [search, feed].flatMap((own) => [...own.shadowRoot.querySelectorAll('script, [onerror], .why *')]);
    return {
      cards: [cards(search), cards(feed)],
      strange: inside.length,
      why: [search, feed].map((own) => own.shadowRoot.querySelector('.why')?.textContent),
    };
  }, `<img src=x onerror=attack()> a pot for tea`);
  assert.deepEqual(said.cards, [3, 3]);
  assert.equal(said.strange, 0);
  for (const why of said.why) assert.ok(why.includes('<img src=x onerror=attack()>'), why);
  assert.equal(attacks, 0);
  assert.deepEqual(problems, []);
});
