/** What is made for one date: its rows and its counts. */
import type { Dialect } from '../dialect/dialect.ts';
import type { ModelColumn, Operation, PatientValue } from '../model/model.ts';
import type { CompiledDate } from './compile.ts';
import { dateScope, isSteady, valuesQuery } from './patient-sql.ts';
import { type People, STRETCHES } from './people-sql.ts';
import type { Plan } from './plan.ts';
import { PATIENT, type RowsScope } from './rows-sql.ts';
import { scanStatements } from './scan-sql.ts';
import type { LookupTables } from './set-sql.ts';
import { type SharedValues, shareValues } from './shared-values.ts';
import { conditionSql, type Scope, valueSql } from './value-sql.ts';
import { sideBySide, type WrittenCells, type WrittenColumn } from './written-cells.ts';

/**
 * @param number Of the date.
 * @param cells How values are written, if the rows are wanted as the cells of a file.
 */
export function compileDate(
  plan: Plan,
  rows: RowsScope,
  lookup: LookupTables,
  people: People,
  number: number,
  cells: WrittenCells | null,
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
    day: plan.dates[number],
    patientValues: (values) => {
      const tables = new Set<string>();
      return valuesQuery(
        values,
        'w',
        at(tables),
        plan.graph,
        () => `${from(tables)} WHERE ${present}`,
      );
    },
  };
  const tables = new Set<string>();
  const { columns } = plan.model;
  const steps = plan.model.population.slice(plan.constantSteps).map(({ condition }) => condition);
  const share = (values: readonly PatientValue[]): SharedValues =>
    shareValues(values, at(tables), plan.graph, 'w');
  const ofRows = share([
    ...steps,
    ...columns.flatMap(({ type, value }) =>
      // A text is written several times in its cell.
      cells !== null && type === 'str' ? [value, value] : [value],
    ),
  ]);
  const sql = (value: PatientValue): string => valueSql(value, ofRows.scope);
  // Writing a file costs a database more for each of its columns than putting the texts of a row together.
  const lineSql = (how: WrittenCells): string => {
    const all = [patientColumn, ...columns];
    const pieces = sideBySide(all, ({ value }) => isSteady(plan, value)).map((run) => {
      const [first] = run;
      return first === undefined || isSteady(plan, first.value)
        ? `w.${people.cells(run, how)}`
        : how.cell(first, sql(first.value));
    });
    return `${how.joined(pieces)} AS ${name(how.heading(all))}`;
  };
  const items =
    cells === null
      ? [
          `${patient} AS ${name('patient_id')}`,
          ...columns.map((column) => `${sql(column.value)} AS ${name(column.name)}`),
        ]
      : [lineSql(cells)];
  const empty = columns.map(emptiness);
  const ofCounts = share([...steps, ...empty]);
  const conditionsIn = ({ scope: own }: SharedValues): readonly string[] =>
    steps.map((condition) => conditionSql(condition, own));
  const found = (shared: SharedValues): { readonly rows: string; readonly where: string[] } => {
    const all = from(tables);
    return shared.any
      ? { rows: shared.around(`${all}\nWHERE ${present}`), where: [] }
      : { rows: all, where: [present] };
  };
  const written = found(ofRows);
  const where = [...written.where, ...conditionsIn(ofRows)];
  const counted = found(ofCounts);
  return {
    number,
    date: plan.dates[number] ?? null,
    prepare: plan.datedScans.flatMap((scan) => scanStatements(scan, scope, lookup)),
    rows: [
      `SELECT ${items.join(',\n  ')}`,
      `FROM ${written.rows}`,
      ...(where.length === 0 ? [] : [`WHERE ${where.join(' AND ')}`]),
    ].join('\n'),
    // What is only read lies in order, in a database that keeps one; joins lose it.
    order: tables.size === 0 && dialect.keepsOrder ? null : patient,
    counts: countsSql(
      conditionsIn(ofCounts),
      empty.map((value) => valueSql(value, ofCounts.scope)),
      [`FROM ${counted.rows}`, ...counted.where.map((one) => `WHERE ${one}`)].join('\n'),
      dialect,
    ),
    release: plan.datedScans.map((scan) => dialect.dropTable(scan.name)),
  };
}

/** Conditions and values stand in many counts: level by level, so that each is worked out once a row. */
function countsSql(
  conditions: readonly string[],
  empty: readonly string[],
  from: string,
  dialect: Dialect,
): string {
  const worked = [
    '1 AS one',
    ...conditions.map((condition, index) => `${dialect.conditionValue(condition)} AS c${index}`),
    ...empty.map((value, index) => `${value} AS e${index}`),
  ];
  const flags = conditions.map((_, index) => dialect.valueCondition(`q.c${index}`));
  const all = flags.length === 0 ? '1 = 1' : flags.join(' AND ');
  const isIn = dialect.valueCondition('p.among');
  const count = (condition: string | null): string =>
    dialect.aggregate('count', 'int', null, condition);
  const steps = flags.map((_, index) =>
    flags
      .slice(0, index + 1)
      .join(' AND ')
      .replaceAll('q.c', 'p.c'),
  );
  const counts = [
    count(null),
    ...steps.map((step, index) => count(index === steps.length - 1 ? isIn : step)),
    ...empty.map((_, index) => count(`${isIn} AND ${dialect.valueCondition(`p.e${index}`)}`)),
  ];
  return [
    `SELECT ${counts.map((one, index) => `${one} AS n${index}`).join(', ')}`,
    `FROM (SELECT q.*, ${dialect.conditionValue(`(${all})`)} AS among`,
    `FROM (SELECT ${worked.join(',\n  ')}`,
    `${from}) q) p`,
  ].join('\n');
}

const patientColumn: WrittenColumn = {
  name: 'patient_id',
  type: 'int',
  dateLength: null,
  value: { kind: 'patient-id' },
};

/** Whether a value is what stands in a file for a missing one (cohort-extractor §1.3). */
function emptiness({ type, value }: ModelColumn): PatientValue {
  const operation = (name: Operation, ...operands: readonly PatientValue[]): PatientValue => ({
    kind: 'operation',
    operation: name,
    type: 'bool',
    operands,
  });
  const missing = operation('is-null', value);
  if (type === 'date') return missing;
  const empty =
    type === 'bool'
      ? operation('not', value)
      : operation('equal', value, { kind: 'constant', type, value: type === 'str' ? '' : 0 });
  return isKnown(value) ? empty : operation('or', missing, empty);
}

/** Whether it can be seen that a value is never unknown. */
function isKnown(value: PatientValue): boolean {
  switch (value.kind) {
    case 'constant':
      return value.value !== null;
    case 'aggregate':
      return value.function === 'exists' || value.function === 'count';
    case 'case':
      return [value.otherwise, ...value.branches.map(({ then }) => then)].every(isKnown);
    case 'operation':
      return (
        (value.operation === 'coalesce' && value.operands.some(isKnown)) ||
        (value.operation === 'not' && value.operands.every(isKnown))
      );
    default:
      return false;
  }
}
