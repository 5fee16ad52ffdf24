/**
 * pandas' nanosecond timestamps, whose span dates are clamped to: 64 bits, 1970 in the middle, so from 1677-09-21 to
 * 2262-04-11.
 */
const NANOSECONDS_OF_DAY = 86_400_000_000_000n;

/** What pandas takes for a missing timestamp. */
export const NOT_A_TIME: bigint = -(2n ** 63n);

const FIRST_NANOSECOND: bigint = NOT_A_TIME + 1n;
const LAST_NANOSECOND: bigint = 2n ** 63n - 1n;

/** Midnight of a day in nanoseconds since 1970, or the nearest end of the span. */
export function nanosecondsOfDay(day: number): bigint {
  const nanoseconds = BigInt(day) * NANOSECONDS_OF_DAY;
  if (nanoseconds < FIRST_NANOSECOND) return FIRST_NANOSECOND;
  return nanoseconds > LAST_NANOSECOND ? LAST_NANOSECOND : nanoseconds;
}
