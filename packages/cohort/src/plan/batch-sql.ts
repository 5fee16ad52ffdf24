/** What is made for a batch of dates and for each of its dates. */
import type { Dialect } from '../dialect/dialect.ts';
import type { ModelColumn, PatientValue } from '../model/model.ts';
import type { CompiledBatch, CompiledDate } from './compile.ts';
import { dateScope, type Kept, steadyScope, valuesQuery } from './patient-sql.ts';
import type { Plan } from './plan.ts';
import { PATIENT, type RowsScope } from './rows-sql.ts';
import { scanStatements } from './scan-sql.ts';
import type { LookupTables } from './set-sql.ts';
import { conditionSql, type Scope, valueSql } from './value-sql.ts';

/** Dates whose people are worked out together. More dates share more, fewer need less memory. */
const BATCH = 16;

/** Table of the people of a batch. */
const STRETCHES = 'stretches';

/** Table of those who fulfil the constant steps of the population, with all constant values. */
export const PERSONS = 'persons';

/** Column of that table that holds a column of a scan's table. */
export function personColumn(table: string, column: string): string {
  return `${table}_${column}`;
}

export function batchesOf(
  plan: Plan,
  rows: RowsScope,
  lookup: LookupTables,
): readonly CompiledBatch[] {
  const { dialect } = rows;
  const people = peopleOf(plan, rows, lookup);
  const moving = [...plan.places.values()].some(
    ({ kind }) => kind === 'stretch' || kind === 'moment',
  );
  const size = moving
    ? Math.ceil(plan.dates.length / Math.ceil(plan.dates.length / BATCH))
    : plan.dates.length;
  const firsts = Array.from(
    { length: Math.ceil(plan.dates.length / size) },
    (_, index) => index * size,
  );
  // The dates are written first: they decide what must be kept of the people.
  const dates = firsts.map((first) =>
    plan.dates
      .slice(first, first + size)
      .map((_, index) => compileDate(plan, rows, lookup, people, first + index)),
  );
  return firsts.map((first, index) => ({
    prepare: people.statements(first, Math.min(first + size, plan.dates.length) - 1),
    dates: dates[index] ?? [],
    release: [dialect.dropTable(STRETCHES)],
  }));
}

interface People extends Kept {
  statements(first: number, last: number): readonly string[];
}

/** The people of a batch with what is kept of them; a row for each stretch of dates between which that stays the same. */
function peopleOf(plan: Plan, { dialect }: RowsScope, lookup: LookupTables): People {
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

function compileDate(
  plan: Plan,
  rows: RowsScope,
  lookup: LookupTables,
  people: People,
  number: number,
): CompiledDate {
  const { dialect } = rows;
  const name = dialect.identifier;
  const patient = `w.${name(PATIENT)}`;
  const from = (tables: ReadonlySet<string>): string =>
    [
      `${dialect.ownTable(STRETCHES)} w`,
      ...[...tables].map(
        (table) =>
          `LEFT JOIN ${dialect.ownTable(table)} ${name(table)} ON ${name(table)}.${name(PATIENT)} = ${patient}`,
      ),
    ].join('\n');
  const present = `w.since <= ${number} AND w.until > ${number}`;
  const at = (tables: Set<string>): Scope =>
    dateScope(plan, dialect, lookup, people, number, tables);
  const scope: RowsScope = {
    ...rows,
    indexDate: dialect.literal(plan.dates[number] ?? null, 'date'),
    patientValues: (values) => {
      const tables = new Set<string>();
      return valuesQuery(values, patient, at(tables), () => `${from(tables)} WHERE ${present}`);
    },
  };
  const tables = new Set<string>();
  const values = plan.model.columns.map(({ value }) => valueSql(value, at(tables)));
  const conditions = plan.model.population
    .slice(plan.constantSteps)
    .map(({ condition }) => conditionSql(condition, at(tables)));
  // Worked out once, then counted: the conditions and values stand in many counts.
  const worked = [
    ...conditions.map((condition, index) => `${dialect.conditionValue(condition)} AS c${index}`),
    ...plan.model.columns.map(
      (column, index) => `${emptySql(column, values[index] ?? 'NULL', dialect)} AS e${index}`,
    ),
  ];
  const flags = conditions.map((_, index) => dialect.valueCondition(`q.c${index}`));
  const count = (all: readonly string[]): string =>
    dialect.aggregate('count', 'int', null, all.length === 0 ? null : all.join(' AND '));
  const counts = [
    count([]),
    ...flags.map((_, index) => count(flags.slice(0, index + 1))),
    ...values.map((_, index) => count([...flags, dialect.valueCondition(`q.e${index}`)])),
  ];
  const columns = plan.model.columns.map(
    (column, index) => `${values[index] ?? 'NULL'} AS ${name(column.name)}`,
  );
  return {
    number,
    date: plan.dates[number] ?? null,
    prepare: plan.datedScans.flatMap((scan) => scanStatements(scan, scope, lookup)),
    rows: [
      `SELECT ${[`${patient} AS ${name('patient_id')}`, ...columns].join(',\n  ')}`,
      `FROM ${from(tables)}`,
      `WHERE ${[present, ...conditions].join(' AND ')}`,
      // What is only read lies in order; joins lose it.
      ...(tables.size === 0 ? [] : [`ORDER BY ${patient}`]),
    ].join('\n'),
    counts: [
      `SELECT ${counts.map((one, index) => `${one} AS n${index}`).join(', ')}`,
      `FROM (SELECT ${worked.length === 0 ? '1 AS one' : worked.join(',\n  ')}`,
      `FROM ${from(tables)}`,
      `WHERE ${present}) q`,
    ].join('\n'),
    release: plan.datedScans.map((scan) => dialect.dropTable(scan.name)),
  };
}

/** Whether a value is what stands in a file for a missing one (cohort-extractor §1.3). */
function emptySql({ type }: ModelColumn, value: string, dialect: Dialect): string {
  const missing = dialect.operation('is-null', 'bool', [value]);
  if (type === 'date') return missing;
  const empty =
    type === 'bool'
      ? dialect.operation('not', 'bool', [value])
      : dialect.operation('equal', 'bool', [value, dialect.literal(type === 'str' ? '' : 0, type)]);
  return dialect.operation('or', 'bool', [missing, empty]);
}

function momentColumn(table: string, column: string, number: number): string {
  return `${table}_${column}_${number}`;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
