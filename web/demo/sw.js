// Keeps the site for visits without a network: all of its pages when it is installed, and what else a page used. With a network the
// newest is shown. The model is kept by the recommender.

// `SITE`: the version of the site, and the files that every visit may need.
importScripts('./files.js');

const NAME = 'predilect-demo';
const CACHE = `${NAME} ${SITE.version}`;
/** Parts that are large and not for everybody: kept when they were used. */
const USED = /\.(js|wasm)$/;

const listed = new Set(SITE.files.map((path) => new URL(path, location.href).pathname));

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(keepAll());
});
addEventListener('activate', (event) => event.waitUntil(Promise.all([tidy(), clients.claim()])));
addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (listed.has(pathname) || USED.test(pathname)) event.respondWith(newest(request, listed.has(pathname)));
});

/** All or none: half a version is no version. */
async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SITE.files.map((path) => new Request(path, { cache: 'no-cache' })));
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(NAME) && name !== CACHE).map((name) => caches.delete(name)));
}

/** What the network has, and without one what was kept. What is listed stays of one version. */
async function newest(request, isListed) {
  try {
    const response = await fetch(request);
    if (response.ok && !isListed) await keep(request, response.clone()).catch(() => {});
    return response;
  } catch (error) {
    const kept = (await find(request)) ?? (request.mode === 'navigate' && (await find('./')));
    if (kept) return kept;
    throw error;
  }
}

const find = (request) => caches.match(request, { cacheName: CACHE, ignoreSearch: true, ignoreVary: true });

/** Not in the place of a newer version, which has taken this one's away. */
async function keep(request, response) {
  if (await caches.has(CACHE)) await (await caches.open(CACHE)).put(request, response);
}
