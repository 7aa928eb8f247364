// `predilect serve CATALOGUE`: the page that a maker of a catalogue tries it on.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../tools/browser.mjs';
import { newPage } from './site.mjs';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const TOOL = path('../../cli/predilect.mjs');
const CATALOGUE = path('../../demo/site/demo.predilect');
const MODEL = path('../../../models/predilect-encoder-small');

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Starts the command and waits for the address that it tells. */
async function started(/** @type {string[]} */ ...args) {
  const child = spawn(process.execPath, [TOOL, 'serve', ...args, '--port', '0']);
  for await (const line of child.stdout) {
    const [url] = /http:\S+/.exec(String(line)) ?? [];
    if (url) return { url, stop: () => child.kill() };
  }
  throw new Error(`predilect serve ${args} told no address`);
}

test('a catalogue is tried: searched, liked, and the list follows', async () => {
  const { url, stop } = await started(CATALOGUE, '--model', MODEL);
  const { page, problems } = await newPage(browser);
  try {
    await page.goto(url);
    const cards = page.locator('predilect-feed [part~=card]');
    await cards.first().waitFor();
    const titles = () => page.locator('predilect-feed [part~=title]').allTextContents();
    const before = await titles();
    await page.locator('predilect-search input').fill('kettl');
    await page
      .locator('predilect-search [part~=title]', { hasText: /kettle/i })
      .first()
      .waitFor();
    await cards.first().getByRole('button', { name: /^like/i }).click();
    await page.waitForFunction((before) => {
      const feed = document.querySelector('predilect-feed');
      const now = [...(feed?.shadowRoot?.querySelectorAll('[part~=title]') ?? [])].map((node) => node.textContent);
      return now.length > 0 && now.join() !== before.join();
    }, before);
    await page.locator('predilect-profile [part~=interest]').first().waitFor();
    assert.deepEqual(problems, []);
  } finally {
    stop();
    await page.context().close();
  }
});

test('a folder is served with the types that pages need', async () => {
  const { url, stop } = await started(path('../../dist'));
  try {
    const [page, wasm] = await Promise.all([fetch(`${url}index.js`), fetch(`${url}wasm/engine_bg.wasm`)]);
    assert.match(page.headers.get('content-type') ?? '', /javascript/);
    assert.equal(wasm.headers.get('content-type'), 'application/wasm');
  } finally {
    stop();
  }
});
