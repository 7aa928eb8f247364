// Opinions: the stars that a text sounds like.

import { PredilectError } from './errors.js';
import type { Classified, HeadSource } from './types.js';

/**
 * Three stars, and up to two more or less as a head is sure that the text is good or bad: 1 to 5. The same as `predilect opinions`.
 *
 * @throws PredilectError `bad-input`: the head has no such label
 */
export function starsOf({ probabilities }: Classified, head: HeadSource, positive: string, negative: string): number {
  const { labels } = (typeof head === 'string' ? JSON.parse(head) : head) as { labels: string[] | object };
  const names = Array.isArray(labels) ? labels : Object.keys(labels);
  const sure = (label: string): number => {
    const found = probabilities[names.indexOf(label)];
    if (found === undefined) {
      throw new PredilectError('bad-input', `the head has no label "${label}"; it has ${names.join(', ')}`);
    }
    return found;
  };
  return Math.round((3 + 2 * (sure(positive) - sure(negative))) * 100) / 100;
}
