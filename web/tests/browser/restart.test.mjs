// A worker that hangs or whose engine traps is replaced: what can be asked again is, the rest is told, nothing is lost.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { usePackage, useSite, WORKER, WORKER_IN_PARTS } from './site.mjs';

const site = useSite();
const file = (/** @type {string} */ name) =>
  readFile(new URL(`../../demo/site/predilect/${name}`, import.meta.url), 'utf8');
/** A worker that hangs when the item `hang` is asked for. */
const hanging = `addEventListener('message', ({ data }) => { while (data.args?.[0]?.includes?.('"hang"')); });
  ${WORKER_IN_PARTS}`;

/** A page whose worker is in its parts, with an engine that traps at certain words. */
async function visitor() {
  const { answers } = site.server;
  answers[WORKER] = { body: WORKER_IN_PARTS };
  answers['/predilect/wasm/engine.js'] ??= {
    body: `${await file('wasm/engine.js')}
      for (const call of ['recommend', 'record']) {
        const real = Engine.prototype[call];
        Engine.prototype[call] = function (json) {
          if (/"trap"|"at":13\\b/.test(json)) throw new WebAssembly.RuntimeError('unreachable');
          return real.call(this, json);
        };
      }`,
  };
  return site.visitor();
}

for (const consent of ['session', 'granted']) {
  test(`a worker that hangs is replaced (${consent})`, async () => {
    const { page, problems } = await visitor();
    await usePackage(page, site.server);
    site.server.answers[WORKER] = { body: hanging };
    await page.evaluate(async (consent) => {
      window.r = await open({ profile: 't', consent, patience: 2500 });
      const { items } = await window.r.recommend({ k: 3 });
      window.item = items[0].id;
      for (const [at, { id }] of items.entries()) await window.r.record({ kind: 'like', item: id, at: at + 1 });
      await window.r.forget({ item: items[2].id });
      await window.r.record({ kind: 'view', item: items[1].id, at: 4 });
      window.waiting = [
        window.r.items(['hang']),
        window.r.profile(),
        window.r.record({ kind: 'like', item: window.item }),
      ];
      window.waiting.push(window.r.recommend({ k: 2 }));
    }, consent);
    site.server.answers[WORKER] = { body: WORKER_IN_PARTS };
    const seen = await page.evaluate(async () => {
      const [items, profile, record, list] = await Promise.all(
        window.waiting.map((call) => call.catch((error) => error)),
      );
      const late = await window.r.record({ kind: 'click', item: window.item, at: 5 });
      return {
        items,
        code: record.code,
        message: record.message,
        events: profile.events,
        shown: list.items.length,
        late: late.kept,
        after: (await window.r.profile()).events,
        notices,
        status: window.r.status.kept,
      };
    });
    assert.deepEqual(seen.items, [null]);
    assert.equal(seen.code, 'crashed');
    assert.match(seen.message, /profile\(\) tells/);
    assert.equal(seen.events, 3);
    assert.deepEqual([seen.shown, seen.after], [2, 4]);
    assert.deepEqual([seen.late, seen.status], [consent === 'granted', consent === 'granted']);
    assert.deepEqual(seen.notices, ['restarted']);
    assert.deepEqual(problems, []);
  });
}

test('a trap takes one call with it; three in a row end the recommender', async () => {
  const { page } = await visitor();
  await usePackage(page, site.server);
  const seen = await page.evaluate(async () => {
    const r = await open({});
    const [{ id }] = (await r.recommend({ k: 1 })).items;
    await r.record({ kind: 'like', item: id });
    const trapped = await failure(r.similar('trap'));
    const events = (await r.profile()).events;
    const told = await failure(r.record({ kind: 'like', item: id, at: 13 }));
    const again = (await r.profile()).events;
    const list = (await r.recommend({ k: 3 })).items.length;
    const last = await Promise.all([1, 2, 3].map(() => failure(r.record({ kind: 'like', item: id, at: 13 }))));
    const end = await failure(Promise.all([r.similar('trap'), r.similar('trap')]));
    return { trapped, events, told, again, list, last, end, notices };
  });
  assert.deepEqual([seen.trapped.code, seen.told.code, seen.end.code], ['crashed', 'crashed', 'crashed']);
  assert.deepEqual([seen.events, seen.again, seen.list], [1, 1, 3]);
  assert.ok(seen.last.every(({ code }) => code === 'crashed'));
  assert.ok(seen.notices.every((code) => code === 'restarted') && seen.notices.length >= 2);
});

test('on the page’s thread a trap ends the recommender, which says so', async () => {
  const { page } = await visitor();
  await usePackage(page, site.server);
  const codes = await page.evaluate(async () => {
    const r = await open({ worker: false });
    return [(await failure(r.similar('trap'))).code, (await failure(r.recommend())).code];
  });
  assert.deepEqual(codes, ['crashed', 'crashed']);
});
