// The guides and the quick start as written: every block of commands runs in an empty folder, one guide a folder.

import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Recommender } from '../../web/dist/index.js';
import { newPage } from '../../web/tests/browser/site.mjs';
import { launch } from '../../web/tools/browser.mjs';
import { serve } from '../../web/tools/serve.mjs';
import { root, run } from '../../web/tools/steps.mjs';

/** @type {string} */
let folder;
/** @type {Record<string, string>} */
let env;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'predilect-guides-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // What npx would do where the package is installed.
  const program = join(root, 'web/cli/predilect.mjs');
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  env = {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    PREDILECT_MODEL: join(root, 'models/predilect-encoder-small'),
  };
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of commands of a page that come to an end. */
function blocks(/** @type {string} */ path) {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map(([, block]) => block.replace(/^npx predilect serve .*\n/gm, ''))
    .filter((block) => !/^(npm (start|test)|npx predilect watch)/.test(block));
}

/** Runs the blocks of a page one after the other; gives what each printed. */
async function follow(/** @type {string} */ path, prepare = (/** @type {string} */ _at) => {}) {
  const at = mkdtempSync(join(folder, 'at-'));
  prepare(at);
  const printed = [];
  for (const block of blocks(path)) {
    const { code, output } = await run('sh', ['-ec', block], { cwd: at, quiet: true, env, timeout: 120_000 });
    assert.equal(code, 0, `${path}:\n${block}\n${output}`);
    printed.push(output);
  }
  return { at, printed };
}

const fields = async (/** @type {string} */ catalogue, /** @type {string[]} */ ...ids) => {
  const recommender = await Recommender.create({ catalogue });
  const items = await recommender.items(ids);
  recommender.close();
  return items;
};

test('a shop from its product feed', async () => {
  const { at, printed } = await follow('docs/guides/shop.md');
  assert.match(printed[0], /cup\s+/);
  const [pot] = await fields(join(at, 'shop.predilect'), 'pot');
  assert.deepEqual(
    [pot?.url, pot?.image, pot?.price, pot?.currency, pot?.category, pot?.tags, pot?.brand],
    ['https://shop.example/pot', 'https://shop.example/pot.jpg', 39, 'EUR', 'Kitchen', ['Tea'], 'Nanbu'],
  );
});

test('a blog: feed, Markdown, built site', async () => {
  const { at, printed } = await follow('docs/guides/blog.md');
  assert.match(printed[0], /sencha/i);
  assert.match(printed[1], /sencha/i);
  assert.doesNotMatch(printed[1], /Not ready/);
  const [post] = await fields(join(at, 'posts.predilect'), 'pot.md');
  assert.deepEqual([post?.url, post?.date, post?.tags], ['/posts/pot/', '2026-11-03', ['tea']]);
  const [page, list] = await fields(join(at, 'public/blog.predilect'), 'pot/index.html', 'index.html');
  assert.deepEqual([page?.url, page?.date, page?.text], ['/pot/', '2026-11-03', 'Why cast iron keeps tea warm.']);
  assert.equal(list, null, 'the sitemap does not name it');
});

test('a JSON export', async () => {
  const { at } = await follow('docs/guides/json.md');
  const [pot] = await fields(join(at, 'items.predilect'), '11');
  assert.deepEqual(
    [pot?.title, pot?.tags, pot?.text, pot?.internal],
    ['Tea pot', ['tea', 'kitchen'], 'Cast iron, keeps tea warm.', undefined],
  );
  assert.equal((await fields(join(at, 'answer.predilect'), 'b'))[0]?.title, 'Oolong');
});

test('MovieLens', async () => {
  const { at, printed } = await follow('docs/guides/movielens.md', (at) => {
    mkdirSync(join(at, 'ml-latest-small'));
    const films = [
      '1,Toy Story (1995),Adventure|Animation',
      '2,"Bug\'s Life, A (1998)",Animation',
      '3,Heat (1995),Crime',
    ];
    writeFileSync(join(at, 'ml-latest-small/movies.csv'), `movieId,title,genres\n${films.join('\n')}\n`);
  });
  assert.match(printed[0], /Bug's Life/);
  assert.deepEqual((await fields(join(at, 'films.predilect'), '1'))[0]?.tags, ['Adventure', 'Animation']);
});

/** Opens what a page of the guides made, and waits for what it shows. */
async function shows(/** @type {string} */ at, /** @type {string} */ path, /** @type {string} */ selector, count = 1) {
  const server = await serve({ root: at });
  const browser = await launch();
  try {
    const { page, problems } = await newPage(browser);
    await page.goto(server.url + path);
    await page
      .locator(selector)
      .nth(count - 1)
      .waitFor();
    // The shortest page has no icon, which browsers ask for.
    assert.deepEqual(
      problems.filter((problem) => !/favicon|404/.test(problem)),
      [],
    );
    return await page.locator(selector).allInnerTexts();
  } finally {
    await browser.close();
    await server.close();
  }
}

test('hosting below a prefix', async () => {
  const { at } = await follow('docs/guides/hosting.md');
  cpSync(join(root, 'web/dist'), join(at, 'docs/predilect'), { recursive: true });
  assert.equal((await shows(at, 'docs/', 'predilect-feed article', 3)).length, 3);
});

test('the quick start, in an empty folder that has the package', async () => {
  const { at } = await follow('README.md', (at) => {
    mkdirSync(join(at, 'web'));
    cpSync(join(root, 'web/dist'), join(at, 'web/dist'), { recursive: true });
  });
  assert.ok(existsSync(join(at, 'my-page/shop.words')));
  const lines = await shows(at, 'my-page/', '#list li', 2);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^(茶杯|Car wax) \(\w+\)/);
});
