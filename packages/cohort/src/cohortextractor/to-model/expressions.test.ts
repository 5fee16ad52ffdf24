/** Expressions in the query model against their yardstick, `evaluateExpression` (cohort-extractor §1.7). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf } from '../../calendar.ts';
import { constant } from '../../model/build.ts';
import { checkModel } from '../../model/check.ts';
import type { CohortModel } from '../../model/model.ts';
import { evaluateCohort } from '../../oracle/evaluate-cohort.ts';
import { type Cell, evaluateExpression } from '../evaluate-expression.ts';
import type { Expression } from '../expression.ts';
import { lowerCondition, type Operand } from './expressions.ts';

/** A column with its value in both worlds. */
interface Column {
  readonly cell: Cell;
  readonly operand: Operand;
}

const flags = fc.boolean().map(
  (value): Column => ({
    cell: { value: value ? 1 : 0, integer: true, empty: 0 },
    operand: { kind: 'flag', value: constant('bool', value) },
  }),
);

const integers = fc
  .record({ value: fc.integer({ min: -3, max: 3 }), empty: fc.constantFrom(0, -1) })
  .map(
    ({ value, empty }): Column => ({
      cell: { value, integer: true, empty },
      operand: { kind: 'number', value: constant('int', value), integer: true, empty },
    }),
  );

const floats = fc.integer({ min: -6, max: 6 }).map(
  (halves): Column => ({
    cell: { value: halves / 2, integer: false, empty: 0 },
    operand: { kind: 'number', value: constant('float', halves / 2), integer: false, empty: 0 },
  }),
);

const texts = fc.constantFrom('', ' ', 'F', 'F ', ' F', 'f', '7', '-3', '2 ', 'abc');

const textColumns = texts.map(
  (value): Column => ({
    cell: { value, integer: false, empty: '' },
    operand: { kind: 'text', value: constant('str', value), tidy: !value.endsWith(' ') },
  }),
);

const dates = fc
  .record({
    date: fc.constantFrom('', '2019-12-31', '2020-01-01', '2020-02-01'),
    length: fc.constantFrom(4, 7, 10),
  })
  .map(
    ({ date, length }): Column => ({
      cell: { value: date.slice(0, length), integer: false, empty: '' },
      operand: { kind: 'date', value: constant('date', dayOf(date)), length },
    }),
  );

/** Columns of every kind, texts and dates twice, so that they meet one another. */
const columns = fc.record({
  flag: flags,
  whole: integers,
  decimal: floats,
  text: textColumns,
  other_text: textColumns,
  date: dates,
  other_date: dates,
});

const column = (...names: readonly string[]): fc.Arbitrary<Expression> =>
  fc.constantFrom(...names).map((name) => ({ kind: 'column', name }));

const operator = fc.constantFrom('=' as const, '!=', '<', '<=', '>', '>=');

const textValue = fc.oneof(
  column('text', 'other_text', 'date', 'other_date'),
  texts.map((value): Expression => ({ kind: 'string', value })),
);

const { condition } = fc.letrec<{ condition: Expression; number: Expression }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .constantFrom('flag', 'whole', 'decimal', 'text', 'date')
      .map((name) => ({ kind: 'present' as const, name })),
    fc.record({
      kind: fc.constant('compare' as const),
      operator,
      left: textValue,
      right: textValue,
    }),
    fc.record({
      kind: fc.constant('compare' as const),
      operator,
      left: tie('number'),
      right: tie('number'),
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or'),
      operands: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('condition') }),
  ),
  number: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    column('flag', 'whole', 'decimal', 'text'),
    fc
      .integer({ min: -3, max: 8 })
      .map((value) => ({ kind: 'number' as const, value, integer: true })),
    fc
      .constantFrom(0.5, 2, -1.5)
      .map((value) => ({ kind: 'number' as const, value, integer: false })),
    fc.constantFrom('7', '-3 ', '').map((value) => ({ kind: 'string' as const, value })),
    fc.record({
      kind: fc.constant('arithmetic' as const),
      operator: fc.constantFrom('+' as const, '-', '*', '/'),
      left: tie('number'),
      right: tie('number'),
    }),
    fc.record({ kind: fc.constant('negate' as const), operand: tie('number') }),
  ),
}));

const schema = {
  Patient: {
    columns: { Patient_ID: { type: 'int' as const, nullable: false } },
    onePerPatient: true,
    key: 'Patient_ID',
  },
};

test('means what the yardstick says, wherever that says anything', () => {
  let compared = 0;
  fc.assert(
    fc.property(columns, condition, (given, expression) => {
      const columnOf = (name: string): Column => {
        const found = new Map<string, Column>(Object.entries(given)).get(name);
        if (found === undefined) throw new Error(`no column ${name}`);
        return found;
      };
      let refused = false;
      const lowered = lowerCondition(expression, {
        column: 'tried',
        operand: (name) => columnOf(name).operand,
        refuse: () => {
          refused = true;
        },
      });
      const model: CohortModel = {
        patients: { kind: 'table', table: 'Patient' },
        population: [{ words: 'tried', condition: lowered }],
        columns: [],
      };
      expect(checkModel(model, schema)).toEqual([]);
      let expected: boolean;
      try {
        expected = evaluateExpression(expression, (name) => columnOf(name).cell);
      } catch (error) {
        // Division by zero, and texts that are no numbers: there the original stops, and nothing holds here.
        if (error instanceof RangeError || error instanceof TypeError) return;
        throw error;
      }
      if (refused) return;
      compared += 1;
      const source = { database: { Patient: [{ Patient_ID: 1 }] }, files: {}, schema };
      expect(evaluateCohort(model, source, 0).remaining).toEqual([expected ? 1 : 0]);
    }),
    { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 2000) },
  );
  expect(compared).toBeGreaterThan(0);
});
