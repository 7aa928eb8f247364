// The profile on the device: consent, several tabs, forgetting, and what happens when storage fails.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { serveSite, usePackage, useSite, WORKER, WORKER_IN_PARTS } from './site.mjs';

const site = useSite();

/** A page of a visitor, with the package at hand. */
async function tab(context) {
  const { page, problems } = context ? { page: await context.newPage(), problems: [] } : await site.visitor();
  await usePackage(page, site.server);
  return { page, problems, context: page.context() };
}

const raw = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open('predilect/t');
    request.onerror = () => reject(request.error);
    request.onsuccess = async () => {
      const database = request.result;
      const all = {};
      for (const name of database.objectStoreNames) {
        all[name] = await new Promise((done) => {
          const found = database.transaction(name).objectStore(name).getAll();
          found.onsuccess = () => done(found.result);
        });
      }
      database.close();
      const key = all.head.find((value) => value instanceof CryptoKey);
      const text = new TextDecoder('latin1');
      const sealed = [...(all.log ?? []), ...(all.state ?? [])].map(({ data }) => text.decode(data));
      resolve({ log: all.log.length, state: all.state.length, sealed, extractable: key?.extractable, key: !!key });
    };
  });

test('nothing is stored before the person consents; then it stays, unreadable, and withdrawing erases it', async () => {
  const { page, problems, context } = await tab();
  const first = await page.evaluate(async () => {
    const r = await open({ profile: 't' });
    const [one, two] = (await r.recommend({ k: 2 })).items.map(({ id }) => id);
    const before = await r.record({ kind: 'like', item: one });
    const databases = (await indexedDB.databases()).length;
    const asked = r.status;
    const granted = await r.consent('granted');
    const after = await r.record({ kind: 'like', item: two });
    return { before, databases, asked, granted, after, status: r.status, one, two };
  });
  assert.deepEqual(first.asked, { kept: false, consent: 'ask', privacySignal: null });
  assert.deepEqual([first.before.kept, first.databases, first.granted.kept, first.after.kept], [false, 0, true, true]);
  const stored = await page.evaluate(raw);
  assert.deepEqual([stored.state, stored.log, stored.key, stored.extractable], [1, 1, true, false]);
  for (const text of stored.sealed) assert.ok(!text.includes(first.one) && !text.includes('like'), 'nothing readable');

  await page.reload();
  await usePackage(page, site.server);
  const second = await page.evaluate(async () => {
    const r = await open({ profile: 't' });
    const session = await open({ profile: 't', consent: 'session' });
    const found = (await r.profile()).recent.map(({ item }) => item);
    const unread = (await session.profile()).events;
    await r.consent('session');
    return { found, unread, status: r.status, left: (await r.profile()).events };
  });
  assert.deepEqual(second.found, [first.two, first.one]);
  assert.equal(second.unread, 0, 'session reads nothing');
  assert.deepEqual([second.status.kept, second.status.consent, second.left], [false, 'session', 2]);
  const erased = await page.evaluate(raw);
  assert.deepEqual([erased.state, erased.log, erased.key], [0, 0, false]);
  const { page: again } = await tab(context);
  assert.equal(await again.evaluate(async () => (await (await open({ profile: 't' })).profile()).events), 0);
  assert.deepEqual(problems, []);
});

for (const [signal, property, value] of [
  ['gpc', 'globalPrivacyControl', true],
  ['dnt', 'doNotTrack', '1'],
]) {
  test(`the browser's own refusal (${signal}) goes before the page's assumption, and behind the person's word`, async () => {
    const { page } = await site.visitor();
    await page.addInitScript(
      ([property, value]) => Object.defineProperty(navigator, property, { value }),
      [property, value],
    );
    await usePackage(page, site.server);
    const result = await page.evaluate(async () => {
      const r = await open({ profile: 't', consent: 'granted' });
      const before = r.status;
      await r.consent('granted');
      return { before, after: r.status };
    });
    assert.deepEqual(result.before, { kept: false, consent: 'ask', privacySignal: signal });
    assert.deepEqual(result.after, { kept: true, consent: 'granted', privacySignal: signal });
  });
}

