// A second engine: the golden cases, a profile that stays on the device, and the index of vectors in Firefox, where there is one (FIREFOX_PATH,
// or `apt-get install firefox-esr`). It is started with a page that does all of it and sends home what came of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cases, handed, wrong } from '../golden.mjs';
import { askVectors } from './in-page.mjs';
import { launch, newPage, serveSite } from './site.mjs';

const PATIENCE = 180_000;
/** No page of its own, no calls home, and WebGPU where it is only tried out. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.webgpu.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

const firefox = [
  process.env.FIREFOX_PATH,
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['firefox', 'firefox-esr'].map((name) => join(folder, name))),
].find((path) => {
  try {
    accessSync(path ?? '', constants.X_OK);
    return true;
  } catch {
    return false;
  }
});
const skip = firefox ? false : 'no Firefox is installed (`apt-get install firefox-esr`, or set FIREFOX_PATH)';

/** Runs in Firefox. */
async function everything() {
  const { answerSteps, askVectors } = await import('/in-page.js');
  const parts = {
    goldens: async () => {
      const all = await (await fetch('/cases.json')).json();
      const answers = [];
      for (const one of all) answers.push(await answerSteps(one));
      return answers;
    },
    vectors: askVectors,
    kernels: async () => {
      const { grow } = WebAssembly.Table.prototype;
      let kernels = 0;
      WebAssembly.Table.prototype.grow = function (...args) {
        kernels += 1;
        return grow.apply(this, args);
      };
      const { VectorIndex } = await import('/predilect/vectors.js');
      await VectorIndex.create({ dimension: 16 });
      return kernels;
    },
    profile: async () => {
      const { Recommender } = await import('/predilect/index.js');
      const open = () => Recommender.create({ catalogue: '/demo.predilect', profile: 'kept', consent: 'granted' });
      const first = await open();
      const { items } = await first.recommend({ k: 3 });
      const { kept } = await first.record({ item: items[1].id, kind: 'like' });
      first.close();
      const second = await open();
      const { recent } = await second.profile();
      second.close();
      return { kept, liked: items[1].id, recent };
    },
    gpu: async () => {
      const { VectorIndex } = await import('/predilect/vectors.js');
      const dimension = 64;
      const index = await VectorIndex.create({ dimension });
      const values = (rows, from) =>
        Float32Array.from({ length: rows * dimension }, (_, i) => Math.sin((i + from) * 1.7));
      index.add(values(900, 1));
      const { gpu } = await index.accelerate({ allowSoftware: true, prefer: 'gpu' });
      const plain = (answers) => answers.map(({ rows, scores }) => [[...rows], [...scores]]);
      const found = plain(await index.searchAsync(values(5, 77)));
      return { gpu, status: index.status, found, expected: plain(index.search(values(5, 77), { exact: true })) };
    },
  };
  const outcome = { browser: navigator.userAgent };
  // Kernels are counted before the first index is made.
  for (const name of ['kernels', 'vectors', 'goldens', 'profile', 'gpu']) {
    try {
      outcome[name] = await parts[name]();
    } catch (error) {
      outcome[name] = { failed: `${error.code ?? error.name}: ${error.message}` };
    }
  }
  await fetch('/outcome', { method: 'POST', body: JSON.stringify(outcome) });
}

let server;
let profile;
let child;
/** @type {any} */
let outcome;
const golden = await cases();

before(async () => {
  if (skip) return;
  const given = await Promise.all(golden.map(async ({ golden }) => ({ ...(await handed(golden)), worker: true })));
  let tell = (/** @type {any} */ _) => {};
  const told = new Promise((resolve) => {
    tell = resolve;
  });
  server = await serveSite({
    onRequest: (request) => {
      if (request.method !== 'POST') return;
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => tell(JSON.parse(Buffer.concat(parts).toString())));
    },
    answers: {
      '/all.html': {
        body: '<!doctype html><html lang="en"><title>All</title><script type="module" src="/all.js"></script>',
      },
      '/all.js': { headers: { 'content-type': 'text/javascript' }, body: `(${everything})();` },
      '/in-page.js': {
        headers: { 'content-type': 'text/javascript' },
        file: fileURLToPath(new URL('in-page.mjs', import.meta.url)),
      },
      '/cases.json': { headers: { 'content-type': 'application/json' }, body: JSON.stringify(given) },
    },
  });
  profile = mkdtempSync(join(tmpdir(), 'predilect-firefox-'));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${value});`);
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const args = ['--headless', '--no-remote', '--profile', profile, `${server.url}all.html`];
  child = spawn(/** @type {string} */ (firefox), args, { stdio: 'ignore' });
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE) });
  outcome = await Promise.race([told, ended.then(([code]) => Promise.reject(new Error(`Firefox ended with ${code}`)))]);
});

after(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await server?.close();
  if (profile) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

test('the golden cases hold', { skip }, () => {
  assert.match(outcome.browser, /Firefox/);
  assert.equal(outcome.goldens.failed, undefined);
  assert.equal(outcome.goldens.length, golden.length);
  for (const [at, { name, golden: one }] of golden.entries()) {
    for (const [index, { expect }] of one.steps.entries()) {
      assert.equal(wrong(expect, outcome.goldens[at][index]), undefined, `${name}, step ${index + 1}`);
    }
  }
});

test('indexes of vectors answer as in Chromium, to the last bit', { skip }, async () => {
  assert.equal(outcome.kernels, 2, 'a Firefox of today knows relaxed SIMD');
  const chromium = await launch();
  try {
    const { page } = await newPage(chromium);
    await page.goto(`${server.url}empty.html`);
    assert.deepEqual(outcome.vectors, await page.evaluate(askVectors));
  } finally {
    await chromium.close();
  }
});

test('a profile stays on the device', { skip }, () => {
  const { kept, liked, recent, failed } = outcome.profile;
  assert.equal(failed, undefined);
  assert.deepEqual(
    recent.map(({ item, kind }) => [item, kind]),
    [[liked, 'like']],
  );
  assert.equal(kept, true);
});

test('WebGPU, where there is an adapter, answers as the processor does', { skip }, () => {
  const { failed, status, found, expected } = outcome.gpu;
  assert.equal(failed, undefined);
  assert.deepEqual(found, expected, JSON.stringify(status));
});
