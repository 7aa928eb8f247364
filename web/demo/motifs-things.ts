// Drawings of made things: each fills 320 by 200 with numbers and the palette’s colours only.

import { circle, type Draw, path, poly, range, rect } from './shapes.js';

/** Conductors with corners and pads. */
const circuit: Draw = ({ random, inks }) => {
  const lines = range(9)
    .map((i) => {
      const y = 16 + i * 21;
      const turn = 40 + random() * 160;
      const step = (random() < 0.5 ? -1 : 1) * 21 * (1 + Math.floor(random() * 2));
      const end = turn + Math.abs(step) + 30 + random() * 90;
      const ink = [inks.a, inks.c, inks.a, inks.b][Math.floor(random() * 4)] ?? inks.a;
      return (
        path(`M-5 ${y}H${turn}l${Math.abs(step)} ${step}H${end}`, 'none', ink, 4) +
        circle(end, y + step, 7, inks.ground) +
        `<circle cx="${end}" cy="${y + step}" r="6" fill="${inks.ground}" stroke="${ink}" stroke-width="4"/>`
      );
    })
    .join('');
  const x = 190 + random() * 40;
  const pins = range(5)
    .map((i) => rect(x + 9 + i * 15, 52, 6, 96, inks.dark) + rect(x - 7, 69 + i * 13, 100, 5, inks.dark))
    .join('');
  return `${lines}${pins}${rect(x, 60, 86, 80, inks.a, 8)}${rect(x + 16, 76, 54, 48, inks.light, 5, 0.92)}${circle(x + 43, 100, 13 + random() * 6, inks.b)}`;
};

/** The thing itself, where the tags name one: a phone, a laptop, a tablet, a keyboard; else a circuit. */
const device: Draw = (pencil) => {
  const { random, inks, has } = pencil;
  const picture = (x: number, y: number, width: number, height: number): string =>
    `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="0 0 100 100" preserveAspectRatio="xMidYMid slice">${rect(0, 0, 100, 100, inks.c)}${circle(20 + random() * 60, 30 + random() * 20, 16 + random() * 12, inks.b)}${poly([-20, 110, 20 + random() * 30, 50, 80, 110], inks.a)}${poly([30, 110, 70 + random() * 20, 62, 130, 110], inks.dark, 0.75)}</svg>`;
  const glow = circle(60 + random() * 200, 40 + random() * 120, 84, inks.c, 0.4);
  if (has(/keyboard|键盘/i)) {
    const keys = range(4)
      .map((row) =>
        range(10)
          .map((column) =>
            rect(50 + column * 22 + (row % 2) * 4, 62 + row * 22, 18, 18, random() < 0.12 ? inks.b : inks.light, 4),
          )
          .join(''),
      )
      .join('');
    return `${glow}<g transform="rotate(${-8 + random() * 16} 160 100)">${rect(36, 50, 254, 104, inks.a, 12)}${keys}</g>`;
  }
  if (has(/laptop|笔记本|台式|monitor|display|显示|办公/i)) {
    return `${glow}${rect(70, 30, 180, 116, inks.dark, 10)}${picture(78, 38, 164, 100)}${rect(44, 146, 232, 14, inks.a, 7)}${rect(136, 146, 48, 5, inks.light, 2, 0.7)}`;
  }
  if (has(/tablet|平板|阅读|电纸|reader/i)) {
    return `${glow}<g transform="rotate(${-10 + random() * 20} 160 100)">${rect(74, 40, 172, 122, inks.dark, 12)}${picture(84, 50, 152, 102)}</g>`;
  }
  if (has(/phone|手机|mobile|通讯/i)) {
    return `${glow}<g transform="rotate(${-14 + random() * 28} 160 100)">${rect(118, 14, 86, 172, inks.dark, 15)}${picture(124, 22, 74, 156)}${rect(148, 27, 26, 6, inks.dark, 3)}</g>${circle(64, 150, 12, inks.b)}`;
  }
  return circuit(pencil);
};

/** Two strips of film crossing a lamp's cone. */
const film: Draw = ({ random, inks }) => {
  const x = 60 + random() * 200;
  const y = 50 + random() * 60;
  const r = 46 + random() * 30;
  const tilt = Math.round(-18 + random() * 36);
  const strip = (offset: number, ink: string): string =>
    `<g transform="translate(${offset} 100) rotate(${tilt})">${rect(-34, -190, 68, 380, ink)}${range(15)
      .map((i) => {
        const top = -182 + i * 26;
        return rect(-29, top, 7, 12, inks.ground, 2) + rect(22, top, 7, 12, inks.ground, 2);
      })
      .join('')}${range(6)
      .map((i) => rect(-17, -176 + i * 64, 34, 50, i % 2 ? inks.c : inks.dark, 3, 0.85))
      .join('')}</g>`;
  return (
    circle(x, y, r * 1.75, inks.c, 0.25) +
    circle(x, y, r, inks.b) +
    poly([x, y, 320, 120 + random() * 60, 320, 260, x - 150, 260], inks.light, 0.12) +
    strip(random() < 0.5 ? 70 : 250, inks.a) +
    circle(x, y, r * 0.34, inks.light, 0.9)
  );
};

