/** The values of a generated column, row by row (cohort-extractor §4.4). N is the number of rows everywhere. */
import { dayNumber, yearMonthDay } from '../calendar.ts';
import { type DateFormat, NO_CATEGORY, NO_DATE } from '../table.ts';
import { type Discrete, discrete, draw, poisson, populationAgeWeights } from './discrete.ts';
import type { Rate } from './expectations.ts';
import type { Days } from './expected-range.ts';
import type { Random } from './random.ts';
import type { Distribution } from './value-expectations.ts';

/** Mean age of an exponentially increasing date, as a share of the span. */
const MEAN_AGE = 0.1;

/**
 * Days, counted back from the latest: evenly, so that the earliest itself does not occur; or exponentially, with what
 * falls outside the span drawn again.
 *
 * @returns N day numbers.
 */
export function fillDates(random: Random, rows: number, rate: Rate, days: Days): Int32Array {
  const { latest } = days;
  const span = latest - days.earliest;
  const values = new Int32Array(rows);
  if (rate === 'exponential_increase') {
    const scale = MEAN_AGE * span;
    for (let row = 0; row < rows; row++) {
      let back = Math.trunc(random.exponential() * scale);
      while (back > span) back = Math.trunc(random.exponential() * scale);
      values[row] = latest - back;
    }
  } else {
    for (let row = 0; row < rows; row++)
      values[row] = latest - Math.trunc(random.fraction() * span);
  }
  return values;
}

/** Makes the numbers of a distribution: prepared once, used for every table. */
export type NumberFiller = (random: Random, rows: number) => Float64Array;

/** @param whole whether the numbers are cut to whole ones, towards zero. */
export function numberFiller(distribution: Distribution, whole: boolean): NumberFiller {
  switch (distribution.kind) {
    case 'population_ages':
      return fromDiscrete(discrete(populationAgeWeights()));
    case 'poisson': {
      const { mean } = distribution;
      if (mean === 0) return (_, rows) => new Float64Array(rows);
      const table = poisson(mean);
      // Adding a half before cutting rounds, where every value is far above zero.
      return table === null ? normal(mean + 0.5, Math.sqrt(mean), true) : fromDiscrete(table);
    }
    case 'normal':
      return normal(distribution.mean, distribution.stddev, whole);
  }
}

function fromDiscrete(distribution: Discrete): NumberFiller {
  return (random, rows) => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = draw(distribution, random);
    return values;
  };
}

function normal(mean: number, stddev: number, whole: boolean): NumberFiller {
  return (random, rows) => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const value = mean + stddev * random.normal();
      // Adding 0 turns −0 into 0, which would be written with its sign.
      values[row] = whole ? Math.trunc(value) + 0 : value;
    }
    return values;
  };
}

/** Draws N codes: `codes` holds what each drawn index stands for. */
export function fillCodes(
  random: Random,
  rows: number,
  distribution: Discrete,
  codes: Int32Array,
): Int32Array {
  const values = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    values[row] = codes[draw(distribution, random)] ?? NO_CATEGORY;
  }
  return values;
}

/** Puts `empty` where `blank` is 1. */
export function blankRows(
  values: Uint8Array | Int32Array | Float64Array,
  blank: Uint8Array | null,
  empty: number,
): void {
  if (blank === null) return;
  for (let row = 0; row < blank.length; row++) if (blank[row] === 1) values[row] = empty;
}

/** Blanks the days that lie outside inclusive bounds. */
export function cutDates(values: Int32Array, from: number, to: number): void {
  for (let row = 0; row < values.length; row++) {
    const day = values[row] ?? NO_DATE;
    if (day < from || day > to) values[row] = NO_DATE;
  }
}

/** Which rows of a date column are blank: a byte a row. */
export function blanksOf(dates: Int32Array): Uint8Array {
  const blank = new Uint8Array(dates.length);
  for (let row = 0; row < dates.length; row++) if (dates[row] === NO_DATE) blank[row] = 1;
  return blank;
}

/** The first day of each date's month or year, where the format shows no more than that. */
export function cutToFormat(values: Int32Array, format: DateFormat): Int32Array {
  if (format === 'YYYY-MM-DD') return values;
  return values.map((value) => {
    if (value === NO_DATE) return NO_DATE;
    const { year, month } = yearMonthDay(value);
    return dayNumber(year, format === 'YYYY' ? 1 : month, 1);
  });
}
