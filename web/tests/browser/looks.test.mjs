// How the elements look: each against a picture of it, on a phone and on a desktop, light and dark. Letters are drawn in a font of
// the tests' own, so that no picture depends on the fonts of a machine. After a change that is wanted:
//   UPDATE_LOOKS=1 node --test web/tests/browser/looks.test.mjs
// and look at the pictures before they are committed.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../tools/browser.mjs';
import { target } from '../../tools/steps.mjs';
import { catalogue, indexWords } from '../catalogue.mjs';
import { newPage, serveSite } from './site.mjs';

const PICTURES = fileURLToPath(new URL('../looks/', import.meta.url));
/** Another version of the browser draws a little otherwise. */
const DRAWN_BY = join(PICTURES, 'chromium.txt');
const FONT = 'files/public-sans-latin-wght-normal.woff2';
/** The share of pixels that may differ, and how far of 255 one must be off: other processors draw edges of letters a little otherwise. */
const MOST = 0.001;
const APART = 16;

const KINDS = [
  ['Teapot', 'Kitchen', ['tea', 'clay']],
  ['Night train', 'Travel', ['rails', 'night']],
  ['Field guide', 'Books', ['birds', 'paper']],
];
const SORTS = ['of the north', 'of the coast', 'in blue', 'for two', 'for a rainy day'];
/** Fifteen items of three kinds. */
const ITEMS = SORTS.flatMap((sort, place) =>
  KINDS.map(([what, category, tags], kind) => ({
    id: `${what.toLowerCase().replace(' ', '-')}-${place}`,
    lang: 'en',
    title: `${what} ${sort}`,
    text: `One of the ${category.toLowerCase()} things, made with care, ${sort}.`,
    category,
    tags,
    popularity: 1 - (3 * place + kind) / 20,
    vector: Array.from({ length: 8 }, (_, axis) => (axis === kind ? 3 : Math.sin(7 * place + 3 * axis + kind))),
  })),
);

const LISTS = {
  feed: '<predilect-feed catalogue="/looks.predilect" k="4" more></predilect-feed>',
  similar: '<predilect-similar catalogue="/looks.predilect" item="teapot-0" k="3"></predilect-similar>',
  search: '<predilect-search catalogue="/looks.predilect" words="/looks.words" k="3"></predilect-search>',
  profile: '<predilect-profile catalogue="/looks.predilect" map></predilect-profile>',
};
const PAGE =
  '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/looks.css">' +
  '<title>Looks</title><link rel="icon" href="/icon.svg"><script type="module" src="/predilect/elements/index.js"></script>' +
  Object.values(LISTS).join('');
const CSS =
  ':root { color-scheme: light dark; background: Canvas; font: 16px/1.5 Looks; } body { display: grid; gap: 24px; margin: 16px; }';

const WAYS = [
  { name: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'desktop', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
];

let browser;
let server;
before(async () => {
  const file = await catalogue(ITEMS);
  const bytes = (body) => ({ body: Buffer.from(body), headers: { 'content-type': 'application/octet-stream' } });
  server = await serveSite({
    answers: {
      '/looks.html': { body: PAGE },
      '/looks.css': { body: CSS, headers: { 'content-type': 'text/css' } },
      '/looks.predilect': bytes(file),
      '/looks.words': bytes(indexWords(file)),
    },
  });
  browser = await launch({ args: ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'] });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the page, with one thing liked and one searched for. */
async function open(way) {
  const opened = await newPage(browser, { ...way, deviceScaleFactor: 1, reducedMotion: 'reduce' });
  const { page } = opened;
  await page.goto(`${server.url}looks.html`);
  const font = readFileSync(createRequire(import.meta.url).resolve(`@fontsource-variable/public-sans/${FONT}`));
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const face = new FontFace('Looks', bytes.buffer, { weight: '100 900' });
    document.fonts.add(await face.load());
  }, font.toString('base64'));
  await page.getByRole('button', { name: 'Like: Night train of the north' }).first().click();
  await page.locator('predilect-profile [part=interest]').waitFor();
  await page.locator('predilect-feed [role=status]', { hasText: 'Liked' }).waitFor();
  await page.locator('predilect-feed [part=card]').first().filter({ hasText: 'Because you liked' }).waitFor();
  await page.getByRole('searchbox').fill('teapot');
  await page.locator('predilect-search [part=card]').nth(2).waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    document.activeElement.blur();
  });
  return opened;
}

/** The share of pixels in which two pictures differ, or their sizes where those do. */
const compare = (page, pictures) =>
  page.evaluate(
    async ({ pictures, apart }) => {
      const [one, other] = await Promise.all(
        pictures.map(async (text) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
          const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
          context.drawImage(image, 0, 0);
          return context.getImageData(0, 0, image.width, image.height);
        }),
      );
      if (one.width !== other.width || one.height !== other.height) {
        return { sizes: [one, other].map(({ width, height }) => `${width} x ${height}`) };
      }
      let differ = 0;
      for (let at = 0; at < one.data.length; at += 4) {
        if ([0, 1, 2].some((channel) => Math.abs(one.data[at + channel] - other.data[at + channel]) > apart)) differ++;
      }
      return { share: differ / (one.width * one.height) };
    },
    { pictures: pictures.map((picture) => picture.toString('base64')), apart: APART },
  );

for (const way of WAYS) {
  test(`the elements, ${way.name}`, { timeout: 60_000 }, async (t) => {
    const drawnBy = browser.version().split('.')[0];
    if (process.env.UPDATE_LOOKS) writeFileSync(DRAWN_BY, `${drawnBy}\n`);
    const wanted = readFileSync(DRAWN_BY, 'utf8').trim();
    if (drawnBy !== wanted) return t.skip(`the pictures are of Chromium ${wanted}, this is ${drawnBy}`);
    const { page, context, problems } = await open(way);
    const wrong = [];
    for (const name of Object.keys(LISTS)) {
      const file = `${name}-${way.name}.png`;
      const now = await page.locator(`predilect-${name}`).screenshot({ animations: 'disabled', scale: 'css' });
      if (process.env.UPDATE_LOOKS) {
        writeFileSync(join(PICTURES, file), now);
        continue;
      }
      assert.ok(existsSync(join(PICTURES, file)), `${file} was never made`);
      const { sizes, share } = await compare(page, [readFileSync(join(PICTURES, file)), now]);
      if (share <= MOST) continue;
      const folder = join(target, 'looks');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, file), now);
      wrong.push(
        `${file}: ${sizes ? sizes.join(' is now ') : `${(100 * share).toFixed(2)}% of it differ`}; see ${folder}`,
      );
    }
    await context.close();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      wrong,
      [],
      'as in web/tests/looks; if that is wanted, make them anew (how: first lines of this test)',
    );
  });
}
