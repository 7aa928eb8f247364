// A picture for every item, drawn from its id, category and tags: the same item always gets the same picture.
// Motifs say what kind of thing it is, tags choose details, the id moves them about. No image is fetched.

import { MOTIFS, type Motif } from './motifs.js';
import { type Palette, palettes } from './palettes.js';

/** What a picture is made from. */
export interface Subject {
  id: string;
  section: string;
  category?: string;
  tags?: readonly string[];
}

/** Which motif and palette belongs to a word in a category; the first match wins. */
const CATEGORIES: readonly [RegExp, Motif, Palette][] = [
  [/film|电影/i, 'film', 'film'],
  [/toy|玩具|baby|母婴/i, 'shapes', 'toys'],
  [/game|游戏/i, 'pixels', 'games'],
  [/music|音乐/i, 'record', 'music'],
  [/phone|comput|手机|电脑|数码/i, 'device', 'tech'],
  [/tech|科技/i, 'circuit', 'tech'],
  [/audio|影音/i, 'sound', 'audio'],
  [/camera|摄影/i, 'lens', 'lens'],
  [/appliance|家电/i, 'circuit', 'audio'],
  [/coffee|tea|茶|咖啡|drink|饮/i, 'cup', 'tea'],
  [/kitchen|厨房/i, 'shapes', 'kitchen'],
  [/cycl|骑行/i, 'wheels', 'cycling'],
  [/run|跑步|sport|体育/i, 'track', 'sport'],
  [/hik|camp|徒步|露营|environment|climate|环境|自然|nature/i, 'peaks', 'peaks'],
  [/garden|园艺|vegetarian|vegan|素|蔬/i, 'leaves', 'garden'],
  [/book|图书|education|教育/i, 'books', 'books'],
  [/cloth|服饰/i, 'weave', 'cloth'],
  [/craft|手工/i, 'weave', 'craft'],
  [/pet|宠物/i, 'paws', 'pets'],
  [/instrument|乐器/i, 'strings', 'instruments'],
  [/travel|旅/i, 'waves', 'travel'],
  [/beauty|美妆|health|健康|医/i, 'cells', 'health'],
  [/^home|家居/i, 'arches', 'home'],
  [/busin|econom|financ|market|财经|经济/i, 'chart', 'business'],
  [/scien|space|科学|航天|太空/i, 'orbit', 'science'],
  [/world|politic|local|city|社会|国际|时政|城市|本地/i, 'skyline', 'world'],
  [/cultur|art|文化|艺术|娱乐|entertain/i, 'arches', 'culture'],
  [/food|美食/i, 'plate', 'kitchen'],
  [/breakfast|早餐|早点/i, 'egg', 'breakfast'],
  [/soup|汤/i, 'bowl', 'soup'],
  [/dessert|甜/i, 'scoops', 'dessert'],
  [/bak|烘焙|面点/i, 'loaf', 'baking'],
];

const SECTIONS: Record<string, [Motif, Palette]> = {
  shop: ['shapes', 'kitchen'],
  culture: ['arches', 'culture'],
  news: ['skyline', 'world'],
  recipes: ['plate', 'cuisine'],
};

/** The picture of an item as an SVG element, 320 by 200, purely decorative. */
export function art(subject: Subject): SVGSVGElement {
  const { id, section, category = '', tags = [] } = subject;
  const seed = hash(id);
  const random = generator(seed);
  const found = CATEGORIES.find(([words]) => words.test(category));
  const [motif, palette] = found
    ? [found[1], found[2]]
    : ((Object.hasOwn(SECTIONS, section) ? SECTIONS[section] : undefined) ?? ['shapes', 'toys']);
  const choices = palettes[palette];
  // Cuisines share one motif; their colours tell them apart.
  const pick = palette === 'cuisine' ? hash(category) : seed >>> 5;
  const inks = choices[pick % choices.length] ?? choices[0];
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 320 200');
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice');
  svg.setAttribute('aria-hidden', 'true');
  // Numbers and colours of our own only: nothing of the item's text becomes markup.
  svg.innerHTML =
    `<rect width="320" height="200" fill="${inks.ground}"/>` +
    MOTIFS[motif]({ random, inks, has: (words) => tags.some((tag) => words.test(tag)) });
  return svg;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value ^ (value >>> 13)) >>> 0;
}

/** Mulberry32: numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
