// Cards: the usual one, and those that a page draws by a template or a function.

import type { ItemFields, Recommendation } from '../lists.js';
import { el, icon, safeAddress } from './dom.js';
import type { Texts } from './words.js';

/** What a card can do. */
export interface CardActions {
  /** The strongest reason in words. */
  readonly why: string;
  like(): void;
  dislike(): void;
  /** Tells that the item was opened; links of the usual card do so themselves. */
  open(): void;
}

/** Draws a card of the page's own. */
export type CardFunction = (recommendation: Recommendation, actions: CardActions) => Node;

/** A field as text: lists with points between, nothing for what is no text. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.filter((one) => typeof one !== 'object').join(' · ');
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** The title of an item. */
export function titleOf(fields: ItemFields): string {
  return shown(fields.title) || shown(fields.text).slice(0, 80) || fields.id;
}

/** The usual card: picture, title, category and price, why, like and not for me. */
export function usualCard({ fields }: Recommendation, actions: CardActions, words: Texts): Node {
  const [title, address, image] = [titleOf(fields), safeAddress(fields.url), safeAddress(fields.image)];
  const facts = [fields.category, fields.price, fields.year].map(shown).filter((fact) => fact !== '');
  const language = shown(fields.lang) || undefined;
  const button = (kind: 'like' | 'dislike', label: string): HTMLElement =>
    el(
      'button',
      {
        type: 'button',
        part: `button ${kind}`,
        'data-key': `${kind} ${fields.id}`,
        'aria-label': `${label}: ${title}`,
        title: label,
        onclick: () => actions[kind](),
      },
      icon(kind),
    );
  return el(
    'article',
    { class: 'card', part: 'card' },
    image ? el('img', { src: image, alt: '', loading: 'lazy', part: 'image' }) : null,
    facts.length > 0 ? el('p', { class: 'meta', part: 'meta' }, facts.join(' · ')) : null,
    el(
      'h3',
      { class: 'title', part: 'title', lang: language },
      address
        ? el(
            'a',
            { href: address, part: 'link', 'data-key': `open ${fields.id}`, onclick: () => actions.open() },
            title,
          )
        : title,
    ),
    actions.why ? el('p', { class: 'why', part: 'why' }, actions.why) : null,
    el('div', { class: 'acts', part: 'actions' }, button('like', words.like), button('dislike', words.dislike)),
  );
}

/**
 * A card from a page's `<template>`: `data-field="price"` gets a field as text, `data-src="image"` and `data-href="url"` an
 * address, `data-why` the reason, and a click on `data-like`, `data-dislike` or `data-href` tells what it says.
 */
export function templateCard(template: HTMLTemplateElement, { fields }: Recommendation, actions: CardActions): Node {
  const card = template.content.cloneNode(true) as DocumentFragment;
  const each = (name: string, run: (element: HTMLElement, field: string) => void): void => {
    for (const element of card.querySelectorAll<HTMLElement>(`[data-${name}]`)) {
      run(element, element.getAttribute(`data-${name}`) ?? '');
    }
  };
  each('field', (element, field) => {
    element.textContent = field === 'title' ? titleOf(fields) : shown(fields[field]);
  });
  each('src', (element, field) => {
    const address = safeAddress(fields[field]);
    if (address) element.setAttribute('src', address);
    else element.remove();
  });
  each('href', (element, field) => {
    const address = safeAddress(fields[field]);
    if (address) element.setAttribute('href', address);
    element.addEventListener('click', () => actions.open());
  });
  each('why', (element) => {
    element.textContent = actions.why;
  });
  for (const kind of ['like', 'dislike'] as const) {
    each(kind, (element) => {
      element.dataset.key = `${kind} ${fields.id}`;
      element.addEventListener('click', () => actions[kind]());
    });
  }
  return card;
}
