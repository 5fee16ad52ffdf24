/** How long whoever gets no answer waits before asking again. */

export interface BackOffLimits {
  readonly firstMilliseconds: number;
  readonly mostMilliseconds: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Milliseconds to wait: between half and all of what has doubled with each failure, so that many do not come as one.
 * @param failures before this one, in a row
 */
export function backOffMilliseconds(
  failures: number,
  { firstMilliseconds, mostMilliseconds, random }: BackOffLimits,
): number {
  const full = Math.min(mostMilliseconds, firstMilliseconds * 2 ** failures);
  return full / 2 + (full / 2) * random();
}
