// Optimised unary encoding (Wang, Blocki, Li and Jha, USENIX Security 2017): one of so many values is told as a row of bits,
// each flipped by chance, so that nobody who reads the row learns much about the value, and many rows tell the counts.
//
// The bit of the value is 1 with probability p = 1/2, every other bit with q = 1 / (e^epsilon + 1). Two values differ in two
// bits, so the same row is at most (p / q) * ((1 - q) / (1 - p)) = e^epsilon times likelier for one than for the other.

/** Probabilities with which a bit is told as 1. */
export interface Odds {
  /** The bit of the value itself. */
  p: number;
  /** Every other bit. */
  q: number;
}

/** The odds of a privacy loss `epsilon`. */
export function odds(epsilon: number): Odds {
  return { p: 0.5, q: 1 / (Math.exp(epsilon) + 1) };
}

/**
 * The row of `size` bits for a value from 0 to `size - 1`.
 *
 * @param uniform gives numbers from 0 up to but not 1, all equally likely and unknown to anybody
 */
export function randomise(value: number, size: number, epsilon: number, uniform: () => number = secret): string {
  const { p, q } = odds(epsilon);
  return Array.from({ length: size }, (_, at) => (uniform() < (at === value ? p : q) ? '1' : '0')).join('');
}

/** 53 bits from the browser's cryptographic generator, as a fraction. */
function secret(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return fraction(high, low);
}

/** The upper 53 of 64 bits as a fraction. */
export function fraction(high: number, low: number): number {
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}
