// The drawings behind `art`. Each fills 320 by 200 with shapes made of numbers and the palette's colours only.

import { FOOD } from './motifs-food.js';
import { circle, type Draw, path, poly, range, rect } from './shapes.js';

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
  const size = 17;
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
      const y = 32 + row * size;
      out +=
        rect(160 - (column + 1) * size, y, size + 0.5, size + 0.5, ink) +
        rect(160 + column * size, y, size + 0.5, size + 0.5, ink);
    }
  }
  const eye = 32 + 3 * size;
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

/** Lanes of a running track, and the sun over them. */
const track: Draw = ({ random, inks }) => {
  const x = 40 + random() * 240;
  const up = random() < 0.5;
  const lanes = range(7)
    .map(
      (i) =>
        `<ellipse cx="${x}" cy="${up ? 240 : -40}" rx="${90 + i * 34}" ry="${70 + i * 27}" fill="none" stroke="${i % 2 ? inks.a : inks.b}" stroke-width="${i === 3 ? 13 : 5}" opacity=".92"/>`,
    )
    .join('');
  return lanes + circle(320 - x, up ? 48 : 150, 27, inks.c) + circle(320 - x, up ? 48 : 150, 15, inks.light, 0.9);
};

/** Ridges behind ridges. */
const peaks: Draw = ({ random, inks, has }) => {
  const x = 50 + random() * 220;
  const ridge = (base: number, height: number, ink: string, opacity = 1): string => {
    const points = [0, 200];
    let y = base - random() * height;
    for (let at = 0; at <= 320; at += 32) {
      points.push(at, y);
      y = base - random() * height;
    }
    return poly([...points, 320, y, 320, 200], ink, opacity);
  };
  const tent = has(/camp|tent|露营|帐/i)
    ? poly([212, 186, 246, 138, 280, 186], inks.c) + poly([240, 186, 246, 150, 254, 186], inks.dark)
    : '';
  return (
    circle(x, 62, 32, inks.c) +
    circle(x, 62, 46, inks.c, 0.25) +
    ridge(118, 50, inks.b, 0.55) +
    ridge(146, 48, inks.b) +
    ridge(174, 40, inks.a) +
    ridge(196, 26, inks.dark) +
    tent
  );
};

