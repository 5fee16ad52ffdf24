/** The people of a batch of dates, with what stays the same between dates worked out. */
import type { Dialect } from '../dialect/dialect.ts';
import type { PatientValue } from '../model/model.ts';
import { type Kept, placeOf, steadyScope, weightOf } from './patient-sql.ts';
import type { Plan } from './plan.ts';
import { PATIENT, type RowsScope } from './rows-sql.ts';
import type { LookupTables } from './set-sql.ts';
import { type Scope, valueSql } from './value-sql.ts';
import { sideBySide, type WrittenCells, type WrittenColumn } from './written-cells.ts';

/** Table of the people of a batch. */
export const STRETCHES = 'stretches';

/** Table of those who fulfil the constant steps of the population, with all constant values. */
export const PERSONS = 'persons';

export interface People extends Kept {
  /** Name of the column that holds the cells of steady values, put together. */
  cells(columns: readonly WrittenColumn[], cells: WrittenCells): string;
  /** What is to be kept of everybody once, before the first batch: items of a query, and the tables of scans they need. */
  persons(): { readonly items: readonly string[]; readonly tables: ReadonlySet<string> };
  /** Makes the table of the people for the dates from one number to another. */
  statements(first: number, last: number): readonly string[];
}

/** The people of a batch with what is kept of them; a row for each stretch of dates between which that stays the same. */
export function peopleOf(plan: Plan, { dialect }: RowsScope, lookup: LookupTables): People {
  const name = dialect.identifier;
  const patient = name(PATIENT);
  /** Columns of the people of a batch, and of everybody, by what they hold. */
  const kept = new Map<string, string>();
  const ofPersons = new Map<string, string>();
  /** Tables of stretches, and of what is the same at all dates, that are needed. */
  const joined = new Set<string>();
  const constants = new Set<string>();
  /** Columns of tables of moments that are needed, with their values or as marks. */
  const moments = new Map<string, Moments>();
  const keep = (sql: string): string => remember(kept, sql, `h${kept.size}`);
  const keepOnce = (sql: string): string => `t.${remember(ofPersons, sql, `k${ofPersons.size}`)}`;
  const constant = steadyScope(plan, dialect, lookup, `t.${patient}`, ({ table, column }) => {
    constants.add(table);
    return `${name(table)}.${column}`;
  });
  const columnOnce = (table: string, column: string): string => {
    constants.add(table);
    return keepOnce(`${name(table)}.${column}`);
  };
  const steady = steadyScope(plan, dialect, lookup, `t.${patient}`, ({ kind, table, column }) => {
    if (kind !== 'stretch') return columnOnce(table, column);
    joined.add(table);
    return `${name(table)}.${column}`;
  });
  const isConstant = (value: PatientValue): boolean =>
    plan.graph.leavesOf(value).every((leaf) => placeOf(plan, leaf).kind !== 'stretch');
  const momentsOf = (table: string): Moments =>
    remember(moments, table, { values: new Set(), marks: new Set() });
  return {
    value: (value: PatientValue) =>
      keep(isConstant(value) ? keepOnce(valueSql(value, constant)) : valueSql(value, steady)),
    column: (table, column) => keep(columnOnce(table, column)),
    cells: (columns, cells) => {
      const written = (one: WrittenColumn, scope: Scope): string =>
        cells.cell(one, valueSql(one.value, scope));
      const pieces = sideBySide(columns, ({ value }) => isConstant(value)).flatMap((run) =>
        run.every(({ value }) => isConstant(value))
          ? [keepOnce(cells.joined(run.map((one) => written(one, constant))))]
          : run.map((one) => written(one, steady)),
      );
      return keep(
        pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : cells.joined(pieces),
      );
    },
    moment: (table, column, number) => {
      momentsOf(table).values.add(column);
      return momentColumn(table, column, number);
    },
    marks: (table, column) => {
      momentsOf(table).marks.add(column);
      return marksColumn(table, column);
    },
    persons: () => ({
      items: [...ofPersons].map(([sql, column]) => `${sql} AS ${column}`),
      tables: constants,
    }),
    statements: (first, last) => {
      const columns = [...kept].map(([sql, column]) => `${sql} AS ${column}`);
      const pivots: string[] = [];
      for (const [table, ofTable] of moments) {
        const { items, query } = pivotOf(table, ofTable, first, last, dialect);
        columns.push(...items.map((item) => `${name(table)}.${item}`));
        pivots.push(
          `LEFT JOIN (${query}) ${name(table)} ON ${name(table)}.${patient} = t.${patient}`,
        );
      }
      const persons = dialect.ownTable(PERSONS);
      const ends = [...joined].flatMap((table) =>
        ['since', 'until'].map(
          (end) =>
            `SELECT ${patient}, ${end} FROM ${dialect.ownTable(table)} WHERE ${end} > ${first} AND ${end} <= ${last}`,
        ),
      );
      const points = [`SELECT ${patient}, ${first} AS since FROM ${persons}`, ...ends];
      const stretches = `SELECT ${patient}, since, coalesce(lead(since) OVER (PARTITION BY ${patient} ORDER BY since), ${last + 1}) AS until
  FROM (${points.join('\n  UNION ')}) ends`;
      const joins = [...joined].map(
        (table) =>
          `LEFT JOIN ${dialect.ownTable(table)} ${name(table)} ON ${name(table)}.${patient} = t.${patient} AND ${name(table)}.since <= s.since AND ${name(table)}.until > s.since`,
      );
      const query =
        joined.size === 0
          ? [
              `SELECT ${[`t.${patient}`, `${first} AS since`, `${last + 1} AS until`, ...columns].join(',\n  ')}`,
              `FROM ${persons} t`,
              ...pivots,
            ]
          : [
              `SELECT ${[`t.${patient}`, 's.since', 's.until', ...columns].join(',\n  ')}`,
              `FROM (${stretches}) s JOIN ${persons} t ON t.${patient} = s.${patient}`,
              ...joins,
              ...pivots,
            ];
      return [
        dialect.createTable(
          STRETCHES,
          query.join('\n'),
          joined.size === 0 ? [`t.${patient}`] : [`t.${patient}`, 's.since'],
        ),
      ];
    },
  };
}

