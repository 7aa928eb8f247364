// The taste map: where interests lie among the items. It repeats what the list of interests says, for those who would rather look.

import type { TasteMap } from '../types.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Height over width, as the style sheet has it. */
const RATIO = 0.66;
/** Of a line of text in pixels, and of one of its signs: enough to keep labels apart. */
const LINE = 18;
const SIGN = 7.5;

/** An SVG element; places are shares of the picture, so that letters keep their size. */
function draw(tag: string, props: Record<string, string | number>, ...children: (Node | string)[]): SVGElement {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

const percent = (share: number): string => `${(3 + 94 * share).toFixed(2)}%`;

/**
 * Draws a map.
 *
 * @param width of the picture in pixels, for the distance of labels
 * @param label what a screen reader says of it
 */
export function drawMap({ items, topics, interests }: TasteMap, width: number, label: string): SVGElement {
  const mine = new Set(interests.flatMap((interest) => interest.items));
  const dots = items.map(({ id, name, x, y }) => {
    const own = mine.has(id);
    const props = { cx: percent(x), cy: percent(y), r: own ? 4.5 : 2.5, class: own ? 'own' : 'dot' };
    return draw('circle', props, draw('title', {}, name));
  });
  const areas = interests
    .filter(({ weight }) => weight > 0)
    .map(({ x, y, weight, name }) => {
      const props = { cx: percent(x), cy: percent(y), r: (10 + 30 * Math.sqrt(weight)).toFixed(1), class: 'area' };
      return draw('circle', props, draw('title', {}, name));
    });
  return draw(
    'svg',
    { class: 'map', part: 'map', role: 'img', 'aria-label': label },
    ...areas,
    ...dots,
    ...labels(
      [...interests.map((own) => ({ ...own, class: 'name' })), ...topics.map((own) => ({ ...own, class: 'topic' }))],
      width,
    ),
  );
}

/** Labels that do not lie over one written before them: interests before topics, the strongest first. */
function labels(named: { name: string; x: number; y: number; class: string }[], width: number): SVGElement[] {
  const written: { left: number; right: number; y: number }[] = [];
  const drawn: SVGElement[] = [];
  for (const { name, x, y, class: kind } of named) {
    const short = [...name].length > 24 ? `${[...name].slice(0, 23).join('')}…` : name;
    // Signs of Chinese are twice as wide.
    const half = ([...short].reduce((sum, sign) => sum + (sign > '\u2e80' ? 2 : 1), 0) * SIGN) / 2;
    const middle = Math.min(Math.max(x * width, half), Math.max(width - half, half));
    const place = { left: middle - half, right: middle + half, y: y * width * RATIO };
    const free = written.every((w) => Math.abs(w.y - place.y) > LINE || w.right < place.left || w.left > place.right);
    if (!free) continue;
    written.push(place);
    drawn.push(
      draw('text', { x: `${((100 * middle) / width).toFixed(2)}%`, y: percent(y), dy: '-.6em', class: kind }, short),
    );
  }
  return drawn;
}
