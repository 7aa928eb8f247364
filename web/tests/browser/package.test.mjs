// The package on an empty page: worker and main thread, bytes and addresses, closing, and what goes wrong.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { launch, newPage, POLICY, serveSite } from './site.mjs';

let server;
let browser;
/** @type {Awaited<ReturnType<typeof newPage>>[]} */
const pages = [];
before(async () => {
  server = await serveSite();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});
afterEach(async () => {
  for (const { context } of pages.splice(0)) await context.close();
});

/** Runs a function in an empty page of the site; `use` there is the package. */
async function inPage(run, argument, url = server.url) {
  const opened = await newPage(browser);
  pages.push(opened);
  await opened.page.goto(`${url}empty.html`);
  await opened.page.evaluate(async () => {
    window.use = await import('/predilect/index.js');
    window.failure = (promise) =>
      promise.then(
        () => 'no error',
        (error) => ({ code: error.code, message: error.message, is: error instanceof window.use.PredilectError }),
      );
  });
  return { result: await opened.page.evaluate(run, argument), problems: opened.problems };
}

const keys = (profile) => profile.interests.map(({ key }) => key);

test('items that a page adds are found at once, and again after the worker was replaced', {
  timeout: 120_000,
}, async () => {
  const { result, problems } = await inPage(async () => {
    const workers = [];
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(...args) {
        super(...args);
        workers.push(this);
      }
    };
    const notices = [];
    const r = await use.Recommender.create({
      catalogue: '/demo.predilect',
      encoder: '/model',
      onNotice: ({ code }) => notices.push(code),
    });
    const { count } = await r.info();
    const other = (await r.recommend({ k: 1 })).items[0].id;
    const kite = {
      id: 'kite',
      title: 'Stunt kite',
      text: 'A two-line kite for strong wind.',
      section: 'shop',
      price: 35,
    };
    const bad = await failure(r.add([kite, { id: 'empty' }]));
    const between = (await r.info()).count;
    await r.add([kite, { id: other, title: 'Replaced', text: 'Something else entirely.' }]);
    const seen = async () => ({
      count: (await r.info()).count,
      first: (await r.search('a kite to fly in the wind', { k: 1 })).items[0].id,
      filtered: (await r.recommend({ k: 5, filter: { price: { min: 34.5, max: 35.5 } } })).items.map(({ id }) => id),
      replaced: (await r.items([other]))[0].title,
    });
    const added = await seen();
    await r.record({ kind: 'like', item: 'kite' });
    workers[0].dispatchEvent(new ErrorEvent('error', { message: 'gone' }));
    const again = await seen();
    const profile = await r.profile();
    await r.remove('kite');
    const [gone] = await r.items(['kite']);
    r.close();
    return { count, between, bad, added, again, gone, liked: profile.interests[0].items, notices };
  });
  assert.equal(result.bad.code, 'bad-input');
  assert.match(result.bad.message, /1 of 2 items/);
  assert.equal(result.between, result.count);
  const { added } = result;
  assert.deepEqual([added.count, added.first, added.replaced], [result.count + 1, 'kite', 'Replaced']);
  assert.ok(added.filtered.includes('kite'));
  assert.deepEqual(result.again, { ...added, filtered: result.again.filtered });
  assert.deepEqual(result.liked, ['kite']);
  assert.deepEqual(result.notices, ['restarted']);
  assert.equal(result.gone, null);
  assert.deepEqual(problems, []);
});

