// The proof obligations of optimised unary encoding: the odds, the ratio that epsilon promises, and that counts are right on
// average. All rows of bits are enumerated, so that nothing here depends on chance; what is drawn, is drawn from a seed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkAggregate, mainTopic } from '../../dist/aggregate.js';
import { fraction, odds, randomise } from '../../dist/unary.js';

const EPSILONS = [0.1, 0.5, 1, 2, 4];
const SIZE = 5;
const close = (found, expected, words) => assert.ok(Math.abs(found - expected) < 1e-12 * Math.max(1, expected), words);

/** SplitMix32: numbers from 0 up to 1 that a seed repeats. */
function seeded(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return (bits ^ (bits >>> 15)) >>> 0;
  };
  return () => fraction(next(), next());
}

/** All rows of bits with their probability for a value, worked out by what the code does with each outcome of chance. */
function rows(value, epsilon) {
  const { p, q } = odds(epsilon);
  const all = [];
  for (let row = 0; row < 2 ** SIZE; row++) {
    const wanted = Array.from({ length: SIZE }, (_, at) => (row >> at) & 1);
    let probability = 1;
    let at = 0;
    const bits = randomise(value, SIZE, epsilon, () => {
      // A number below what makes the bit a 1, or one that is not.
      const one = at === value ? p : q;
      const bit = wanted[at++];
      probability *= bit ? one : 1 - one;
      return bit ? one - 2 ** -53 : one;
    });
    assert.equal(bits, wanted.join(''), 'a bit is 1 exactly where chance is below its odds');
    all.push({ bits, probability });
  }
  return all;
}

test('the odds are those of optimised unary encoding', () => {
  for (const epsilon of EPSILONS) {
    const { p, q } = odds(epsilon);
    assert.equal(p, 0.5);
    close(q, 1 / (Math.E ** epsilon + 1), `q of ${epsilon}`);
    close((p * (1 - q)) / ((1 - p) * q), Math.E ** epsilon, `the ratio of ${epsilon}`);
  }
});

test('no row is more than e^epsilon times likelier for one value than for another, and some row is that', () => {
  for (const epsilon of EPSILONS) {
    const tables = Array.from({ length: SIZE }, (_, value) => rows(value, epsilon));
    let most = 0;
    for (const table of tables) {
      close(
        table.reduce((sum, { probability }) => sum + probability, 0),
        1,
        'probabilities sum to 1',
      );
      for (const other of tables) {
        for (let row = 0; row < table.length; row++)
          most = Math.max(most, table[row].probability / other[row].probability);
      }
    }
    close(most, Math.E ** epsilon, `the largest ratio of ${epsilon}`);
  }
});

test('the estimate of a count is right on average, and spreads as the theory says', () => {
  for (const epsilon of EPSILONS) {
    const { p, q } = odds(epsilon);
    for (let value = 0; value < SIZE; value++) {
      const table = rows(value, epsilon);
      for (let topic = 0; topic < SIZE; topic++) {
        const estimate = ({ bits }) => (Number(bits[topic]) - q) / (p - q);
        const mean = table.reduce((sum, row) => sum + row.probability * estimate(row), 0);
        assert.ok(Math.abs(mean - Number(topic === value)) < 1e-9, `topic ${topic} of a person of ${value}`);
        const variance = table.reduce((sum, row) => sum + row.probability * (estimate(row) - mean) ** 2, 0);
        const theory =
          topic === value ? (p * (1 - p)) / (p - q) ** 2 : (4 * Math.E ** epsilon) / (Math.E ** epsilon - 1) ** 2;
        assert.ok(Math.abs(variance / theory - 1) < 1e-9, `variance of ${epsilon}`);
      }
    }
  }
});

test('chance comes from all bits of the generator, from 0 up to but not 1', () => {
  assert.equal(fraction(0, 0), 0);
  assert.equal(fraction(0xffffffff, 0xffffffff), 1 - 2 ** -53);
  assert.equal(fraction(0x80000000, 0), 0.5);
  assert.equal(fraction(0, 1 << 11), 2 ** -53);
  // The browser's own generator: a bit at odds 1/2 and one at q come out both ways within 200 rows, but for once in 10^15.
  const drawn = Array.from({ length: 200 }, () => randomise(0, 2, 1));
  for (const at of [0, 1]) for (const bit of '01') assert.ok(drawn.some((bits) => bits[at] === bit));
});

