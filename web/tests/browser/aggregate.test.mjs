// Reports for sites that need counts: only where the person agreed, within the budget of a week, in all tabs, and sent by
// nobody but the page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usePackage, useSite } from './site.mjs';

const site = useSite();
const ASK = { field: 'section', topics: ['shop', 'culture', 'news', 'recipes'], epsilon: 1, budget: 2 };

/** A page with the package at hand, and how each of some calls ended. */
async function tab(context, before) {
  const { page, problems } = context ? { page: await context.newPage(), problems: [] } : await site.visitor();
  if (before) await page.addInitScript(before);
  await usePackage(page, site.server);
  await page.evaluate((ask) => {
    window.ask = ask;
    window.outcome = async (r, options) => {
      try {
        const report = await r.aggregate(options);
        return report.bits ?? report;
      } catch (error) {
        return error.code;
      }
    };
  }, ASK);
  return { page, problems, context: page.context() };
}

test('there is no report unless the site asked for it, the person agreed, and the device keeps the profile', async () => {
  const { page, problems } = await tab();
  const seen = await page.evaluate(async () => {
    const plain = await open({ profile: 't' });
    const memory = await open({ consent: 'granted', aggregate: ask });
    const r = await open({ profile: 't', aggregate: ask });
    const out = { plain: await outcome(plain), memory: await outcome(memory), asked: await outcome(r) };
    await r.consent('session');
    out.session = await outcome(r);
    out.databases = (await indexedDB.databases()).map(({ name }) => name);
    await r.consent('granted');
    out.loaded = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('aggregate.js')).length;
    out.preview = await outcome(r, { preview: true });
    out.report = await r.aggregate();
    out.wrong = await open({ aggregate: { field: 'section' } }).catch(({ code }) => code);
    return out;
  });
  assert.deepEqual(
    [seen.plain, seen.memory, seen.asked, seen.session],
    ['not-permitted', 'not-permitted', 'not-permitted', 'not-permitted'],
  );
  assert.deepEqual(
    seen.databases.filter((name) => name.includes('reports')),
    [],
    'a refusal leaves no trace',
  );
  assert.equal(seen.loaded, 1);
  const { p, q, ...rest } = seen.preview;
  assert.deepEqual(rest, { epsilon: 1, topics: ASK.topics, budget: 2, spent: 0 });
  assert.equal(p, 0.5);
  assert.ok(Math.abs(q - 1 / (Math.E + 1)) < 1e-15);
  assert.match(seen.report.bits, /^[01]{5}$/);
  assert.deepEqual(
    { ...seen.report, bits: '' },
    { predilect: 1, mechanism: 'oue', epsilon: 1, topics: ASK.topics, bits: '' },
    'nothing else is told',
  );
  assert.equal(seen.wrong, 'bad-input');
  assert.deepEqual(problems, []);
});

for (const [signal, property, value] of [
  ['gpc', 'globalPrivacyControl', true],
  ['dnt', 'doNotTrack', '1'],
]) {
  test(`where the browser asks not to be profiled (${signal}) there is none, whatever was agreed to`, async () => {
    const { page } = await site.visitor();
    await page.addInitScript(
      ([property, value]) => Object.defineProperty(navigator, property, { value }),
      [property, value],
    );
    await usePackage(page, site.server);
    const seen = await page.evaluate(async (ask) => {
      const r = await open({ profile: 't', aggregate: ask });
      const { kept } = await r.consent('granted');
      return [kept, await r.aggregate().catch(({ code, message }) => [code, message])];
    }, ASK);
    assert.equal(seen[0], true, 'the profile itself is kept, for the person said so');
    assert.equal(seen[1][0], 'not-permitted');
    assert.ok(seen[1][1].includes(signal));
  });
}

