// `npm run bench -- recommend [CATALOGUE ...]`: what a visitor waits for, in headless Chromium.
//
// For each catalogue: bytes, time from an empty page to the first list, recommend() with 1,000 events in the profile, one
// more before every call (round trip through the worker), and what blocked the page. Beside it, in the same page and in turn, what one would
// write by hand: the mean of the liked vectors against all items in a Float32Array, then a sort. That loop explains
// nothing, does not age, and shows what was seen before.
//
// Without catalogues: the demo's, and one of 36,273 made-up items in clusters, which shows times and no quality.

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { launch } from '../browser.mjs';
import { summary } from '../measure.mjs';
import { serve } from '../serve.mjs';
import { CATALOGUE } from '../site.mjs';
import { root } from '../steps.mjs';

const EVENTS = 1000;
const CALLS = 200;
const FRESH_PAGES = 5;

/** @param {string[]} paths */
export default async function recommend(paths) {
  const named = paths.map(async (path) => ({ name: basename(path, '.predilect'), bytes: await readFile(path) }));
  const catalogues = await Promise.all(named);
  if (catalogues.length === 0) {
    catalogues.push(
      { name: 'demo', bytes: await readFile(CATALOGUE) },
      { name: 'made-up', bytes: await madeUp(36_273) },
    );
  }
  const browser = await launch();
  const rows = [];
  try {
    for (const { name, bytes } of catalogues) rows.push(...(await measure(browser, name, bytes)));
  } finally {
    await browser.close();
  }
  return rows;
}

async function measure(browser, name, bytes) {
  const server = await serve({
    root: join(root, 'web/dist'),
    port: 0,
    answers: {
      '/bench.html': { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>bench</title>' },
      '/bench.predilect': { body: bytes },
    },
  });
  const row = (what, unit, value, more = {}) => ({ case: `${name}: ${what}`, unit, value, ...more });
  try {
    const first = [];
    let steady;
    for (let i = 0; i < FRESH_PAGES; i++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${server.url}bench.html`);
      first.push(await page.evaluate(toFirstList));
      if (i === FRESH_PAGES - 1) steady = await page.evaluate(underLoad, [EVENTS, CALLS]);
      await context.close();
    }
    const ours = summary(steady.ours);
    const peer = summary(steady.peer);
    const by = { peer: 'mean vector in a Float32Array loop' };
    return [
      row('items', 'items', steady.count),
      row('file', 'bytes', bytes.length),
      row('file, brotli 9', 'bytes', compressed(bytes)),
      row('empty page to first list, median of 5', 'ms', summary(first).p50),
      row(`recommend() with ${EVENTS} events, p50`, 'ms', ours.p50, { ...by, peer_value: peer.p50 }),
      row(`recommend() with ${EVENTS} events, p95`, 'ms', ours.p95, { ...by, peer_value: peer.p95 }),
      row('longest task on the main thread while recommending', 'ms', steady.longest),
    ];
  } finally {
    await server.close();
  }
}

function compressed(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length;
}

/** In the page: milliseconds from nothing to the first list. */
async function toFirstList() {
  const begun = performance.now();
  const { Recommender } = await import('/index.js');
  window.recommender = await Recommender.create({ catalogue: '/bench.predilect' });
  await window.recommender.recommend({ k: 20 });
  return performance.now() - begun;
}

/** In the page: times of recommend() and of the loop by hand, in turn. */
async function underLoad([events, calls]) {
  const recommender = window.recommender;
  const { count, dimension } = await recommender.info();
  // Ids as a person would meet them: from lists, with steps of chance through the catalogue.
  const kinds = ['view', 'view', 'click', 'like', 'view', 'purchase'];
  const ids = [];
  for (let seed = 0; ids.length < Math.min(events, count / 2); seed++) {
    const { items } = await recommender.recommend({ k: 100, explore: 1, seed, diversity: 0 });
    ids.push(...items.map((item) => item.id));
  }
  const now = Date.now();
  const at = (/** @type {number} */ i) => now - (events - i) * 600_000;
  await recommender.record(
    Array.from({ length: events }, (_, i) => ({ kind: kinds[i % kinds.length], item: ids[i % ids.length], at: at(i) })),
  );

  const vectors = new Float32Array(count * dimension).map(() => Math.random() - 0.5);
  const byHand = () => {
    const mean = new Float32Array(dimension);
    for (let i = 0; i < events; i++)
      for (let j = 0; j < dimension; j++) mean[j] += vectors[(i % count) * dimension + j];
    const scores = [];
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let j = 0; j < dimension; j++) sum += mean[j] * vectors[row * dimension + j];
      scores.push([sum, row]);
    }
    return scores.sort((a, b) => b[0] - a[0]).slice(0, 20);
  };

  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
  });
  const timed = async (call) => {
    const begun = performance.now();
    await call();
    return performance.now() - begun;
  };
  const ours = [];
  const peer = [];
  // As a page is used: the person opens something, the list is made anew.
  let shown = (await recommender.recommend({ k: 20 })).items;
  const step = async (i) => {
    await recommender.record({ kind: kinds[i % kinds.length], item: shown[(i * 7) % shown.length].id });
    const begun = performance.now();
    shown = (await recommender.recommend({ k: 20, seed: i })).items;
    return performance.now() - begun;
  };
  for (let i = 0; i < 10; i++) await step(i);
  observer.observe({ entryTypes: ['longtask'] });
  for (let i = 0; i < calls; i++) ours.push(await step(i));
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  for (let i = 0; i < calls; i++) {
    ours.push(await step(i));
    if (i % 10 === 0) peer.push(await timed(byHand));
  }
  return { ours, peer, longest, count };
}

/** A catalogue of made-up items around 200 directions, as bytes. */
async function madeUp(count) {
  const { default: init, Builder } = await import('../../dist/wasm/builder.js');
  await init({ module_or_path: await readFile(join(root, 'web/dist/wasm/builder_bg.wasm')) });
  const dimension = 384;
  const builder = new Builder('{}');
  const encoder = new TextEncoder();
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const centres = Float32Array.from({ length: 200 * dimension }, random);
  const vectors = new Float32Array(count * dimension);
  for (let i = 0; i < count; i++) {
    const cluster = i % 200;
    const item = {
      id: `i${i}`,
      title: `Item ${i}`,
      text: `Made-up item ${i} of group ${cluster}.`,
      tags: [`group ${cluster}`],
    };
    builder.push(encoder.encode(`${JSON.stringify({ ...item, popularity: (i * 7919) % 1000 })}\n`));
    for (let j = 0; j < dimension; j++) {
      vectors[i * dimension + j] = (centres[cluster * dimension + j] ?? 0) + 0.8 * random();
    }
  }
  builder.finish();
  return builder.assemble(vectors, 'made-up');
}
