// <predilect-profile>: what is known about the person, theirs to see, change and forget.

import type { ItemFields } from '../lists.js';
import type { Interest, TasteMap } from '../types.js';
import { titleOf } from './card.js';
import { el } from './dom.js';
import { PredilectElement } from './element.js';
import type { Host } from './host.js';
import { drawMap } from './map.js';
import type { Texts } from './words.js';

/** What is known about the person. */
export class PredilectProfile extends PredilectElement {
  /** Keys of the interests that are unfolded. */
  readonly #open = new Set<string>();

  protected override usualHeading(words: Texts): string {
    return words.profile;
  }

  protected override async content(host: Host): Promise<Node[]> {
    const [profile, map] = await Promise.all([
      host.recommender.profile({ lang: this.language }),
      this.hasAttribute('map') ? host.recommender.map({ lang: this.language }) : undefined,
    ]);
    const ids = [...profile.interests, ...profile.negatives].flatMap(({ items }) => items);
    const found = (await host.recommender.items([...new Set(ids)])) as (ItemFields | null)[];
    const titles = new Map(found.flatMap((fields) => (fields ? [[fields.id, titleOf(fields)]] : [])));
    const most = Math.max(...profile.interests.map(({ weight }) => weight), 1e-9);
    const list = (interests: readonly Interest[], tunes: boolean): HTMLElement =>
      el(
        'ul',
        { class: 'chips', part: 'interests', role: 'list' },
        ...interests.map((interest) => this.#interest(interest, most, titles, tunes)),
      );
    const known = profile.events > 0 || profile.interests.length > 0 || profile.negatives.length > 0;
    return [
      ...(known ? [] : [el('p', { class: 'note', part: 'empty' }, this.say.unknown)]),
      ...(map ? [this.#map(map)] : []),
      ...(profile.interests.length > 0 ? [list(profile.interests, true)] : []),
      ...(profile.negatives.length > 0
        ? [el('h3', { class: 'title' }, this.say.avoids), list(profile.negatives, false)]
        : []),
      ...(this.hasAttribute('profile') || host.recommender.status.kept ? [this.#keep(host)] : []),
      ...(known ? [this.#forgetAll()] : []),
    ];
  }

  #map(map: TasteMap): Node {
    const names = map.interests.filter(({ weight }) => weight > 0).map(({ name }) => name);
    return drawMap(map, Math.min(this.clientWidth || 600, 700), this.say.map(names));
  }

  #interest(interest: Interest, most: number, titles: ReadonlyMap<string, string>, tunes: boolean): HTMLElement {
    const { key, name, weight, medoid, tuned = 1, items, kind: origin } = interest;
    const percent = Math.round((100 * weight) / most);
    const button = (kind: string, text: string, pressed: boolean | undefined, run: () => void): HTMLElement =>
      el(
        'button',
        {
          type: 'button',
          part: `button ${kind}`,
          'data-key': `${kind} ${key}`,
          'aria-pressed': pressed === undefined ? undefined : String(pressed),
          onclick: run,
        },
        text,
      );
    const tune = (value: number): void => {
      const event = { kind: 'tune', item: medoid ?? '', value: tuned === value ? 1 : value } as const;
      void this.change((recommender) => recommender.record(event), name);
    };
    const forget = (): void =>
      void this.change((recommender) => recommender.forget({ interest: key }), this.say.forgot(name));
    const details = el(
      'details',
      { class: tuned === 0 ? 'muted' : undefined, part: 'interest', open: this.#open.has(key) },
      el(
        'summary',
        { 'data-key': `interest ${key}` },
        name,
        ' ',
        el('meter', { min: 0, max: 100, value: percent, 'aria-label': this.say.strength(percent) }),
      ),
      el(
        'div',
        {},
        el('p', { class: 'note' }, origin === 'typed' ? this.say.typed : this.say.made),
        el('ul', {}, ...items.slice(0, 8).map((id) => el('li', {}, titles.get(id) ?? id))),
        el(
          'div',
          { class: 'row' },
          ...(medoid === null || !tunes
            ? []
            : [
                button('stronger', this.say.stronger, tuned === 2, () => tune(2)),
                button('mute', this.say.mute, tuned === 0, () => tune(0)),
              ]),
          button('forget', this.say.forget, undefined, forget),
        ),
      ),
    );
    details.addEventListener('toggle', () => (details.open ? this.#open.add(key) : this.#open.delete(key)));
    return el('li', {}, details);
  }

  /** A line to say in words what one likes, where there is an encoder to read it. */
  protected override lead(): Node[] {
    if (!this.hasAttribute('encoder') && !this.hasAttribute('tell')) return [];
    const { tell, tellHint, told } = this.say;
    const box = el('input', {
      type: 'text',
      part: 'input',
      'aria-label': tell,
      placeholder: tellHint,
    });
    const send = (event: Event): void => {
      event.preventDefault();
      const text = box.value.trim();
      if (text === '') return;
      void this.change((recommender) => recommender.describe(text), told(text)).then(() => {
        if (box.value.trim() === text) box.value = '';
      });
    };
    const button = el('button', { type: 'submit', part: 'button' }, tell);
    return [el('form', { class: 'row', onsubmit: send }, box, button)];
  }

  /** The switch for keeping the profile; absent where the recommender has none to keep. */
  #keep({ recommender }: Host): HTMLElement {
    const { kept, consent } = recommender.status;
    const set = (): void =>
      void this.change(
        (own) => own.consent(box.checked ? 'granted' : 'session'),
        box.checked ? this.say.kept : this.say.notKept,
        false,
      );
    const box = el('input', {
      type: 'checkbox',
      role: 'switch',
      'data-key': 'keep',
      checked: kept,
      onchange: set,
    });
    return el(
      'label',
      { class: 'row', part: 'keep', 'data-consent': consent },
      box,
      el('span', {}, this.say.keep, ' ', el('small', {}, this.say.keepNote)),
    );
  }

  #forgetAll(): HTMLElement {
    const run = (): void => void this.change((recommender) => recommender.forget({ all: true }), this.say.forgotAll);
    return el('button', { type: 'button', part: 'button', 'data-key': 'forget-all', onclick: run }, this.say.forgetAll);
  }
}
