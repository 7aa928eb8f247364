// <predilect-search>: a box that searches the catalogue as one types.

import { el } from './dom.js';
import { CardList } from './feed.js';
import type { Host } from './host.js';
import type { Texts } from './words.js';

/** Milliseconds without a key after which a text is searched for. */
const PAUSE = 250;

/** A box that searches. */
export class PredilectSearch extends CardList {
  #asked: AbortController | undefined;
  #wait: ReturnType<typeof setTimeout> | undefined;
  #box: HTMLInputElement | undefined;
  #text = '';
  /** What was found last, until it is told. */
  #news: string | undefined;
  #told = '';

  /** What is searched for. */
  get value(): string {
    return this.#box?.value ?? this.#text;
  }
  set value(text: string) {
    this.#text = text;
    if (this.#box) this.#box.value = text;
    this.refresh();
  }

  protected override usualHeading(words: Texts): string {
    return words.search;
  }

  protected override lead(): Node[] {
    const later = (event: Event): void => {
      // Half a Chinese word is not to be searched for.
      if (event instanceof InputEvent && event.isComposing) return;
      clearTimeout(this.#wait);
      this.#wait = setTimeout(() => this.refresh(), PAUSE);
    };
    this.#box = el('input', {
      type: 'search',
      part: 'input',
      autocomplete: 'off',
      'aria-label': this.say.searchHint,
      placeholder: this.say.searchHint,
      value: this.#text,
      oninput: later,
      oncompositionend: later,
    });
    return [el('div', { class: 'row', role: 'search' }, this.#box)];
  }

  protected override waiting(): Node[] {
    return [];
  }

  protected override shown(host: Host): void {
    super.shown(host);
    if (this.#news !== undefined) this.announce(this.#news);
    this.#news = undefined;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked?.abort();
    clearTimeout(this.#wait);
  }

  protected override async content(host: Host): Promise<Node[]> {
    const text = this.value.trim();
    this.#asked?.abort();
    if (text === '') {
      this.#told = '';
      return [];
    }
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    const { items } = await host.recommender.search(text, { k: this.k, filter: this.filter, prefix: true, signal });
    // Told once a text: an element that is redrawn has nothing new to say, and may hold an undo.
    if (text !== this.#told) this.#news = items.length > 0 ? this.say.found(items.length) : this.say.nothing(text);
    this.#told = text;
    return [await this.cards(host, items)];
  }
}
