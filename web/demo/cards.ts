// The cards of the list: picture, words, why, and what the reader can do.

import { art } from './art.js';
import { breath, el, icon } from './dom.js';
import type { Item } from './model.js';
import type { Match, Profile, Reason, Recommendation } from './predilect/index.js';
import { because, currentWording, day, price, say, w } from './words.js';

/** What the reader said about an item. */
export type Mark = 'like' | 'dislike' | 'purchase';

/** What cards need from the page. */
export interface CardHost {
  item(id: string): Item | undefined;
  act(mark: Mark, item: Item, pressed: boolean): void;
  open(item: Item): void;
}

/** What was said about each item, read from the profile. */
export function marks(profile: Profile): Map<string, Mark> {
  const found = new Map<string, Mark>();
  // Newest first: the latest word about an item counts.
  for (const { kind, item } of profile.recent) {
    if (found.has(item)) continue;
    if (kind === 'like' || kind === 'purchase') found.set(item, kind);
    if (kind === 'dislike' || kind === 'dismiss') found.set(item, 'dislike');
  }
  for (const id of profile.owned) found.set(id, 'purchase');
  return found;
}

/** The line above a title: category and what else is short. */
export function meta(item: Item): HTMLElement {
  const facts = [
    item.category,
    item.price === undefined ? undefined : price(item.price),
    item.year === undefined ? undefined : String(item.year),
    item.minutes === undefined ? undefined : say.minutes(item.minutes),
    item.section === 'news' && item.date !== undefined ? day(item.date) : undefined,
  ].filter((fact) => fact !== undefined);
  return el('p', { class: 'meta', 'data-section': item.section, lang: item.lang }, facts.join(' · '));
}

/** Every part of a score with its bar, and their sum. */
export function parts(recommendation: Recommendation<Item>, host: CardHost): HTMLElement {
  const most = Math.max(...recommendation.reasons.map(({ part }) => Math.abs(part)), 1e-9);
  const row = ({ part, ...reason }: Reason): HTMLElement => {
    const bar = el('span', { class: part < 0 ? 'part minus' : 'part' });
    bar.style.setProperty('--part', String(Math.abs(part) / most));
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, because({ part, ...reason }, title(reason, host))),
      el('td', {}, bar),
      el('td', { class: 'number' }, signed(part)),
    );
  };
  return el(
    'table',
    { class: 'parts' },
    el('tbody', {}, ...recommendation.reasons.map(row)),
    el(
      'tfoot',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, w('score')),
        el('td'),
        el('td', { class: 'number' }, recommendation.score.toFixed(3)),
      ),
    ),
  );
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

const title = ({ event, item = event?.item }: Pick<Reason, 'event' | 'item'>, host: CardHost): string | undefined =>
  item === undefined ? undefined : host.item(item)?.title;

/** Small pictures with titles, each a way to its item. */
export function tiles(items: readonly Recommendation<Item>[], host: CardHost, row: string): HTMLElement[] {
  return items.map(({ fields }) =>
    el(
      'button',
      { type: 'button', class: 'alike-item', 'data-key': `${row} ${fields.id}`, onclick: () => host.open(fields) },
      art(fields) as unknown as Node,
      el('span', { lang: fields.lang }, fields.title),
    ),
  );
}

/** Like, not for me, have it. */
export function actions(item: Item, mark: Mark | undefined, host: CardHost): HTMLElement {
  const button = (kind: Mark, label: string): HTMLElement =>
    el(
      'button',
      {
        type: 'button',
        class: `act ${kind}`,
        'data-key': `${kind} ${item.id}`,
        'aria-pressed': String(mark === kind),
        'aria-label': `${label}: ${item.title}`,
        onclick: () => host.act(kind, item, mark === kind),
      },
      icon(kind),
      el('span', {}, label),
    );
  return el(
    'div',
    { class: 'acts' },
    button('like', w('like')),
    button('dislike', w('dislike')),
    button('purchase', w('own')),
  );
}

/** A text with what matches in it marked: the whole, or the part that a search says to show. */
function marked(text: string, match: Match | undefined): (Node | string)[] {
  if (!match) return [text];
  const out: (Node | string)[] = match.start > 0 ? ['…'] : [];
  let at = match.start;
  for (const [start, end] of match.ranges) {
    out.push(text.slice(at, start), el('mark', {}, text.slice(start, end)));
    at = end;
  }
  out.push(text.slice(at, match.end));
  if (match.end < text.length) out.push('…');
  return out;
}

