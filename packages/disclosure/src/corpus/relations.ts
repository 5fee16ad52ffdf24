/** Tables in which numbers tell on one another: totals, shares, extremes, places, statistics without counts. */
import type { RuleId } from '../rules.ts';
import type { Cell, Grid } from './case.ts';
import type { Random } from './random.ts';
import { round } from './treatments.ts';
import { groups, statisticNames } from './words.ts';

/** A table and the rules that it breaks as a whole. */
export interface Relation extends Grid {
  readonly rules: readonly RuleId[];
}

type RelationShape = (random: Random) => Relation;

const rounded = (random: Random): number => round(random.whole(20, 4000));

/** A total row over redacted cells: made anew from what is shown, or of all there is. */
const totalRow: RelationShape = (random) => {
  const [name] = random.shuffle(Object.keys(groups)) as [string];
  const values = groups[name] ?? [];
  const hidden = random.whole(0, Math.min(3, values.length - 1));
  const hiddenAt = new Set(
    random.some(
      values.map((_, at) => at),
      hidden,
    ),
  );
  const shown = values.map((_, at) => (hiddenAt.has(at) ? null : rounded(random)));
  const sum = shown.reduce((total: number, value) => total + (value ?? 0), 0);
  const secret = random.pick([0, 5, 10, 40]);
  const total = sum + (hidden === 0 ? 0 : secret);
  const leaks = hidden > 0 && secret > 0 && (hidden === 1 || secret <= 7);
  return {
    names: [name, 'n'],
    rows: [
      ...values.map((value, at) => [value, shown[at] === null ? '[REDACTED]' : String(shown[at])]),
      [random.pick(['Total', 'All', 'Overall', 'total']), String(total)],
    ],
    rules: leaks ? ['revealing-total'] : [],
  };
};

/** The same across columns. */
const totalColumn: RelationShape = (random) => {
  let leaks = false;
  const columns = groups['ethnicity'] ?? [];
  const rows = (groups['region'] ?? []).map((region): Cell[] => {
    const values = columns.map(() => (random.chance(0.12) ? null : rounded(random)));
    const hidden = values.filter((value) => value === null).length;
    const secret = hidden === 0 ? 0 : random.pick([0, 0, 5, 15]);
    if (secret > 0 && (hidden === 1 || secret <= 7)) leaks = true;
    const sum = values.reduce((total: number, value) => total + (value ?? 0), secret);
    return [
      region,
      ...values.map((value) => (value === null ? 'redacted' : String(value))),
      String(sum),
    ];
  });
  return {
    names: ['region', ...columns, random.pick(['total', 'Total', 'n_total'])],
    rows,
    rules: leaks ? ['revealing-total'] : [],
  };
};

/** Whether a share that is shown can only come from counts that may not be shown. */
function givesAway(text: string, whole: number, show: (count: number) => string): boolean {
  let possible = false;
  for (let count = 0; count <= whole; count += 1) {
    if (show(count) !== text) continue;
    if (count === 0 || (count > 7 && count % 5 === 0)) return false;
    possible = true;
  }
  return possible;
}

/** Denominators with shares of exact counts, or of rounded ones. */
const shares: RelationShape = (random) => {
  const careful = random.chance(0.5);
  const digits = random.whole(0, 3);
  const asPercent = random.chance(0.6);
  const show = (whole: number) => (count: number) =>
    ((count / whole) * (asPercent ? 100 : 1)).toFixed(asPercent ? digits : digits + 2);
  const [name] = random.shuffle(['region', 'age_band', 'ethnicity']) as [string];
  let leaks = false;
  const rows = (groups[name] ?? []).map((value): Cell[] => {
    const whole = round(random.whole(60, 3000));
    const exact = random.whole(1, whole - 1);
    const count = careful ? Math.max(10, Math.min(round(exact), whole - 10)) : exact;
    const text = show(whole)(count);
    if (
      Number(text) > 0 &&
      Number(text) < (asPercent ? 100 : 1) &&
      givesAway(text, whole, show(whole))
    )
      leaks = true;
    return [value, String(whole), text];
  });
  return {
    names: [
      name,
      random.pick(['denominator', 'population', 'total']),
      asPercent
        ? random.pick(['percent', 'pct_vaccinated', 'percentage'])
        : random.pick(['proportion', 'prop']),
    ],
    rows,
    rules: leaks ? ['recoverable-percentage'] : [],
  };
};

