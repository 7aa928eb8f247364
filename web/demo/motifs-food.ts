// Drawings of food and drink; the tags decide what lies on the plate.

import { circle, type Draw, type Pencil, path, poly, range, rect } from './shapes.js';

/** What a tag puts on a plate, around (0, 0) within a radius of about 55. */
const TOPPINGS: readonly [RegExp, (pencil: Pencil) => string][] = [
  [
    /noodle|pasta|spaghetti|ramen|udon|面条|粉|面$/i,
    ({ random, inks }) =>
      range(7)
        .map((i) =>
          path(
            `M${-50 + i * 3} ${-26 + i * 9}c18 ${-22 + random() * 12} 30 ${24 - random() * 10} 50 ${random() * 8}s34 ${-20 + random() * 18} 46 4`,
            'none',
            inks.a,
            4.4,
          ),
        )
        .join(''),
  ],
  [
    /rice|米饭|糯米|粥|risotto|pilaf/i,
    ({ random, inks }) =>
      range(70)
        .map(() => grain(random, inks.light))
        .join(''),
  ],
  [
    /fish|鱼|salmon|prawn|shrimp|虾|seafood|海鲜/i,
    ({ random, inks }) =>
      `<g transform="rotate(${-24 + random() * 48})">${path('M-50 0C-24 -32 18 -28 38 -2L58 -20V22L38 4C18 30 -24 32 -50 0Z', inks.b)}${path('M-20 -16q12 16 0 32M-4 -20q14 20 0 40M12 -18q12 18 0 36', 'none', inks.light, 2.4, 0.7)}${circle(-36, -4, 3.4, inks.dark)}</g>`,
  ],
  [
    /egg|蛋/i,
    ({ inks }) =>
      path('M-36 -6C-40 -34 -6 -46 14 -36C40 -32 52 -6 40 14C30 42 -8 42 -24 28C-40 24 -38 8 -36 -6Z', inks.light) +
      circle(4, -2, 17, inks.c),
  ],
  [
    /tofu|豆腐|cheese|奶酪|cube|土豆|potato|beef|牛肉|lamb|羊|pork|猪|五花/i,
    ({ random, inks }) =>
      range(9)
        .map(
          (i) =>
            `<g transform="translate(${-36 + (i % 3) * 34 + random() * 8} ${-36 + Math.floor(i / 3) * 32 + random() * 8}) rotate(${random() * 50})">${rect(-12, -12, 24, 24, i % 2 ? inks.a : inks.c, 5)}</g>`,
        )
        .join(''),
  ],
  [
    /chicken|鸡肉|duck|鸭|dumpling|饺|包/i,
    ({ random, inks }) =>
      range(6)
        .map(
          (i) =>
            `<g transform="rotate(${i * 60 + random() * 20}) translate(34 0) rotate(90)">${path('M-18 8Q0 -26 18 8Q0 16 -18 8Z', inks.a)}${path('M-12 4q4 -10 8 -8m2 0q6 0 8 8', 'none', inks.dark, 1.6, 0.5)}</g>`,
        )
        .join(''),
  ],
];

/** What a tag scatters over it. */
const GARNISHES: readonly [RegExp, (pencil: Pencil) => string][] = [
  [
    /spicy|chil|辣|川|sichuan|thai|curry|咖喱/i,
    ({ random, inks }) =>
      range(6)
        .map(
          () =>
            `<g transform="rotate(${random() * 360}) translate(${14 + random() * 34} 0) rotate(${random() * 180})">${path('M-10 0Q0 9 13 -4Q2 3 -10 0Z', inks.b, inks.b, 3)}</g>`,
        )
        .join(''),
  ],
  [
    /tomato|番茄|soup|stew|汤/i,
    ({ random, inks }) =>
      range(5)
        .map(() => spot(random, 7 + random() * 4, inks.b))
        .join(''),
  ],
];

const grain = (random: () => number, ink: string): string => {
  const angle = random() * 6.283;
  const far = Math.sqrt(random()) * 46;
  return `<ellipse cx="${Math.round(far * Math.cos(angle))}" cy="${Math.round(far * Math.sin(angle))}" rx="5" ry="2.2" fill="${ink}" transform="rotate(${Math.round(random() * 180)} ${Math.round(far * Math.cos(angle))} ${Math.round(far * Math.sin(angle))})" opacity=".92"/>`;
};

const spot = (random: () => number, r: number, ink: string): string => {
  const angle = random() * 6.283;
  const far = Math.sqrt(random()) * 46;
  return circle(far * Math.cos(angle), far * Math.sin(angle), r, ink);
};

