/**
 * Writes a plan as statements of one dialect.
 *
 * First everything that is read once (`prepare`), then batch by batch of dates the people with what stays the same between
 * dates worked out, then for each date one query for its rows and one for its attrition.
 */

import type { Dialect } from '../dialect/dialect.ts';
import type { CohortModel, Constant, Rows, ValueType } from '../model/model.ts';
import { nodesBelow } from '../model/operands.ts';
import { batchesOf } from './batch-sql.ts';
import { keptRows } from './kept-rows.ts';
import { membersQuery } from './members-sql.ts';
import { steadyScope, valuesQuery } from './patient-sql.ts';
import { PERSONS } from './people-sql.ts';
import type { Plan, ReadFor } from './plan.ts';
import { fileTable, PATIENT, type RowsScope, rowsSql } from './rows-sql.ts';
import { scanStatements } from './scan-sql.ts';
import { setTables } from './set-sql.ts';
import { shareValues } from './shared-values.ts';
import { stretchesQuery, stretchJoins } from './stretches-sql.ts';
import { conditionSql } from './value-sql.ts';
import type { WrittenCells } from './written-cells.ts';

/** Rows that the engine brings into a table of the plan. */
export interface TableLoad {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: ValueType }[];
  readonly rows: readonly (readonly Constant[])[];
}

/** A file of the study that the engine brings into a table of the plan: `Patient_ID` and `value`. */
export interface FileLoad {
  readonly table: string;
  readonly path: string;
  readonly column: string | null;
  readonly type: ValueType | null;
}

export interface CompiledDate {
  /** Its place among the plan's dates. */
  readonly number: number;
  /** Day number. */
  readonly date: number | null;
  readonly prepare: readonly string[];
  /** Query: `patient_id` and the model's columns, or one column of their cells. */
  readonly rows: string;
  /** Term that sorts them by `patient_id`; null where they come so. */
  readonly order: string | null;
  /**
   * Query: one row, of how many people there are; how many are left after each step that follows the constant ones; and of
   * each column, how many rows have its empty value.
   */
  readonly counts: string;
  readonly release: readonly string[];
}

/** Query of the rows, sorted. */
export function sortedRows({ rows, order }: CompiledDate): string {
  return order === null ? rows : `${rows}\nORDER BY ${order}`;
}

export interface CompiledBatch {
  readonly prepare: readonly string[];
  readonly dates: readonly CompiledDate[];
  readonly release: readonly string[];
}

export interface CompiledPlan {
  readonly loads: readonly TableLoad[];
  readonly files: readonly FileLoad[];
  readonly prepare: readonly string[];
  /** Query: one row, of everybody and of how many are left after each constant step. */
  readonly constantAttrition: string;
  readonly batches: readonly CompiledBatch[];
  /** How many of the steps of the population are counted once. */
  readonly constantSteps: number;
  readonly model: CohortModel;
}

/** Table of everybody. */
const PEOPLE = 'people';

/** Table of those who fulfil the constant steps: whatever is read later is read for them alone. */
const CANDIDATES = 'candidates';

/** Table of those who may be in the population at some date, where that can be said before all is read. */
const MEMBERS = 'members';

/** Table of one row: how many are left after each constant step. */
const REMAINING = 'remaining';

/**
 * @param cells How values are written, if the rows are wanted as the cells of a text file rather than as values.
 */