/** Leaves on a stem. */
const leaves: Draw = ({ random, inks }) => {
  const leaf = (x: number, y: number, length: number, angle: number, ink: string): string =>
    `<g transform="translate(${x} ${y}) rotate(${angle})"><path d="M0 0C${length * 0.28} ${-length * 0.42} ${length * 0.8} ${-length * 0.36} ${length} 0C${length * 0.8} ${length * 0.36} ${length * 0.28} ${length * 0.42} 0 0Z" fill="${ink}"/><path d="M0 0H${length * 0.86}" stroke="${inks.light}" stroke-width="1.6" opacity=".6"/></g>`;
  const stem = (x: number, lean: number): string => {
    const count = 4 + Math.floor(random() * 2);
    return (
      path(`M${x} 204Q${x + lean} 120 ${x + lean * 1.5} 14`, 'none', inks.dark, 3) +
      range(count)
        .map((i) => {
          const t = 0.12 + (i / count) * 0.82;
          const at = x + lean * 1.5 * t;
          const y = 200 - 184 * t;
          const length = 78 * (1 - t * 0.5);
          return (
            leaf(at, y, length, -28 - random() * 26, [inks.a, inks.c][i % 2] ?? inks.a) +
            leaf(at, y, length, 208 + random() * 26, [inks.c, inks.a][i % 2] ?? inks.a)
          );
        })
        .join('')
    );
  };
  const dots = range(5)
    .map(() => circle(random() * 320, 20 + random() * 130, 5 + random() * 9, inks.b))
    .join('');
  return stem(90 + random() * 30, random() * 40 - 20) + dots + stem(228 + random() * 30, random() * 40 - 20);
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

/** Paw prints on their way. */
const paws: Draw = ({ random, inks }) => {
  const paw = (x: number, y: number, size: number, angle: number, ink: string): string =>
    `<g transform="translate(${x} ${y}) rotate(${angle}) scale(${size})"><ellipse cx="0" cy="9" rx="15" ry="12.5" fill="${ink}"/>${[-17, -6.5, 6.5, 17].map((dx) => `<ellipse cx="${dx}" cy="${Math.abs(dx) > 10 ? -6 : -14}" rx="5.6" ry="7.6" fill="${ink}"/>`).join('')}</g>`;
  const lean = 20 + random() * 30;
  return (
    circle(40 + random() * 240, 100, 92, inks.c, 0.45) +
    range(6)
      .map((i) =>
        paw(
          26 + i * 56 + random() * 8,
          150 - i * lean * 0.62 + (i % 2 ? -24 : 24),
          0.92 + random() * 0.35,
          62 - lean * 0.5 + random() * 14,
          [inks.a, inks.b][i % 2] ?? inks.a,
        ),
      )
      .join('')
  );
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

/** Sea, layer over layer, under a low sun. */
const waves: Draw = ({ random, inks }) => {
  const x = 70 + random() * 180;
  const wave = (y: number, ink: string, opacity: number): string => {
    const length = 64 + random() * 40;
    const height = 9 + random() * 9;
    let d = `M${-random() * length} ${y}`;
    for (let i = 0; i < 9; i++) d += `q${length / 4} ${-height} ${length / 2} 0t${length / 2} 0`;
    return path(`${d}V210H-120Z`, ink, 'none', 0, opacity);
  };
  const sail =
    random() < 0.55
      ? poly([x + 30, 118, x + 30, 74, x + 62, 114], inks.light) +
        poly([x + 26, 116, x + 26, 84, x + 6, 114], inks.c) +
        poly([x - 2, 120, x + 68, 120, x + 56, 133, x + 10, 133], inks.dark)
      : '';
  return (
    circle(x, 92, 48, inks.b) +
    circle(x, 92, 64, inks.c, 0.35) +
    wave(112, inks.a, 0.5) +
    sail +
    wave(132, inks.a, 0.8) +
    wave(154, inks.a, 1) +
    wave(178, inks.dark, 0.85)
  );
};

/** Cells that keep their distance. */
const cells: Draw = ({ random, inks }) => {
  const placed: [number, number, number][] = [];
  for (let i = 0; i < 90 && placed.length < 20; i++) {
    const r = 12 + random() * 30;
    const x = random() * 320;
    const y = random() * 200;
    if (placed.every(([px, py, pr]) => Math.hypot(px - x, py - y) > pr + r + 3)) placed.push([x, y, r]);
  }
  const colours = [inks.a, inks.b, inks.c];
  return placed
    .map(
      ([x, y, r], i) =>
        circle(x, y, r, colours[i % 3] ?? inks.a, 0.92) +
        circle(x + r * 0.2, y - r * 0.16, r * 0.42, inks.light, 0.55) +
        circle(x + r * 0.2, y - r * 0.16, r * 0.17, inks.dark, 0.8),
    )
    .join('');
};

/** Doorways within doorways. */
const arches: Draw = ({ random, inks }) => {
  const colours = [inks.a, inks.b, inks.c, inks.light];
  const first = Math.floor(random() * 4);
  const arch = (x: number, width: number, top: number, ink: string): string =>
    path(`M${x} 204V${top + width / 2}a${width / 2} ${width / 2} 0 0 1 ${width} 0V204Z`, ink);
  const group = (x: number, width: number, top: number, shift: number): string =>
    range(4)
      .map((i) =>
        arch(x + i * width * 0.12, width * (1 - i * 0.24), top + i * 17, colours[(first + i + shift) % 4] ?? inks.a),
      )
      .join('');
  const sun = 40 + random() * 240;
  return (
    circle(sun, 44, 24, inks.b) +
    group(-14, 122, 62 + random() * 30, 0) +
    group(206, 128, 50 + random() * 36, 2) +
    group(94, 130, 26 + random() * 26, 1)
  );
};

/** Columns that rise or fall, and the line over them. */
const chart: Draw = ({ random, inks }) => {
  let level = 70 + random() * 40;
  const drift = random() < 0.6 ? -6 : 5;
  const tops = range(11).map(() => {
    level = Math.max(28, Math.min(160, level + drift + (random() - 0.5) * 44));
    return level;
  });
  const columns = tops
    .map((top, i) => rect(10 + i * 28, top + 16, 18, 200 - top, i % 3 === 2 ? inks.b : inks.c, 3, 0.92))
    .join('');
  const line = tops.map((top, i) => `${i ? 'L' : 'M'}${19 + i * 28} ${top - 8}`).join('');
  const grid = range(5)
    .map((i) => rect(0, 24 + i * 38, 320, 1, inks.dark, 0, 0.14))
    .join('');
  return `${grid}${columns}${path(line, 'none', inks.a, 5)}${circle(19 + 280, (tops[10] ?? 60) - 8, 9, inks.a)}${circle(19 + 280, (tops[10] ?? 60) - 8, 4, inks.light)}`;
};

/** Planets on their ways. */
const orbit: Draw = ({ random, inks }) => {
  const x = 100 + random() * 120;
  const tilt = -30 + random() * 60;
  const stars = range(34)
    .map(() => circle(random() * 320, random() * 200, 0.6 + random() * 1.5, inks.light, 0.3 + random() * 0.6))
    .join('');
  const ways = range(4)
    .map((i) => {
      const rx = 58 + i * 38;
      const ry = rx * 0.42;
      const angle = random() * 6.28;
      const ink = [inks.b, inks.c, inks.light, inks.a][i] ?? inks.b;
      return `<ellipse rx="${rx}" ry="${ry}" fill="none" stroke="${inks.light}" stroke-width="1" opacity=".35"/>${circle(rx * Math.cos(angle), ry * Math.sin(angle), 5 + random() * 9, ink)}`;
    })
    .join('');
  return `${stars}${circle(x, 100, 50, inks.a, 0.18)}${circle(x, 100, 31, inks.a)}<g transform="translate(${x} 100) rotate(${tilt})">${ways}</g>`;
};

/** A town with lit windows. */
const skyline: Draw = ({ random, inks }) => {
  const row = (base: number, ink: string, lit: string, opacity: number): string => {
    let out = '';
    for (let x = -8; x < 320; ) {
      const width = 22 + random() * 34;
      const height = base * (0.5 + random() * 0.55);
      const top = 200 - height;
      out += rect(x, top, width - 2, height, ink, 1);
      if (random() < 0.22) out += rect(x + width / 2 - 2, top - 18, 3, 20, ink);
      for (let y = top + 9; y < 192; y += 13)
        for (let w = x + 5; w < x + width - 9; w += 10) if (random() < 0.42) out += rect(w, y, 4.4, 6, lit, 0, opacity);
      x += width;
    }
    return out;
  };
  return (
    circle(50 + random() * 220, 56, 34, inks.b) + row(142, inks.c, inks.light, 0.55) + row(96, inks.a, inks.light, 0.95)
  );
};

/** All drawings by name. */
export const MOTIFS = {
  film,
  pixels,
  record,
  circuit,
  sound,
  lens,
  wheels,
  track,
  peaks,
  leaves,
  books,
  weave,
  shapes,
  paws,
  strings,
  waves,
  cells,
  arches,
  chart,
  orbit,
  skyline,
  ...FOOD,
} satisfies Record<string, Draw>;

/** The name of a drawing. */
export type Motif = keyof typeof MOTIFS;