/** A small creature on a raster, mirrored, as in the first video games. */
const pixels: Draw = ({ random, inks }) => {
  const size = 14.5;
  const colours = [inks.a, inks.b, inks.c];
  const body = colours[Math.floor(random() * 3)] ?? inks.a;
  let out = range(26)
    .map(() =>
      rect(Math.floor(random() * 20) * 16, Math.floor(random() * 13) * 16, 5, 5, inks.light, 0, 0.14 + random() * 0.4),
    )
    .join('');
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 5; column++) {
      const near = 1 - (column / 5) * 0.62 - Math.abs(row - 3.5) * 0.07;
      if (random() > near) continue;
      const ink = random() < 0.8 ? body : inks.light;
      const y = 42 + row * size;
      out +=
        rect(160 - (column + 1) * size, y, size + 0.5, size + 0.5, ink) +
        rect(160 + column * size, y, size + 0.5, size + 0.5, ink);
    }
  }
  const eye = 42 + 3 * size;
  return (
    out +
    rect(160 - 2 * size, eye, size, size, inks.dark) +
    rect(160 + size, eye, size, size, inks.dark) +
    rect(0, 180, 320, 20, inks.dark, 0, 0.5)
  );
};

/** A record with coloured grooves, half out of its sleeve. */
const record: Draw = ({ random, inks }) => {
  const x = 185 + random() * 40;
  const sleeve = 34 + random() * 26;
  const rings = range(9)
    .map(
      (i) =>
        `<circle cx="${x}" cy="100" r="${32 + i * 6.4}" fill="none" stroke="${i % 3 === 0 ? inks.b : inks.light}" stroke-width=".8" opacity="${0.2 + random() * 0.5}"/>`,
    )
    .join('');
  const bars = range(6)
    .map((i) => rect(sleeve + 16 + i * 20, 148 - random() * 84, 11, 92, i % 2 ? inks.light : inks.b, 5, 0.92))
    .join('');
  return `${circle(x, 100, 88, inks.dark)}${rings}${circle(x, 100, 27, inks.b)}${circle(x, 100, 12, inks.light)}${circle(x, 100, 3.4, inks.dark)}<g>${rect(sleeve, 18, 150, 164, inks.a, 4)}<svg x="${sleeve}" y="18" width="150" height="164" viewBox="${sleeve} 18 150 164">${circle(sleeve + 150 * random(), 60, 52, inks.c, 0.55)}${bars}</svg></g>`;
};

/** Sound as bars that mirror each other, with a speaker's cone. */
const sound: Draw = ({ random, inks }) => {
  const phase = random() * 6;
  const x = random() < 0.5 ? 84 : 236;
  const bars = range(25)
    .map((i) => {
      const height = 14 + 66 * Math.abs(Math.sin(i * 0.42 + phase)) * (0.45 + random() * 0.55);
      return rect(4 + i * 12.7, 100 - height, 7, height * 2, i % 4 === 1 ? inks.a : inks.c, 3.5);
    })
    .join('');
  return (
    bars +
    circle(x, 100, 66, inks.b) +
    circle(x, 100, 50, inks.dark, 0.85) +
    circle(x, 100, 33, inks.c) +
    circle(x, 100, 15, inks.light)
  );
};

/** The leaves of an iris around an opening. */
const lens: Draw = ({ random, inks }) => {
  const x = 110 + random() * 100;
  const count = 7;
  const turn = random() * 60;
  const open = 20 + random() * 16;
  const leaves = range(count)
    .map((i) => {
      const angle = (i * 360) / count + turn;
      return `<path d="M0 ${-open}L82 ${-open - 16}A84 84 0 0 1 34 76Z" transform="translate(${x} 100) rotate(${angle})" fill="${i % 2 ? inks.b : inks.a}" opacity=".88" stroke="${inks.dark}" stroke-width="1.2"/>`;
    })
    .join('');
  return (
    circle(x, 100, 96, inks.dark) +
    circle(x, 100, 88, inks.ground) +
    leaves +
    circle(x, 100, open * 0.92, inks.dark) +
    circle(x - 8, 92, open * 0.3, inks.light, 0.8) +
    circle(x > 160 ? 40 : 286, 36, 13, inks.c)
  );
};

