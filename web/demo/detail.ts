// One item, large, with others like it.

import { art } from './art.js';
import { actions, type CardHost, type Mark, meta, tiles } from './cards.js';
import { byId, el, icon, safeAddress } from './dom.js';
import type { Item } from './model.js';
import type { RecommendationList } from './predilect/index.js';
import { w } from './words.js';

/** Opens the dialog for an item. `similar` is asked once it is open. */
export async function openDetail(
  item: Item,
  mark: Mark | undefined,
  host: CardHost,
  similar: () => Promise<RecommendationList<Item>>,
): Promise<void> {
  const dialog = byId<HTMLDialogElement>('detail');
  const close = (): void => dialog.close();
  const address = safeAddress(item.url);
  const others = el('div', { class: 'alike', 'aria-busy': 'true' });
  dialog.replaceChildren(
    el('div', { class: 'picture' }, art(item) as unknown as Node),
    el(
      'button',
      { type: 'button', class: 'round detail-close', 'aria-label': w('close'), onclick: close },
      icon('close'),
    ),
    el(
      'div',
      { class: 'body' },
      meta(item),
      el('h2', { id: 'detail-title', lang: item.lang }, item.title),
      el('p', { class: 'text', lang: item.lang }, item.text),
      el('ul', { class: 'tags', lang: item.lang }, ...(item.tags ?? []).map((tag) => el('li', {}, tag))),
      address !== undefined && el('a', { class: 'link', href: address, rel: 'noopener noreferrer' }, w('visit')),
      actions(item, mark, {
        ...host,
        item: (id) => host.item(id),
        act: (kind, on, pressed) => {
          close();
          host.act(kind, on, pressed);
        },
        open: (other) => host.open(other),
      }),
      el('h3', {}, w('alike')),
      others,
    ),
  );
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  dialog.onclick = (event) => {
    if (event.target === dialog) close();
  };
  try {
    const { items } = await similar();
    others.replaceChildren(...tiles(items, host, 'alike'));
  } catch (error) {
    others.replaceChildren(el('p', { class: 'note' }, error instanceof Error ? error.message : String(error)));
  } finally {
    others.removeAttribute('aria-busy');
  }
}
