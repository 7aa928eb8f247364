// Nothing but fetch.ts can reach the network, and it only what was listed at creation.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Allowed, loadBytes } from '../../dist/fetch.js';

/** Every way out of a page that a script has. */
const WAYS_OUT =
  /\b(fetch|XMLHttpRequest|WebSocket|WebTransport|EventSource|sendBeacon|RTCPeerConnection|importScripts|Image|Audio|Notification|PushManager|serviceWorker|location\s*=|open)\b\s*\(?/g;

test('only one module of the package fetches', async () => {
  const source = new URL('../../src/', import.meta.url);
  const found = [];
  const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.ts'));
  assert.ok(
    names.some((name) => name.startsWith('elements')),
    'folders are looked into',
  );
  for (const name of names) {
    const code = (await readFile(new URL(name, source), 'utf8')).replace(
      /\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g,
      '',
    );
    for (const [use] of code.matchAll(WAYS_OUT)) if (!use.startsWith('open')) found.push(`${name}: ${use.trim()}`);
  }
  assert.deepEqual(
    found.filter((use) => !use.startsWith('fetch.ts')),
    [],
  );
  assert.deepEqual(found, ['fetch.ts: fetch(']);
});

test('what is not on the list is refused before anything is sent', async () => {
  const allowed = new Allowed(['https://a.example/c', new Uint8Array(2)], 'https://a.example/model/');
  for (const url of [
    'https://a.example/c',
    'https://a.example/model/manifest.json',
    'https://a.example/model/a-b.onnx',
  ]) {
    allowed.check(url);
  }
  const asked = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (url) => {
    asked.push(url);
    return new Response('x');
  };
  try {
    for (const url of [
      'https://a.example/c?taste=tea',
      'https://a.example/C',
      'https://b.example/c',
      'https://a.example/model/',
      'https://a.example/model/../c2',
      'https://a.example/model/deep/file',
      'https://a.example/model/file?taste=tea',
      'https://a.example/model/%2e%2e',
    ]) {
      const loading = { file: 'model', allowed, signal: new AbortController().signal, progress: () => {} };
      await assert.rejects(loadBytes(url, loading), { code: 'bad-input' }, url);
    }
    assert.deepEqual(asked, []);
  } finally {
    globalThis.fetch = fetch;
  }
});
