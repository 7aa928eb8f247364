// `npm run bench -- faults [PART ...]`: breaks what can break while a profile is written, and counts what is lost.
//
// A person's events are told one after the other; each that the recommender acknowledges as kept must be found again by
// the next page, each acknowledged `forget` must stay done, and nothing may be there twice. Parts: worker (its thread is
// ended), page (its process is crashed), browser (killed with all its processes), tabs (two write at once), full (a quota
// that runs out), evicted (the browser takes the storage away), denied (storage is forbidden in the browser's settings), at-rest
// (what somebody finds who reads the browser's folder).

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../serve.mjs';
import { SITE } from '../site.mjs';
import { chromium, open } from './faults/chromium.mjs';

const PAGE = '<!doctype html><title>faults</title><link rel="icon" href="data:,">';
const EACH_TAB = 10_000;
/** Events that a profile keeps, as the core says. */
const MOST_KEPT = 10_000;

/** Faults and how often each is tried. */
const PARTS = {
  worker: [120, worker],
  page: [50, page],
  browser: [30, browser],
  tabs: [1, tabs],
  full: [5, full],
  evicted: [50, evicted],
  denied: [5, denied],
  'at-rest': [1, atRest],
};

/** @param {string[]} names */
export default async function faults(names) {
  const server = await serve({
    root: SITE,
    answers: { '/faults.html': { headers: { 'content-type': 'text/html' }, body: PAGE } },
  });
  const rows = [];
  try {
    for (const [name, [tries, run]] of Object.entries(PARTS)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const started = performance.now();
      const { told = {}, ...counts } = await run(`${server.url}faults.html`, tries);
      console.log(
        `${name}: ${JSON.stringify({ tries, ...counts, told })} in ${Math.round((performance.now() - started) / 1000)} s`,
      );
      for (const [what, value] of Object.entries({ tries, ...counts })) {
        rows.push({ case: `${name}: ${what}`, unit: 'count', value });
      }
      for (const [code, value] of Object.entries(told))
        rows.push({ case: `${name}: told ${code}`, unit: 'count', value });
    }
  } finally {
    await server.close();
  }
  return rows;
}

/** Compares what was acknowledged with what is there: an event is gone rightly if its item was forgotten after it. */
function compare(acknowledged, found, items) {
  const there = new Set(found);
  const isForgotten = (at, most) => most.some((forgotten) => forgotten > at && forgotten % items === at % items);
  const events = acknowledged.filter((ack) => ack.at !== undefined).map(({ at }) => at);
  const forgotten = acknowledged.filter((ack) => ack.forgotten !== undefined).map((ack) => ack.forgotten);
  // A forget that was asked for, and not acknowledged any more, may have been done.
  const last = Math.max(0, ...events, ...forgotten);
  const asked = Array.from({ length: 400 }, (_, i) => last + 200 - i).filter((at) => at % 13 === 12);
  const lost = events.filter((at) => !there.has(at) && !isForgotten(at, [...forgotten, ...asked]));
  const risen = found.filter((at) => forgotten.some((end) => end > at && end % items === at % items && end - at < 1e6));
  return {
    acknowledged: events.length,
    lost: lost.length,
    twice: found.length - there.size,
    forgotten: forgotten.length,
    risen: risen.length,
  };
}

/** Sums of counts. */
function add(total, counts) {
  for (const [name, value] of Object.entries(counts)) total[name] = (total[name] ?? 0) + value;
  return total;
}

async function worker(url, tries) {
  const { context, close } = await keepAlive(await chromium());
  const total = {};
  try {
    const tab = await open(context, url);
    let first = 1;
    for (let round = 0; round < tries; round++) {
      const { acknowledged, found, items, next } = await tab.evaluate(
        async ([first, wait]) => {
          const thread = new Worker('/predilect/worker.js', { type: 'module' });
          const recommender = await start({ worker: thread });
          const items = await ids(recommender);
          const acknowledged = [];
          tell(recommender, first, items, (ack) => acknowledged.push(ack));
          await pause(wait);
          thread.terminate();
          recommender.stopped = true;
          recommender.close();
          const ended = [...acknowledged];
          const found = await stored();
          return {
            acknowledged: ended,
            found: found.filter((at) => at >= first),
            items: items.length,
            next: first + 20_000,
          };
        },
        [first, 20 + ((round * 37) % 300)],
      );
      first = next - (next % (13 * items)) + 13 * items;
      add(total, compare(acknowledged, found, items));
      if (round % 20 === 19) await tab.evaluate(async () => void (await (await start()).forget({ all: true })));
    }
    return total;
  } finally {
    await close();
  }
}

