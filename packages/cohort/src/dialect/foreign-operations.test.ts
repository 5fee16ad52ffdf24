/**
 * What the operations of T-SQL and Trino mean, as far as DuckDB can say: sqlglot puts them into DuckDB's words, and the
 * answers are compared with the oracle's. What only a server of theirs could tell is named in `unheard`.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runPython } from '../formats/test-python.ts';
import type { Operation, ValueType } from '../model/model.ts';
import { signatures } from '../model/signatures.ts';
import type { Cell } from '../oracle/cell.ts';
import { type Draw, drawn } from '../oracle/draw.ts';
import { applyOperation } from '../oracle/operations.ts';
import { drawCell } from '../oracle/random-cells.ts';
import { mssql } from './mssql.ts';
import type { Grammar } from './sqlglot.testing.ts';
import { trino } from './trino.ts';

const TRANSLATE = `
import json, sys
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

TEXTS = ('concat', 'make-date')

def plainer(node, operation):
    if isinstance(node, exp.Collate):
        return node.this
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.BIT:
        return exp.DataType.build('boolean')
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.FLOAT:
        return exp.DataType.build('double')
    if isinstance(node, exp.Literal) and node.is_string and len(node.this) == 8 and isinstance(node.parent, exp.Cast):
        return exp.Literal.string(node.this[:4] + '-' + node.this[4:6] + '-' + node.this[6:])
    if isinstance(node, exp.Add) and operation in TEXTS:
        return exp.DPipe(this=node.this, expression=node.expression)
    return node

def translate(one, grammar):
    tree = sqlglot.parse_one(one['sql'], dialect=grammar)
    if grammar == 'tsql':
        # What was replaced is not looked into again: once for each level of a sum.
        for level in range(4):
            tree = tree.transform(plainer, one['operation'])
    return annotate_types(tree, dialect=grammar).sql('duckdb')

asked = json.load(sys.stdin)
print(json.dumps([translate(one, asked['grammar']) for one in asked['cases']]))
`;

/** Operations that DuckDB cannot carry out as the other database would write them. */
const unheard: Readonly<Record<Grammar, readonly Operation[]>> = {
  // Patterns of LIKE with sets of characters.
  tsql: ['text-to-int', 'text-to-float', 'parse-day-month-year', 'parse-iso-date'],
  trino: [],
};

const types = ['bool', 'int', 'float', 'str', 'date', 'datetime'] as const;
const lists: readonly (readonly ValueType[])[] = [
  ...types.map((type) => [type]),
  ...types.map((type) => [type, type]),
  ['int', 'float'],
  ['float', 'int'],
  ['date', 'int'],
  ['int', 'int', 'int'],
  ['str', 'str', 'str'],
  ['str', 'int', 'int'],
];

interface Case {
  readonly operation: Operation;
  readonly of: readonly ValueType[];
  readonly cells: readonly Cell[];
}

const runs = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 100) / 10);

function constantFor(draw: Draw, operation: Operation): Cell {
  switch (operation) {
    case 'round':
      return draw.whole(0, 2);
    case 'date-to-text':
      return draw.pick([4, 7, 10]);
    case 'replace':
      return draw.pick(['a', 'J1']);
    default:
      return draw.whole(1, 3);
  }
}

function casesOf(grammar: Grammar): readonly Case[] {
  const asked = (Object.keys(signatures) as Operation[])
    .filter((operation) => !unheard[grammar].includes(operation))
    .flatMap((operation) =>
      lists
        .filter((of) => signatures[operation].result(of) !== null)
        .map((of) => ({ operation, of })),
    );
  return asked.flatMap(({ operation, of }) =>
    fc.sample(
      drawn((draw) => ({
        operation,
        of,
        cells: of.map((type, index) => {
          if (signatures[operation].constants.includes(index)) return constantFor(draw, operation);
          return draw.chance(12) ? null : drawCell(draw, type);
        }),
      })),
      runs,
    ),
  );
}

function plain(value: unknown, type: ValueType): Cell {
  if (value instanceof Date) {
    return type === 'date' ? Math.floor(value.getTime() / 86_400_000) : value.getTime();
  }
  if (typeof value === 'bigint') return Number(value);
  return type === 'float' && typeof value === 'number'
    ? Number(value.toPrecision(12))
    : (value as Cell);
}

test.each([
  ['tsql', mssql],
  ['trino', trino],
] as const)(
  'operations of %s mean what the oracle says',
  async (grammar, dialect) => {
    const cases = casesOf(grammar).map((one) => {
      const type = signatures[one.operation].result(one.of) ?? 'bool';
      const literals = one.cells.map((cell, index) =>
        dialect.literal(cell, one.of[index] ?? 'int'),
      );
      const worked = one.of.includes('float') ? 'float' : type;
      return {
        ...one,
        type,
        sql: `SELECT ${dialect.operation(one.operation, worked, literals)} AS x`,
      };
    });
    const translated = runPython(TRANSLATE, { grammar, cases }) as readonly string[];
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const wrong: unknown[] = [];
    for (const [index, { operation, cells, type, sql }] of cases.entries()) {
      const query = translated[index] ?? '';
      const read = await connection.runAndReadAll(query).then(
        (answer) => plain(answer.getRowsJS()[0]?.[0], type),
        (error: unknown) => `${error}`,
      );
      const expected = plain(applyOperation(operation, cells), type);
      if (read !== expected) wrong.push({ operation, cells, expected, read, sql, query });
    }
    connection.closeSync();
    instance.closeSync();
    expect(wrong.slice(0, 5)).toEqual([]);
  },
  600_000,
);