const herbs = (random: () => number, ink: string): string =>
  range(9)
    .map(
      () =>
        `<g transform="rotate(${Math.round(random() * 360)}) translate(${Math.round(8 + random() * 42)} 0)">${path('M-7 0Q0 -7 7 0Q0 7 -7 0Z', ink)}</g>`,
    )
    .join('');

/** A plate seen from above, with what the tags say. */
const plate: Draw = (pencil) => {
  const { random, inks, has } = pencil;
  const x = 120 + random() * 80;
  const topping =
    (TOPPINGS.find(([words]) => has(words)) ?? TOPPINGS[[4, 5, 0][Math.floor(random() * 3)] ?? 4])?.[1](pencil) ?? '';
  const garnish = GARNISHES.find(([words]) => has(words))?.[1](pencil) ?? '';
  const left = random() < 0.5;
  const sticks = has(/noodle|面|rice|饭|miso|tofu|豆|sichuan|cantonese|korean/i) || random() < 0.35;
  const at = left ? Math.max(20, x - 130) : Math.min(292, x + 112);
  const tool = sticks
    ? `<g transform="rotate(${left ? 9 : -9} ${at} 100)">${rect(at, -20, 5, 210, inks.dark, 2)}${rect(at + 11, -12, 5, 210, inks.dark, 2)}</g>`
    : `${rect(at, 84, 7, 130, inks.light, 3)}${path(`M${at - 9} 14V62Q${at + 3.5} 92 ${at + 16} 62V14M${at + 3.5} 14V70`, 'none', inks.light, 6)}`;
  return `${poly([0, 150 + random() * 30, 320, 120 + random() * 40, 320, 200, 0, 200], inks.dark, 0.14)}${tool}${circle(x + 4, 106, 92, inks.dark, 0.25)}${circle(x, 100, 92, inks.light)}${circle(x, 100, 72, inks.ground, 0.32)}<g transform="translate(${x} 100) scale(1.12)">${topping}${garnish}${herbs(random, inks.b === inks.ground ? inks.dark : inks.b)}</g>`;
};

/** A steaming bowl from the side. */
const bowl: Draw = ({ random, inks }) => {
  const x = 130 + random() * 60;
  const steam = range(4)
    .map((i) =>
      path(
        `M${x - 54 + i * 36} 84c${-14 - random() * 8} -20 ${16 + random() * 8} -30 0 -${52 + random() * 20}`,
        'none',
        inks.light,
        6,
        0.8,
      ),
    )
    .join('');
  return `${circle(x, 90, 92, inks.c, 0.4)}${steam}<ellipse cx="${x}" cy="98" rx="104" ry="20" fill="${inks.dark}"/><ellipse cx="${x}" cy="98" rx="94" ry="15" fill="${inks.c}"/>${range(
    7,
  )
    .map((i) => circle(x - 70 + i * 23, 94 + random() * 8, 5 + random() * 4, i % 2 ? inks.b : inks.a))
    .join(
      '',
    )}${path(`M${x - 104} 100a104 88 0 0 0 208 0Z`, inks.a)}${path(`M${x - 92} 124q92 34 184 0`, 'none', inks.light, 4, 0.7)}${rect(x - 40, 184, 80, 12, inks.dark, 4)}`;
};

/** A cup and what rises from it. */
const cup: Draw = ({ random, inks, has }) => {
  const x = 126 + random() * 54;
  const tall = has(/cold|冰|wine|酒|lemon|juice/i);
  const steam = range(3)
    .map((i) =>
      path(`M${x - 26 + i * 26} 76c-16 -18 16 -28 ${random() * 8 - 4} -${50 + random() * 14}`, 'none', inks.a, 5, 0.55),
    )
    .join('');
  const sun = circle(x + (random() < 0.5 ? -70 : 74), 62, 46, inks.c, 0.75);
  if (tall) {
    return `${sun}${rect(0, 176, 320, 24, inks.a, 0, 0.35)}${path(`M${x - 40} 40H${x + 40}L${x + 30} 178H${x - 30}Z`, inks.light, 'none', 0, 0.75)}${path(`M${x - 37} 78H${x + 37}L${x + 30} 178H${x - 30}Z`, inks.b)}${rect(x - 22, 92, 22, 22, inks.light, 4, 0.55)}${rect(x + 2, 112, 20, 20, inks.light, 4, 0.45)}${path(`M${x + 4} 120L${x + 30} 12`, 'none', inks.a, 5)}`;
  }
  return `${sun}${rect(0, 170, 320, 30, inks.a, 0, 0.3)}${steam}<path d="M${x + 58} 100c44 -6 44 52 -8 48" fill="none" stroke="${inks.b}" stroke-width="11"/>${path(`M${x - 62} 88H${x + 62}C${x + 62} 150 ${x + 36} 172 ${x} 172S${x - 62} 150 ${x - 62} 88Z`, inks.b)}<ellipse cx="${x}" cy="88" rx="62" ry="11" fill="${inks.dark}"/><ellipse cx="${x}" cy="89" rx="53" ry="7.4" fill="${inks.a}"/><ellipse cx="${x}" cy="176" rx="92" ry="9" fill="${inks.light}"/>${range(
    4,
  )
    .map((i) => circle(x - 30 + i * 20, 124 + (i % 2) * 12, 5.6, inks.light, 0.6))
    .join('')}`;
};

