// A static file server for the demo and the tests: right types, brotli, no surprises, nothing outside its folder.
//
// By hand: node web/tools/serve.mjs [folder] [port]

import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** Types that shrink. A catalogue or a model is served as it is: compressing it costs a local reader more than it saves. */
const COMPRESSIBLE = /^text\/|^application\/(json|wasm|manifest)|svg/;
const LARGEST_COMPRESSED = 32 << 20;
const HTML_PAGE = '<!doctype html><title>Not here</title><p>Not here';
const PORTS_TO_TRY = 50;

const compress = promisify(brotliCompress);

/**
 * @typedef {object} Served
 * @property {number} [status] default 200
 * @property {Record<string, string>} [headers] over the usual ones
 * @property {string | Buffer} [body] instead of the file
 * @property {string} [file] path of another file, wherever it lies
 * @property {number} [breakAfter] bytes of the body after which the connection breaks
 */

/**
 * @typedef {object} Options
 * @property {string} root the folder
 * @property {number} [port] 0, the default, takes any free one; a busy one gives way to the next
 * @property {string} [host] default 127.0.0.1
 * @property {Record<string, string>} [headers] added to every answer: a content security policy, say
 * @property {string[]} [htmlFor] paths (a `*` at the end stands for any rest) answered by an HTML page and status 200,
 *   as servers with a fallback page do
 * @property {Record<string, Served>} [answers] answers of one's own, by path
 * @property {boolean} [compress] default true
 * @property {(request: import('node:http').IncomingMessage) => void} [onRequest] sees every request
 */

/**
 * Serves a folder.
 *
 * @param {Options} options
 * @returns {Promise<{url: string, port: number, requests: string[], close: () => Promise<void>}>} `requests` lists
 *   the paths asked for, in order, and may be emptied
 */
export async function serve(options) {
  const folder = await realpath(options.root);
  /** @type {Map<string, Promise<Buffer>>} */
  const compressed = new Map();
  /** @type {string[]} */
  const requests = [];
  const server = createServer((request, response) => {
    options.onRequest?.(request);
    requests.push(request.url ?? '');
    answer(request, response, { ...options, folder, compressed }).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(String(error?.message ?? error));
    });
  });
  const port = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Listens on the port or, where it is taken, on one of those that follow. */
async function listen(server, wanted, host) {
  for (let port = wanted; ; port++) {
    try {
      await new Promise((done, failed) => {
        server.once('error', failed);
        server.listen(port, host, () => {
          server.off('error', failed);
          done(undefined);
        });
      });
      return server.address().port;
    } catch (/** @type {any} */ error) {
      const busy = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      if (!busy || wanted === 0 || port - wanted >= PORTS_TO_TRY) throw error;
    }
  }
}

async function answer(request, response, options) {
  const send = (status, headers, body = '') => {
    response.writeHead(status, { 'x-content-type-options': 'nosniff', ...options.headers, ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const text = { 'content-type': 'text/plain; charset=utf-8' };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return send(405, { ...text, allow: 'GET, HEAD' }, 'Only GET and HEAD');
  }
  const path = pathOf(request.url ?? '/');
  if (path === undefined) return send(400, text, 'Bad path');
  const own = options.answers?.[path];
  if (own?.body !== undefined && own.breakAfter !== undefined) {
    response.writeHead(200, {
      'content-type': typeOf(path),
      'content-length': String(own.body.length),
      ...options.headers,
    });
    return response.write(own.body.slice(0, own.breakAfter), () => setTimeout(() => response.destroy(), 20));
  }
  if (own?.body !== undefined) {
    return send(own.status ?? 200, { 'content-type': typeOf(path), ...own.headers }, own.body);
  }
  if (options.htmlFor?.some((pattern) => matches(pattern, path))) {
    return send(200, { 'content-type': TYPES['.html'] }, HTML_PAGE);
  }
  const file = await (own?.file ? look(own.file) : find(options.folder, path));
  if (file === undefined) return send(404, text, 'Not found');
  if (file.isFolder) return send(301, { location: `${path.split('/').map(encodeURIComponent).join('/')}/` });

  const type = typeOf(file.path);
  const tag = `"${file.size.toString(36)}-${Math.round(file.changed).toString(36)}`;
  const packed =
    options.compress !== false &&
    COMPRESSIBLE.test(type) &&
    file.size <= LARGEST_COMPRESSED &&
    /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const etag = `${tag}${packed ? '-br' : ''}"`;
  const headers = {
    'content-type': type,
    // Asked for again each time, so that a new build is seen, and answered without a body while nothing changed.
    'cache-control': 'no-cache',
    etag,
    ...(COMPRESSIBLE.test(type) ? { vary: 'accept-encoding' } : {}),
    ...own?.headers,
  };
  if (request.headers['if-none-match'] === etag) return send(304, headers);
  if (packed) {
    const body = await packedBody(options.compressed, `${file.path}\0${tag}`, file.path);
    return send(200, { ...headers, 'content-encoding': 'br', 'content-length': String(body.length) }, body);
  }
  if (request.method === 'HEAD') return send(200, { ...headers, 'content-length': String(file.size) });
  response.writeHead(own?.status ?? 200, {
    'x-content-type-options': 'nosniff',
    ...options.headers,
    ...headers,
    'content-length': String(file.size),
  });
  const stream = createReadStream(file.path);
  stream.on('error', () => response.destroy());
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

/** The decoded path of a request, or nothing where it is malformed or has a part that leaves the folder. */
function pathOf(url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    return undefined;
  }
  const bad = !path.startsWith('/') || path.includes('\0') || path.includes('\\') || path.split('/').includes('..');
  return bad ? undefined : path;
}

/** The file behind a path: inside the folder after all links are followed, a folder's index.html for the folder. */
async function find(folder, path) {
  try {
    const real = await realpath(join(folder, path.endsWith('/') ? `${path}index.html` : path));
    if (real !== folder && !real.startsWith(folder + sep)) return undefined;
    const found = await look(real);
    return path.endsWith('/') && found?.isFolder ? undefined : found;
  } catch {
    return undefined;
  }
}

async function look(path) {
  const found = await stat(path).catch(() => undefined);
  return found && { path, size: found.size, changed: found.mtimeMs, isFolder: found.isDirectory() };
}

function packedBody(cache, key, path) {
  let body = cache.get(key);
  if (body === undefined) {
    const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
    body = readFile(path).then((bytes) => compress(bytes, options));
    body.catch(() => cache.delete(key));
    cache.set(key, body);
  }
  return body;
}

function typeOf(path) {
  return TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

function matches(pattern, path) {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = '.', port = '8080'] = process.argv.slice(2);
  const server = await serve({ root: resolve(folder), port: Number(port) });
  console.log(`${resolve(folder)} at ${server.url}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
}
