// What all elements have in common: where their recommender comes from, waiting, failing, the line at the foot with its undo.

import type { Recommender } from '../recommender.js';
import type { Consent } from '../types.js';
import { type Language, languageOf, type ReasonTemplates, wordReason } from '../wording.js';
import { el, icon, own } from './dom.js';
import { type Host, hostOf, join, type SharedOptions } from './host.js';
import { styleSheet } from './style.js';
import { type Texts, WORDS } from './words.js';

/** A server that renders pages has no elements; it can import this all the same. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** Attributes that say which recommender an element uses. */
const SOURCE = ['catalogue', 'integrity', 'words', 'encoder', 'profile', 'consent'] as const;

/** Milliseconds for which a change can be undone. */
const UNDO = 15_000;

/** An element of a page that recommends. */
export abstract class PredilectElement extends Base {
  static get observedAttributes(): string[] {
    return [...SOURCE, 'lang', 'heading', 'k', 'filter'];
  }

  /** Words of the page's own, instead of the usual ones. */
  texts: Partial<Texts> = own(this, 'texts') ?? {};
  /** Templates of the page's own for reasons, by kind. */
  templates: Partial<ReasonTemplates> = own(this, 'templates') ?? {};

  #given: Recommender | undefined;
  #host: Host | undefined;
  #leave: (() => void) | undefined;
  /** Counts connections and drawings, so that an answer that comes too late is dropped. */
  #turn = 0;
  #queued = false;
  readonly #changed = (): void => {
    // What another element did is not undone by this one's button.
    if (!this.#mine) this.#said('', undefined);
    this.refresh();
  };
  #mine = false;
  #forgets: ReturnType<typeof setTimeout> | undefined;
  #parts: { section: HTMLElement; heading: HTMLElement; body: HTMLElement } | undefined;
  #status = '';
  #undo: (() => Promise<unknown>) | undefined;

  /** The recommender of the page's own; without one the attribute `catalogue` says what to load. */
  get recommender(): Recommender | undefined {
    return this.#given ?? this.#host?.recommender;
  }
  set recommender(recommender: Recommender | undefined) {
    this.#given = recommender;
    if (this.isConnected) this.#connect();
  }

  connectedCallback(): void {
    // Set before this class was known to the page.
    const early = own<Recommender>(this, 'recommender');
    if (early) {
      Reflect.deleteProperty(this, 'recommender');
      this.#given = early;
    }
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [styleSheet()];
    this.#connect();
  }

  disconnectedCallback(): void {
    this.#disconnect();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return;
    if ((SOURCE as readonly string[]).includes(name)) this.#connect();
    else this.refresh();
  }

