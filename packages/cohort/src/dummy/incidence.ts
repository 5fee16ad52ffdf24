/** Which rows of a column are blank. */
import type { Random } from './random.ts';

/**
 * How many of `rows` an incidence leaves blank: exactly, not on average, and in floating point, so that 0.9 of 1,000
 * blanks 99 and keeps 901 (cohort-extractor §4.4). Negative or above `rows` for an incidence outside its range.
 */
export function blankCount(incidence: number, rows: number): number {
  return Math.trunc((1 - incidence) * rows);
}

/**
 * Marks exactly `count` of `rows` as blank, every choice equally likely: one pass of selection sampling (D. E. Knuth,
 * The Art of Computer Programming, volume 2, 3.4.2, algorithm S). Null when nothing is blank.
 *
 * @returns a byte a row, 1 for blank.
 */
export function chooseBlanks(random: Random, rows: number, count: number): Uint8Array | null {
  if (count === 0) return null;
  const blank = new Uint8Array(rows);
  if (count === rows) return blank.fill(1);
  let wanted = count;
  for (let row = 0; wanted > 0; row++) {
    if (random.fraction() * (rows - row) < wanted) {
      blank[row] = 1;
      wanted -= 1;
    }
  }
  return blank;
}

/** Distinct whole numbers drawn from 0 to `ceiling` − 1, in the order of drawing. At most half of them may be asked for. */
export function distinctNumbers(random: Random, count: number, ceiling: number): Float64Array {
  const taken = new Uint8Array(Math.ceil(ceiling / 8));
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; ) {
    const number = Math.floor(random.real() * ceiling);
    const byte = Math.floor(number / 8);
    const bit = 1 << (number % 8);
    const byteValue = taken[byte] ?? 0;
    if ((byteValue & bit) !== 0) continue;
    taken[byte] = byteValue | bit;
    numbers[index++] = number;
  }
  return numbers;
}
