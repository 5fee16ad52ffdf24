/** The people of a batch of dates, with what stays the same between dates worked out. */
import type { Dialect } from '../dialect/dialect.ts';
import type { PatientValue } from '../model/model.ts';
import { bitOf, type Kept, placeOf, steadyScope } from './patient-sql.ts';
import type { Plan } from './plan.ts';
import { PATIENT, type RowsScope } from './rows-sql.ts';
import type { LookupTables } from './set-sql.ts';
import { shareValues } from './shared-values.ts';
import { stretchesQuery, stretchJoins } from './stretches-sql.ts';
import { type Scope, valueSql } from './value-sql.ts';
import { sideBySide, type WrittenCells, type WrittenColumn } from './written-cells.ts';

/** Table of the people of a batch. */
export const STRETCHES = 'stretches';

/** Table of those who fulfil the constant steps of the population, with all constant values. */
export const PERSONS = 'persons';

export interface People extends Kept {
  /** Name of the column that holds the cells of steady values, put together. */
  cells(columns: readonly WrittenColumn[], cells: WrittenCells): string;
  /**
   * A query of what is to be kept of everybody once, before the first batch.
   *
   * @param from FROM items: the people as `t`, and tables of scans under their names.
   */
  persons(from: (tables: ReadonlySet<string>) => string): string;
  /** Makes the table of the people for the dates from one number to another. */
  statements(first: number, last: number): readonly string[];
}

