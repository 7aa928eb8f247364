// `npm run bench -- visit`: what the first visit to the demo costs a reader, in headless Chromium with a fresh profile and a main thread
// slowed four times (DevTools slows no workers): bytes before the first recommendation, time to it, and tasks that block the page.

import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { launch } from '../browser.mjs';
import { summary } from '../measure.mjs';
import { serve } from '../serve.mjs';
import { SITE } from '../site.mjs';

const VISITS = 9;
const SLOWER = 4;
const PATIENCE_MS = 30_000;

/** Keeps the tasks of over 50 ms, and when the first card was there. */
const WATCH = `
  self.watched = { tasks: [], first: undefined };
  new PerformanceObserver((list) => watched.tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector('#grid .card[data-id]')) return;
    observer.disconnect();
    watched.first = performance.now();
  }).observe(document, { childList: true, subtree: true });`;

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

/**
 * One visit. Whoever clicks and waits by a library for tests runs its scripts in the page, slowed too, and measures them: here only
 * DevTools speak to it.
 */
async function once(/** @type {import('playwright-core').Browser} */ browser, /** @type {string} */ url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
  try {
    const page = await context.newPage();
    /** @type {Set<string>} */
    const asked = new Set();
    context.on('request', (request) => asked.add(new URL(request.url()).pathname));
    const devtools = await context.newCDPSession(page);
    await devtools.send('Page.enable');
    await devtools.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    const ask = async (/** @type {string} */ expression) =>
      (await devtools.send('Runtime.evaluate', { expression, returnByValue: true, userGesture: true })).result.value;
    const longest = () => ask('watched.tasks.splice(0).reduce((longest, task) => Math.max(longest, task.duration), 0)');
    await devtools.send('Page.navigate', { url });
    const deadline = performance.now() + PATIENCE_MS;
    let first = await ask('globalThis.watched?.first');
    while (first === undefined) {
      if (performance.now() > deadline) throw new Error(`no recommendation within ${PATIENCE_MS / 1000} s`);
      await wait(100);
      first = await ask('globalThis.watched?.first');
    }
    const paths = [...asked];
    await wait(700);
    const before = await longest();
    for (let i = 0; i < 10; i++) {
      await ask(`document.querySelector('#grid .card [aria-pressed="false"]').click()`);
      await wait(250);
    }
    await wait(300);
    return { paths, first, longest: before, later: await longest() };
  } finally {
    await context.close();
  }
}
