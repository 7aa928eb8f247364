// The search of these pages: <predilect-search> over a catalogue of their sections, with the words alone. The encoder knows other
// ways to say a thing, and Chinese, but is 8 MB: it is loaded for those who ask for it.

import { Recommender } from './predilect/predilect.cdn.js';

const base = document.documentElement.dataset.root;
const dialog = document.getElementById('site-search');
const how = document.getElementById('site-search-how');
const LONGEST = 150;

const at = (path) => new URL(base + path, location.href).href;

function node(name, part, ...children) {
  const made = document.createElement(name);
  made.setAttribute('part', part);
  made.append(...children);
  return made;
}

/** The part of the text that matches, with what matches marked. */
function snippet({ fields, matches }) {
  const match = ['text', 'code'].map((name) => matches?.find(({ field }) => field === name)).find(Boolean);
  const text = fields[match?.field ?? 'text'] || fields.code || '';
  if (!match) return [`${text.slice(0, LONGEST)}${text.length > LONGEST ? '…' : ''}`];
  const { start, end, ranges } = match;
  const parts = [];
  let from = start;
  for (const [begin, stop] of ranges) {
    parts.push(text.slice(from, begin), node('mark', 'hit-match', text.slice(begin, stop)));
    from = stop;
  }
  return [start > 0 ? '…' : '', ...parts, text.slice(from, end), end < text.length ? '…' : ''];
}

function card(found) {
  const { title, category: page, url } = found.fields;
  const link = node('a', 'hit', node('span', 'hit-title', title));
  if (page !== title) link.append(node('span', 'hit-page', page));
  link.append(node('span', 'hit-text', ...snippet(found)));
  link.href = at(url);
  link.onclick = () => dialog.close();
  return link;
}

/** A recommender over the sections. */
const load = (options) =>
  Recommender.create({
    catalogue: at('search/docs.predilect'),
    words: at('search/docs.words'),
    worker: new Worker(new URL('./search-worker.js', import.meta.url), { type: 'module' }),
    ...options,
  });

const search = document.createElement('predilect-search');
search.setAttribute('heading', '');
search.setAttribute('k', '8');
search.texts = { searchHint: 'Search the documentation' };
search.card = card;

const more = document.createElement('button');
more.type = 'button';
more.className = 'more-search';
more.textContent = 'Search by meaning, and in Chinese (loads 8 MB)';
more.onclick = async () => {
  more.disabled = true;
  how.textContent = 'The encoder is being loaded …';
  try {
    const recommender = await load({ encoder: at('model/') });
    await recommender.loadEncoder();
    const text = search.value;
    const before = search.recommender;
    search.recommender = recommender;
    before?.close();
    search.value = text;
    how.textContent = 'By words and by meaning. Nothing that you type leaves this page.';
    more.remove();
  } catch (error) {
    how.textContent = `The encoder cannot be loaded: ${error.message}`;
    more.disabled = false;
  }
  search.shadowRoot.querySelector('input')?.focus();
};

const ready = load().then(
  (recommender) => {
    search.recommender = recommender;
    document.getElementById('site-search-place').append(search, more);
    how.textContent = 'By words. Nothing that you type leaves this page.';
  },
  (error) => {
    how.textContent = `The search cannot be loaded: ${error.message}`;
  },
);

document.getElementById('site-search-close').onclick = () => dialog.close();
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});

/** Opens the search and puts the caret into it. */
export async function open() {
  if (!dialog.open) dialog.showModal();
  await ready;
  // The element draws itself a moment after it has its recommender.
  for (let tries = 0; tries < 100 && dialog.open; tries++) {
    const box = search.shadowRoot?.querySelector('input');
    if (box) {
      box.focus();
      box.select();
      return;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}
