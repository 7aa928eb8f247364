// What the bindings of frameworks stand on: recommenders that open and close with components, answers that stay up to date; and
// rendering on a server, where there is nothing to ask.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { follow, hostOf, longer, open, update } from '../../dist/bindings.js';
import { Recommender } from '../../dist/index.js';
import { provideRecommender, useProfile, useRecommendations, useSearch } from '../../dist/vue.js';
import { catalogue, ITEMS } from '../catalogue.mjs';

let file;
before(async () => {
  file = await catalogue(ITEMS);
});

const soon = () => new Promise((done) => setTimeout(done));
const told = (/** @type {object[]} */ news) => Object.assign({}, ...news);
/** Tells and resolves when a condition holds. */
function listener(/** @type {(all: any) => unknown} */ holds) {
  /** @type {object[]} */
  const news = [];
  let done = () => {};
  const settled = new Promise((resolve) => {
    done = () => resolve(undefined);
  });
  const tell = (/** @type {object} */ one) => {
    news.push(one);
    if (holds(told(news))) done();
  };
  return { news, tell, settled };
}

test('an answer is asked for again after an update, and not after the end', async () => {
  const recommender = await Recommender.create({ catalogue: file });
  const host = hostOf(recommender);
  let asked = 0;
  const first = listener(({ value }) => value !== undefined);
  const second = listener(({ value }) => value?.events === 1);
  const both = (/** @type {object} */ one) => {
    first.tell(one);
    second.tell(one);
  };
  const ask = (r, signal) => {
    asked++;
    return r.profile({ signal });
  };
  const stop = follow(host, ask, both);
  await first.settled;
  assert.equal(told(first.news).value.events, 0);
  assert.deepEqual(first.news[0], { loading: true, error: undefined });
  const receipt = await update(host, (r) => r.record({ kind: 'like', item: ITEMS[0].id }));
  assert.deepEqual(receipt, { kept: false });
  await second.settled;
  assert.equal(told(second.news).loading, false);
  stop();
  await update(host, (r) => r.record({ kind: 'like', item: ITEMS[1].id }));
  assert.equal(asked, 2);
  recommender.close();
});

test('an answer that comes after a newer question is dropped, an error is told and the next answer takes it away', async () => {
  const host = { recommender: /** @type {any} */ ({}), news: new EventTarget() };
  const answers = [];
  const { news, tell } = listener(() => false);
  follow(host, (_, signal) => new Promise((resolve, reject) => answers.push({ resolve, reject, signal })), tell);
  host.news.dispatchEvent(new Event('change'));
  assert.deepEqual(
    answers.map(({ signal }) => signal.aborted),
    [true, false],
  );
  answers[1].resolve('new');
  answers[0].resolve('old');
  await soon();
  assert.equal(told(news).value, 'new');
  host.news.dispatchEvent(new Event('change'));
  answers[2].reject(new Error('no'));
  await soon();
  assert.deepEqual([told(news).value, told(news).error.message, told(news).loading], ['new', 'no', false]);
  host.news.dispatchEvent(new Event('change'));
  answers[3].resolve('newer');
  await soon();
  assert.deepEqual([told(news).value, told(news).error], ['newer', undefined]);
});

test('a recommender opens, and closes even before it is there; why there is none is told', async () => {
  const { news, tell, settled } = listener(({ host }) => host);
  const close = open({ catalogue: file }, tell);
  await settled;
  const { recommender } = told(news).host;
  assert.equal((await recommender.recommend({ k: 2 })).items.length, 2);
  close();
  await assert.rejects(recommender.recommend(), { code: 'closed' });

  const early = listener(() => true);
  open({ catalogue: file }, early.tell)();
  const failing = listener(({ error }) => error);
  open({ catalogue: '/nothing.predilect' }, failing.tell);
  await failing.settled;
  assert.equal(told(failing.news).error.code, 'not-found');
  assert.deepEqual(early.news, []);
});

test('an update without a recommender is refused; one that fails asks again all the same', async () => {
  await assert.rejects(
    update(undefined, () => {}),
    { code: 'closed', message: /useRecommender/ },
  );
  const host = { recommender: /** @type {any} */ ({}), news: new EventTarget() };
  let changes = 0;
  host.news.addEventListener('change', () => changes++);
  await assert.rejects(
    update(host, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(changes, 1);
});

test('a list goes on to its end without repeats', async () => {
  const recommender = await Recommender.create({ catalogue: file });
  const host = hostOf(recommender);
  let list = await recommender.recommend({ k: 5 });
  let pages = 1;
  for (let next = longer(host, list); next; next = longer(host, list)) {
    list = await next();
    pages++;
  }
  assert.equal(pages, 3);
  assert.deepEqual(list.items.map(({ id }) => id).sort(), ITEMS.map(({ id }) => id).sort());
  assert.equal(longer(undefined, list), undefined);
  recommender.close();
});

test('Vue renders on a server without asking or loading', async (t) => {
  const fetched = t.mock.method(globalThis, 'fetch', () => Promise.reject(new Error('fetched')));
  const recommender = await Recommender.create({ catalogue: file });
  const asked = t.mock.method(recommender, 'recommend');
  const Shop = {
    props: ['recommender'],
    setup({ recommender }) {
      const { items, loading } = useRecommendations({ k: 2 }, recommender);
      const { loading: searching } = useSearch('');
      const { profile } = useProfile();
      return () => h('p', `${items.value.length} ${loading.value} ${searching.value} ${profile.value}`);
    },
  };
  const page = (/** @type {any} */ source, props = {}) =>
    renderToString(
      createSSRApp({
        setup() {
          const { recommender, error } = provideRecommender(source);
          return () => [h('b', `${Boolean(recommender.value)} ${error.value}`), h(Shop, props)];
        },
      }),
    );
  assert.match(await page({ catalogue: '/shop.predilect' }), /<b>false undefined<\/b><p>0 true false undefined<\/p>/);
  assert.match(await page(recommender, { recommender }), /<b>true undefined<\/b><p>0 true false undefined<\/p>/);
  assert.equal(asked.mock.callCount() + fetched.mock.callCount(), 0);
  recommender.close();
});