for (const worker of [true, false]) {
  test(`every call, ${worker ? 'in a worker' : 'on the page’s thread'}`, { timeout: 120_000 }, async () => {
    const { result, problems } = await inPage(async (worker) => {
      const steps = [];
      const r = await use.Recommender.create({
        catalogue: '/demo.predilect',
        encoder: '/model',
        worker,
        onProgress: (step) => steps.push(step),
      });
      const info = await r.info();
      const first = await r.recommend({ k: 6 });
      const id = first.items[0].id;
      await r.record([
        { kind: 'like', item: id },
        { kind: 'dwell', item: first.items[1].id, value: 20 },
      ]);
      const liked = await r.recommend({ k: 6, filter: { section: 'shop', price: { max: 100 } } });
      const similar = await r.similar(id, { k: 3 });
      const [vectors] = await Promise.all([r.encode(['tea', '茶']), r.search('tea'), r.loadEncoder()]);
      const found = await r.search('a pot for tea', { k: 4, filter: { section: 'shop' } });
      await r.describe('green tea', { weight: 0.5 });
      const profile = await r.profile();
      const snapshot = await r.snapshot();
      await r.forget({ all: true });
      const emptied = await r.profile();
      await r.restore(snapshot);
      const restored = await r.profile();
      const half = await r.search('tea \ud83c pot', { k: 1 });
      const timing = r.lastCall;
      r.close();
      return {
        info,
        liked,
        similar,
        found,
        profile,
        emptied,
        restored,
        timing,
        half: half.items.length,
        length: vectors.length,
        norm: Math.hypot(...vectors.slice(0, info.dimension)),
        files: [...new Set(steps.filter((step) => step.phase === 'ready').map((step) => step.file))],
        model: steps
          .filter((step) => step.file === 'model' && step.phase === 'download')
          .map((step) => step.loaded / step.total),
        empty: await failure(r.recommend()),
      };
    }, worker);
    assert.equal(result.info.count, 540);
    assert.ok(result.liked.items.every(({ fields }) => fields.section === 'shop' && fields.price <= 100));
    assert.equal(result.similar.items.length, 3);
    assert.ok(result.found.items.every(({ reasons }) => reasons[0].kind === 'match'));
    assert.equal(result.length, 2 * result.info.dimension);
    assert.ok(Math.abs(result.norm - 1) < 1e-3);
    assert.equal(result.profile.events, 2);
    assert.ok(result.profile.interests.some(({ kind, label }) => kind === 'typed' && label === 'green tea'));
    assert.equal(result.emptied.interests.length, 0);
    // Weights age with every millisecond; the rest is the same.
    assert.deepEqual(result.restored.recent, result.profile.recent);
    assert.deepEqual(keys(result.restored), keys(result.profile));
    assert.equal(result.half, 1);
    assert.equal(result.timing.call, 'search');
    assert.deepEqual(result.files, ['catalogue', 'model']);
    assert.equal(result.model.at(-1), 1);
    assert.ok(result.model.every((part, index) => index === 0 || part >= result.model[index - 1]));
    assert.equal(result.empty.code, 'closed');
    assert.deepEqual(problems, []);
  });
}

test('bytes and compiled modules instead of addresses, and a worker of one’s own', async () => {
  const { result, problems } = await inPage(async () => {
    const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    const catalogue = await bytes('/demo.predilect');
    const wasm = { engine: await WebAssembly.compile(await bytes('/predilect/wasm/engine_bg.wasm')) };
    const worker = new Worker('/predilect/worker.js', { type: 'module' });
    const counts = [];
    for (const options of [
      { wasm },
      { wasm, worker: false },
      { worker },
      { wasm: { engine: new URL('/predilect/wasm/engine_bg.wasm', location.href) } },
    ]) {
      const r = await use.Recommender.create({ catalogue, ...options });
      counts.push((await r.recommend({ k: 3 })).items.length);
      r.close();
    }
    return { counts, left: catalogue.length };
  });
  assert.deepEqual(result.counts, [3, 3, 3, 3]);
  assert.ok(result.left > 0, 'the page’s bytes stay the page’s');
  assert.deepEqual(problems, []);
});

test('from another origin, as from a CDN, the worker starts all the same', async () => {
  const cdn = await serveSite({ headers: { 'access-control-allow-origin': '*' } });
  const page = await serveSite({
    headers: {
      'content-security-policy': `script-src 'self' 'wasm-unsafe-eval' ${cdn.url}; connect-src 'self' ${cdn.url}; worker-src blob: ${cdn.url}`,
    },
  });
  try {
    const { result, problems } = await inPage(
      async (url) => {
        const { Recommender } = await import(`${url}predilect/index.js`);
        const r = await Recommender.create({ catalogue: '/demo.predilect' });
        return (await r.recommend({ k: 4 })).items.length;
      },
      cdn.url,
      page.url,
    );
    assert.equal(result, 4);
    assert.deepEqual(problems, []);
    assert.ok(cdn.requests.includes('/predilect/worker.js'));
    assert.ok(page.requests.includes('/demo.predilect'), 'relative addresses are the page’s');
  } finally {
    await page.close();
    await cdn.close();
  }
});

