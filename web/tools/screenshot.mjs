// Makes the picture of the README: `node web/tools/screenshot.mjs [FILE]`, after a set-up. The demo is opened as a visitor
// would and told what is liked, in both languages; what it then shows is the picture.

import { pathToFileURL } from 'node:url';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';
import { fail } from './setup.mjs';
import { SITE } from './site.mjs';

const LIKED = ['culture-en-001', 'recipes-zh-001'];

async function screenshot(/** @type {string} */ path) {
  const server = await serve({ root: SITE });
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    await page.goto(server.url);
    const listed = '#grid:not([aria-busy]) .card[data-id]';
    await page.locator(listed).first().waitFor();
    await page.getByText('Both', { exact: true }).click();
    for (const id of LIKED) {
      const card = page.locator(`#grid .card[data-id="${id}"]`);
      // What is not on the first list is found in its section.
      if ((await card.count()) === 0) continue;
      await card.locator('.act.like').click();
      await page.locator(listed).first().waitFor();
    }
    // The message in passing goes, and the page comes to rest at its top.
    await page.locator('#snack').waitFor({ state: 'hidden', timeout: 30_000 });
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForTimeout(500);
    await page.screenshot({ path });
    console.log(`written to ${path}`);
  } finally {
    await browser.close();
    await server.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await screenshot(process.argv[2] ?? 'web/screenshot.png').catch(fail);
}