const drawn = (item: Item, host: CardHost): HTMLElement =>
  el('div', { class: 'picture', onclick: () => host.open(item) }, art(item) as unknown as Node);

/** One card, with the picture that it had. */
function card(
  recommendation: Recommendation<Item>,
  mark: Mark | undefined,
  host: CardHost,
  picture: Element = drawn(recommendation.fields, host),
): HTMLElement {
  const item = recommendation.fields;
  const match = (field: string): Match | undefined => recommendation.matches?.find((own) => own.field === field);
  const sheet = el('div', { class: 'parts-sheet' });
  const strongest = recommendation.reasons.find(({ part }) => part > 0) ?? recommendation.reasons[0];
  const element = el(
    'article',
    { class: 'card', 'data-id': item.id, 'data-section': item.section },
    picture,
    el(
      'div',
      { class: 'body' },
      meta(item),
      el(
        'h3',
        { lang: item.lang },
        el(
          'button',
          { type: 'button', class: 'title', 'data-key': `open ${item.id}`, onclick: () => host.open(item) },
          ...marked(item.title, match('title')),
        ),
      ),
      el('p', { class: 'text', lang: item.lang }, ...marked(item.text, match('text'))),
      el('ul', { class: 'tags', lang: item.lang }, ...(item.tags ?? []).map((tag) => el('li', {}, tag))),
      strongest &&
        el(
          'details',
          // One at a time: they lie over the cards.
          { class: 'why', name: 'why', 'data-kind': strongest.kind },
          el(
            'summary',
            { 'data-key': `why ${item.id}`, title: w('why') },
            el('span', { class: 'because' }, because(strongest, title(strongest, host))),
          ),
          sheet,
        ),
      actions(item, mark, host),
    ),
  );
  // Who does not ask why needs no table. A click comes before the sheet is there, `toggle` after it.
  const why = element.querySelector('details');
  for (const type of ['click', 'toggle']) {
    why?.addEventListener(type, () => {
      if (!sheet.firstChild) sheet.append(parts(recommendation, host));
    });
  }
  element.style.setProperty('view-transition-name', `card-${CSS.escape(item.id)}`);
  return element;
}

/** Draws the first list of a visit card by card, so that the first is there soon and the page answers meanwhile. */
export async function dealCards(
  grid: HTMLElement,
  list: readonly Recommendation<Item>[],
  said: Map<string, Mark>,
  host: CardHost,
): Promise<void> {
  grid.lang = currentWording();
  for (const [at, recommendation] of list.entries()) {
    if (at > 0) await breath();
    const dealt = card(recommendation, said.get(recommendation.id), host);
    const ghost = grid.children[at];
    if (ghost) ghost.replaceWith(dealt);
    else grid.append(dealt);
  }
  while (grid.children.length > list.length) grid.lastElementChild?.remove();
}

/** Puts the cards into the grid. Cards that stay keep their picture and whether their reasons are open. */
export function renderCards(
  grid: HTMLElement,
  list: readonly Recommendation<Item>[],
  said: Map<string, Mark>,
  host: CardHost,
): void {
  const old = new Map(
    [...grid.querySelectorAll<HTMLElement>('.card[data-id]')].map((element) => [element.dataset.id, element]),
  );
  const focused = grid.contains(document.activeElement) ? (document.activeElement as HTMLElement) : undefined;
  const key = focused?.dataset.key;
  const place = focused ? [...old.values()].findIndex((element) => element.contains(focused)) : -1;

  const cards = list.map((recommendation) => {
    const before = old.get(recommendation.id);
    const open = before?.querySelector('details')?.open;
    const picture = before?.querySelector('.picture') ?? undefined;
    const fresh = card(recommendation, said.get(recommendation.id), host, picture);
    const details = fresh.querySelector('details');
    if (open && details) {
      details.open = true;
      // The browser's own comes a task later; the table is there at once.
      details.dispatchEvent(new Event('toggle'));
    }
    return fresh;
  });
  grid.replaceChildren(...cards);
  grid.lang = currentWording();

  if (key === undefined) return;
  // The same control if its card is still there, else the one of the card that took its place.
  const same = [...grid.querySelectorAll<HTMLElement>('[data-key]')].find((element) => element.dataset.key === key);
  const kind = key.split(' ')[0];
  const heir = cards[Math.min(place, cards.length - 1)]?.querySelector<HTMLElement>(`[data-key^="${kind} "]`);
  (same ?? heir)?.focus({ preventScroll: true });
}
