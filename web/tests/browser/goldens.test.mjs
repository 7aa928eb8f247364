// The golden cases in a browser: the same catalogues, calls and expectations as natively.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cases, handed, wrong } from '../golden.mjs';
import { answerSteps } from './in-page.mjs';
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

for (const { name, golden } of await cases()) {
  const ways = golden.items.some((item) => item.vector) ? [false] : [true, false];
  for (const worker of ways) {
    test(`${name}${worker ? ', in a worker' : ''}: ${golden.about}`, async () => {
      const { page, context, problems } = await newPage(browser);
      await page.goto(`${server.url}empty.html`);
      const answers = await page.evaluate(answerSteps, { ...(await handed(golden)), worker });
      assert.equal(answers.length, golden.steps.length);
      for (const [index, { expect }] of golden.steps.entries()) {
        assert.equal(wrong(expect, answers[index]), undefined, `step ${index + 1}`);
      }
      assert.deepEqual(problems, []);
      await context.close();
    });
  }
}