export function compile(
  plan: Plan,
  dialect: Dialect,
  cells: WrittenCells | null = null,
): CompiledPlan {
  const { graph, schema, model } = plan;
  const sets = setTables(graph, dialect);
  const kept = keptRows(plan);
  const name = dialect.identifier;
  const people = dialect.ownTable(PEOPLE);

  const steady = (tables: Set<string>): ReturnType<typeof steadyScope> =>
    steadyScope(plan, dialect, sets, `t.${name(PATIENT)}`, ({ table, column }) => {
      tables.add(table);
      return `${name(table)}.${column}`;
    });
  const joined = (tables: ReadonlySet<string>): string =>
    [...tables]
      .map(
        (table) =>
          ` LEFT JOIN ${dialect.ownTable(table)} ${name(table)} ON ${name(table)}.${name(PATIENT)} = t.${name(PATIENT)}`,
      )
      .join('');
  const scope: RowsScope = {
    dialect,
    schema,
    graph,
    sets,
    indexDate: dialect.literal(plan.dates[0] ?? null, 'date'),
    day: plan.dates.length === 1 ? plan.dates[0] : undefined,
    among: (readFor) => among[readFor],
    kept: () => null,
    patientValues: (values) => {
      const tables = new Set<string>();
      return valuesQuery(values, 't', steady(tables), graph, () => `${people} t${joined(tables)}`);
    },
    stretchedValues: (values) => {
      const constant = new Set<string>();
      const moving = new Set<string>();
      const own = steadyScope(plan, dialect, sets, `t.${name(PATIENT)}`, (place) => {
        (place.kind === 'stretch' ? moving : constant).add(place.table);
        return `${name(place.table)}.${place.column}`;
      });
      const from = (): string => {
        const stretches = stretchesQuery(moving, CANDIDATES, 0, plan.dates.length - 1, dialect);
        const patients = `${dialect.ownTable(CANDIDATES)} t ON t.${name(PATIENT)} = s.${name(PATIENT)}`;
        const joins = stretchJoins(moving, dialect);
        return [`(${stretches}) s JOIN ${patients}${joined(constant)}`, ...joins].join('\n');
      };
      return valuesQuery(values, 't', own, graph, from, ['s.since', 's.until']);
    },
  };

  const steps = model.population.slice(0, plan.constantSteps);
  const stepTables = new Set<string>();
  const shared = shareValues(
    steps.map(({ condition }) => condition),
    steady(stepTables),
    graph,
    't',
  );
  const conditions = steps.map(({ condition }) => conditionSql(condition, shared.scope));
  const everybody = `${people} t${joined(stepTables)}`;
  const judged = shared.any ? shared.around(everybody) : everybody;
  // Worked out before they are counted: a query within a condition may not stand in an aggregate.
  const flags = conditions.map((_, index) => dialect.valueCondition(`q.c${index}`));
  const left = flags.map((_, index) =>
    dialect.aggregate('count', 'int', null, flags.slice(0, index + 1).join(' AND ')),
  );
  const worked = conditions.map(
    (condition, index) => `${dialect.conditionValue(condition)} AS c${index}`,
  );
  const remaining = [
    `SELECT ${[dialect.aggregate('count', 'int', null, null), ...left].map((count, index) => `${count} AS n${index}`).join(', ')}`,
    `FROM (SELECT ${worked.join(', ') || '1 AS one'} FROM ${judged}) q`,
  ].join('\n');
  const constantTables = plan.scans
    .filter((scan) => scan.leaves.some(({ place }) => place.table === scan.name))
    .map((scan) => scan.name);
  const candidates = [
    `SELECT t.${name(PATIENT)} FROM ${judged}`,
    ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
  ].join('\n');
  const members = [...plan.scans, ...plan.datedScans].some(({ readFor }) => readFor === 'members')
    ? membersQuery(plan, scope, CANDIDATES)
    : null;
  const amongCandidates = stepTables.size === 0 ? null : CANDIDATES;
  const among: Readonly<Record<ReadFor, string | null>> = {
    everybody: null,
    candidates: amongCandidates,
    members: members === null ? amongCandidates : MEMBERS,
  };
  const statementsFor = (readFor: ReadFor): readonly string[] =>
    plan.scans
      .filter((scan) => scan.readFor === readFor)
      .flatMap((scan) => scanStatements(scan, scope, sets));

  const { batches, people: ofBatches } = batchesOf(
    plan,
    { ...scope, kept: kept.tableOf },
    sets,
    cells,
  );
  const persons = ofBatches.persons(
    (tables) => `${dialect.ownTable(CANDIDATES)} t${joined(tables)}`,
  );
  const own = rowsSql(model.patients, scope);
  const prepare = [
    dialect.createTable(PEOPLE, `SELECT r.${name(PATIENT)} FROM (${own}) r`, [
      `r.${name(PATIENT)}`,
    ]),
    ...statementsFor('everybody'),
    dialect.createTable(REMAINING, remaining),
    dialect.createTable(CANDIDATES, candidates),
    ...statementsFor('candidates'),
    ...(members === null ? [] : [dialect.createTable(MEMBERS, members)]),
    ...statementsFor('members'),
  ];
  // Before the sets are listed, for these ask for some.
  const keepRows = kept
    .rows()
    .map(({ table, rows }) => dialect.createTable(table, rowsSql(rows, scope)));
  return {
    loads: sets.loads(),
    files: filesOf(model).map((rows) => ({
      table: fileTable(rows),
      path: rows.path,
      column: rows.column,
      type: rows.type,
    })),
    prepare: [
      ...sets.statements(),
      ...prepare,
      dialect.createTable(PERSONS, persons, [`t.${name(PATIENT)}`]),
      ...constantTables.map(dialect.dropTable),
      ...keepRows,
    ],
    constantAttrition: `SELECT * FROM ${dialect.ownTable(REMAINING)}`,
    batches,
    constantSteps: plan.constantSteps,
    model,
  };
}

/** The files that any rows of the model come from, each with each of its columns once. */
function filesOf(model: object): readonly (Rows & { readonly kind: 'file' })[] {
  const found = new Map<string, Rows & { readonly kind: 'file' }>();
  const seen = new Set<object>();
  const visit = (node: object): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (isFile(node)) found.set(fileTable(node), node);
    for (const part of nodesBelow(node)) visit(part);
  };
  visit(model);
  return [...found.values()];
}

function isFile(node: object): node is Rows & { readonly kind: 'file' } {
  return 'kind' in node && node.kind === 'file';
}
