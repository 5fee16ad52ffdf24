/** Tables of counts of many shapes. Whether they may leave depends only on how their counts were treated. */
import type { RuleId } from '../rules.ts';
import type { Cell, Grid } from './case.ts';
import type { Random } from './random.ts';
import type { CountWriter } from './treatments.ts';
import { countNames, groups } from './words.ts';

/** Makes one table. `open` names rules that this shape does not judge. */
export type Shape = (
  random: Random,
  counts: CountWriter,
) => Grid & { readonly open?: readonly RuleId[] };

function dimensions(
  random: Random,
  most: number,
): { readonly names: string[]; readonly rows: string[][] } {
  const names = random.some(Object.keys(groups), random.whole(1, most));
  let rows: string[][] = [[]];
  for (const name of names) {
    rows = rows.flatMap((row) => (groups[name] ?? []).map((value) => [...row, value]));
  }
  return { names, rows };
}

const dates = (random: Random, many: number): string[] => {
  const year = random.whole(2017, 2022);
  return Array.from({ length: many }, (_, at) =>
    new Date(Date.UTC(year, at, 1)).toISOString().slice(0, 10),
  );
};

const suffix = (counts: CountWriter, name: string): string =>
  counts.treatment === 'midpoint6' ? `${name}_midpoint6` : name;

/** Labels, then one or more counts. */
const long: Shape = (random, counts) => {
  const { names, rows } = dimensions(random, 3);
  const columns = random.some(countNames, random.whole(1, 3));
  return {
    names: [...names, ...columns.map((name) => suffix(counts, name))],
    rows: rows.map((row) => [...row, ...columns.map(() => counts.show(random.count()))]),
  };
};

/** Categories as columns. */
const wide: Shape = (random, counts) => {
  const [rowName, columnName] = random.shuffle(Object.keys(groups)) as [string, string];
  const columns = groups[columnName] ?? [];
  const prefix = random.pick(['', `${columnName}_`, 'n_', 'age_']);
  return {
    names: [rowName, ...columns.map((name) => suffix(counts, `${prefix}${name}`))],
    rows: (groups[rowName] ?? []).map((name) => [
      name,
      ...columns.map(() => counts.show(random.count())),
    ]),
  };
};

/** Years or months as columns. */
const byYear: Shape = (random, counts) => {
  const names = random.chance(0.5)
    ? Array.from({ length: random.whole(2, 6) }, (_, at) => String(2017 + at))
    : dates(random, random.whole(2, 12));
  const [name] = random.shuffle(Object.keys(groups)) as [string];
  return {
    names: [name, ...names.map((column) => suffix(counts, column))],
    rows: (groups[name] ?? []).map((value) => [
      value,
      ...names.map(() => counts.show(random.count())),
    ]),
  };
};

/** A file of measures without the ratio. */
const measures: Shape = (random, counts) => {
  const [name] = random.shuffle(Object.keys(groups)) as [string];
  const rows: Cell[][] = [];
  for (const date of dates(random, random.whole(3, 24))) {
    for (const value of groups[name] ?? []) {
      const population = random.count() + 20;
      const events = Math.floor(random.next() * population);
      rows.push([value, counts.show(events), counts.show(population), date]);
    }
  }
  return { names: [name, suffix(counts, 'event'), suffix(counts, 'population'), 'date'], rows };
};

/** The index of a data frame, codes for labels. */
const coded: Shape = (random, counts) => {
  const codes = random.whole(3, 5);
  const years = random.whole(2, 5);
  const rows: Cell[][] = [];
  for (let year = 0; year < years; year += 1) {
    for (let code = 1; code <= codes; code += 1) {
      rows.push([
        String(rows.length),
        String(code),
        String(2018 + year),
        counts.show(random.count()),
        counts.show(random.count()),
      ]);
    }
  }
  return {
    names: [
      '',
      random.pick(['ethnicity_6', 'imd', 'quintile', 'age_group', 'stage']),
      'year',
      suffix(counts, 'n'),
      suffix(counts, 'total'),
    ],
    rows,
  };
};

