// Recommendations from a catalogue that the reader brought: a search, a list that follows what is liked, what is like one item.

import { byId, el, safeAddress } from './dom.js';
import type { Built } from './predilect/build.js';
import { usualCard } from './predilect/elements/card.js';
import type {
  CardFunction,
  PredilectFeed,
  PredilectProfile,
  PredilectSearch,
  PredilectSimilar,
} from './predilect/elements/index.js';
import { WORDS } from './predilect/elements/words.js';
import { Recommender } from './predilect/index.js';
import { currentWording, size, w } from './words.js';
import { o } from './words-own.js';
import './predilect/elements/index.js';

/** Which fields of the items are what only cards show. */
export interface ShownFields {
  price: string | undefined;
  url: string | undefined;
}

/** What is on show. */
interface Result {
  recommender: Recommender;
  built: Built;
  elements: {
    search: PredilectSearch;
    feed: PredilectFeed;
    similar: PredilectSimilar;
    profile: PredilectProfile;
  };
  /** Title of the item that others are to be like. */
  near: string;
}

let result: Result | undefined;

/** Opens a catalogue and shows it in the place of the one before. */
export async function openResult(built: Built, fields: ShownFields): Promise<void> {
  const recommender = await Recommender.create({
    catalogue: built.catalogue,
    words: built.words,
    encoder: './model/',
  });
  result?.recommender.close();
  const search = document.createElement('predilect-search');
  const feed = document.createElement('predilect-feed');
  const similar = document.createElement('predilect-similar');
  const profile = document.createElement('predilect-profile');
  const card = cardOf(fields);
  for (const list of [search, feed, similar]) {
    list.card = card;
    list.recommender = recommender;
  }
  search.setAttribute('heading', '');
  search.setAttribute('k', '6');
  feed.setAttribute('k', '9');
  feed.setAttribute('more', '');
  similar.setAttribute('k', '3');
  profile.recommender = recommender;
  result = { recommender, built, elements: { search, feed, similar, profile }, near: '' };
  drawResult();
  byId('result').hidden = false;
  byId('result').focus({ preventScroll: true });
  byId('result').scrollIntoView({ block: 'start' });
}

/** Draws what is around the lists, in the language of the page; the lists follow it themselves. */
export function drawResult(): void {
  if (!result) return;
  const { built, elements, near } = result;
  const { search, feed, similar, profile } = elements;
  similar.setAttribute('heading', near === '' ? '' : o('similarTo', { title: near }));
  similar.hidden = near === '';
  byId('result').replaceChildren(
    el('h2', { id: 'result-title' }, o('ready', { count: String(built.report.kept) })),
    el('p', { class: 'note' }, o('readyNote')),
    el(
      'div',
      { class: 'result-columns' },
      el('div', { class: 'result-lists' }, search, similar, feed),
      el('aside', { class: 'result-taste' }, profile),
    ),
    el(
      'p',
      { class: 'result-tools' },
      el(
        'button',
        { type: 'button', class: 'button', id: 'save', onclick: save },
        o('saveCatalogue', { size: size(built.catalogue.length) }),
      ),
      el('span', { class: 'note' }, o('saveNote')),
    ),
  );
  for (const element of [search, feed, similar, profile]) element.refresh();
}

/** The usual card with the reader's own columns, its text, and a way to what is like it. */
function cardOf({ price, url }: ShownFields): CardFunction {
  return (recommendation, actions) => {
    const { fields } = recommendation;
    // Pictures of other sites are not fetched: that would tell these sites what is looked at.
    const { image: _, ...rest } = fields as Record<string, unknown>;
    const own = {
      ...rest,
      id: recommendation.id,
      ...(price !== undefined && { price: fields[price] }),
      url: url === undefined ? undefined : webAddress(fields[url]),
    };
    const words = WORDS[currentWording()];
    const card = usualCard({ ...recommendation, fields: own }, actions, words) as HTMLElement;
    const text = fields.title === undefined || typeof fields.text !== 'string' ? '' : fields.text;
    card
      .querySelector('.title')
      ?.after(el('p', { class: 'note', lang: String(fields.lang ?? '') || undefined }, short(text)));
    const title = String(fields.title ?? recommendation.id);
    card.querySelector('.acts')?.append(
      el(
        'button',
        {
          type: 'button',
          part: 'button similar',
          'data-key': `similar ${recommendation.id}`,
          onclick: () => near(recommendation.id, title),
        },
        o('similar'),
      ),
    );
    return card;
  };
}

/** An address of the web. A relative one belongs to the site that the file is of, which is not this one. */
const webAddress = (value: unknown): string | undefined =>
  typeof value === 'string' && /^https?:\/\//i.test(value) ? safeAddress(value) : undefined;

const short = (text: string): string => (text.length > 160 ? `${text.slice(0, 157).trimEnd()}…` : text);

function near(id: string, title: string): void {
  if (!result) return;
  result.near = title;
  const { similar } = result.elements;
  similar.setAttribute('item', id);
  similar.setAttribute('heading', o('similarTo', { title }));
  similar.hidden = false;
  similar.scrollIntoView({ block: 'nearest' });
}

/** Gives the catalogue to the browser as a file to keep. */
function save(): void {
  if (!result) return;
  const { catalogue } = result.built;
  const address = URL.createObjectURL(new Blob([catalogue]));
  el('a', { href: address, download: 'own.predilect' }).click();
  // The browser has taken it when the click returns, or is about to.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  byId('live').textContent = w('saved');
}
