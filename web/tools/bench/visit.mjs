// `npm run bench -- visit`: what the first visit to the demo costs a reader, in headless Chromium with a fresh profile and a main thread
// slowed four times (DevTools slows no workers): bytes before the first recommendation, time to it, and tasks that block the page.

import { brotliCompressSync } from 'node:zlib';
import { newPage } from '../../tests/browser/site.mjs';
import { launch } from '../browser.mjs';
import { summary } from '../measure.mjs';
import { serve } from '../serve.mjs';
import { SITE } from '../site.mjs';

const VISITS = 9;
const SLOWER = 4;

export default async function visit() {
  const server = await serve({ root: SITE });
  const browser = await launch();
  /** @type {Awaited<ReturnType<typeof once>>[]} */
  const visits = [];
  /** @type {{path: string, body: Buffer}[]} */
  let bodies;
  try {
    for (let i = 0; i < VISITS; i++) visits.push(await once(browser, server.url));
    const body = async (/** @type {string} */ path) =>
      Buffer.from(await (await fetch(new URL(path, server.url))).arrayBuffer());
    bodies = await Promise.all(visits[0].paths.map(async (path) => ({ path, body: await body(path) })));
  } finally {
    await browser.close();
    await server.close();
  }
  const bytes = (/** @type {(path: string) => boolean} */ wanted) =>
    bodies.filter(({ path }) => wanted(path)).reduce((sum, { body }) => sum + brotliCompressSync(body).length, 0);
  const row = (/** @type {string} */ what, /** @type {string} */ unit, /** @type {number} */ value) => ({
    case: what,
    unit,
    value,
  });
  const of = (/** @type {(visit: any) => number} */ value) => summary(visits.map(value));
  return [
    row('requests before the first recommendation', 'requests', bodies.length),
    row(
      'engine, brotli 11',
      'bytes',
      bytes((path) => path.endsWith('engine_bg.wasm')),
    ),
    row(
      'catalogue, brotli 11',
      'bytes',
      bytes((path) => path.endsWith('.predilect')),
    ),
    row(
      'library, brotli 11 each',
      'bytes',
      bytes((path) => path.includes('/predilect/') && path.endsWith('.js')),
    ),
    row(
      'the page itself, brotli 11 each',
      'bytes',
      bytes((path) => !/\/predilect\/|\.predilect$/.test(path)),
    ),
    row(
      `first recommendation, main thread ${SLOWER} times slower, p50 of ${VISITS}`,
      'ms',
      of(({ first }) => first).p50,
    ),
    row('the same, p95', 'ms', of(({ first }) => first).p95),
    row('longest task of the main thread until then, slowed, p50', 'ms', of(({ longest }) => longest).p50),
    row('longest task after it, at ten likes, slowed, p50', 'ms', of(({ later }) => later).p50),
  ];
}

async function once(browser, url) {
  const { page, context } = await newPage(browser);
  try {
    /** @type {Set<string>} */
    const asked = new Set();
    context.on('request', (/** @type {any} */ request) => asked.add(new URL(request.url()).pathname));
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await page.addInitScript(() => {
      window.tasks = [];
      new PerformanceObserver((list) => window.tasks.push(...list.getEntries())).observe({
        type: 'longtask',
        buffered: true,
      });
      new MutationObserver((_, observer) => {
        if (!document.querySelector('#grid .card[data-id]')) return;
        observer.disconnect();
        window.first = performance.now();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(url);
    await page.waitForFunction(() => window.first !== undefined);
    const paths = [...asked];
    await page.waitForTimeout(500);
    const longest = () =>
      page.evaluate(() => Math.max(0, ...window.tasks.splice(0).map((/** @type {any} */ task) => task.duration)));
    const before = await longest();
    for (let i = 0; i < 10; i++) {
      await page.locator('#grid .card [aria-pressed="false"]').first().click();
      await page.waitForTimeout(100);
    }
    await page.waitForTimeout(300);
    return { paths, first: await page.evaluate(() => window.first), longest: before, later: await longest() };
  } finally {
    await context.close();
  }
}
