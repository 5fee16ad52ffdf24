import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blankCount, chooseBlanks, distinctNumbers } from './incidence.ts';
import { Random } from './random.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

describe('the number of blanks', () => {
  test.each([
    // In floating point 1 − 0.9 is a little less than 0.1.
    [0.9, 1000, 99],
    [0.8, 1000, 199],
    [0.7, 1000, 300],
    [0.5, 1000, 500],
    [0.4, 1000, 600],
    [0.25, 1000, 750],
    [0.1, 1000, 900],
    [0.2, 10_000, 8000],
    [1, 1000, 0],
    [0.5, 1, 0],
    [0.999, 100, 0],
  ])('for incidence %d of %d rows is %d', (incidence, rows, blanks) => {
    expect(blankCount(incidence, rows)).toBe(blanks);
  });
});

describe('choosing blanks', () => {
  test('chooses exactly as many as asked', () => {
    const sizes = fc
      .integer({ min: 0, max: 500 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.integer({ min: 0, max: rows }), fc.nat()));
    fc.assert(
      fc.property(sizes, ([rows, count, seed]) => {
        const blank = chooseBlanks(Random.of(seed), rows, count) ?? new Uint8Array(rows);
        expect(blank).toHaveLength(rows);
        expect(blank.reduce((sum, value) => sum + value, 0)).toBe(count);
      }),
      { numRuns },
    );
  });

  test('chooses every row equally often', () => {
    const random = Random.of('blanks');
    const counts = new Float64Array(20);
    for (let round = 0; round < 20_000; round++) {
      chooseBlanks(random, 20, 5)?.forEach((value, row) => {
        counts[row] = (counts[row] ?? 0) + value;
      });
    }
    // Each count has variance 20,000 × ¼ × ¾; drawing without replacement makes the sum smaller by 19/20.
    const chiSquare =
      counts.reduce((sum, count) => sum + (count - 5000) ** 2 / 3750, 0) * (19 / 20);
    expect(chiSquare).toBeLessThan(36.19); // 19 degrees of freedom, 1 %
  });
});

describe('patient ids', () => {
  test('are distinct and below the ceiling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.nat(), (count, seed) => {
        const numbers = distinctNumbers(Random.of(seed), count, count * 10);
        expect(new Set(numbers).size).toBe(count);
        expect(numbers.every((number) => number >= 0 && number < count * 10)).toBe(true);
        expect(numbers.every(Number.isInteger)).toBe(true);
      }),
      { numRuns },
    );
  });

  test('are not in order', () => {
    const numbers = distinctNumbers(Random.of('order'), 100, 1000);
    expect([...numbers]).not.toEqual([...numbers].sort((a, b) => a - b));
  });
});
