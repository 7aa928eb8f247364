// Drawings of the world outside: each fills 320 by 200 with numbers and the palette’s colours only.

import { circle, type Draw, path, poly, range, rect } from './shapes.js';

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

/** The drawings of the world by name. */
export const WORLD = { track, peaks, leaves, paws, waves, cells, arches, chart, orbit, skyline } satisfies Record<
  string,
  Draw
>;
