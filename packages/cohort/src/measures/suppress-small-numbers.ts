/** Numbers from 1 to this are suppressed (cohort-extractor §6). */
export const SMALL_NUMBER_THRESHOLD = 5;

/**
 * Blanks small numbers in place, with NaN. Where what was blanked adds up to no more than the threshold, it could be told
 * from a known total, so all rows with the next larger number are blanked too. Zero stays.
 *
 * Returns what was done: nothing, the small numbers, or more than them.
 */
export function suppressSmallNumbers(values: Float64Array): 'none' | 'small' | 'more' {
  let total = 0;
  let next = Number.POSITIVE_INFINITY;
  for (const value of values) {
    if (value > SMALL_NUMBER_THRESHOLD) next = Math.min(next, value);
    else if (value > 0) total += value;
  }
  if (total === 0) return 'none';
  const more = total <= SMALL_NUMBER_THRESHOLD && values.includes(next);
  for (const [row, value] of values.entries()) {
    const small = value > 0 && value <= SMALL_NUMBER_THRESHOLD;
    if (small || (more && value === next)) values[row] = Number.NaN;
  }
  return more ? 'more' : 'small';
}
