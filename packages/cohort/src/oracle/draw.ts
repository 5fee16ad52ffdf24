import fc from 'fast-check';

/** At least one. */
type Choice = readonly [unknown, ...unknown[]];

/** Where random models and databases take their decisions from. */
export interface Draw {
  /** A whole number; both ends can come. */
  whole(least: number, most: number): number;
  /** True that many times out of a hundred. */
  chance(percent: number): boolean;
  pick<const Options extends Choice>(options: Options): Options[number];
  /** Each option or not, in their order. */
  some<T>(options: readonly T[], percent: number): readonly T[];
}

/**
 * Whatever `make` makes, as an arbitrary of fast-check. Smaller draws come first when it shrinks, so that the plainest
 * choice should be the first one.
 */
export function drawn<T>(make: (draw: Draw) => T): fc.Arbitrary<T> {
  return fc.gen().map((next) => {
    const whole = (least: number, most: number): number =>
      next(fc.integer, { min: least, max: most });
    const chance = (percent: number): boolean => whole(0, 99) >= 100 - percent;
    return make({
      whole,
      chance,
      pick: (options) => options[whole(0, options.length - 1)] ?? options[0],
      some: (options, percent) => options.filter(() => chance(percent)),
    });
  });
}
