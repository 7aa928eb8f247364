// The panel that shows everything that is known about the reader, and lets each of it be forgotten.

import { art } from './art.js';
import { byId, el, type Icon, icon, replaceKeepingFocus } from './dom.js';
import type { Item, Model, Shown } from './model.js';
import type { EventKind, Interest, RecordedEvent } from './predilect/index.js';
import { ago, did, ms, quote, say, w } from './words.js';

/** What the panel asks of the page. */
export interface TasteHost {
  open(item: Item): void;
  forget(what: { item: string } | { interest: string } | { all: true }, said: string): void;
  /** Lets the interest of an item count so much; 0 mutes it. */
  tune(item: string, factor: number, said: string): void;
  undo(): void;
  keep(on: boolean): void;
  /** Shows what goes on inside, or not. */
  inside(on: boolean): void;
  /** Saves the profile as a file. */
  save(): void;
  /** Adds a profile from a file. */
  load(): void;
}

const RECENT = 8;

const SIGNS: Record<EventKind, Icon> = {
  view: 'click',
  click: 'click',
  dwell: 'click',
  like: 'like',
  rating: 'like',
  dislike: 'dislike',
  dismiss: 'dislike',
  purchase: 'purchase',
  tune: 'click',
};

/** Draws the panel anew. Interests that were unfolded stay so. */
export function renderTaste(shown: Shown, model: Model, host: TasteHost): void {
  const body = byId('taste-body');
  const { profile } = shown;
  const unfolded = new Set(
    [...body.querySelectorAll<HTMLElement>('details[open]')].map(({ dataset }) => dataset.interest),
  );
  const most = Math.max(...[...profile.interests, ...profile.negatives].map(({ weight }) => Math.abs(weight)), 1e-9);
  const chips = (interests: readonly Interest[], kind: string): HTMLElement =>
    el(
      'ul',
      { class: `chips ${kind}` },
      ...interests.map((interest) =>
        chip(interest, Math.abs(interest.weight) / most, unfolded.has(interest.key), model, host),
      ),
    );
  const typed = [...profile.interests, ...profile.negatives].filter(({ kind }) => kind === 'typed').length;
  const known = profile.events > 0 || profile.interests.length > 0 || profile.negatives.length > 0;

  byId('taste-count').textContent = String(profile.interests.length);
  replaceKeepingFocus(body, [
    known
      ? el('p', { class: 'note', id: 'taste-events' }, say.events(profile.events + typed))
      : el('p', { class: 'taste-empty' }, w('tasteEmpty')),
    ...(profile.interests.length ? [el('h3', {}, w('interests')), chips(profile.interests, 'likes')] : []),
    ...(profile.negatives.length ? [el('h3', {}, w('avoids')), chips(profile.negatives, 'avoids')] : []),
    ...(profile.recent.length ? [el('h3', {}, w('recent')), recent(profile.recent, model, host)] : []),
    el(
      'div',
      { class: 'taste-tools' },
      el(
        'button',
        { type: 'button', class: 'button quiet', 'data-key': 'undo', disabled: !model.canUndo, onclick: host.undo },
        icon('undo'),
        w('undoLast'),
      ),
      el(
        'button',
        {
          type: 'button',
          class: 'button quiet danger',
          'data-key': 'forget-all',
          disabled: !known,
          onclick: () => host.forget({ all: true }, say.forgotAll()),
        },
        w('forgetAll'),
      ),
    ),
    keep(model, host),
    el(
      'div',
      { class: 'taste-tools' },
      el(
        'button',
        { type: 'button', class: 'button quiet', 'data-key': 'save-file', disabled: !known, onclick: host.save },
        w('saveFile'),
      ),
      el(
        'button',
        { type: 'button', class: 'button quiet', 'data-key': 'load-file', onclick: host.load },
        w('loadFile'),
      ),
    ),
    inside(shown, model, host),
  ]);
  // Only who looks inside loads what shows it.
  if (model.settings.inside) void import('./inside.js').then(({ renderInside }) => renderInside(shown, model));
}

