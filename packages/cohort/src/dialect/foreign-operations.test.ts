/**
 * What the operations of T-SQL mean, as far as DuckDB can say: sqlglot puts them into DuckDB's words, and the answers are
 * compared with the oracle's. What only a server of theirs could tell is named in `unheard`.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { runPython } from '../formats/test-python.ts';
import type { Operation } from '../model/model.ts';
import { signatures } from '../model/signatures.ts';
import { applyOperation } from '../oracle/operations.ts';
import { mssql } from './mssql.ts';
import { operationCases, plainCell } from './operation-cases.testing.ts';

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

def translate(one):
    tree = sqlglot.parse_one(one['sql'], dialect='tsql')
    # What was replaced is not looked into again: once for each level of a sum.
    for level in range(4):
        tree = tree.transform(plainer, one['operation'])
    return annotate_types(tree, dialect='tsql').sql('duckdb')

print(json.dumps([translate(one) for one in json.load(sys.stdin)]))
`;

/** Operations that DuckDB cannot carry out as the other database would write them. */
const unheard: readonly Operation[] = [
  // Patterns of LIKE with sets of characters.
  'text-to-int',
  'text-to-float',
  'parse-day-month-year',
  'parse-iso-date',
];

test('operations of T-SQL mean what the oracle says', async () => {
  const cases = operationCases(unheard).map((one) => {
    const type = signatures[one.operation].result(one.of) ?? 'bool';
    const literals = one.cells.map((cell, index) => mssql.literal(cell, one.of[index] ?? 'int'));
    const worked = one.of.includes('float') ? 'float' : type;
    return {
      ...one,
      type,
      sql: `SELECT ${mssql.operation(one.operation, worked, literals)} AS x`,
    };
  });
  const translated = runPython(TRANSLATE, cases) as readonly string[];
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const wrong: unknown[] = [];
  for (const [index, { operation, cells, type, sql }] of cases.entries()) {
    const query = translated[index] ?? '';
    const read = await connection.runAndReadAll(query).then(
      (answer) => plainCell(answer.getRowsJS()[0]?.[0], type),
      (error: unknown) => `${error}`,
    );
    const expected = plainCell(applyOperation(operation, cells), type);
    if (read !== expected) wrong.push({ operation, cells, expected, read, sql, query });
  }
  connection.closeSync();
  instance.closeSync();
  expect(wrong.slice(0, 5)).toEqual([]);
}, 600_000);
