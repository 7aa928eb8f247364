// The golden cases in a browser: the same catalogues, calls and expectations as natively.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { build, cases, GIVEN, wrong } from '../golden.mjs';
import { launch, newPage, serveSite } from './site.mjs';

let server;
let browser;
before(async () => {
  server = await serveSite();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Answers the steps of a case in the page: through the package, or where vectors are given through the engine itself. */
async function answer({ bytes, index, steps, given, fingerprint, worker }) {
  const [catalogue, words] = [bytes, index].map((text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
  const answers = [];
  const caught = async (run) => {
    try {
      answers.push({ reply: (await run()) ?? null });
    } catch (error) {
      answers.push({ error: { code: error.code ?? error.name, message: error.message } });
    }
  };
  if (given) {
    const { default: init, Engine } = await import('/predilect/wasm/engine.js');
    await init({ module_or_path: await (await fetch('/predilect/wasm/engine_bg.wasm')).arrayBuffer() });
    const engine = new Engine(catalogue);
    for (const [call, given] of steps) {
      // A list of events has no vector to take out.
      const { vector, ...rest } = given;
      const request = Array.isArray(given) ? given : rest;
      await caught(() => {
        const numbers = vector && new Float32Array(vector);
        if (call === 'describe')
          return engine.describe(request.text, numbers, fingerprint, request.at ?? 0, request.weight ?? 1);
        if (call === 'search')
          return JSON.parse(engine.search(undefined, numbers, fingerprint, JSON.stringify(request)));
        const reply = engine[call](JSON.stringify(request));
        return reply === undefined ? null : JSON.parse(reply);
      });
    }
    return answers;
  }
  const { Recommender } = await import('/predilect/index.js');
  const recommender = await Recommender.create({ catalogue, words, encoder: '/model/', worker });
  for (const [call, request] of steps) {
    await caught(() => {
      const { text, at = 0, weight = 1, ...rest } = request;
      if (call === 'describe') return recommender.describe(text, { at, weight });
      if (call === 'ask') return recommender.ask(text, { ...rest, by: 'both' });
      if (call === 'search') return recommender.search(text, { ...rest, by: 'meaning' });
      if (call === 'follow') return recommender.follow(request.topic, { at, weight });
      if (call === 'classify') return recommender.classify(request.texts, { labels: request.labels });
      if (call === 'profile') return recommender.profile();
      return recommender[call](request);
    });
  }
  recommender.close();
  return answers;
}

for (const { name, golden } of await cases()) {
  const ways = golden.items.some((item) => item.vector) ? [false] : [true, false];
  for (const worker of ways) {
    test(`${name}${worker ? ', in a worker' : ''}: ${golden.about}`, async () => {
      const { given, bytes, words } = await build(golden);
      const steps = golden.steps.map(({ expect: _, ...step }) => Object.entries(step)[0]);
      const { page, context, problems } = await newPage(browser);
      await page.goto(`${server.url}empty.html`);
      const answers = await page.evaluate(answer, {
        bytes: Buffer.from(bytes).toString('base64'),
        index: Buffer.from(words).toString('base64'),
        steps,
        given,
        fingerprint: GIVEN,
        worker,
      });
      assert.equal(answers.length, golden.steps.length);
      for (const [index, { expect }] of golden.steps.entries()) {
        assert.equal(wrong(expect, answers[index]), undefined, `step ${index + 1}`);
      }
      assert.deepEqual(problems, []);
      await context.close();
    });
  }
}
