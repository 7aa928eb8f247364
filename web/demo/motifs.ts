// The drawings behind `art`, by name.

import { FOOD } from './motifs-food.js';
import { THINGS } from './motifs-things.js';
import { WORLD } from './motifs-world.js';

/** All drawings by name. */
export const MOTIFS = { ...THINGS, ...WORLD, ...FOOD };

/** The name of a drawing. */
export type Motif = keyof typeof MOTIFS;