/** Counts with their percentage in one cell. */
const tableOne: Shape = (random, counts) => {
  const groupsChosen = random.some(Object.entries(groups), random.whole(2, 5));
  const columns = ['Overall', 'Cases', 'Controls'].slice(0, random.whole(1, 3));
  const cell = (): Cell => {
    const shown = counts.show(random.count());
    return /^\d+$/.test(shown.text)
      ? { ...shown, text: `${shown.text} (${(random.next() * 100).toFixed(1)}%)` }
      : shown;
  };
  const statistic = (): Cell =>
    `${(20 + random.next() * 60).toFixed(1)} (${(5 + random.next() * 10).toFixed(1)})`;
  return {
    names: ['characteristic', 'level', ...columns],
    rows: [
      ['Age, mean (SD)', '', ...columns.map(statistic)],
      ...groupsChosen.flatMap(([name, values]) =>
        values.map((value) => [name, value, ...columns.map(cell)]),
      ),
    ],
    open: ['recoverable-percentage'],
  };
};

/** Counts beside statistics with names. */
const withStatistics: Shape = (random, counts) => {
  const { names, rows } = dimensions(random, 2);
  return {
    names: [...names, suffix(counts, 'n'), 'mean_bmi', 'sd_bmi', 'median_age'],
    rows: rows.map((row) => [
      ...row,
      counts.show(random.count()),
      (20 + random.next() * 15).toFixed(2),
      (random.next() * 6).toFixed(3),
      String(random.whole(20, 80)),
    ]),
  };
};

/** What `describe` writes, with the count that belongs to it, without extremes. */
const described: Shape = (random, counts) => {
  const columns = random.some(['age', 'bmi', 'sbp', 'egfr'], random.whole(1, 4));
  const numbers = (label: string): Cell[] => [
    label,
    ...columns.map(() => (10 + random.next() * 90).toFixed(6)),
  ];
  return {
    names: ['', ...columns],
    rows: [
      [suffix(counts, 'count'), ...columns.map(() => counts.show(random.count() + 20))],
      numbers('mean'),
      numbers('std'),
      numbers('25%'),
      numbers('50%'),
      numbers('75%'),
    ],
  };
};

/** Coefficients of a model, with the sizes that have to be given. */
const regression: Shape = (random, counts) => {
  const terms = [
    '(Intercept)',
    ...Object.entries(groups)
      .slice(0, random.whole(1, 5))
      .flatMap(([name, values]) => values.slice(1).map((value) => `${name}${value}`)),
  ];
  const number = (digits: number): string => ((random.next() - 0.3) * 4).toFixed(digits);
  return {
    names: ['term', 'estimate', 'std.error', 'statistic', 'p.value', 'df', suffix(counts, 'n_obs')],
    rows: terms.map((term) => [
      term,
      number(4),
      random.next().toFixed(4),
      number(3),
      random.next().toFixed(5),
      String(random.whole(3, 400)),
      counts.show(random.count() + 8),
    ]),
  };
};

/** Numbers at risk. */
const survival: Shape = (random, counts) => {
  const rows: Cell[][] = [];
  for (const strata of random.pick([['all'], ['vaccinated', 'unvaccinated'], ['a', 'b', 'c']])) {
    let risk = random.whole(200, 5000);
    let left = 1;
    for (let time = 0; time < random.whole(5, 40); time += 1) {
      const events = random.whole(0, Math.max(1, Math.floor(risk / 20)));
      left *= 1 - events / risk;
      rows.push([
        strata,
        String(time * 7),
        counts.show(risk),
        counts.show(events),
        left.toFixed(4),
      ]);
      risk -= events;
    }
  }
  return {
    names: ['strata', 'time', suffix(counts, 'n.risk'), suffix(counts, 'n.event'), 'surv'],
    rows,
  };
};

/** One row, only counts. */
const singleRow: Shape = (random, counts) => {
  const names = random.some(countNames, random.whole(2, 6));
  return {
    names: names.map((name) => suffix(counts, name)),
    rows: [names.map(() => counts.show(random.count()))],
  };
};

/** The shapes by name. */
export const aggregateShapes: Readonly<Record<string, Shape>> = {
  long,
  wide,
  byYear,
  measures,
  coded,
  tableOne,
  withStatistics,
  described,
  regression,
  survival,
  singleRow,
};