/** Summaries with or without the extremes. */
const summaries: RelationShape = (random) => {
  const withExtremes = random.chance(0.5);
  const [name] = random.shuffle(['sex', 'region', 'age_band']) as [string];
  const extremes = withExtremes
    ? random.pick([['min', 'max'], ['minimum_age', 'maximum_age'], ['Max.'], ['lowest']])
    : [];
  return {
    names: [name, 'n', 'mean', 'sd', ...extremes],
    rows: (groups[name] ?? []).map((value) => [
      value,
      String(rounded(random)),
      (random.next() * 90).toFixed(2),
      (random.next() * 20).toFixed(2),
      ...extremes.map(() => (random.next() * 100).toFixed(1)),
    ]),
    rules: withExtremes ? ['extreme-value'] : [],
  };
};

/** Extremes as rows. */
const summaryRows: RelationShape = (random) => {
  const withExtremes = random.chance(0.5);
  const number = (): string => (random.next() * 90).toFixed(2);
  const labels = [
    'mean',
    'std',
    '25%',
    '50%',
    '75%',
    ...(withExtremes ? random.pick([['min', 'max'], ['Maximum'], ['minimum']]) : []),
  ];
  return {
    names: ['statistic', 'age', 'bmi'],
    rows: [
      ['n', String(rounded(random)), String(rounded(random))],
      ...labels.map((label) => [label, number(), number()]),
    ],
    rules: withExtremes ? ['extreme-value'] : [],
  };
};

const ons = (letters: string, random: Random): string =>
  `${letters}${String(random.whole(1, 33_000)).padStart(6, '0')}`;

/** Places, small or large enough. */
const places: RelationShape = (random) => {
  const [names, value, wrong] = random.pick<readonly [readonly string[], () => string, boolean]>([
    [
      ['practice', 'gp_practice_code', 'Practice ID'],
      () => `${random.pick(['A', 'B', 'Y'])}${random.whole(10_000, 99_999)}`,
      true,
    ],
    [['area', 'code'], () => ons('E02', random), true],
    [['msoa', 'lsoa', 'local_authority', 'lad_code'], () => ons('E07', random), true],
    [
      ['name', 'site'],
      () =>
        `${random.pick(['Elm', 'Oak', 'High Street'])} ${random.pick(['Surgery', 'Medical Centre', 'Health Centre'])}`,
      true,
    ],
    [['stp', 'icb', 'pcn'], () => `E54${random.whole(100_000, 199_999)}`, true],
    [['region'], () => random.pick(groups['region'] ?? []), false],
    [['area'], () => ons('E12', random), false],
    [['diagnosis_code'], () => `J${random.whole(10_000, 99_999)}`, false],
    [['rural_urban'], () => random.pick(['urban', 'rural', 'town']), false],
  ]);
  const rows = new Map<string, string[]>();
  for (let at = 0; at < random.whole(4, 30); at += 1) {
    const place = value();
    rows.set(place, [place, String(rounded(random))]);
  }
  return {
    names: [random.pick(names), 'n'],
    rows: [...rows.values()],
    rules: wrong ? ['forbidden-geography'] : [],
  };
};

/** Statistics, with or without the counts behind them. */
const bareStatistics: RelationShape = (random) => {
  const withCounts = random.chance(0.5);
  const [name] = random.shuffle(Object.keys(groups)) as [string];
  const columns = random.some(statisticNames, random.whole(1, 4));
  return {
    names: [name, ...columns, ...(withCounts ? [random.pick(['n', 'population', 'n_obs'])] : [])],
    rows: (groups[name] ?? []).map((value) => [
      value,
      ...columns.map(() => (random.next() * 3).toFixed(3)),
      ...(withCounts ? [String(rounded(random))] : []),
    ]),
    rules: withCounts ? [] : ['missing-counts'],
  };
};

/** The shapes by name. */
export const relationShapes: Readonly<Record<string, RelationShape>> = {
  totalRow,
  totalColumn,
  shares,
  summaries,
  summaryRows,
  places,
  bareStatistics,
};
