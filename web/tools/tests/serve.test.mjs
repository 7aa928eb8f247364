import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { serve } from '../serve.mjs';

let folder;

before(() => {
  const outside = mkdtempSync(join(tmpdir(), 'predilect-serve-'));
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  folder = join(outside, 'site');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<p>home');
  writeFileSync(join(folder, 'sub/index.html'), '<p>sub');
  writeFileSync(join(folder, 'a.js'), 'export const a = 1;\n'.repeat(100));
  writeFileSync(join(folder, 'a.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  writeFileSync(join(folder, '茶.predilect'), 'tea');
  symlinkSync(join(outside, 'secret.txt'), join(folder, 'link.txt'));
});

after(() => rmSync(join(folder, '..'), { recursive: true }));

/** A request whose path is sent as it is, and whose answer is left as it comes. */
function ask(server, path, { method = 'GET', headers = {} } = {}) {
  return new Promise((done, failed) => {
    request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', failed)
      .end();
  });
}

async function serving(options, use) {
  const server = await serve({ root: folder, ...options });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

test('files have their types and their bytes', () =>
  serving({}, async (server) => {
    const types = {
      '/': 'text/html; charset=utf-8',
      '/sub/': 'text/html; charset=utf-8',
      '/a.js?v=1': 'text/javascript; charset=utf-8',
      '/a.wasm': 'application/wasm',
      [`/${encodeURIComponent('茶')}.predilect`]: 'application/octet-stream',
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers, body } = await ask(server, path);
      assert.equal(status, 200, path);
      assert.equal(headers['content-type'], type);
      assert.equal(Number(headers['content-length']), body.length);
    }
    assert.equal((await ask(server, '/sub')).headers.location, '/sub/');
    assert.equal((await ask(server, '/none')).status, 404);
    assert.equal((await ask(server, '/', { method: 'POST' })).status, 405);
    const head = await ask(server, '/a.js', { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '2000', 0]);
  }));

test('nothing outside the folder is served', () =>
  serving({}, async (server) => {
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/sub/..%2f..%2fsecret.txt', '/..%5csecret.txt']) {
      assert.equal((await ask(server, path)).status, 400, path);
    }
    for (const path of ['/link.txt', '//secret.txt', '/sub/%2fetc/passwd']) {
      assert.equal((await ask(server, path)).status, 404, path);
    }
    assert.equal((await ask(server, '/%zz')).status, 400);
    assert.equal((await ask(server, '/%00')).status, 400);
  }));

test('text is compressed for those who take it', () =>
  serving({}, async (server) => {
    const packed = await ask(server, '/a.js', { headers: { 'accept-encoding': 'gzip, br' } });
    const plain = await ask(server, '/a.js');
    assert.equal(packed.headers['content-encoding'], 'br');
    assert.ok(packed.body.length < 200);
    assert.deepEqual(brotliDecompressSync(packed.body), plain.body);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.notEqual(packed.headers.etag, plain.headers.etag);
  }));

test('what has not changed is not sent again', () =>
  serving({}, async (server) => {
    const { headers } = await ask(server, '/a.js');
    const again = await ask(server, '/a.js', { headers: { 'if-none-match': headers.etag } });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
    writeFileSync(join(folder, 'a.js'), 'export const a = 2;\n'.repeat(99));
    assert.equal((await ask(server, '/a.js', { headers: { 'if-none-match': headers.etag } })).status, 200);
    writeFileSync(join(folder, 'a.js'), 'export const a = 1;\n'.repeat(100));
  }));

test('answers that tests need', () => {
  const options = {
    headers: { 'content-security-policy': "default-src 'self'" },
    htmlFor: ['/a.wasm', '/app/*'],
    answers: { '/a.js': { headers: { 'content-type': 'text/plain' } }, '/own': { status: 503, body: 'down' } },
  };
  return serving(options, async (server) => {
    const wasm = await ask(server, '/a.wasm');
    assert.deepEqual([wasm.status, wasm.headers['content-type']], [200, 'text/html; charset=utf-8']);
    assert.match(wasm.headers['content-security-policy'], /self/);
    assert.equal((await ask(server, '/app/x/y')).headers['content-type'], 'text/html; charset=utf-8');
    const js = await ask(server, '/a.js');
    assert.deepEqual([js.status, js.headers['content-type'], js.body.length], [200, 'text/plain', 2000]);
    const own = await ask(server, '/own');
    assert.deepEqual([own.status, String(own.body)], [503, 'down']);
    assert.deepEqual(server.requests, ['/a.wasm', '/app/x/y', '/a.js', '/own']);
  });
});

test('a busy port gives way to the next', async () => {
  const busy = createServer();
  await new Promise((done) => busy.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (busy.address());
  try {
    await serving({ port }, async (server) => {
      assert.ok(server.port > port && server.port <= port + 50);
      assert.equal((await ask(server, '/')).status, 200);
    });
  } finally {
    busy.close();
  }
});
