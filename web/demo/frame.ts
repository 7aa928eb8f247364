// What stands around the cards: tabs, languages, heading, empty and failed states.

import { byId, el, replaceKeepingFocus } from './dom.js';
import type { Model, Shown } from './model.js';
import { announce, snack } from './notify.js';
import { PredilectError } from './predilect/index.js';
import type { Settings } from './settings.js';
import { quote, say, type Word, w } from './words.js';

const SECTIONS = ['all', 'shop', 'culture', 'news', 'recipes'] as const;

/** Tells the page that the reader chose something. */
const choose = (change: Partial<Settings>): void => {
  document.dispatchEvent(new CustomEvent('choose', { detail: change }));
};

/** Tabs, languages, heading and states for an answer. */
export function renderFrame(model: Model, shown: Shown): void {
  const { settings, info } = model;
  tabs(settings, info.facets.section ?? {}, info.count);
  languages(settings);

  const { view, items, profile } = shown;
  const known = profile.events > 0 || profile.interests.length > 0;
  byId('list-title').textContent = view.kind === 'search' ? quote(view.text) : known ? w('forYou') : w('toStart');
  byId('list-note').textContent =
    view.kind === 'search'
      ? say.resultsNote(items.length, settings.language === 'both')
      : known
        ? say.basedOn(profile.events)
        : w('startNote');
  byId('back').hidden = view.kind !== 'search';
  byId('more').hidden = !model.canShowMore;
  const state = byId('state');
  state.hidden = items.length > 0;
  state.replaceChildren(
    el('h3', {}, view.kind === 'search' ? w('emptySearch') : w('emptyList')),
    el('p', {}, w('emptyNote')),
  );
  const grid = byId('grid');
  grid.hidden = items.length === 0;
  grid.removeAttribute('aria-busy');
}

/** Says what became of the list, for those who do not see it. */
export function announceList(shown: Shown, before: Shown | undefined): void {
  const old = new Set(before?.items.map(({ id }) => id));
  announce(say.moved(shown.items.filter(({ id }) => !old.has(id)).length, shown.items.length));
}

/** Grey cards while the first list is on its way. */
export function skeletons(): void {
  const grid = byId('grid');
  grid.hidden = false;
  byId('state').hidden = true;
  grid.setAttribute('aria-busy', 'true');
  grid.replaceChildren(
    ...Array.from({ length: 8 }, () =>
      el(
        'div',
        { class: 'card ghost', 'aria-hidden': 'true' },
        el('div', { class: 'picture' }),
        el('div', { class: 'body' }, el('i'), el('i'), el('i'), el('i')),
      ),
    ),
  );
  announce(w('loading'));
}

/** Says what failed, with its code, and offers to try again: in place of the list, or in passing if there is a list. */
export function showFailure(error: unknown, again: () => void, whole = false): void {
  const code = error instanceof PredilectError ? error.code : 'unexpected';
  const message = error instanceof Error ? error.message : String(error);
  if (!whole) {
    snack(`${w('failedCall')} (${code}): ${message}`);
    return;
  }
  byId('grid').replaceChildren();
  byId('grid').hidden = true;
  byId('grid').removeAttribute('aria-busy');
  const state = byId('state');
  state.hidden = false;
  state.replaceChildren(
    el('h3', {}, w('failed')),
    el('p', {}, el('code', { id: 'error-code' }, code)),
    el('p', { class: 'error-text' }, message),
    el('button', { type: 'button', class: 'button lead-button', onclick: again }, w('retry')),
  );
  announce(`${w('failed')}: ${message}`);
}

function tabs(settings: Settings, counts: Record<string, number>, all: number): void {
  const list = byId('tabs');
  const buttons = SECTIONS.map((section) => {
    const chosen = settings.section === section;
    return el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${section}`,
        class: 'tab',
        'data-key': section,
        'data-section': section,
        'aria-selected': String(chosen),
        'aria-controls': 'list',
        tabindex: chosen ? 0 : -1,
        onclick: () => choose({ section }),
      },
      w(section satisfies Word),
      el('small', { 'aria-hidden': 'true' }, String(section === 'all' ? all : (counts[section] ?? 0))),
    );
  });
  list.onkeydown = (event) => {
    const at = SECTIONS.indexOf(settings.section as (typeof SECTIONS)[number]);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: SECTIONS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const section = SECTIONS[(to + SECTIONS.length) % SECTIONS.length] ?? 'all';
    byId(`tab-${section}`).focus();
    choose({ section });
  };
  replaceKeepingFocus(list, buttons);
  byId('list').setAttribute('aria-labelledby', `tab-${settings.section}`);
}

function languages(settings: Settings): void {
  const choices = [
    ['en', 'English'],
    ['zh', '中文'],
    ['both', w('both')],
  ] as const;
  replaceKeepingFocus(
    byId('languages'),
    choices.map(([language, label]) =>
      el(
        'button',
        {
          type: 'button',
          'data-key': language,
          lang: language === 'both' ? undefined : language,
          'aria-pressed': String(settings.language === language),
          onclick: () => choose({ language }),
        },
        label,
      ),
    ),
  );
}