test('wrong calls reject with codes, and the recommender goes on', { timeout: 120_000 }, async () => {
  const { result } = await inPage(async () => {
    const r = await use.Recommender.create({ catalogue: '/demo.predilect', encoder: '/model/' });
    const codes = {
      item: await failure(r.similar('nobody')),
      option: await failure(r.recommend({ topK: 3 })),
      k: await failure(r.recommend({ k: 100000 })),
      blank: await failure(r.search('   ')),
      describeBlank: await failure(r.describe('')),
      clone: await failure(r.recommend({ filter: { a: 1n } })),
      type: await failure(r.search(3)),
    };
    const after = await r.recommend({ k: 2 });
    r.close();
    return { codes, after: after.items.length };
  });
  const codes = Object.fromEntries(Object.entries(result.codes).map(([name, { code }]) => [name, code]));
  assert.deepEqual(codes, {
    item: 'unknown-item',
    option: 'bad-input',
    k: 'bad-request',
    blank: 'empty-text',
    describeBlank: 'empty-text',
    clone: 'bad-input',
    type: 'bad-input',
  });
  assert.ok(Object.values(result.codes).every(({ is }) => is));
  assert.equal(result.after, 2);
});

test('closing frees: a hundred recommenders in workers, one after the other', { timeout: 120_000 }, async () => {
  const { result } = await inPage(async () => {
    const catalogue = new Uint8Array(await (await fetch('/demo.predilect')).arrayBuffer());
    let answered = 0;
    for (let round = 0; round < 100; round++) {
      const r = await use.Recommender.create({ catalogue });
      const waiting = r.recommend({ k: 1 });
      if (round % 2) answered += (await waiting).items.length;
      r.close();
      if (round % 2 === 0) answered += (await failure(waiting)).code === 'closed' ? 1 : 0;
    }
    return answered;
  });
  assert.equal(result, 100);
});

test('without permission to compile wasm the error names the policy', async () => {
  const strict = await serveSite({ headers: { 'content-security-policy': POLICY.replace(" 'wasm-unsafe-eval'", '') } });
  try {
    for (const worker of [true, false]) {
      const { result } = await inPage(
        (worker) => failure(use.Recommender.create({ catalogue: '/demo.predilect', worker })),
        worker,
        strict.url,
      );
      assert.equal(result.code, 'not-wasm');
      assert.match(result.message, /wasm-unsafe-eval/);
    }
  } finally {
    await strict.close();
  }
});

test('without permission for workers the error names the policy, and the main thread works', async () => {
  const strict = await serveSite({
    headers: { 'content-security-policy': POLICY.replace("worker-src 'self'", "worker-src 'none'") },
  });
  try {
    const { result } = await inPage(
      async () => {
        const refused = await failure(use.Recommender.create({ catalogue: '/demo.predilect' }));
        const r = await use.Recommender.create({ catalogue: '/demo.predilect', worker: false });
        return { refused, count: (await r.recommend({ k: 2 })).items.length };
      },
      undefined,
      strict.url,
    );
    assert.equal(result.refused.code, 'crashed');
    assert.match(result.refused.message, /worker/);
    assert.equal(result.count, 2);
  } finally {
    await strict.close();
  }
});

test('the page’s thread is never held up while the list is worked out', { timeout: 120_000 }, async () => {
  const { result } = await inPage(async () => {
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
    const r = await use.Recommender.create({ catalogue: '/demo.predilect', encoder: '/model/' });
    for (let round = 0; round < 20; round++) await r.recommend({ k: 50 });
    await r.search('tea');
    await new Promise((done) => setTimeout(done, 200));
    r.close();
    return long;
  });
  assert.deepEqual(
    result.filter((duration) => duration > 50),
    [],
  );
});
