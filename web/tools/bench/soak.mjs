// `npm run bench -- soak [day|cycles]`: whether memory and times stay flat over a long life.
//
// day: use at speed, 100,000 events and 10,000 lists over 24 simulated hours, with a stored profile; memory and the times of
// recommend() by tenths. cycles: 1,000 recommenders, each in a worker, made, used and closed.

import { readdirSync, readFileSync } from 'node:fs';
import { launch } from '../browser.mjs';
import { summary } from '../measure.mjs';
import { serve } from '../serve.mjs';
import { SITE } from '../site.mjs';
import { Remedy } from '../steps.mjs';

const EVENTS = 100_000;
const LISTS = 10_000;
const CYCLES = 1000;
const PARTS = 10;
const DAY = 86_400_000;
const PAGE = '<!doctype html><title>soak</title><link rel="icon" href="data:,">';

/** @param {string[]} args */
export default async function soak([only]) {
  if (only !== undefined && only !== 'day' && only !== 'cycles')
    throw new Remedy('usage: npm run bench -- soak [day|cycles]');
  const headers = { 'content-type': 'text/html' };
  const server = await serve({ root: SITE, answers: { '/soak.html': { headers, body: PAGE } } });
  const browser = await launch({ args: ['--js-flags=--expose-gc'] });
  const rows = [];
  const row = (what, unit, value) => {
    console.log(`${what}: ${value} ${unit}`);
    rows.push({ case: what, unit, value });
  };
  try {
    if (only !== 'cycles') await day(browser, server.url, row);
    if (only !== 'day') await cycles(browser, server.url, row);
  } finally {
    await browser.close();
    await server.close();
  }
  return rows;
}

/** A day of use. */
async function day(browser, url, row) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url}soak.html`);
  await page.evaluate(start);
  for (let part = 0; part < PARTS; part++) {
    const { times, heap, wasm, kept } = await page.evaluate(use, [
      part * (EVENTS / PARTS),
      EVENTS / PARTS,
      LISTS / PARTS,
      DAY / EVENTS,
    ]);
    const hours = `hours ${(part * 24) / PARTS} to ${((part + 1) * 24) / PARTS}`;
    const { p50, p95 } = summary(times);
    row(`${hours}: recommend() p50`, 'ms', p50);
    row(`${hours}: recommend() p95`, 'ms', p95);
    row(`${hours}: wasm memory`, 'MB', wasm / 1e6);
    row(`${hours}: heap of the page's thread`, 'MB', heap / 1e6);
    row(`${hours}: events kept`, 'count', kept);
  }
  await page.close();
}

/** Recommenders one after the other. */
async function cycles(browser, url, row) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url}soak.html`);
  const rest = Math.round(CYCLES / PARTS);
  for (let part = 0; part <= PARTS; part++) {
    // The first part fills caches, and is left out.
    await page.evaluate(cycle, part === 0 ? 50 : rest);
    row(`${part * rest} recommenders made and closed: processes of the browser`, 'MB', resident() / 1e6);
  }
}

/** In the page: a recommender on its own thread, where its memory can be read. */
async function start() {
  const { Recommender } = await import('/predilect/index.js');
  const { default: engine } = await import('/predilect/wasm/engine.js');
  const options = { catalogue: '/demo.predilect', profile: 'soak', consent: 'granted', worker: false };
  window.recommender = await Recommender.create(options);
  window.engine = engine;
  window.begun = Date.now() - 86_400_000;
  const { items } = await window.recommender.recommend({ k: 300 });
  window.items = items.map(({ id }) => id);
}

/** In the page: a part of the day. */
async function use([first, events, lists, step]) {
  const { recommender, items, begun } = window;
  const kinds = ['view', 'view', 'view', 'click', 'dwell', 'like', 'view', 'dislike'];
  const times = [];
  let kept = 0;
  for (let i = 0; i < lists; i++) {
    const each = events / lists;
    const told = Array.from({ length: each }, (_, j) => {
      const n = first + i * each + j;
      const kind = kinds[(n * 7) % kinds.length];
      const event = { kind, item: items[(n * 31 + ((n / 97) | 0)) % items.length], at: Math.round(begun + n * step) };
      return kind === 'dwell' ? { ...event, value: 20 } : event;
    });
    kept += (await recommender.record(told)).kept ? each : 0;
    const started = performance.now();
    await recommender.recommend({ k: 20, seed: i, now: told.at(-1).at, includeOwned: true });
    times.push(performance.now() - started);
  }
  globalThis.gc?.();
  const { memory } = await window.engine();
  return { times, kept, heap: performance.memory.usedJSHeapSize, wasm: memory.buffer.byteLength };
}

/** In the page: recommenders one after the other. */
async function cycle(count) {
  const { Recommender } = await import('/predilect/index.js');
  for (let i = 0; i < count; i++) {
    const recommender = await Recommender.create({ catalogue: '/demo.predilect', profile: 'soak', consent: 'granted' });
    const { items } = await recommender.recommend({ k: 1 });
    await recommender.record({ kind: 'view', item: items[0].id });
    recommender.close();
  }
  globalThis.gc?.();
  await new Promise((done) => setTimeout(done, 1000));
}

/** Memory that all processes below this one hold, in bytes. */
function resident() {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const number = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      parents.set(Number(pid), { parent: number('PPid'), bytes: number('RssAnon') * 1024 });
    } catch {
      // It ended meanwhile.
    }
  }
  const below = (pid) => {
    for (let at = parents.get(pid)?.parent; at; at = parents.get(at)?.parent) if (at === process.pid) return true;
    return false;
  };
  return [...parents].reduce((sum, [pid, { bytes }]) => sum + (below(pid) ? bytes : 0), 0);
}