/** Eggs in a pan. */
const egg: Draw = ({ random, inks }) => {
  const x = 118 + random() * 40;
  const white = (dx: number, dy: number, turn: number): string =>
    `<g transform="translate(${x + dx} ${100 + dy}) rotate(${turn})">${path('M-32 -4C-40 -30 -8 -42 12 -32C40 -30 44 -6 34 14C26 38 -10 38 -22 26C-38 20 -30 8 -32 -4Z', inks.light)}${circle(2, -2, 14, inks.b)}${circle(-3, -7, 4, inks.light, 0.8)}</g>`;
  return `${circle(x, 100, 90, inks.dark)}${circle(x, 100, 78, inks.a, 0.28)}${rect(x + 82, 88, 150, 24, inks.dark, 12)}${white(-28, -20, random() * 90)}${white(24, 26, random() * 90)}${range(
    14,
  )
    .map(() => circle(x - 60 + random() * 120, 50 + random() * 100, 2.4, inks.c))
    .join('')}`;
};

/** Scoops, one upon the other. */
const scoops: Draw = ({ random, inks }) => {
  const x = 120 + random() * 80;
  const count = 2 + Math.floor(random() * 2);
  return (
    circle(x + 80, 60, 40, inks.c, 0.5) +
    poly([x - 50, 122, x + 50, 122, x, 214], inks.b) +
    path(
      `M${x - 38} 140L${x + 16} 190M${x + 38} 140L${x - 16} 190M${x - 22} 126L${x + 24} 168M${x + 22} 126L${x - 24} 168`,
      'none',
      inks.dark,
      2,
      0.4,
    ) +
    range(count)
      .map((i) =>
        circle(
          x + (i === 0 ? -24 : i === 1 ? 24 : 0),
          i === 2 ? 62 : 104,
          34,
          [inks.a, inks.c, inks.light][(i + count) % 3] ?? inks.a,
        ),
      )
      .join('') +
    circle(x, count === 3 ? 26 : 66, 9, inks.a) +
    range(9)
      .map(
        () =>
          `<g transform="translate(${x - 46 + random() * 92} ${76 + random() * 46}) rotate(${random() * 180})">${rect(-4, -1.4, 8, 2.8, inks.dark, 1.4, 0.7)}</g>`,
      )
      .join('')
  );
};

/** A loaf with its cuts, and grain. */
const loaf: Draw = ({ random, inks }) => {
  const turn = -14 + random() * 28;
  const ear = (x: number, y: number, angle: number): string =>
    `<g transform="translate(${x} ${y}) rotate(${angle})">${path('M0 0V-92', 'none', inks.b, 2.4)}${range(6)
      .map(
        (i) =>
          `<ellipse cx="-6" cy="${-36 - i * 10}" rx="3.6" ry="8" fill="${inks.c}" transform="rotate(-28 -6 ${-36 - i * 10})"/><ellipse cx="6" cy="${-36 - i * 10}" rx="3.6" ry="8" fill="${inks.c}" transform="rotate(28 6 ${-36 - i * 10})"/>`,
      )
      .join('')}</g>`;
  return `${ear(42, 190, -12)}${ear(284, 186, 16)}<g transform="rotate(${turn} 160 104)"><ellipse cx="164" cy="112" rx="112" ry="66" fill="${inks.dark}" opacity=".22"/><ellipse cx="160" cy="104" rx="110" ry="64" fill="${inks.a}"/><ellipse cx="160" cy="98" rx="98" ry="50" fill="${inks.c}" opacity=".55"/>${range(
    4,
  )
    .map((i) => path(`M${92 + i * 38} ${66 + random() * 8}q20 34 8 ${68}`, 'none', inks.light, 7, 0.9))
    .join('')}</g>${range(16)
    .map(() => circle(random() * 320, random() * 200, 1.6, inks.light, 0.8))
    .join('')}`;
};

/** The drawings of food by name. */
export const FOOD = { plate, bowl, cup, egg, scoops, loaf } satisfies Record<string, Draw>;
