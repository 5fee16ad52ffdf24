/** The people of a batch of dates, with what stays the same between dates worked out. */
import type { PatientValue } from '../model/model.ts';
import { type Kept, steadyScope } from './patient-sql.ts';
import type { Plan } from './plan.ts';
import { PATIENT, type RowsScope } from './rows-sql.ts';
import type { LookupTables } from './set-sql.ts';
import { valueSql } from './value-sql.ts';
import type { WrittenCells, WrittenColumn } from './written-cells.ts';

/** Table of the people of a batch. */
export const STRETCHES = 'stretches';

/** Table of those who fulfil the constant steps of the population, with all constant values. */
export const PERSONS = 'persons';

/** Column of that table that holds a column of a scan's table. */
export function personColumn(table: string, column: string): string {
  return `${table}_${column}`;
}

export interface People extends Kept {
  /** Name of the column that holds the cells of steady values, put together. */
  cells(columns: readonly WrittenColumn[], cells: WrittenCells): string;
  /** Makes the table of the people for the dates from one number to another. */
  statements(first: number, last: number): readonly string[];
}

/** The people of a batch with what is kept of them; a row for each stretch of dates between which that stays the same. */
export function peopleOf(plan: Plan, { dialect }: RowsScope, lookup: LookupTables): People {
  const name = dialect.identifier;
  const patient = name(PATIENT);
  const kept = new Map<string, string>();
  const joined = new Set<string>();
  /** Columns of tables of moments that are needed. */
  const moments = new Map<string, Set<string>>();
  const steady = steadyScope(plan, dialect, lookup, `t.${patient}`, ({ kind, table, column }) => {
    if (kind !== 'stretch') return `t.${personColumn(table, column)}`;
    joined.add(table);
    return `${name(table)}.${column}`;
  });
  const keep = (sql: string): string => {
    const column = kept.get(sql) ?? `h${kept.size}`;
    kept.set(sql, column);
    return column;
  };
  return {
    value: (value: PatientValue) => keep(valueSql(value, steady)),
    column: (table, column) => keep(`t.${personColumn(table, column)}`),
    cells: (columns, cells) =>
      keep(cells.joined(columns.map((one) => cells.cell(one, valueSql(one.value, steady))))),
    moment: (table, column, number) => {
      moments.set(table, (moments.get(table) ?? new Set()).add(column));
      return momentColumn(table, column, number);
    },
    statements: (first, last) => {
      const columns = [...kept].map(([sql, column]) => `${sql} AS ${column}`);
      const pivots: string[] = [];
      for (const [table, ofTable] of moments) {
        const spread = [...ofTable].flatMap((column) =>
          range(first, last).map((number) => ({
            column,
            number,
            name: momentColumn(table, column, number),
          })),
        );
        const items = spread.map(
          (one) => `max(CASE WHEN since = ${one.number} THEN ${one.column} END) AS ${one.name}`,
        );
        columns.push(...spread.map((one) => `${name(table)}.${one.name}`));
        pivots.push(
          `LEFT JOIN (SELECT ${[patient, ...items].join(', ')}
  FROM ${dialect.ownTable(table)} WHERE since BETWEEN ${first} AND ${last} GROUP BY ${patient}) ${name(table)} ON ${name(table)}.${patient} = t.${patient}`,
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

function momentColumn(table: string, column: string, number: number): string {
  return `${table}_${column}_${number}`;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