/** A page whose acknowledgements arrive here before it can die. */
async function telling(context, url, first, wait) {
  const tab = await open(context, url);
  const acknowledged = [];
  await tab.exposeFunction('acknowledged', (ack) => acknowledged.push(ack));
  const items = await tab.evaluate(async (first) => {
    const recommender = await start();
    const items = await ids(recommender);
    tell(recommender, first, items, window.acknowledged);
    return items.length;
  }, first);
  await new Promise((done) => setTimeout(done, wait));
  return { tab, acknowledged, items };
}

const nextFirst = (first, items) => {
  const step = 13 * items;
  return Math.ceil((first + 20_000) / step) * step;
};

async function page(url, tries) {
  const { context, close } = await keepAlive(await chromium());
  const total = {};
  try {
    let first = 1;
    for (let round = 0; round < tries; round++) {
      const { tab, acknowledged, items } = await telling(context, url, first, 50 + ((round * 53) % 400));
      const crashed = new Promise((done) => tab.once('crash', done));
      const session = await context.newCDPSession(tab);
      session.send('Page.crash').catch(() => {});
      await crashed;
      const next = await open(context, url);
      const found = (await next.evaluate(() => stored())).filter((at) => at >= first);
      add(total, compare(acknowledged, found, items));
      if (round % 20 === 19) await next.evaluate(async () => void (await (await start()).forget({ all: true })));
      await Promise.all([tab.close(), next.close()]);
      first = nextFirst(first, items);
    }
    return total;
  } finally {
    await close();
  }
}

async function browser(url, tries) {
  const total = {};
  let folder;
  let first = 1;
  for (let round = 0; round < tries; round++) {
    let run = await chromium(folder);
    folder = run.folder;
    const { acknowledged, items } = await telling(run.context, url, first, 50 + ((round * 71) % 500));
    const ended = [...acknowledged];
    await run.kill();
    run = await chromium(folder);
    const next = await open(run.context, url);
    const found = (await next.evaluate(() => stored())).filter((at) => at >= first);
    add(total, compare(ended, found, items));
    first = nextFirst(first, items);
    await run.kill();
  }
  rmSync(folder ?? '', { recursive: true, force: true, maxRetries: 5 });
  return total;
}

async function tabs(url) {
  const { context, close } = await keepAlive(await chromium());
  try {
    const both = [await open(context, url), await open(context, url)];
    const tell = ([tab, from, to]) =>
      (async () => {
        window.recommender ??= await start();
        const items = await ids(window.recommender);
        const calls = [];
        for (let i = from; i < to; i++) {
          // Times of both tabs alternate.
          calls.push(window.recommender.record({ kind: 'view', item: items[i % items.length], at: 1 + 2 * i + tab }));
          if (i % 8 === 7) await calls.at(-1);
        }
        return (await Promise.all(calls)).filter(({ kept }) => kept).length;
      })();
    const total = { acknowledged: 0, lost: 0, twice: 0 };
    for (const [from, to] of [
      [0, MOST_KEPT / 2],
      [MOST_KEPT / 2, EACH_TAB],
    ]) {
      const kept = await Promise.all(both.map((tab, index) => tab.evaluate(tell, [index, from, to])));
      total.acknowledged += kept[0] + kept[1];
      const third = await open(context, url);
      const found = await third.evaluate(() => stored());
      const there = new Set(found);
      // What a profile holds at most: the newest.
      const expected = Array.from({ length: MOST_KEPT }, (_, i) => 2 * to - i);
      total.lost += expected.filter((at) => !there.has(at)).length;
      total.twice += found.length - there.size;
      await third.close();
    }
    const notices = await both[0].evaluate(() => notices.length);
    return { ...total, told: { 'profile-changed': notices } };
  } finally {
    await close();
  }
}

async function full(url, tries) {
  const total = {};
  const told = {};
  for (let round = 0; round < tries; round++) {
    // The browser remembers for a while how much space there is: each try has a browser of its own.
    const { context, close } = await keepAlive(await chromium());
    try {
      const tab = await open(context, url);
      const session = await context.newCDPSession(tab);
      const { origin } = new URL(url);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 + 40_000 * round });
      const first = await tab.evaluate(async () => {
        window.r = await start({ profile: 'full', offline: false });
        const [item] = await ids(window.r);
        let refused = 0;
        for (let at = 1; at < 6000; at += 100) {
          const batch = Array.from({ length: 100 }, (_, i) => ({ kind: 'view', item, at: at + i }));
          refused += Number(!(await window.r.record(batch)).kept);
        }
        return { refused, events: (await window.r.profile()).events, notices };
      });
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      // For as long as the browser remembers.
      await new Promise((done) => setTimeout(done, 31_000));
      const after = await tab.evaluate(async () => {
        const [item] = await ids(window.r);
        const { kept } = await window.r.record({ kind: 'view', item, at: 6001 });
        window.r.close();
        const { events } = await (await start({ profile: 'full' })).profile();
        return { kept, events };
      });
      add(total, {
        'batches refused': first.refused,
        lost: 6000 - first.events + (6001 - after.events),
        'written when there was space': Number(after.kept),
      });
      for (const code of first.notices) told[code] = (told[code] ?? 0) + 1;
    } finally {
      await close();
    }
  }
  return { ...total, told };
}

