// What the package says when a server, a development tool or a policy stands between it and its files.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POLICY, serveSite, usePackage, useSite, WORKER } from './site.mjs';

const site = useSite();
const FIX = "optimizeDeps: { exclude: ['predilect'] }";

/** What create() and a call after it come to on a site of its own, with what the page's console said. */
async function outcome(
  settings,
  { call = 'items', argument = /** @type {unknown} */ (['tea']), script = '/predilect/index.js', ...options } = {},
) {
  const server = await serveSite(settings);
  const { page, problems } = await site.visitor();
  try {
    await usePackage(page, server);
    const result = await page.evaluate(
      ([script, options, call, argument]) =>
        failure(
          import(script)
            .then(({ Recommender }) => Recommender.create({ catalogue: '/demo.predilect', ...options }))
            .then((recommender) => recommender[call](argument)),
        ),
      /** @type {const} */ ([script, options, call, argument]),
    );
    return { ...(typeof result === 'string' ? {} : result), problems };
  } finally {
    await server.close();
  }
}

function names({ code, message }, expected, ...words) {
  assert.equal(code, expected, message);
  for (const word of words) assert.ok(message.includes(word), `"${message}" names ${word}`);
}

test('a page, a missing file or plain text instead of the worker', async () => {
  const html = await outcome({ htmlFor: [WORKER] });
  names(html, 'crashed', 'worker.js', FIX);
  const missing = await outcome({ answers: { [WORKER]: { status: 404, body: '' } } });
  names(missing, 'crashed', 'worker.js', FIX);
  const plain = await outcome({ answers: { [WORKER]: { headers: { 'content-type': 'text/plain' } } } });
  names(plain, 'crashed', 'served as JavaScript');
});

test('a page instead of a module: the message names the fix and the option', async () => {
  const wasm = (/** @type {string} */ name) => `/predilect/wasm/${name}_bg.wasm`;
  for (const worker of [true, false]) {
    names(
      await outcome({ htmlFor: [wasm('engine')] }, { worker }),
      'not-wasm',
      FIX,
      'wasm: { engine }',
      wasm('engine'),
    );
  }
  const words = await outcome({ htmlFor: [wasm('words')] }, { words: '/demo.words', call: 'search', argument: 'tea' });
  names(words, 'not-wasm', FIX, 'wasm: { words }', wasm('words'));
  const encoder = await outcome(
    { htmlFor: [wasm('encoder')] },
    { encoder: '/model', call: 'describe', argument: 'tea' },
  );
  names(encoder, 'not-wasm', FIX, 'wasm: { encoder }', wasm('encoder'));
  const builder = await outcome({ htmlFor: [wasm('builder')] }, { call: 'remove' });
  names(builder, 'not-wasm', FIX, 'wasm: { builder }', wasm('builder'));
});

test('a server that does not know wasm does no harm', async () => {
  for (const type of ['text/plain', 'application/octet-stream', 'text/html']) {
    const answers = { '/predilect/wasm/engine_bg.wasm': { headers: { 'content-type': type } } };
    const { code, problems } = await outcome({ answers });
    assert.equal(code, undefined);
    assert.deepEqual(problems, []);
  }
});

test('a catalogue of another origin that the policy or that origin does not permit', async () => {
  const catalogue = `${site.server.url}demo.predilect`;
  const wide = POLICY.replace("connect-src 'self'", `connect-src 'self' ${site.server.url}`);
  names(await outcome({}, { catalogue }), 'network', catalogue, 'connect-src');
  const headers = { 'content-security-policy': wide };
  names(await outcome({ headers }, { catalogue }), 'network', catalogue, 'access-control-allow-origin');
});

test('the one file for CDNs, under policies that lack something', async () => {
  const script = '/predilect/predilect.cdn.js';
  const policy = (/** @type {string} */ text) => ({ headers: { 'content-security-policy': text } });
  names(await outcome({}, { script }), 'crashed', 'worker-src', 'blob:');
  const blob = POLICY.replace("worker-src 'self'", "worker-src 'self' blob:");
  names(await outcome(policy(blob.replace(" 'wasm-unsafe-eval'", '')), { script }), 'not-wasm', "'wasm-unsafe-eval'");
  const { code, problems } = await outcome(policy(blob), { script });
  assert.equal(code, undefined);
  assert.deepEqual(problems, []);
});