/** Columns of a table of moments that the people of a batch have. */
interface Moments {
  readonly values: Set<string>;
  readonly marks: Set<string>;
}

/** A query with one row a patient of what a table of moments holds for some dates. */
function pivotOf(
  table: string,
  { values, marks }: Moments,
  first: number,
  last: number,
  dialect: Dialect,
): { readonly items: readonly string[]; readonly query: string } {
  const patient = dialect.identifier(PATIENT);
  const numbers = range(first, last);
  const weights = numbers.map(
    (number) => `WHEN since = ${number} THEN ${dialect.literal(weightOf(number), 'int')}`,
  );
  const all: readonly (readonly [string, string])[] = [
    ...[...values].flatMap((column) =>
      numbers.map(
        (number) =>
          [
            momentColumn(table, column, number),
            `max(CASE WHEN m.since = ${number} THEN m.${column} END)`,
          ] as const,
      ),
    ),
    ...[...marks].map((column) => {
      const flag = dialect.valueCondition(`m.${column}`);
      const mark = `CASE WHEN ${flag} THEN m.weight ELSE 0 END`;
      return [marksColumn(table, column), dialect.aggregate('sum', 'int', mark, null)] as const;
    }),
  ];
  const weighed = marks.size === 0 ? '' : `, CASE ${weights.join(' ')} END AS weight`;
  const columns = [patient, 'since', ...values.union(marks)].join(', ');
  return {
    items: all.map(([column]) => column),
    query: `SELECT ${[`m.${patient}`, ...all.map(([column, sql]) => `${sql} AS ${column}`)].join(', ')}
  FROM (SELECT ${columns}${weighed} FROM ${dialect.ownTable(table)} WHERE since BETWEEN ${first} AND ${last}) m GROUP BY m.${patient}`,
  };
}

function marksColumn(table: string, column: string): string {
  return `${table}_${column}_marks`;
}

function momentColumn(table: string, column: string, number: number): string {
  return `${table}_${column}_${number}`;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function remember<Key, Kept>(known: Map<Key, Kept>, key: Key, made: Kept): Kept {
  const found = known.get(key) ?? made;
  known.set(key, found);
  return found;
}
