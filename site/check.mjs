// Whether the made pages hold together: every address of a page is a file of the site, every anchor a place in it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What an attribute value stands for, without the entities that pages use in addresses. */
const plain = (/** @type {string} */ value) => value.replaceAll('&amp;', '&');

/** What is broken in a folder of pages, a line each. */
export function check(/** @type {string} */ folder) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  const pages = new Map(
    names.filter((name) => name.endsWith('.html')).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
  /** @type {Map<string, Set<string>>} */
  const ids = new Map();
  const broken = [];
  for (const [name, html] of pages) {
    const own = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    ids.set(name, new Set(own));
    for (const id of own.filter((id, at) => own.indexOf(id) !== at)) broken.push(`${name}: has the id "${id}" twice`);
  }
  for (const [name, html] of pages) {
    for (const [, kind, value] of html.matchAll(/\s(href|src)="([^"]*)"/g)) {
      const address = plain(value);
      if (/^(https?|mailto):/.test(address)) {
        if (kind === 'src') broken.push(`${name}: takes ${address} from elsewhere`);
        continue;
      }
      const [path, anchor] = address.split('#');
      const file = path === '' ? name : relative(folder, join(folder, dirname(name), path));
      if (address.startsWith('/')) broken.push(`${name}: ${address} is not relative`);
      else if (!existsSync(join(folder, file))) broken.push(`${name}: ${address} leads nowhere`);
      else if (anchor && !ids.get(file)?.has(decodeURIComponent(anchor)))
        broken.push(`${name}: ${address} names a place that is not there`);
    }
  }
  return broken;
}
