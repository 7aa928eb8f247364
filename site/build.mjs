// `npm run docs`: the documentation as a folder of files, site/dist. With --serve it is shown, and made again when a page changes.

import { cpSync, mkdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { serve } from '../web/tools/serve.mjs';
import { fail, setup } from '../web/tools/setup.mjs';
import { Remedy, root, seconds, stopChildrenOnSignals } from '../web/tools/steps.mjs';
import { check } from './check.mjs';
import { configure, FOLDERS } from './eleventy.config.mjs';
import { part, renderer, sections, slug } from './markdown.mjs';
import { PAGES } from './pages.mjs';
import { exported, SUBPATHS } from './reference.mjs';
import { buildSearch } from './search.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Where the site is made. */
export const DIST = join(HERE, FOLDERS.output);

/** The Markdown of a page. */
async function read(/** @type {import('./pages.mjs').Page} */ page) {
  if (page.make) return page.make();
  const text = readFileSync(join(root, page.source), 'utf8');
  return page.only ? part(text, page.title ?? '', page.only) : text;
}

/**
 * Makes the site.
 *
 * @param {object} [options]
 * @param {string} [options.output] the folder, site/dist by default
 * @returns {Promise<{pages: number, items: number}>}
 */
export async function build({ output = DIST } = {}) {
  const md = renderer();
  const pages = await Promise.all(
    PAGES.map(async (page) => {
      const text = await read(page);
      const parts = sections(md, text);
      const title = page.title ?? parts[0].title;
      Object.assign(page, { label: title });
      return { page, text, title, parts };
    }),
  );
  const paths = new Map(pages.map(({ page }) => [page.source, page.path]));
  const anchors = new Map(pages.map(({ page, parts }) => [page.path, new Set(parts.map(({ anchor }) => anchor))]));
  const env = { paths, anchors, names: names(), pictures: new Map(), broken: [] };
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const { items, related } = await buildSearch(pages, output);

  const { default: Eleventy } = await import('@11ty/eleventy');
  const before = process.cwd();
  process.chdir(HERE);
  try {
    const config = configure({
      pages: pages.map((one) => ({ ...one, related: related.get(one.page.path) ?? [] })),
      env,
    });
    const eleventy = new Eleventy(FOLDERS.input, output, { quietMode: true, configPath: false, config });
    await eleventy.write();
  } finally {
    process.chdir(before);
  }
  for (const [to, from] of env.pictures) copy(from, join(output, to));
  const broken = [...new Set([...env.broken, ...check(output)])];
  if (broken.length > 0) throw new Remedy(`The pages have broken links:\n${broken.join('\n')}`);
  return { pages: pages.length, items };
}

/** What the package exports -> where the reference has it; the first subpath that has a name wins. */
function names() {
  /** @type {Map<string, string>} */
  const all = new Map();
  for (const subpath of SUBPATHS) {
    for (const { name } of exported(subpath)) {
      if (!all.has(name)) all.set(name, `reference/${subpath}.html#${slug(name)}`);
    }
  }
  return all;
}

function copy(/** @type {string} */ from, /** @type {string} */ to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, from), to);
}

async function main(/** @type {string[]} */ args) {
  const begun = performance.now();
  await setup({ only: ['packages', 'wasm', 'typescript'] });
  const { pages, items } = await build();
  console.log(`site/dist: ${pages} pages, ${items} sections to search, in ${seconds(begun)}`);
  if (!args.includes('--serve')) return;
  const { url } = await serve({ root: DIST, port: Number(process.env.PORT ?? 8000) });
  console.log(`${url} (interrupt to stop)`);
  let waiting;
  const again = () => {
    clearTimeout(waiting);
    waiting = setTimeout(
      () => build().then(({ pages }) => console.log(`${pages} pages made again`), console.error),
      300,
    );
  };
  for (const name of ['docs', 'site/assets', 'site/layout', 'README.md', 'web/README.md', 'CHANGELOG.md']) {
    watch(join(root, name), { recursive: true }, again);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  stopChildrenOnSignals();
  await main(process.argv.slice(2)).catch(fail);
}