/** Two wheels and the triangle between them. */
const wheels: Draw = ({ random, inks }) => {
  const sway = random() * 20 - 10;
  const wheel = (x: number, ink: string): string =>
    `<circle cx="${x}" cy="118" r="56" fill="none" stroke="${inks.dark}" stroke-width="7"/><circle cx="${x}" cy="118" r="48" fill="none" stroke="${ink}" stroke-width="4"/>${range(
      14,
    )
      .map((i) =>
        path(
          `M${x} 118L${x + 46 * Math.cos(i * 0.449 + sway)} ${118 + 46 * Math.sin(i * 0.449 + sway)}`,
          'none',
          inks.dark,
          0.9,
        ),
      )
      .join('')}${circle(x, 118, 6, inks.dark)}`;
  return (
    circle(250 + sway, 40, 30 + random() * 14, inks.c) +
    rect(0, 172, 320, 28, inks.b, 0, 0.9) +
    wheel(86, inks.c) +
    wheel(236, inks.c) +
    path(
      `M86 118L146 118L202 58L128 58ZM146 118L122 44M202 58L236 118M196 36L204 62M104 42H140M196 36q24 -8 30 8`,
      'none',
      inks.a,
      7,
    )
  );
};

/** Spines on a shelf. */
const books: Draw = ({ random, inks }) => {
  const colours = [inks.a, inks.b, inks.c, inks.dark];
  let x = 14;
  let out = '';
  while (x < 292) {
    const width = 17 + random() * 19;
    const height = 96 + random() * 62;
    const ink = colours[Math.floor(random() * 4)] ?? inks.a;
    const lean = random() < 0.14 ? 9 : 0;
    out += `<g transform="rotate(${lean} ${x} 176)">${rect(x, 176 - height, width, height, ink, 2)}${rect(x, 176 - height + 14, width, 3.4, inks.light, 0, 0.8)}${rect(x + width / 2 - 2.4, 176 - height + 28, 4.8, height * (0.25 + random() * 0.2), inks.light, 2, 0.7)}${rect(x, 156, width, 3.4, inks.light, 0, 0.8)}</g>`;
    x += width + 2 + lean * 1.4;
  }
  return `${out}${rect(0, 176, 320, 7, inks.dark)}${rect(0, 183, 320, 17, inks.c, 0, 0.45)}`;
};

/** Warp and weft. */
const weave: Draw = ({ random, inks }) => {
  const size = 20;
  const columns = range(16).map(() => (random() < 0.6 ? inks.a : random() < 0.5 ? inks.b : inks.dark));
  const rows = range(10).map(() => (random() < 0.6 ? inks.c : random() < 0.5 ? inks.light : inks.b));
  const twill = random() < 0.5 ? 2 : 3;
  return range(10)
    .flatMap((row) =>
      range(16).map((column) => {
        const over = (row + column) % twill === 0;
        const x = column * size;
        const y = row * size;
        const ink = (over ? columns[column] : rows[row]) ?? inks.a;
        return over
          ? rect(x + 2, y - 4, size - 4, size + 8, ink, 4)
          : rect(x - 4, y + 2, size + 8, size - 4, ink, 4, 0.92);
      }),
    )
    .join('');
};

/** Toy blocks and their relatives. */
const shapes: Draw = ({ random, inks }) => {
  const colours = [inks.a, inks.b, inks.c, inks.dark, inks.light];
  const cell = 80;
  return range(12)
    .map((i) => {
      const x = (i % 4) * cell;
      const y = Math.floor(i / 4) * cell - 20;
      const ink = colours[Math.floor(random() * 5)] ?? inks.a;
      const other = colours[Math.floor(random() * 5)] ?? inks.b;
      const turn = Math.floor(random() * 4) * 90;
      const kind = Math.floor(random() * 5);
      const body = [
        `<path d="M0 0H80A80 80 0 0 1 0 80Z" fill="${ink}"/>`,
        circle(40, 40, 40, ink) + circle(40, 40, 17, other),
        poly([0, 80, 80, 0, 80, 80], ink),
        `<path d="M0 0A40 40 0 0 0 80 0Z" fill="${ink}"/><path d="M0 40A40 40 0 0 0 80 40Z" fill="${other}"/>`,
        rect(0, 0, 80, 80, ink, 0, 0.16) + circle(40, 40, 22, ink),
      ][kind];
      return `<g transform="translate(${x} ${y}) rotate(${turn} 40 40)">${body}</g>`;
    })
    .join('');
};

/** Strings over a sound hole. */
const strings: Draw = ({ random, inks }) => {
  const x = 90 + random() * 140;
  return (
    circle(x, 100, 124, inks.a) +
    circle(x, 100, 74, inks.c) +
    circle(x, 100, 62, inks.dark) +
    `<circle cx="${x}" cy="100" r="82" fill="none" stroke="${inks.light}" stroke-width="2" stroke-dasharray="3 5" opacity=".8"/>` +
    rect(-10, 62, 340, 76, inks.dark, 0, 0.18) +
    range(6)
      .map((i) => {
        const y = 68 + i * 13;
        const bend = (random() - 0.5) * 15;
        return path(`M-5 ${y}Q${x} ${y + bend} 325 ${y}`, 'none', i < 3 ? inks.b : inks.light, 3.4 - i * 0.4);
      })
      .join('')
  );
};

/** The drawings of things by name. */
export const THINGS = {
  circuit,
  device,
  film,
  pixels,
  record,
  sound,
  lens,
  wheels,
  books,
  weave,
  shapes,
  strings,
} satisfies Record<string, Draw>;
