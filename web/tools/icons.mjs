// Draws the icons of the demo that must be pixels, from those that are drawn: `node web/tools/icons.mjs`.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { root } from './steps.mjs';

/** File, drawing, width and height in pixels. */
const ICONS = /** @type {const} */ ([
  ['icon-180.png', 'icon-maskable.svg', 180],
  ['icon-192.png', 'icon.svg', 192],
  ['icon-512.png', 'icon.svg', 512],
  ['icon-maskable-512.png', 'icon-maskable.svg', 512],
]);

const folder = join(root, 'web/demo');
const browser = await launch();
try {
  for (const [file, drawing, size] of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const svg = await readFile(join(folder, drawing), 'utf8');
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
    await page.screenshot({ path: join(folder, file), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
