// Makes the picture of the README: `node web/tools/screenshot.mjs [FILE]`, after a set-up. The demo is opened as a visitor
// would and told what is liked, in both languages; what it then shows is the picture. Where no Chinese font is installed,
// one is fetched for it (Noto Sans SC, OFL; 57 MB, once).

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './browser.mjs';
import { unpack } from './packed.mjs';
import { serve } from './serve.mjs';
import { fail } from './setup.mjs';
import { SITE } from './site.mjs';
import { target } from './steps.mjs';

/** Cards: a film, then the first Chinese one of what is shown for it. */
const LIKED = ['[data-id="culture-en-001"]', ':has(h3[lang="zh"])'];

const FONT = '@expo-google-fonts/noto-sans-sc@0.4.3';
const SHA512 = '9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ==';
const FACES = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'];

/** Lets the browsers that this process starts write Chinese. */
function ensureChinese() {
  let installed = '';
  try {
    installed = execFileSync('fc-list', [':lang=zh'], { encoding: 'utf8' });
  } catch {
    // Systems without fontconfig have such fonts.
    return;
  }
  if (installed.trim() !== '') return;
  const folder = join(target, 'fonts');
  mkdirSync(folder, { recursive: true });
  if (!FACES.every((face) => existsSync(join(folder, 'package', face)))) unpack(FONT, SHA512, folder, FACES);
  const config = join(folder, 'fonts.conf');
  writeFileSync(
    config,
    `<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>${folder}</dir></fontconfig>\n`,
  );
  process.env.FONTCONFIG_FILE = config;
}

async function screenshot(/** @type {string} */ path) {
  ensureChinese();
  const server = await serve({ root: SITE });
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    await page.goto(server.url);
    const listed = '#grid:not([aria-busy]) .card[data-id]';
    await page.locator(listed).first().waitFor();
    await page.getByText('Both', { exact: true }).click();
    for (const wanted of LIKED) {
      await page.locator(`#grid .card${wanted}`).first().locator('.act.like').click();
      await page.locator('#snack').waitFor({ state: 'visible' });
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