test('reports of the package are those that the estimator of the command line is tested with', () => {
  const lines = readFileSync(new URL('../../../crates/cli/tests/reports.jsonl', import.meta.url), 'utf8');
  const uniform = seeded(8);
  const topics = ['books', 'films', 'tea'];
  const people = [...Array(180).fill(0), ...Array(120).fill(1), ...Array(100).fill(3)];
  const made = people.map((value) =>
    JSON.stringify({ predilect: 1, mechanism: 'oue', epsilon: 2, topics, bits: randomise(value, 4, 2, uniform) }),
  );
  assert.equal(`${made.join('\n')}\n`, lines);
});

test('the topic of a person is the one that most of their interests falls on, or none', () => {
  const fields = new Map([
    ['a', { section: 'tea', tags: ['green', 'warm'] }],
    ['b', { section: 'tea', tags: [] }],
    ['c', { section: 'films', tags: ['warm'] }],
    ['d', { year: 1999 }],
  ]);
  const interest = (weight, items) => ({ weight, items });
  const topic = (field, topics, ...interests) => mainTopic(interests, fields, { field, topics });
  const sections = ['films', 'tea'];
  assert.equal(topic('section', sections, interest(0.6, ['a', 'b']), interest(0.4, ['c'])), 1);
  assert.equal(topic('section', sections, interest(0.4, ['a', 'b']), interest(0.6, ['c'])), 0);
  assert.equal(topic('section', sections, interest(0.6, ['a', 'c', 'd']), interest(0.3, ['c'])), 0, 'by shares');
  assert.equal(topic('section', ['music', 'cars'], interest(1, ['a', 'c'])), 2, 'none of these');
  assert.equal(topic('section', sections), 2, 'nobody in particular');
  assert.equal(topic('section', sections, interest(1, [])), 2, 'typed interests have no items');
  assert.equal(topic('section', sections, interest(1, ['unknown', 'd'])), 2);
  assert.equal(topic('tags', ['green', 'warm'], interest(0.5, ['a']), interest(0.5, ['c'])), 1, 'lists');
  assert.equal(topic('year', ['1998', '1999'], interest(1, ['d'])), 1, 'numbers');
  assert.equal(topic('section', sections, interest(0.5, ['a']), interest(0.5, ['c'])), 0, 'the first of equals');
});

test('what a site may ask is checked when the recommender is made', () => {
  const good = { field: 'section', topics: ['a', 'b'] };
  assert.deepEqual(checkAggregate(good), { ...good, epsilon: 1, budget: 1 });
  assert.deepEqual(checkAggregate({ ...good, epsilon: 0.5, budget: 2 }), { ...good, epsilon: 0.5, budget: 2 });
  for (const [bad, words] of [
    [{ topics: ['a', 'b'] }, 'field'],
    [{ ...good, topics: ['a'] }, 'topics'],
    [{ ...good, topics: ['a', 'a'] }, 'topics'],
    [{ ...good, topics: ['a', ''] }, 'topics'],
    [{ ...good, topics: ['a', 3] }, 'topics'],
    [{ ...good, topics: Array.from({ length: 65 }, (_, i) => `t${i}`) }, 'topics'],
    [{ ...good, epsilon: 0 }, 'epsilon'],
    [{ ...good, epsilon: Number.NaN }, 'epsilon'],
    [{ ...good, epsilon: 5 }, 'epsilon'],
    [{ ...good, epsilon: 2, budget: 1 }, 'budget'],
    [{ ...good, budget: 4.5 }, 'budget'],
    [{ ...good, epsilonn: 1 }, 'epsilon'],
  ]) {
    assert.throws(
      () => checkAggregate(bad),
      (error) => error.code === 'bad-input' && error.message.includes(words),
      JSON.stringify(bad),
    );
  }
});
