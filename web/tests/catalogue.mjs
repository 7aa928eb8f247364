// Small catalogues for tests, made by the builder with vectors that are given instead of encoded.

import { readFile } from 'node:fs/promises';
import initBuilder, { Builder, indexWords } from '../dist/wasm/builder.js';

export { indexWords };

const dist = new URL('../dist/', import.meta.url);

/** The bytes of a wasm module of the package. */
export const wasm = (/** @type {string} */ name) => readFile(new URL(`wasm/${name}_bg.wasm`, dist));

/** The fingerprint that the catalogues carry. */
export const FINGERPRINT = '0123456789abcdef';

/**
 * A catalogue file.
 *
 * @param {{id: string, vector: number[], [field: string]: unknown}[]} items
 */
export async function catalogue(items, fingerprint = FINGERPRINT) {
  await initBuilder({ module_or_path: await wasm('builder') });
  const builder = new Builder(JSON.stringify({ name: 'test' }));
  for (const { vector: _, ...item } of items) builder.push(new TextEncoder().encode(`${JSON.stringify(item)}\n`));
  const report = JSON.parse(builder.finish());
  if (builder.length !== items.length) throw new Error(`items were not kept: ${JSON.stringify(report)}`);
  const vectors = items.flatMap(({ vector }) => {
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
  return builder.assemble(new Float32Array(vectors), fingerprint);
}

/** Twelve items about tea and about trains, in eight dimensions. */
export const ITEMS = Array.from({ length: 12 }, (_, index) => {
  const tea = index % 2 === 0;
  return {
    id: `${tea ? 'tea' : 'train'}-${index}`,
    lang: index % 4 < 2 ? 'en' : 'zh',
    title: `${tea ? 'Tea' : 'Train'} number ${index}`,
    text: tea ? `A pot, a cup and water, sort ${index}.` : `Rails, a carriage and a whistle, sort ${index}.`,
    section: tea ? 'kitchen' : 'travel',
    category: tea ? 'Drinks' : 'Trains',
    tags: tea ? ['tea', 'water'] : ['rails'],
    popularity: index / 12,
    vector: Array.from({ length: 8 }, (_, axis) => (axis === (tea ? 0 : 1) ? 3 : Math.sin(index * 7 + axis * 3))),
  };
});

/** The file as another version of the builder would have written it: the same, but for the number of its format. */
export function otherFormat(/** @type {Uint8Array} */ file) {
  const text = Buffer.from(file).toString('latin1');
  const changed = text.replace(/(format\\?":)\d/, '$19');
  if (changed === text) throw new Error('the file names no format');
  return new Uint8Array(Buffer.from(changed, 'latin1'));
}