test('two tabs share one profile: none of their events is lost, what one forgets is forgotten in both', async () => {
  const { page: one, context } = await tab();
  const { page: two } = await tab(context);
  const EACH = 400;
  // Both tell of the same items, though the list of the tab that opens second may know of the first one's events.
  const items = await one.evaluate(async () => {
    window.r = await open({ profile: 't', consent: 'granted' });
    return (await window.r.recommend({ k: 100 })).items.map(({ id }) => id);
  });
  const tell = ([name, count, items]) =>
    (async () => {
      window.r ??= await open({ profile: 't', consent: 'granted' });
      const start = name === 'one' ? 1_000_000 : 2_000_000;
      const receipts = [];
      for (let i = 0; i < count; i++) {
        receipts.push(window.r.record({ kind: 'view', item: items[i % items.length], at: start + i }));
        if (i % 10 === 0) await receipts.at(-1);
      }
      return (await Promise.all(receipts)).filter(({ kept }) => kept).length;
    })();
  const told = await Promise.all([one.evaluate(tell, ['one', EACH, items]), two.evaluate(tell, ['two', EACH, items])]);
  assert.equal(items.length, 100);
  assert.deepEqual(told, [EACH, EACH]);
  for (const page of [one, two]) {
    const all = await page.evaluate(
      (count) => until(async () => (await window.r.profile()).events === count),
      2 * EACH,
    );
    assert.ok(all, 'each tab knows what both told');
  }
  await one.evaluate((item) => window.r.forget({ item }), items[0]);
  const left = 2 * EACH - 2 * (EACH / 100);
  assert.ok(await two.evaluate((left) => until(async () => (await window.r.profile()).events === left), left));
  assert.ok((await two.evaluate(() => notices)).includes('profile-changed'));
  const { page: three } = await tab(context);
  const read = await three.evaluate(async () => (await (await open({ profile: 't' })).profile()).events);
  assert.equal(read, left, 'forgotten on the device, too');

  await two.evaluate(() => window.r.consent('session'));
  assert.ok(await one.evaluate(() => until(() => window.r.status.consent === 'session')));
  assert.ok((await one.evaluate(() => notices)).includes('erased-elsewhere'));
});

test('a tab whose events were told while another one erased does not bring them back', async () => {
  const { page: one, context } = await tab();
  const { page: two } = await tab(context);
  const kept = await one.evaluate(async () => {
    window.r = await open({ profile: 't', consent: 'granted' });
    window.item = (await window.r.recommend({ k: 1 })).items[0].id;
    return (await window.r.record({ kind: 'view', item: window.item })).kept;
  });
  assert.ok(kept);
  await two.evaluate(async () => {
    const r = await open({ profile: 't' });
    // As a tab that sleeps and hears no news.
    await r.consent('session');
  });
  const after = await one.evaluate(async () => (await window.r.record({ kind: 'view', item: window.item })).kept);
  assert.equal(after, false);
  const stored = await two.evaluate(raw);
  assert.deepEqual([stored.log, stored.state], [0, 0]);
});

test('with no space left the page is told, memory goes on, and all is written when there is space', async () => {
  const { page } = await tab();
  const seen = await page.evaluate(async () => {
    // On the page's thread, where the disk can be made to look full.
    const r = await open({ profile: 't', consent: 'granted', worker: false });
    const [{ id: item }] = (await r.recommend({ k: 1 })).items;
    await r.record({ kind: 'view', item });
    const { add, put } = IDBObjectStore.prototype;
    const refuse = () => {
      throw new DOMException('no space', 'QuotaExceededError');
    };
    Object.assign(IDBObjectStore.prototype, { add: refuse, put: refuse });
    const full = {
      receipts: [await r.record({ kind: 'like', item }), await r.record({ kind: 'click', item })],
      forget: await failure(r.forget({ item })),
      events: (await r.profile()).events,
      notices: notices.splice(0),
    };
    Object.assign(IDBObjectStore.prototype, { add, put });
    const freed = await r.record({ kind: 'view', item });
    const stored = (await (await open({ profile: 't' })).profile()).events;
    return { full, freed, stored };
  });
  assert.deepEqual(seen.full.receipts, [{ kept: false }, { kept: false }]);
  assert.deepEqual(seen.full.notices, ['storage-full'], 'told once');
  assert.equal(seen.full.forget.code, 'storage-full');
  assert.equal(seen.full.events, 3, 'a refused forget changes nothing');
  assert.deepEqual([seen.freed.kept, seen.stored], [true, 4]);
});

test('what the browser evicts is written again from memory, and missed at the next visit', async () => {
  const { page, context } = await tab();
  const cdp = await context.newCDPSession(page);
  const evict = () =>
    cdp.send('Storage.clearDataForOrigin', { origin: new URL(site.server.url).origin, storageTypes: 'indexeddb' });
  await page.evaluate(async () => {
    window.r = await open({ profile: 't', consent: 'granted' });
    window.item = (await window.r.recommend({ k: 1 })).items[0].id;
    await window.r.record({ kind: 'view', item: window.item });
  });
  await evict();
  const went = await page.evaluate(async () => {
    const receipt = await window.r.record({ kind: 'like', item: window.item });
    return { receipt, told: await until(() => notices.includes('storage-evicted')), notices };
  });
  assert.deepEqual([went.receipt.kept, went.told], [true, true]);
  const again = await tab(context);
  assert.equal(await again.page.evaluate(async () => (await (await open({ profile: 't' })).profile()).events), 2);
  await again.page.close();
  await page.evaluate(() => window.r.close());
  await evict();
  const next = await tab(context);
  const missed = await next.page.evaluate(async () => [(await open({ profile: 't' })).status, notices]);
  assert.deepEqual(missed, [{ kept: false, consent: 'ask', privacySignal: null }, ['storage-evicted']]);
});