test('the budget of a week holds over tabs that ask at once, over reloads, other profiles and a clock set back', async () => {
  const { page: one, context } = await tab();
  const { page: two } = await tab(context);
  const burst = async () => {
    window.r = await open({ profile: 't', consent: 'granted', aggregate: ask });
    return Promise.all(Array.from({ length: 5 }, () => outcome(window.r)));
  };
  const both = (await Promise.all([one.evaluate(burst), two.evaluate(burst)])).flat();
  const made = (outcomes) => outcomes.filter((outcome) => /^[01]+$/.test(outcome)).length;
  assert.equal(made(both), 2, 'two reports of 1 in a budget of 2, whoever asks');
  assert.equal(both.filter((outcome) => outcome === 'budget-spent').length, 8);

  await one.reload();
  await usePackage(one, site.server);
  const later = await one.evaluate(async (ask) => {
    const DAY = 86_400_000;
    const r = await open({ profile: 't', aggregate: ask });
    const other = await open({ profile: 'another', consent: 'granted', aggregate: ask });
    const refusal = (r) =>
      r.aggregate().then(
        ({ bits }) => bits,
        ({ code }) => code,
      );
    const real = Date.now;
    const out = {
      reloaded: await refusal(r),
      other: await refusal(other),
      preview: await r.aggregate({ preview: true }),
    };
    out.now = real();
    Date.now = () => real() - 30 * DAY;
    out.back = await refusal(r);
    Date.now = () => real() + 6.9 * DAY;
    out.early = await refusal(r);
    // Erasing the profile does not give the budget back.
    await r.consent('session');
    await r.consent('granted');
    out.again = await refusal(r);
    Date.now = () => real() + 7.1 * DAY;
    out.next = [await refusal(r), await refusal(other), await refusal(r)];
    return out;
  }, ASK);
  assert.deepEqual([later.reloaded, later.other, later.back], ['budget-spent', 'budget-spent', 'budget-spent']);
  assert.equal(later.preview.spent, 2);
  assert.ok(later.preview.next > later.now + 6 * 86_400_000 && later.preview.next <= later.now + 7 * 86_400_000);
  assert.deepEqual([later.early, later.again], ['budget-spent', 'budget-spent']);
  assert.equal(made(later.next.slice(0, 2)), 2, 'after a week there is a new budget');
  assert.equal(later.next[2], 'budget-spent');
});

test('the own topic is told half of the time, others as rarely as epsilon says, and nothing is sent', async () => {
  const { page, context } = await tab();
  const requests = [];
  const seen = await page.evaluate(async (ask) => {
    // The account is kept by the database alone: without it each report is the first one.
    const options = { profile: 't', consent: 'granted', aggregate: { ...ask, epsilon: 4, budget: 4 } };
    window.r = await open(options);
    const { items } = await window.r.recommend({ k: 30, filter: { section: 'recipes' } });
    await window.r.record(items.slice(0, 8).map(({ id }) => ({ kind: 'like', item: id })));
    return (await window.r.profile()).interests.length;
  }, ASK);
  assert.ok(seen > 0);
  context.on('request', (request) => requests.push(request.url()));
  const reports = await page.evaluate(async () => {
    const reports = [];
    for (let i = 0; i < 200; i++) {
      reports.push((await window.r.aggregate()).bits);
      await new Promise((done, failed) => {
        Object.assign(indexedDB.deleteDatabase('predilect-reports'), { onsuccess: done, onerror: failed });
      });
    }
    return reports;
  });
  const ones = [0, 1, 2, 3, 4].map((at) => reports.filter((bits) => bits[at] === '1').length);
  // Of 200: 100 of the own topic, 3.6 of each other. Outside these bounds once in some ten million runs.
  assert.ok(ones[3] > 60 && ones[3] < 140, `${ones}`);
  for (const at of [0, 1, 2, 4]) assert.ok(ones[at] < 20, `${ones}`);
  assert.deepEqual(requests, []);
});

test('where the account cannot be kept there is no report', async () => {
  const { page } = await tab();
  const seen = await page.evaluate(async () => {
    const r = await open({ profile: 't', consent: 'granted', aggregate: ask });
    const { open: original } = IDBFactory.prototype;
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    const denied = await outcome(r);
    IDBFactory.prototype.open = original;
    const { add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('no space', 'QuotaExceededError');
    };
    const full = await outcome(r);
    IDBObjectStore.prototype.add = add;
    return { denied, full, after: await outcome(r, { preview: true }) };
  });
  assert.deepEqual([seen.denied, seen.full], ['storage-failed', 'storage-failed']);
  assert.equal(seen.after.spent, 0, 'nothing was given, and nothing spent');
});
