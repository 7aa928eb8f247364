// The package as npm would publish it, installed into small projects as people have them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm, root, run } from '../../tools/steps.mjs';
import { newPage } from '../browser/site.mjs';

const FIXTURES = join(root, 'web/tests/fixtures');
/** What no project should tell its makers, or do to their machines. */
const ENV = { NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: undefined, NODE_ENV: undefined };
const INSTALL = ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

const WASM = join(root, 'web/dist/wasm');
/** Names and sizes of the modules. */
const MODULES = readdirSync(WASM)
  .filter((file) => file.endsWith('_bg.wasm'))
  .map((file) => /** @type {const} */ ([file.replace('_bg.wasm', ''), statSync(join(WASM, file)).size]));

/** A folder outside the checkout, so that nothing of it is found by looking upwards. */
export const workplace = () => mkdtemp(join(tmpdir(), 'predilect-'));

/** Packs the package; gives the path of the file. */
export async function pack(/** @type {string} */ folder) {
  const to = ['--pack-destination', folder, '--loglevel=error'];
  const { code, output } = await npm(['pack', ...to], { cwd: join(root, 'web'), quiet: true });
  assert.equal(code, 0, output);
  const name = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  assert.ok(name, output);
  return join(folder, name);
}

/** Projects in a folder, with the packed package and a catalogue that its command built. */
export async function projects(/** @type {string} */ folder) {
  const tarball = await pack(folder);

  /** A copy of a fixture with what it needs installed. */
  const install = async (/** @type {string} */ name) => {
    const project = join(folder, name);
    await cp(join(FIXTURES, name), project, { recursive: true });
    // Of what the lock file names, these versions; scripts of packages are not run.
    const { code, output } = await npm([...INSTALL, '--ignore-scripts', tarball], {
      cwd: project,
      quiet: true,
      env: ENV,
    });
    assert.equal(code, 0, `npm cannot install what web/tests/fixtures/${name} needs: ${output}`);
    return project;
  };

  const shop = join(folder, 'shop');
  await mkdir(shop);
  const node = await install('node');
  const model = join(root, 'models/predilect-encoder-small');
  const output = join(shop, 'shop.predilect');
  await runIn(
    node,
    'node_modules/.bin/predilect',
    'build',
    join(FIXTURES, 'items.jsonl'),
    '-o',
    output,
    '--model',
    model,
  );

  return {
    /** A fixture that is ready to run; its catalogue lies in `served`, a folder of it, beside the files of all fixtures. */
    async project(/** @type {string} */ name, served = '.') {
      const project = name === 'node' ? node : await install(name);
      await cp(shop, join(project, served), { recursive: true });
      if (['html', 'vite', 'vite7', 'webpack'].includes(name))
        await cp(join(FIXTURES, 'shop.js'), join(project, 'shop.js'));
      return project;
    },
  };
}

/** Runs a program of a project to its end. */
export async function runIn(/** @type {string} */ project, /** @type {string[]} */ ...args) {
  const { code, output } = await run(process.execPath, args, { cwd: project, quiet: true, env: ENV });
  assert.equal(code, 0, output);
  return output;
}

/**
 * Starts a server of a project; `PORT` among the arguments stands for a free port.
 *
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function start(/** @type {string} */ project, /** @type {string[]} */ ...args) {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    args.map((arg) => (arg === 'PORT' ? String(port) : arg)),
    { cwd: project, env: { ...process.env, ...ENV }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((done) => child.on('close', done));
  // A test that runs out of time leaves no server behind.
  const stop = () => child.kill();
  process.once('exit', stop);
  const url = `http://127.0.0.1:${port}/`;
  for (;;) {
    if (child.exitCode !== null) assert.fail(`${args.join(' ')} ended: ${output}`);
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      break;
    // The servers of others tell in words of their own when they listen; asking works with each.
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    url,
    async close() {
      process.off('exit', stop);
      stop();
      await ended;
    },
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/**
 * Opens a page as a visitor: no error, one worker, and of the modules only the engine is fetched.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {(page: import('playwright-core').Page) => Promise<void>} look
 */
export async function visit(browser, url, look, modules = ['engine']) {
  const { page, context, problems } = await newPage(browser);
  /** @type {Promise<number>[]} */
  const sizes = [];
  context.on('response', (response) => {
    if (response.headers()['content-type'] === 'application/wasm')
      sizes.push(response.body().then(({ length }) => length));
  });
  try {
    await page.goto(url);
    await look(page).catch((error) => {
      throw new Error(`${error.message}\non the page: ${problems.join('\n')}`, { cause: error });
    });
    assert.deepEqual(problems, []);
    assert.equal(page.workers().length, 1);
    // Bundlers rename files; what is in them stays.
    const fetched = (await Promise.all(sizes)).map((size) => MODULES.find(([, own]) => own === size)?.[0]);
    assert.deepEqual([...new Set(fetched)].sort(), modules);
  } finally {
    await context.close();
  }
}

/** A list of four; the one that is liked gives way to another. */
export async function recommends(/** @type {import('playwright-core').Page} */ page) {
  const buttons = page.locator('#list button');
  await buttons.nth(3).waitFor();
  const first = await buttons.first().textContent();
  await buttons.first().click();
  await page.waitForFunction((liked) => {
    const texts = [...document.querySelectorAll('#list button')].map(({ textContent }) => textContent);
    return texts.length === 4 && !texts.includes(liked);
  }, first);
}