function chip(interest: Interest, strength: number, open: boolean, model: Model, host: TasteHost): HTMLElement {
  const medoid = interest.medoid === null ? undefined : model.item(interest.medoid);
  const percent = Math.round(strength * 100);
  const bar = el('span', { class: 'strength', role: 'img', 'aria-label': say.strength(percent) });
  bar.style.setProperty('--strength', String(strength));
  const causes = interest.items.map((id) => model.item(id)).filter((item) => item !== undefined);
  const name = interest.name || interest.label || medoid?.title || interest.key;
  const words = interest.keywords.filter((word) => word !== name);
  return el(
    'li',
    {},
    el(
      'details',
      { class: interest.tuned === 0 ? 'chip muted' : 'chip', 'data-interest': interest.key, open },
      el(
        'summary',
        { 'data-key': `interest ${interest.key}` },
        el('span', { class: 'chip-art' }, medoid ? (art(medoid) as unknown as Node) : icon('text')),
        el('span', { class: 'chip-name' }, name, bar),
      ),
      el(
        'div',
        { class: 'chip-body' },
        words.length > 0 && el('p', { class: 'note' }, `${w('about')}: ${words.join(' · ')}`),
        interest.kind === 'typed' ? el('p', { class: 'note' }, w('typedBy')) : el('p', { class: 'note' }, w('made')),
        el(
          'ul',
          { class: 'causes' },
          ...causes.map((item) =>
            el(
              'li',
              { lang: item.lang },
              el('button', { type: 'button', class: 'link', onclick: () => host.open(item) }, item.title),
            ),
          ),
        ),
        ...tuning(interest, name, host),
        el(
          'button',
          {
            type: 'button',
            class: 'link danger',
            'data-key': `forget ${interest.key}`,
            onclick: () => host.forget({ interest: interest.key }, say.forgot(name)),
          },
          w('forget'),
        ),
      ),
    ),
  );
}

/** Buttons that let an interest count more or not at all. A typed text is told again instead. */
function tuning({ key, medoid, tuned = 1 }: Interest, name: string, host: TasteHost): HTMLElement[] {
  if (medoid === null) return [];
  const button = (label: 'mute' | 'stronger', factor: number, said: string): HTMLElement =>
    el(
      'button',
      {
        type: 'button',
        class: 'link',
        'data-key': `${label} ${key}`,
        'aria-pressed': String(tuned === factor),
        onclick: () => host.tune(medoid, tuned === factor ? 1 : factor, tuned === factor ? say.usual(name) : said),
      },
      w(label),
    );
  return [button('stronger', 2, say.moreOf(name)), button('mute', 0, say.muted(name))];
}

function recent(events: readonly RecordedEvent[], model: Model, host: TasteHost): HTMLElement {
  const now = Date.now();
  return el(
    'ul',
    { class: 'recent' },
    ...events.slice(0, RECENT).map(({ kind, item: id, at }) => {
      const item = model.item(id);
      const name = item?.title ?? id;
      return el(
        'li',
        { class: SIGNS[kind] },
        icon(SIGNS[kind]),
        el(
          'span',
          { class: 'recent-name' },
          el('span', { lang: item?.lang ?? 'en' }, name),
          el('small', {}, `${did(kind)} · ${ago(at, now)}`),
        ),
        el(
          'button',
          {
            type: 'button',
            class: 'round small',
            'data-key': `forget ${id}`,
            'aria-label': `${w('forget')} ${quote(name)}`,
            title: w('forget'),
            onclick: () => host.forget({ item: id }, say.forgot(name)),
          },
          icon('close'),
        ),
      );
    }),
  );
}

function keep(model: Model, host: TasteHost): HTMLElement {
  const box = el('input', {
    type: 'checkbox',
    role: 'switch',
    'data-key': 'keep',
    onchange: () => host.keep(box.checked),
  });
  box.checked = model.kept;
  return el(
    'label',
    { class: 'keep switch' },
    box,
    el('span', {}, el('b', {}, w('keep')), el('small', {}, w('keepNote'))),
  );
}

function inside({ timing }: Shown, model: Model, host: TasteHost): HTMLElement {
  const box = el('input', {
    type: 'checkbox',
    role: 'switch',
    'data-key': 'inside',
    onchange: () => host.inside(box.checked),
  });
  box.checked = model.settings.inside;
  return el(
    'div',
    { class: 'inside' },
    el('h3', {}, w('inside')),
    el(
      'ul',
      {},
      timing && el('li', { id: 'timing' }, say.timing(timing.call, ms(timing.work), ms(timing.total))),
      el('li', {}, say.scanned(model.info.count)),
      el('li', {}, say.place(model.inWorker)),
    ),
    el(
      'label',
      { class: 'switch' },
      box,
      el('span', {}, el('b', {}, w('insideShow')), el('small', {}, w('insideNote'))),
    ),
    el('div', { id: 'inside', hidden: !model.settings.inside }),
  );
}
