// Nothing leaves: no request after loading whatever is used, and the same requests whatever the taste.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usePackage, useSite } from './site.mjs';

const LOADING = 120_000;
const site = useSite();

for (const worker of [true, false]) {
  const where = worker ? 'in a worker' : 'on the page’s thread';
  test(`with the network gone every feature works ${where}, and nothing was asked for`, {
    timeout: LOADING,
  }, async () => {
    const { page, context, problems } = await site.visitor();
    await usePackage(page, site.server);
    await page.evaluate(async (worker) => {
      const aggregate = { field: 'section', topics: ['shop', 'news'] };
      window.r = await open({ profile: 't', encoder: '/model/', worker, aggregate });
      // Loads the encoder and the builder.
      await window.r.add({ id: 'own', title: 'An item of this page', section: 'shop' });
    }, worker);
    const asked = [];
    context.on('request', (request) => asked.push(request.url()));
    await context.route('**/*', (route) => route.abort());
    site.server.requests.length = 0;
    await context.setOffline(true);

    const used = await page.evaluate(async () => {
      const { r } = window;
      const { items } = await r.recommend({ k: 5 });
      const ids = items.map(({ id }) => id);
      await r.record(ids.map((item) => ({ kind: 'like', item })));
      await r.consent('granted');
      await r.record({ kind: 'dislike', item: ids[0] });
      await r.describe('green tea');
      await r.describe('football', { weight: -1 });
      const found = await r.search('something to read', { k: 3, filter: { section: 'culture' } });
      await r.similar(ids[0]);
      await r.items(ids);
      await r.encode(['tea']);
      await r.forget({ item: ids[1] });
      const file = await r.export({ passphrase: 'secret' });
      const plain = await r.export();
      await r.forget({ all: true });
      await r.import(file, { passphrase: 'secret', preview: true });
      const report = await r.import(plain);
      const snapshot = await r.snapshot();
      await r.restore(snapshot);
      const profile = await r.profile();
      await r.forget({ interest: profile.interests[0].key });
      await r.info();
      await r.add({ id: 'own too', title: 'Another one', section: 'shop' });
      await r.remove(['own', 'own too']);
      const { bits } = await r.aggregate();
      await r.consent('session');
      r.close();
      return { found: found.items.length, report, bits: bits.length };
    });
    assert.deepEqual(used, {
      found: 3,
      bits: 3,
      report: { events: 5, typed: 2, known: 0, unknownItems: 0, waiting: 0, kept: true },
    });
    assert.deepEqual(asked, []);
    assert.deepEqual(site.server.requests, []);
    assert.deepEqual(problems, [], 'no error and no violation of the policy');
  });
}

test('two people with opposite tastes ask for the same files in the same order', { timeout: LOADING }, async () => {
  const asked = [];
  for (const taste of ['likes', 'dislikes']) {
    const { page } = await site.visitor();
    await usePackage(page, site.server);
    site.server.requests.length = 0;
    for (const visit of [1, 2]) {
      await page.evaluate(
        async ([taste, visit]) => {
          const r = await open({ profile: 't', encoder: '/model/', consent: 'granted' });
          const { items } = await r.recommend({ k: 8, filter: { section: taste === 'likes' ? 'shop' : 'news' } });
          await r.record(items.map(({ id }) => ({ kind: taste === 'likes' ? 'like' : 'dislike', item: id })));
          if (visit === 2) await r.search(taste === 'likes' ? 'tea' : 'football');
          await r.recommend();
          r.close();
        },
        [taste, visit],
      );
    }
    // Several files are asked for at once; which of them comes first is chance.
    asked.push(site.server.requests.toSorted());
  }
  assert.ok(asked[0].includes('/model/manifest.json'));
  assert.deepEqual(asked[0], asked[1]);
});
