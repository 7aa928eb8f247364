// SVG fragments from numbers and colours.

import type { Inks } from './palettes.js';

/** What a drawing is made with. */
export interface Pencil {
  /** The next number in [0, 1), the same sequence for the same item. */
  random: () => number;
  inks: Inks;
  /** Whether a tag of the item matches. */
  has: (words: RegExp) => boolean;
}

/** A drawing. */
export type Draw = (pencil: Pencil) => string;

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** 0, 1, ... count - 1 */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export const circle = (x: number, y: number, r: number, ink: string, opacity = 1): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${ink}"${opacity < 1 ? ` opacity="${n(opacity)}"` : ''}/>`;

export const rect = (
  x: number,
  y: number,
  width: number,
  height: number,
  ink: string,
  radius = 0,
  opacity = 1,
): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${ink}"${radius ? ` rx="${radius}"` : ''}${opacity < 1 ? ` opacity="${Math.round(opacity * 100) / 100}"` : ''}/>`;

export const poly = (points: readonly number[], ink: string, opacity = 1): string =>
  `<polygon points="${points.map(n).join(' ')}" fill="${ink}" opacity="${opacity}"/>`;

export const path = (d: string, fill: string, stroke = 'none', width = 0, opacity = 1): string =>
  `<path d="${d}" fill="${fill}" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" opacity="${opacity}"/>`;
