// What npm users get: every address that the package names exists, and only one file fetches.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const folder = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));

test('every export of the package is a file', () => {
  const targets = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  assert.ok(targets.length >= 6);
  for (const target of targets) assert.ok(existsSync(new URL(target, folder)), target);
});

test('types come first in every condition', () => {
  for (const entry of Object.values(manifest.exports)) {
    if (typeof entry === 'object') assert.equal(Object.keys(entry)[0], 'types');
  }
});

test('the package needs nothing else at run time', () => {
  for (const kind of ['dependencies', 'optionalDependencies']) assert.equal(manifest[kind], undefined);
  // Who uses predilect/react has React; nobody else needs it.
  for (const name of Object.keys(manifest.peerDependencies))
    assert.ok(manifest.peerDependenciesMeta[name].optional, name);
});

test('only fetch.ts fetches, and bundlers can read where files are', () => {
  const sources = readdirSync(new URL('src/', folder), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const text = Object.fromEntries(sources.map((name) => [name, readFileSync(new URL(`src/${name}`, folder), 'utf8')]));
  const fetching = sources.filter((name) =>
    /\bfetch\(|XMLHttpRequest|sendBeacon|WebSocket|EventSource|importScripts/.test(text[name]),
  );
  assert.deepEqual(fetching, ['fetch.ts']);
  assert.match(text['start.ts'], /new Worker\(new URL\('\.\/worker\.js', import\.meta\.url\), \{ type: 'module' \}\)/);
  assert.match(text['host.ts'], /new URL\('\.\/wasm\/engine_bg\.wasm', import\.meta\.url\)/);
  assert.match(text['host.ts'], /new URL\('\.\/wasm\/encoder_bg\.wasm', import\.meta\.url\)/);
});

test('frameworks are asked for by their own bindings only', () => {
  const sources = readdirSync(new URL('dist/', folder), { recursive: true }).filter((name) => name.endsWith('.js'));
  for (const name of sources) {
    const [, framework] = /^(react|vue)\.js$/.exec(name) ?? [];
    const text = readFileSync(new URL(`dist/${name}`, folder), 'utf8');
    const foreign = [...text.matchAll(/\b(?:from|import)\s*\(?['"](\w[^'"]*)['"]/g)].map(([, from]) => from);
    assert.deepEqual([...new Set(foreign)], framework ? [framework] : [], name);
  }
});

test('what docs/package.md tells to write is what the tests run', () => {
  const root = new URL('../', folder);
  const page = readFileSync(new URL('docs/package.md', root), 'utf8');
  const blocks = [...page.matchAll(/^<!-- (\S+) -->\n```\w*\n([\s\S]*?)\n```$/gm)];
  assert.ok(blocks.length >= 10);
  for (const [, name, text] of blocks) assert.equal(`${text}\n`, readFileSync(new URL(name, root), 'utf8'), name);
});
