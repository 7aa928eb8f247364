// Visits without a network: says when the device has all of the site, and when there is a newer one.

import { byId } from './dom.js';
import { snack } from './notify.js';
import { w } from './words.js';

/** Has the device keep the site. Where it cannot, the pages work as long as there is a network. */
export function startOffline(): void {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  let had = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes the page over; a later one is that of a newer site.
    if (had) snack(w('newer'), () => location.reload(), w('loadNewer'));
    had = true;
  });
  serviceWorker.register('./sw.js').catch(() => {});
  serviceWorker.ready.then(
    () => {
      byId('offline').dataset.w = 'offlineReady';
      byId('offline').textContent = w('offlineReady');
    },
    () => {},
  );
}
