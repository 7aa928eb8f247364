// <predilect-feed>: a list of recommendations; <predilect-similar>: what resembles an item.

import type { Describe } from '../describe.js';
import type { ItemFields, Recommendation, RecommendationList, Surface } from '../lists.js';
import { itemOf } from '../wording.js';
import { type CardFunction, templateCard, titleOf, usualCard } from './card.js';
import { el, own } from './dom.js';
import { PredilectElement } from './element.js';
import type { Host } from './host.js';
import type { Words } from './words.js';

/** A card counts as seen when half of it was on screen for so many milliseconds. */
const SEEN = 1000;

/** Lists of cards: what feed, similar and search share. */
export abstract class CardList extends PredilectElement {
  /** Draws the cards, instead of the usual ones or a `<template>` in the element. */
  card: CardFunction | undefined = own(this, 'card');
  /**
   * Says in other words why an item is on the list, on the usual cards and where a `<template>` has `data-why`. Until it has
   * answered, and where its words fail the check of `predilect/describe`, the usual ones stand.
   */
  describe: Describe | undefined = own(this, 'describe');

  readonly #seen = new Set<string>();
  #watch: IntersectionObserver | undefined;
  #describing: AbortController | undefined;
  readonly #timers = new Map<Element, ReturnType<typeof setTimeout>>();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#lookAway();
    this.#describing?.abort();
  }

  protected override shown(host: Host): void {
    const list = this.shadowRoot?.querySelector('.list');
    this.#lookAway();
    if (list) this.#look(host, list);
  }

  #lookAway(): void {
    this.#watch?.disconnect();
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
  }

  protected override waiting(): Node[] {
    const places = Array.from({ length: Math.min(this.k, 6) }, () => el('li', { class: 'wait' }));
    return [el('ul', { class: 'list', part: 'list', 'aria-hidden': 'true' }, ...places)];
  }

  /** The cards of a list, with titles for its reasons. */
  protected async cards(host: Host, items: readonly Recommendation[]): Promise<HTMLElement> {
    const titles = await this.#titles(host, items);
    const list = el('ul', { class: 'list', part: 'list', role: 'list' });
    for (const item of items) {
      const place = el('li', { part: 'item', 'data-id': item.id });
      place.append(this.#card(item, titles));
      list.append(place);
    }
    void this.#describe(items, list, titles);
    return list;
  }

  /** One card after the other, until the list is drawn anew: a describer may be a model that does one thing at a time. */
  async #describe(
    items: readonly Recommendation[],
    list: HTMLElement,
    titles: ReadonlyMap<string, string>,
  ): Promise<void> {
    this.#describing?.abort();
    const { describe, language, templates } = this;
    if (!describe || this.card) return;
    const describing = new AbortController();
    this.#describing = describing;
    const { signal } = describing;
    try {
      const { describeItem } = await import('../describe.js');
      for (const [at, item] of items.entries()) {
        const why = list.children[at]?.querySelector('[part=why],[data-why]');
        if (!why) continue;
        const { text, by } = await describeItem(item, describe, { language, titles, templates, signal });
        if (by === 'describer') why.textContent = text;
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  async #titles(host: Host, items: readonly Recommendation[]): Promise<Map<string, string>> {
    const ids = items.flatMap(({ reasons: [first] }) => (first && itemOf(first)) ?? []);
    const found = (await host.recommender.items([...new Set(ids)])) as (ItemFields | null)[];
    return new Map(found.flatMap((fields) => (fields ? [[fields.id, titleOf(fields)]] : [])));
  }

  #card(item: Recommendation, titles: ReadonlyMap<string, string>): Node {
    const [strongest] = item.reasons;
    const title = titleOf(item.fields);
    const tell = (kind: 'like' | 'dislike', said: string): void =>
      void this.change((recommender) => recommender.record({ kind, item: item.id }), said);
    const actions = {
      why: strongest ? this.reason(strongest, titles.get(itemOf(strongest) ?? '')) : '',
      like: () => tell('like', this.say.liked(title)),
      dislike: () => tell('dislike', this.say.disliked(title)),
      open: () => {
        const detail = { id: item.id, fields: item.fields };
        this.dispatchEvent(new CustomEvent('predilect-open', { bubbles: true, composed: true, detail }));
        void this.recommender?.record({ kind: 'click', item: item.id }).catch((error: unknown) => this.fail(error));
      },
    };
    if (this.card) return this.card(item, actions);
    const template = this.querySelector('template');
    return template ? templateCard(template, item, actions) : usualCard(item, actions, this.say);
  }

  /** Tells what was on screen, once an item, so that what is passed over gives way. */
  #look(host: Host, list: Element): void {
    if (!globalThis.IntersectionObserver) return;
    this.#watch = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          clearTimeout(this.#timers.get(target));
          const id = (target as HTMLElement).dataset.id ?? '';
          const tell = (): void => {
            if (this.#seen.has(id)) return;
            this.#seen.add(id);
            host.recommender.record({ kind: 'view', item: id }).catch((error: unknown) => this.fail(error));
          };
          if (isIntersecting) this.#timers.set(target, setTimeout(tell, SEEN));
        }
      },
      { threshold: 0.5 },
    );
    for (const place of list.children) this.#watch.observe(place);
  }
}

/** A list of recommendations. */
export class PredilectFeed extends CardList {
  static override get observedAttributes(): string[] {
    return [...CardList.observedAttributes, 'surface', 'items', 'diversity', 'more', 'text'];
  }

  /** Pages that were asked for besides the first. */
  #more = 0;

  protected get surface(): Surface {
    return (this.getAttribute('surface') ?? 'for-you') as Surface;
  }

  protected override usualHeading(words: Words): string {
    return words.feed;
  }

  protected override async content(host: Host): Promise<Node[]> {
    const items = this.getAttribute('items')?.split(/\s+/).filter(Boolean) ?? [];
    const diversity = this.getAttribute('diversity');
    const text = this.getAttribute('text');
    const { k, filter, surface } = this;
    let page: RecommendationList = await host.recommender.recommend({
      k,
      filter,
      surface,
      ...(items.length > 0 && { items }),
      ...(text && { text }),
      ...(diversity !== null && { diversity: Number(diversity) }),
    });
    const found = [...page.items];
    for (let at = 0; at < this.#more && page.next !== undefined; at++) {
      page = await host.recommender.recommend({ after: page.next });
      found.push(...page.items);
    }
    if (found.length === 0) return [el('p', { class: 'note', part: 'empty' }, this.say.empty)];
    const more = (): void => {
      this.#more++;
      this.refresh();
    };
    const button =
      this.hasAttribute('more') && page.next !== undefined
        ? el(
            'button',
            { type: 'button', class: 'more', part: 'button more', 'data-key': 'more', onclick: more },
            this.say.more,
          )
        : undefined;
    return [await this.cards(host, found), ...(button ? [button] : [])];
  }
}

/** What resembles the item of the attribute `item`. */
export class PredilectSimilar extends PredilectFeed {
  static override get observedAttributes(): string[] {
    return [...PredilectFeed.observedAttributes, 'item'];
  }

  protected override get surface(): Surface {
    return (this.getAttribute('surface') ?? 'similar') as Surface;
  }

  protected override usualHeading(words: Words): string {
    return words.similar;
  }

  override attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (name === 'item') this.setAttribute('items', after ?? '');
    else super.attributeChangedCallback(name, before, after);
  }
}
