// Keeps the page's own files for visits without a network. The catalogue and the model are kept by the recommender.

const CACHE = 'predilect-demo';
const SHELL = /\/$|\.(html|css|js|svg|wasm)$/;

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === 'GET' && url.origin === location.origin && SHELL.test(url.pathname)) {
    event.respondWith(newest(request));
  }
});

/** What the network has, and without one what was kept. */
async function newest(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone()).catch(() => {});
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
