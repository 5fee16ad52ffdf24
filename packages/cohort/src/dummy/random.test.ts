import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { naturalLogarithm, normalQuantile, Random } from './random.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

const draws = (count: number, draw: () => number): number[] =>
  Array.from({ length: count }, draw).sort((a, b) => a - b);

/** Kolmogorov and Smirnov: the largest distance from a distribution, times the root of the count; 1.63 is 1 %. */
function distance(sorted: readonly number[], cumulative: (x: number) => number): number {
  const count = sorted.length;
  const gaps = sorted.map((x, index) => {
    const p = cumulative(x);
    return Math.max(p - index / count, (index + 1) / count - p);
  });
  return Math.max(...gaps) * Math.sqrt(count);
}

describe('the generator', () => {
  test('gives the published values of xoshiro128** for the state 1, 2, 3, 4', () => {
    const random = new Random([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, () => random.uint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });

  test('gives the same stream for the same key', () => {
    const values = (): number[] => {
      const random = Random.of(7, 'study_definition', 'age', '2020-01-01');
      return Array.from({ length: 5 }, () => random.uint32());
    };
    expect(values()).toEqual(values());
  });

  test.each([
    ['another seed', Random.of(8, 'study_definition', 'age', '2020-01-01')],
    ['another study', Random.of(7, 'study_definition_2', 'age', '2020-01-01')],
    ['another column', Random.of(7, 'study_definition', 'ages', '2020-01-01')],
    ['another index date', Random.of(7, 'study_definition', 'age', '2020-01-02')],
    ['no index date', Random.of(7, 'study_definition', 'age', null)],
    ['the same letters cut elsewhere', Random.of(7, 'study_definitiona', 'ge', '2020-01-01')],
  ])('gives an unrelated stream for %s', (_, other) => {
    const random = Random.of(7, 'study_definition', 'age', '2020-01-01');
    const same = Array.from({ length: 100 }, () => random.uint32() === other.uint32());
    expect(same.filter(Boolean)).toHaveLength(0);
  });

  test('gives fractions that are even', () => {
    const random = Random.of('fraction');
    const sorted = draws(20_000, () => random.fraction());
    expect(distance(sorted, (x) => x)).toBeLessThan(1.63);
    expect(sorted[0]).toBeGreaterThanOrEqual(0);
    expect(sorted.at(-1)).toBeLessThan(1);
  });

  test('gives real numbers that are even, in neighbouring pairs too', () => {
    const random = Random.of('real');
    expect(
      distance(
        draws(20_000, () => random.real()),
        (x) => x,
      ),
    ).toBeLessThan(1.63);
    const cells = new Array<number>(100).fill(0);
    for (let pair = 0; pair < 100_000; pair++) {
      const cell = Math.floor(random.real() * 10) * 10 + Math.floor(random.real() * 10);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(134.6); // 99 degrees of freedom, 1 %
  });

  test('gives exponential numbers of mean 1', () => {
    const random = Random.of('exponential');
    const sorted = draws(20_000, () => random.exponential());
    expect(distance(sorted, (x) => 1 - Math.exp(-x))).toBeLessThan(1.63);
  });

  test('gives normal numbers', () => {
    const random = Random.of('normal');
    const sorted = draws(20_000, () => random.normal());
    expect(distance(sorted, normalBelow)).toBeLessThan(1.63);
  });
});

/** Cumulative normal by Simpson's rule on its density, good to 1e-7: an independent road to the same curve. */
function normalBelow(x: number): number {
  const steps = 400;
  const width = x / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((step * width) ** 2) / 2);
  }
  return 0.5 + (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

test('the logarithm agrees with the engine', () => {
  const positive = fc.double({ min: 2 ** -1000, max: 2 ** 1000, noNaN: true });
  fc.assert(
    fc.property(positive, (x) => {
      const expected = Math.log(x);
      expect(Math.abs(naturalLogarithm(x) - expected)).toBeLessThanOrEqual(
        Math.abs(expected) * 5e-16 + 2e-16,
      );
    }),
    { numRuns },
  );
});

/** Known to 16 digits, for example from Python's statistics.NormalDist().inv_cdf. */
test.each([
  [0.5, 0],
  [0.75, 0.674_489_750_196_081_7],
  [0.9, 1.281_551_565_544_600_4],
  [0.975, 1.959_963_984_540_054],
  [0.999, 3.090_232_306_167_813],
  [1e-3, -3.090_232_306_167_813],
  [1e-10, -6.361_340_902_404_056],
  [1e-16, -8.222_082_216_130_437],
])('%d of normal numbers lie below %d', (p, quantile) => {
  expect(normalQuantile(p)).toBeCloseTo(quantile, 13);
});
