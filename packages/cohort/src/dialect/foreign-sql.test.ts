/**
 * SQL for databases other than the embedded one: its pieces are golden files to look at, and whole plans are read by the parser of
 * another project. What random plans mean to Trino a real one tells (`session/trino-plans.test.ts`).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Operation, ValueType } from '../model/model.ts';
import { signatures } from '../model/signatures.ts';
import { drawn } from '../oracle/draw.ts';
import { MIDDLE } from '../oracle/random-cells.ts';
import { drawSource } from '../oracle/random-database.ts';
import { drawModel } from '../oracle/random-model.ts';
import { type CompiledPlan, compile } from '../plan/compile.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import type { Dialect } from './dialect.ts';
import { loadStatements } from './load-statements.ts';
import { models } from './models.fixture.ts';
import { mssql } from './mssql.ts';
import { judge } from './sqlglot.testing.ts';
import { trino } from './trino.ts';
import { trinoLoadStatements } from './trino-load.ts';

const foreign = [
  ['tsql', mssql, loadStatements],
  ['trino', trino, trinoLoadStatements],
] as const;

type Loading = typeof loadStatements;

/** Ten runs are one model. */
const runs = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 200) / 10);
const patience = 600_000 + 4_000 * runs;

/** A value of each type, as a column. */
const operands: Readonly<Record<ValueType, string>> = {
  bool: 'b',
  int: 'i',
  float: 'f',
  str: 's',
  date: 'd',
  datetime: 'm',
};
const types = Object.keys(operands) as ValueType[];

/** What a dialect writes for each thing that it is asked for. */
function piecesOf(dialect: Dialect, loading: Loading): string {
  const works = (Object.keys(signatures) as Operation[]).flatMap((name) => {
    const takes = lists.find((list) => signatures[name].result(list) !== null) ?? [];
    const sql = takes.map((type, index) =>
      signatures[name].constants.includes(index) ? '2' : operands[type],
    );
    const type = signatures[name].result(takes) ?? 'bool';
    return [`${name}: ${dialect.operation(name, takes.includes('float') ? 'float' : type, sql)}`];
  });
  const literals = types.map(
    (type) => `${type}: ${dialect.literal(examples[type], type)}, ${dialect.literal(null, type)}`,
  );
  const aggregates = (['exists', 'count', 'sum', 'minimum', 'maximum', 'mean'] as const).map(
    (name) =>
      `${name}: ${dialect.aggregate(name, 'int', 'i', null)}; ${dialect.aggregate(name, 'int', 'i', 'i > 1')}`,
  );
  const picks = types.map(
    (type) =>
      `first ${type}: ${dialect.pick([{ by: operands[type], type, direction: 'descending' }], operands[type], type, 'i > 1')}`,
  );
  const matches = (['prefix', 'substring', 'code-in-text'] as const).map(
    (match) => `${match}: ${dialect.matches('s', ['J12', "10%_[a]^!'"], match)}`,
  );
  const load = {
    table: 'set',
    columns: [{ name: 'element', type: 'str' as const }],
    rows: [['a']],
  };
  return [
    ...works,
    ...literals,
    ...types.map((type) => `column of ${type}: ${dialect.columnType(type)}`),
    ...aggregates,
    ...picks,
    ...types.map((type) => `taken ${type}: ${dialect.taken('p', type)}`),
    ...matches,
    dialect.sourceTable('Event', { Code: 'str', Value: 'float' }),
    dialect.orderTerm({ by: 'd', type: 'date', direction: 'descending' }),
    dialect.createTable('name', 'SELECT t.a FROM t', ['t.a']),
    dialect.dropTable('name'),
    ...loading(load, dialect),
    '',
  ].join('\n');
}

/** Lists of types, the plainest that fit some operation first. */
const lists: readonly (readonly ValueType[])[] = [
  ['bool', 'bool'],
  ['int', 'int'],
  ...types.map((type) => [type]),
  ['int', 'int', 'int'],
  ['float', 'int'],
  ['date', 'int'],
  ['date', 'date'],
  ['str', 'str'],
  ['str', 'str', 'str'],
  ['str', 'int', 'int'],
];

const examples = {
  bool: true,
  int: -5,
  float: 0.1,
  str: "it's \u{1f600}\0\\\n",
  date: MIDDLE,
  datetime: MIDDLE * 86_400_000 + 1,
} as const;

function statementsOf(plan: CompiledPlan, dialect: Dialect, loading: Loading): readonly string[] {
  const batches = plan.batches.flatMap(({ prepare, dates, release }) => [
    ...prepare,
    ...dates.flatMap((date) => [...date.prepare, date.rows, date.counts, ...date.release]),
    ...release,
  ]);
  const loads = plan.loads.flatMap((load) => loading(load, dialect));
  return [...loads, ...plan.prepare, plan.constantAttrition, ...batches];
}

describe.each(foreign)('%s', (grammar, dialect, loading) => {
  test('has pieces that were looked at', async () => {
    await expect(piecesOf(dialect, loading)).toMatchFileSnapshot(`golden/${dialect.name}.sql`);
  });

  test.each(models)(
    'of %s is sound',
    (_name, model) => {
      const plan = compile(planCohort(model, [MIDDLE, MIDDLE + 7], tppSchema), dialect);
      const statements = statementsOf(plan, dialect, loading);
      expect(judge(grammar, statements)).toEqual([]);
    },
    patience,
  );
});

test(
  'T-SQL of random models is sound',
  () => {
    const asked = fc.sample(
      drawn((draw) => {
        const source = drawSource(draw);
        return { schema: source.schema, model: drawModel(draw, source) };
      }),
      runs,
    );
    const statements = asked.flatMap(({ schema, model }) =>
      statementsOf(
        compile(planCohort(model, [MIDDLE, MIDDLE + 3], schema), mssql),
        mssql,
        loadStatements,
      ),
    );
    expect(judge('tsql', [...new Set(statements)])).toEqual([]);
  },
  patience,
);