async function evicted(url, tries) {
  const { context, close } = await keepAlive(await chromium());
  const total = { acknowledged: 0, lost: 0 };
  const told = {};
  try {
    const tab = await open(context, url);
    const session = await context.newCDPSession(tab);
    const { origin } = new URL(url);
    for (let round = 0; round < tries; round++) {
      await tab.evaluate(async () => {
        window.r = await start();
        await window.r.forget({ all: true });
      });
      const telling = tab.evaluate(async (wait) => {
        const items = await ids(window.r);
        let kept = 0;
        const end = performance.now() + wait;
        let told = 0;
        while (performance.now() < end)
          kept += Number((await window.r.record({ kind: 'view', item: items[0], at: ++told })).kept);
        const found = (await stored()).length;
        window.r.close();
        return { kept, told, found, notices: notices.splice(0) };
      }, 300);
      await new Promise((done) => setTimeout(done, 100 + ((round * 13) % 150)));
      await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
      const { kept, told: count, found, notices } = await telling;
      total.acknowledged += kept;
      total.lost += Math.max(0, count - found);
      for (const code of notices) told[code] = (told[code] ?? 0) + 1;
    }
    return { ...total, told };
  } finally {
    await close();
  }
}

async function denied(url, tries) {
  const folder = mkdtempSync(join(tmpdir(), 'predilect-faults-'));
  mkdirSync(join(folder, 'Default'));
  // As a person sets it who blocks all cookies and site data.
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify(settings));
  const { context, close } = await keepAlive(await chromium(folder));
  const total = { 'not kept': 0, lost: 0 };
  const told = {};
  try {
    for (let round = 0; round < tries; round++) {
      const tab = await open(context, url);
      const seen = await tab.evaluate(
        async (worker) => {
          const recommender = await start({ worker });
          const items = await ids(recommender);
          const { kept } = await recommender.record(items.slice(0, 20).map((item) => ({ kind: 'like', item })));
          return { kept, events: (await recommender.profile()).events, notices };
        },
        round % 2 === 0,
      );
      total['not kept'] += Number(!seen.kept);
      total.lost += 20 - seen.events;
      for (const code of seen.notices) told[code] = (told[code] ?? 0) + 1;
      await tab.close();
    }
    return { ...total, told };
  } finally {
    await close();
  }
}

async function atRest(url) {
  const { context, folder, kill } = await chromium();
  const tab = await open(context, url);
  const { key, ids } = await tab.evaluate(async () => {
    // The test makes a key that it knows; the package gets it as it would get its own.
    const raw = crypto.getRandomValues(new Uint8Array(32));
    crypto.subtle.generateKey = () => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
    const recommender = await start({ worker: false });
    const items = await ids(recommender);
    for (let i = 0; i < 2000; i += 20) {
      await recommender.record(items.slice(0, 20).map((item, j) => ({ kind: 'dislike', item, at: 1 + i + j })));
    }
    recommender.close();
    await pause(500);
    return { key: [...raw], ids: items.slice(0, 20) };
  });
  await kill();
  const bytes = files(join(folder, 'Default/IndexedDB')).map((path) => readFileSync(path));
  const times = (/** @type {string | Buffer} */ what) =>
    bytes.reduce((sum, file) => sum + Number(file.includes(what)), 0);
  // Text in a structured clone is Latin-1, or UTF-16.
  const words = ['dislike', ...ids].flatMap((word) => [word, Buffer.from(word, 'utf16le')]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return {
    'bytes looked through': bytes.reduce((sum, { length }) => sum + length, 0),
    'readable words of the profile': words.reduce((sum, word) => sum + times(word), 0),
    'files with the key in the clear': times(Buffer.from(key)),
  };
}

/** All files below a folder. */
function files(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}

/** A page that keeps the browser open while others come and go. */
async function keepAlive(run) {
  await run.context.newPage();
  return { context: run.context, close: () => run.close() };
}