/** The people of a batch with what is kept of them; a row for each stretch of dates between which that stays the same. */
export function peopleOf(plan: Plan, { dialect }: RowsScope, lookup: LookupTables): People {
  const name = dialect.identifier;
  const patient = name(PATIENT);
  const { graph } = plan;
  /** Columns of the people of a batch, and of everybody, by what they hold. */
  const kept = new Map<string, KeptColumn>();
  const ofPersons = new Map<string, KeptColumn>();
  /** Tables of stretches, and of what is the same at all dates, that are needed. */
  const joined = new Set<string>();
  const constants = new Set<string>();
  /** Columns of tables of moments that are needed, with their values or as marks. */
  const moments = new Map<string, Moments>();
  const keep = (key: string, what: Omit<KeptColumn, 'name'>): string =>
    remember(kept, key, { name: `h${kept.size}`, ...what }).name;
  const keepOnce = (key: string, what: Omit<KeptColumn, 'name'>): string =>
    `t.${remember(ofPersons, key, { name: `k${ofPersons.size}`, ...what }).name}`;
  const ofValue = (value: PatientValue): Omit<KeptColumn, 'name'> => ({
    values: [value],
    write: (scope) => valueSql(value, scope),
  });
  const keyOf = (value: PatientValue): string => String(graph.id(value));
  /** A value has several texts: a date is cut to different lengths. */
  const cellsKey = (columns: readonly WrittenColumn[]): string => {
    const texts = columns.map(({ type, dateLength, value }) => [type, dateLength, keyOf(value)]);
    return `cells ${JSON.stringify(texts)}`;
  };
  const isConstant = (value: PatientValue): boolean =>
    graph.leavesOf(value).every((leaf) => placeOf(plan, leaf).kind !== 'stretch');
  const constant = steadyScope(plan, dialect, lookup, `t.${patient}`, ({ table, column }) => {
    constants.add(table);
    return `${name(table)}.${column}`;
  });
  const moving = steadyScope(plan, dialect, lookup, `t.${patient}`, ({ table, column }) => {
    joined.add(table);
    return `${name(table)}.${column}`;
  });
  const steady: Scope = {
    ...moving,
    own: (value) => {
      // Only values of patients reach this scope.
      const own = value as PatientValue;
      return graph.leavesOf(own).length > 0 && isConstant(own)
        ? keepOnce(keyOf(own), ofValue(own))
        : moving.own(own);
    },
  };
  const momentsOf = (table: string): Moments =>
    remember(moments, table, { values: new Set(), marks: new Set() });
  return {
    value: (value: PatientValue) => keep(keyOf(value), ofValue(value)),
    column: (table, column) => {
      constants.add(table);
      const once = keepOnce(`${table}.${column}`, {
        values: [],
        write: () => `${name(table)}.${column}`,
      });
      return keep(`${table}.${column}`, { values: [], write: () => once });
    },
    cells: (columns, cells) => {
      const valuesOf = (run: readonly WrittenColumn[]): readonly PatientValue[] =>
        // A text is written several times in its cell.
        run.flatMap(({ type, value }) => (type === 'str' ? [value, value] : [value]));
      const written = (run: readonly WrittenColumn[]) => (scope: Scope) =>
        run.map((one) => cells.cell(one, valueSql(one.value, scope)));
      const pieces = sideBySide(columns, ({ value }) => isConstant(value)).map((run) => {
        const values = valuesOf(run);
        if (!run.every(({ value }) => isConstant(value))) return { values, write: written(run) };
        const write = (scope: Scope): string => cells.joined(written(run)(scope));
        const once = keepOnce(cellsKey(run), { values, write });
        return { values: [], write: () => [once] };
      });
      return keep(cellsKey(columns), {
        values: pieces.flatMap(({ values }) => values),
        write: (scope) => {
          const texts = pieces.flatMap(({ write }) => write(scope));
          const [text] = texts;
          return pieces.length === 1 && text?.startsWith('t.') ? text : cells.joined(texts);
        },
      });
    },
    moment: (table, column, number) => {
      momentsOf(table).values.add(column);
      return momentColumn(table, column, number);
    },
    marks: (table, column) => {
      momentsOf(table).marks.add(column);
      return marksColumn(table, column);
    },
    persons: (from) => {
      const all = [...ofPersons.values()];
      const shared = shareValues(
        all.flatMap(({ values }) => values),
        constant,
        graph,
        't',
      );
      const raw = all.filter(({ values }) => values.length === 0);
      const items = all.map((one) =>
        shared.any && raw.includes(one)
          ? `t.${one.name}`
          : `${one.write(shared.scope)} AS ${one.name}`,
      );
      const rows = from(constants);
      const seen = raw.map((one) => `${one.write(constant)} AS ${one.name}`);
      return [
        `SELECT ${[`t.${patient}`, ...items].join(',\n  ')}`,
        `FROM ${shared.any ? shared.around(rows, seen) : rows}`,
      ].join('\n');
    },
    statements: (first, last) => {
      const shared = shareValues(
        [...kept.values()].flatMap(({ values }) => values),
        steady,
        graph,
        't',
      );
      const columns = [...kept.values()].map((one) => `${one.write(shared.scope)} AS ${one.name}`);
      const marked: string[] = [];
      const pivots: string[] = [];
      for (const [table, ofTable] of moments) {
        const { items, query } = pivotOf(table, ofTable, first, last, dialect);
        marked.push(...items.map((item) => `${name(table)}.${item}`));
        pivots.push(
          `LEFT JOIN (${query}) ${name(table)} ON ${name(table)}.${patient} = t.${patient}`,
        );
      }
      const persons = dialect.ownTable(PERSONS);
      const since =
        joined.size === 0
          ? [`${first} AS since`, `${last + 1} AS until`]
          : ['s.since AS since', 's.until AS until'];
      const rows = [
        joined.size === 0
          ? `${persons} t`
          : `(${stretchesQuery(joined, PERSONS, first, last, dialect)}) s JOIN ${persons} t ON t.${patient} = s.${patient}`,
        ...stretchJoins(joined, dialect),
        ...pivots,
      ].join('\n');
      const ofRows = [...since, ...marked];
      const names = ['t.since', 't.until', ...marked.map((item) => `t.${item.split('.').at(-1)}`)];
      const query = shared.any
        ? [
            `SELECT ${[`t.${patient}`, ...names, ...columns].join(',\n  ')}`,
            `FROM ${shared.around(rows, ofRows)}`,
          ]
        : [`SELECT ${[`t.${patient}`, ...ofRows, ...columns].join(',\n  ')}`, `FROM ${rows}`];
      const order = joined.size === 0 ? [] : [shared.any ? 't.since' : 's.since'];
      return [dialect.createTable(STRETCHES, query.join('\n'), [`t.${patient}`, ...order])];
    },
  };
}

/** A column that is kept of people. */
interface KeptColumn {
  readonly name: string;
  /** Those that it is made of, as often as it is written with them; none for a column of a scan's table as it is. */
  readonly values: readonly PatientValue[];
  write(scope: Scope): string;
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
    (number) => `WHEN since = ${number} THEN ${dialect.literal(2 ** bitOf(number), 'int')}`,
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
