// Rows under the list: what lies close to something the reader liked, and what they opened and left.

import { type CardHost, tiles } from './cards.js';
import { byId, el, replaceKeepingFocus } from './dom.js';
import type { Row, Shown } from './model.js';
import { say, w } from './words.js';

/** Draws the rows of an answer. */
export function renderRows({ rows }: Shown, host: CardHost): void {
  replaceKeepingFocus(
    byId('rows'),
    rows.map((row) =>
      el(
        'section',
        { class: 'row', 'aria-labelledby': `row-${row.surface}` },
        el('h3', { id: `row-${row.surface}` }, heading(row, host)),
        el('div', { class: 'alike' }, ...tiles(row.items, host, row.surface)),
      ),
    ),
  );
}

function heading({ because }: Row, host: CardHost): string {
  const title = because && host.item(because.item)?.title;
  return because?.kind && title !== undefined ? say.becauseYou(because.kind, title) : w('begun');
}