test('storage that is denied, a newer schema and a clock set back are told, and memory goes on', async () => {
  const { page } = await tab();
  const seen = await page.evaluate(async () => {
    const out = {};
    const events = async (r) => {
      const [item] = (await r.recommend({ k: 1 })).items;
      const { kept } = await r.record({ kind: 'like', item: item.id });
      return [kept, (await r.profile()).events, notices.splice(0)];
    };
    const kept = await open({ profile: 't', consent: 'granted' });
    out.before = await events(kept);
    // The clock of the page's thread; the store's own keeps the present.
    const now = Date.now;
    Date.now = () => now() - 86_400_000;
    out.clock = await events(await open({ profile: 't', worker: false }));
    Date.now = now;
    kept.close();
    await new Promise((done, failed) => {
      const request = indexedDB.open('predilect/newer', 99);
      request.onsuccess = () => done(request.result.close());
      request.onerror = failed;
    });
    const newer = await open({ profile: 'newer', consent: 'granted' });
    out.newer = await events(newer);
    await newer.consent('session');
    out.databases = (await indexedDB.databases()).map(({ name }) => name);
    Object.defineProperty(globalThis, 'indexedDB', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    out.denied = await events(await open({ profile: 't', worker: false, consent: 'granted' }));
    return out;
  });
  assert.deepEqual(seen.before, [true, 1, []]);
  assert.deepEqual(seen.clock[0], true);
  assert.equal(seen.clock[1], 2);
  assert.ok(seen.clock[2].includes('clock-back'));
  assert.deepEqual(seen.newer, [false, 1, ['schema-newer']]);
  assert.ok(!seen.databases.includes('predilect/newer'), 'erased, whatever version wrote it');
  assert.deepEqual(seen.denied, [false, 1, ['storage-denied']]);
});

test('after the retention events go, at the next visit', async () => {
  const { page } = await tab();
  const result = await page.evaluate(async () => {
    const day = 86_400_000;
    const r = await open({ profile: 't', consent: 'granted', retentionDays: 30 });
    const [one, two] = (await r.recommend({ k: 2 })).items.map(({ id }) => id);
    await r.record([
      { kind: 'like', item: one, at: Date.now() - 40 * day },
      { kind: 'like', item: two, at: Date.now() - 10 * day },
    ]);
    r.close();
    const kept = await open({ profile: 't', retentionDays: 30 });
    const same = (await kept.profile()).events;
    kept.close();
    const shorter = await open({ profile: 't', retentionDays: 35 });
    const after = (await shorter.profile()).recent.map(({ item }) => item === two);
    shorter.close();
    return { same, after };
  });
  assert.deepEqual(result, { same: 2, after: [true] });
});

test('a store of an older version is taken over whole; where a newer one has been, it stays untouched', async () => {
  const code = await readFile(new URL('../../dist/store.js', import.meta.url), 'utf8');
  const newer = code.replace('const SCHEMA = 1;', 'const SCHEMA = 2;');
  assert.notEqual(newer, code);
  // Pages of both versions, each under an address of its own.
  const versions = await serveSite();
  try {
    const body = (text) => ({
      headers: { 'content-type': 'text/javascript', 'cache-control': 'no-store' },
      body: text,
    });
    const load = async (context, text) => {
      versions.answers['/predilect/store.js'] = body(text);
      versions.answers[WORKER] = body(WORKER_IN_PARTS);
      const page = await context.newPage();
      await usePackage(page, versions);
      await page.evaluate(async () => {
        window.r = await open({ profile: 't', consent: 'granted' });
        window.tell = async (at) => (await window.r.record({ kind: 'like', item: window.item, at })).kept;
        window.item = (await window.r.recommend({ k: 1, includeOwned: true })).items[0].id;
        window.times = async () => (await window.r.profile()).recent.map(({ at }) => at);
      });
      return page;
    };
    const { context } = await site.visitor();
    const old = await load(context, code);
    assert.deepEqual(await old.evaluate(() => Promise.all([window.tell(1), window.tell(2)])), [true, true]);

    const next = await load(context, newer);
    assert.deepEqual(await next.evaluate(() => window.times()), [2, 1], 'all that the older version kept');
    assert.ok(await next.evaluate(() => window.tell(3)));
    assert.deepEqual(await next.evaluate(() => notices), []);
    assert.ok(await old.evaluate(() => until(() => notices.includes('schema-newer'))), 'the open tab is told');
    assert.equal(await old.evaluate(() => window.tell(4)), false, 'and keeps to memory');
    await next.evaluate(() => window.r.close());

    const again = await load(context, code);
    const seen = await again.evaluate(async () => [await window.tell(5), await window.times(), notices]);
    assert.deepEqual(seen, [false, [5], ['schema-newer']], 'an older page neither reads nor writes it');
    const last = await load(context, newer);
    assert.deepEqual(await last.evaluate(() => window.times()), [3, 2, 1], 'nothing is lost');
  } finally {
    await versions.close();
  }
});
