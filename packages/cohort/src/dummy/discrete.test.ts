import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discrete, draw, poisson, populationAgeWeights } from './discrete.ts';
import { Random } from './random.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

/** Probability of each outcome that the tables stand for. */
function probabilities(weights: readonly number[]): number[] {
  const { stay, alias } = discrete(weights);
  const share = 1 / weights.length;
  const result = new Array<number>(weights.length).fill(0);
  stay.forEach((part, index) => {
    const other = alias[index] ?? index;
    result[index] = (result[index] ?? 0) + part * share;
    result[other] = (result[other] ?? 0) + (1 - part) * share;
  });
  return result;
}

describe('drawing by weight', () => {
  test('stands for exactly the weights', () => {
    const weights = fc
      .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 })
      .filter((list) => list.some((weight) => weight > 0));
    fc.assert(
      fc.property(weights, (list) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        probabilities(list).forEach((probability, index) => {
          expect(probability).toBeCloseTo((list[index] ?? 0) / total, 12);
        });
      }),
      { numRuns },
    );
  });

  test('never gives what has weight 0', () => {
    const random = Random.of('zero');
    const distribution = discrete([0, 0.3, 0, 0.7, 0]);
    const drawn = new Set(Array.from({ length: 2000 }, () => draw(distribution, random)));
    expect([...drawn].sort()).toEqual([1, 3]);
  });

  test('gives each as often as its weight says', () => {
    const random = Random.of('chi-square');
    const weights = [0.1, 0.2, 0.3, 0.4];
    const distribution = discrete(weights);
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 100_000; n++) {
      const index = draw(distribution, random);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, count, index) => {
      const expected = 100_000 * (weights[index] ?? 0);
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    expect(chiSquare).toBeLessThan(11.34); // 3 degrees of freedom, 1 %
  });
});

describe('the Poisson distribution', () => {
  test.each([0.1, 1, 5, 50, 1234.5, 1e6])('has mean and variance %d', (mean) => {
    const random = Random.of('poisson', mean);
    const table = poisson(mean);
    if (table === null) throw new Error('no table');
    const count = 20_000;
    const values = Array.from({ length: count }, () => draw(table, random));
    const average = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count;
    expect(Math.abs(average - mean)).toBeLessThan(3 * Math.sqrt(mean / count));
    expect(variance / mean).toBeGreaterThan(0.9);
    expect(variance / mean).toBeLessThan(1.1);
    expect(values.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  });

  test('gives 0 with probability exp(−mean)', () => {
    const table = poisson(2);
    if (table === null) throw new Error('no table');
    const random = Random.of('poisson zero');
    const zeros = Array.from({ length: 50_000 }, () => draw(table, random)).filter((n) => n === 0);
    expect(zeros.length / 50_000).toBeCloseTo(Math.exp(-2), 2);
  });

  test('leaves very large means to the normal', () => {
    expect(poisson(1e9)).toBeNull();
  });
});

describe('the ages of the population', () => {
  const weights = populationAgeWeights();

  test('run from 0 to 109 and add up to 1', () => {
    expect(weights).toHaveLength(110);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test('have a mean of about 40.3', () => {
    expect(weights.reduce((sum, weight, age) => sum + weight * age, 0)).toBeCloseTo(40.3, 1);
  });

  test.each([
    [0, 3914 / 66_434 / 5],
    [49, 4507 / 66_434 / 5],
    // The excess of the open band, 13 thousand, is taken from age 50.
    [50, (4674 / 5 - 13) / 66_434],
    [51, 4674 / 66_434 / 5],
    [54, 4674 / 66_434 / 5],
    [99, 123 / 66_434 / 5],
    [100, 13 / 66_434 / 5],
    [109, 13 / 66_434 / 5],
  ])('give age %d its share of its band', (age, share) => {
    expect(weights[age]).toBeCloseTo(share, 12);
  });
});
