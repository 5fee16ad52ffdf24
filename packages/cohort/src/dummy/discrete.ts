/** Drawing from a list of probabilities in constant time, and the lists that expectations name. */
import type { Random } from './random.ts';

/** A distribution over the whole numbers `first`, `first + 1`, … */
export interface Discrete {
  readonly first: number;
  /** Probability of staying at an index, once it was chosen evenly. */
  readonly stay: Float64Array;
  /** Where to go otherwise. */
  readonly alias: Int32Array;
}

/**
 * Prepares the alias method (M. D. Vose, "A Linear Algorithm for Generating Random Numbers with a Given Distribution",
 * IEEE Transactions on Software Engineering 17(9), 1991). Weights are at least 0 and not all 0; they need not sum to 1.
 */
export function discrete(weights: readonly number[] | Float64Array, first = 0): Discrete {
  const count = weights.length;
  let total = 0;
  for (const weight of weights) total += weight;
  const share = Float64Array.from(weights, (weight) => (weight * count) / total);
  const stay = new Float64Array(count).fill(1);
  const alias = Int32Array.from({ length: count }, (_, index) => index);
  const small: number[] = [];
  const large: number[] = [];
  share.forEach((value, index) => {
    (value < 1 ? small : large).push(index);
  });
  for (;;) {
    const low = small.pop();
    const high = large.pop();
    if (low === undefined || high === undefined) {
      // What is left of the small ones is a full share but for rounding, unless its weight is 0.
      return { first, stay, alias };
    }
    const part = share[low] ?? 0;
    stay[low] = part;
    alias[low] = high;
    const rest = (share[high] ?? 0) + part - 1;
    share[high] = rest;
    (rest < 1 ? small : large).push(high);
  }
}

/** One draw. */
export function draw(distribution: Discrete, random: Random): number {
  const { stay, alias, first } = distribution;
  const place = random.real() * stay.length;
  const index = Math.floor(place);
  return first + (place - index < (stay[index] ?? 1) ? index : (alias[index] ?? index));
}

/** Above this mean a Poisson distribution is drawn as a rounded normal: its skew is below 0.001. */
const LARGEST_POISSON_TABLE = 1e6;

/** Poisson distribution as a table, or null where the mean is so large that a normal serves. */
export function poisson(mean: number): Discrete | null {
  if (mean > LARGEST_POISSON_TABLE) return null;
  const mode = Math.floor(mean);
  // Twelve standard deviations each way; what lies outside is less than any step of the generator.
  const reach = Math.ceil(12 * Math.sqrt(mean)) + 30;
  const first = Math.max(0, mode - reach);
  const weights = new Float64Array(mode + reach - first + 1);
  // Relative to the mode, by p(k + 1) = p(k) mean / (k + 1): no exponentials, nothing underflows early.
  weights[mode - first] = 1;
  for (let k = mode; k < mode + reach; k++) {
    weights[k + 1 - first] = ((weights[k - first] ?? 0) * mean) / (k + 1);
  }
  for (let k = mode; k > first; k--) {
    weights[k - 1 - first] = ((weights[k - first] ?? 0) * k) / mean;
  }
  return discrete(weights, first);
}

/**
 * People of the United Kingdom in 2018 by five-year band of age, in thousands, the last band open (Office for National
 * Statistics, principal population projection).
 */
const BANDS = [
  3914, 4139, 3859, 3669, 4185, 4527, 4463, 4372, 3993, 4507, 4674, 4294, 3673, 3396, 3252, 2236,
  1673, 1024, 448, 123, 13,
];

/** Weights of the ages 0 to 109 (cohort-extractor §4.4). */
export function populationAgeWeights(): Float64Array {
  const total = BANDS.reduce((sum, count) => sum + count, 0);
  const weights = Float64Array.from({ length: 110 }, (_, age) => {
    const band = BANDS[Math.min(Math.floor(age / 5), BANDS.length - 1)] ?? 0;
    return band / total / 5;
  });
  // The open band is counted for ten ages, so the sum exceeds 1; the excess is taken from the first of the likeliest.
  const excess = weights.reduce((sum, weight) => sum + weight, 0) - 1;
  const likeliest = weights.indexOf(Math.max(...weights));
  weights[likeliest] = (weights[likeliest] ?? 0) - excess;
  return weights;
}
