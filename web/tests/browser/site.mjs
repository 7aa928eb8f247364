// Opens the demo, or an empty page of its site, in a browser, and watches what goes wrong there.

import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../tools/browser.mjs';
import { serve } from '../../tools/serve.mjs';

/** The policy that the documentation tells people to serve, with all else shut. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

const root = fileURLToPath(new URL('../../demo/site', import.meta.url));
const EMPTY = '<!doctype html><html lang="en"><title>Empty</title><link rel="icon" href="/icon.svg">';

/**
 * Serves the site with a strict policy. `/empty.html` is a page without anything; `answers` may be changed meanwhile.
 *
 * @param {Partial<import('../../tools/serve.mjs').Options>} [options]
 */
export async function serveSite(options = {}) {
  const answers = { '/empty.html': { body: EMPTY }, ...options.answers };
  const server = await serve({ root, headers: { 'content-security-policy': POLICY }, ...options, answers });
  return Object.assign(server, { answers });
}

/**
 * A page that remembers what went wrong on it.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Violations of the policy, in the page as in its worker, are told here too.
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { page, context, problems };
}

/**
 * A served site and a browser for the tests of one file; what a test opens is closed after it.
 *
 * @param {Partial<import('../../tools/serve.mjs').Options>} [options]
 */
export function useSite(options) {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {Awaited<ReturnType<typeof serveSite>>} */
  let server;
  /** @type {import('playwright-core').BrowserContext[]} */
  const contexts = [];
  before(async () => {
    server = await serveSite(options);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  return {
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    /** A page of its own visitor. */
    async visitor(/** @type {import('playwright-core').BrowserContextOptions} */ settings = {}) {
      const opened = await newPage(browser, settings);
      contexts.push(opened.context);
      return opened;
    },
  };
}

/** Opens an empty page of the site, with the package as `use` and what tests need to talk about its answers. */
export async function usePackage(
  /** @type {import('playwright-core').Page} */ page,
  /** @type {{url: string}} */ { url },
) {
  await page.goto(`${url}empty.html`);
  await page.evaluate(async () => {
    window.use = await import('/predilect/index.js');
    window.notices = [];
    window.open = (options) =>
      window.use.Recommender.create({
        catalogue: '/demo.predilect',
        onNotice: ({ code }) => window.notices.push(code),
        ...options,
      });
    window.failure = (promise) =>
      promise.then(
        () => 'no error',
        (error) => ({ code: error.code, message: error.message, is: error instanceof window.use.PredilectError }),
      );
    window.until = async (condition) => {
      for (let tries = 0; tries < 200; tries++) {
        if (await condition()) return true;
        await new Promise((done) => setTimeout(done, 20));
      }
      return false;
    };
  });
}

/** Waits until the demo shows its first list. */
export async function ready(/** @type {import('playwright-core').Page} */ page) {
  await page.locator('#grid:not([aria-busy]) .card[data-id]').first().waitFor();
}

/** The ids of the list, in order. */
export const ids = (/** @type {import('playwright-core').Page} */ page) =>
  page.locator('#grid .card').evaluateAll((cards) => cards.map((card) => /** @type {HTMLElement} */ (card).dataset.id));

/** Does something and waits until the list was told anew. */
export async function updated(
  /** @type {import('playwright-core').Page} */ page,
  /** @type {() => Promise<unknown>} */ act,
) {
  const changes = await page.evaluateHandle(() => {
    const seen = { count: 0 };
    new MutationObserver(() => seen.count++).observe(document.getElementById('grid'), { childList: true });
    return seen;
  });
  await act();
  await page.waitForFunction((seen) => seen.count > 0, changes);
  await changes.dispose();
}

/** The worker's script, and one that loads its parts one by one: what is one file has no part to replace. */
export const WORKER = '/predilect/worker.js';
export const WORKER_IN_PARTS = `import { serve } from './host.js'; serve();`;

export { launch };