  /** Asks and draws again, once for all reasons that come up at a time. */
  refresh(): void {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      void this.#draw();
    });
  }

  /** What the element shows below its heading. */
  protected abstract content(host: Host): Promise<Node[]>;
  /** What stands between heading and content and stays. */
  protected lead(): Node[] {
    return [];
  }
  /** The heading where the attribute `heading` gives none. */
  protected abstract usualHeading(words: Texts): string;
  /** What stands there while the recommender is loaded. */
  protected waiting(): Node[] {
    return [el('p', { class: 'note' }, this.say.loading)];
  }

  /** Language of the words: of the nearest `lang`. */
  protected get language(): Language {
    return languageOf(this.closest('[lang]')?.getAttribute('lang') ?? undefined);
  }

  protected get say(): Texts {
    return { ...WORDS[this.language], ...this.texts };
  }

  /** A reason as a line. */
  protected reason(reason: Parameters<typeof wordReason>[0], title: string | undefined): string {
    return wordReason(reason, { lang: this.language, title, templates: this.templates });
  }

  /** The attribute `filter`, an object in JSON; unreadable ones are an error of the page. */
  protected get filter(): Record<string, never> {
    const text = this.getAttribute('filter');
    return text ? (JSON.parse(text) as Record<string, never>) : {};
  }

  protected get k(): number {
    return Number(this.getAttribute('k')) || 10;
  }

  /** Changes the profile, says so with an undo, and lets all elements of this recommender draw again. */
  protected async change(
    run: (recommender: Recommender) => Promise<unknown>,
    said: string,
    undoable = true,
  ): Promise<void> {
    const host = this.#host;
    if (!host) return;
    try {
      const before = undoable ? await host.recommender.snapshot() : undefined;
      await run(host.recommender);
      this.#said(said, before && (() => host.recommender.restore(before)));
    } catch (error) {
      this.fail(error);
      this.#said(error instanceof Error ? error.message : String(error), undefined);
    }
    this.#tellOthers(host);
    this.dispatchEvent(new CustomEvent('predilect-change', { bubbles: true, composed: true }));
  }

  /** Tells the page of an error. */
  protected fail(error: unknown): void {
    this.dispatchEvent(new CustomEvent('predilect-error', { bubbles: true, composed: true, detail: error }));
  }

  /** Says something at the foot, for all to read and for screen readers to tell. */
  protected announce(text: string): void {
    this.#said(text, undefined);
    this.#foot();
  }

  /** Called when content was put on the page. */
  protected shown(_host: Host): void {}

  #said(text: string, undo: (() => Promise<unknown>) | undefined): void {
    this.#status = text;
    this.#undo = undo;
    clearTimeout(this.#forgets);
    // What was forgotten is not kept for a button that nobody presses.
    if (undo) this.#forgets = setTimeout(() => this.announce(''), UNDO);
  }

  #tellOthers(host: Host): void {
    this.#mine = true;
    host.news.dispatchEvent(new Event('change'));
    this.#mine = false;
  }

  #connect(): void {
    this.#disconnect();
    const turn = ++this.#turn;
    const use = (host: Host): void => {
      if (turn !== this.#turn) return;
      this.#host = host;
      host.news.addEventListener('change', this.#changed);
      this.refresh();
    };
    if (this.#given) {
      use(hostOf(this.#given));
      return;
    }
    const options = this.#options();
    if (!options) return;
    this.#frame(this.waiting(), true);
    const { host, leave } = join(options);
    this.#leave = leave;
    host.then(use, (error: unknown) => turn === this.#turn && this.#failed(error));
  }

  #disconnect(): void {
    this.#turn++;
    this.#host?.news.removeEventListener('change', this.#changed);
    this.#host = undefined;
    this.#leave?.();
    this.#leave = undefined;
  }

  #options(): SharedOptions | undefined {
    const catalogue = this.getAttribute('catalogue');
    if (!catalogue) return undefined;
    const options: SharedOptions = { catalogue: new URL(catalogue, document.baseURI).href };
    for (const name of ['integrity', 'words', 'encoder', 'profile'] as const) {
      const value = this.getAttribute(name);
      const address = name === 'words' || name === 'encoder';
      if (value) options[name] = address ? new URL(value, document.baseURI).href : value;
    }
    const consent = this.getAttribute('consent');
    return consent ? { ...options, consent: consent as Consent } : options;
  }

  async #draw(): Promise<void> {
    const host = this.#host;
    if (!host) return;
    const turn = ++this.#turn;
    try {
      const content = await this.content(host);
      if (turn !== this.#turn) return;
      this.#frame(content, false);
      this.shown(host);
    } catch (error) {
      if (turn === this.#turn && !(error instanceof DOMException && error.name === 'AbortError')) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.fail(error);
    const again = (): void => (this.#host ? this.refresh() : this.#connect());
    this.#frame(
      [
        el('p', { role: 'alert' }, this.say.failed),
        el('p', { class: 'note' }, error instanceof Error ? error.message : String(error)),
        el('button', { type: 'button', part: 'button', 'data-key': 'retry', onclick: again }, this.say.retry),
      ],
      false,
    );
  }

  #frame(content: Node[], busy: boolean): void {
    const root = this.shadowRoot;
    if (!root) return;
    this.#parts ??= this.#make(root);
    const { section, heading, body } = this.#parts;
    heading.textContent = this.getAttribute('heading') ?? this.usualHeading(this.say);
    heading.hidden = heading.textContent === '';
    section.setAttribute('aria-label', heading.textContent);
    section.setAttribute('aria-busy', String(busy));
    const focus = section.contains(root.activeElement) ? (root.activeElement as HTMLElement) : undefined;
    const key = focus?.dataset.key;
    const place = focus && key !== undefined ? controls(section, key).indexOf(focus) : -1;
    body.replaceChildren(...content);
    this.#foot();
    if (key === undefined) return;
    // The control of the same name, or, where its item is gone, the one of its kind that took its place.
    const alike = controls(section, key);
    const next = alike.find((own) => own.dataset.key === key) ?? alike[Math.min(place, alike.length - 1)];
    next?.focus({ preventScroll: true });
  }

  /** What is made once: only the body changes, so that who types in what stands above it is not disturbed. */
  #make(root: ShadowRoot): { section: HTMLElement; heading: HTMLElement; body: HTMLElement } {
    const heading = el('h2', { part: 'heading' });
    const body = el('div', { part: 'body' });
    const foot = el('div', { class: 'status', role: 'status', part: 'status' });
    const section = el('section', { part: 'section', tabindex: -1 }, heading, ...this.lead(), body, foot);
    root.replaceChildren(section);
    return { section, heading, body };
  }

  /** Redrawn only where it says something else, or screen readers would say it again. */
  #foot(): void {
    const foot = this.shadowRoot?.querySelector('.status');
    const undo = this.#undo;
    if (!foot || (foot.textContent === this.#status + (undo ? this.say.undo : '') && !undo)) return;
    const host = this.#host;
    const back = (): void => {
      this.#said('', undefined);
      undo?.().then(
        () => host && this.#tellOthers(host),
        (error: unknown) => this.fail(error),
      );
      this.#parts?.section.focus({ preventScroll: true });
    };
    foot.replaceChildren(
      this.#status,
      ...(undo
        ? [
            el(
              'button',
              { type: 'button', part: 'button', 'data-key': 'undo', onclick: back },
              icon('undo'),
              this.say.undo,
            ),
          ]
        : []),
    );
  }
}

/** Controls of the kind that a key names: keys are a kind, or a kind and an id. */
function controls(root: HTMLElement, key: string): HTMLElement[] {
  const kind = key.split(' ')[0];
  return [...root.querySelectorAll<HTMLElement>('[data-key]')].filter((own) => own.dataset.key?.split(' ')[0] === kind);
}
