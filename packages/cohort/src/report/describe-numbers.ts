/** What a set of numbers is like, in the terms that pandas' `describe` uses. */
export interface NumberSummary {
  readonly count: number;
  readonly mean: number;
  /** Of a sample: divided by one less than the count. NaN for fewer than two numbers. */
  readonly standardDeviation: number;
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly maximum: number;
}

/** `sorted` is in ascending order and holds no NaN. Everything but the count is NaN when it is empty. */
export function describeNumbers(sorted: Float64Array): NumberSummary {
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count,
    mean,
    standardDeviation: count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1)),
    minimum: quantile(sorted, 0),
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    maximum: quantile(sorted, 1),
  };
}

/** Between two numbers of the sample where the place falls between them, in proportion. NaN of nothing. */
export function quantile(sorted: Float64Array, part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
