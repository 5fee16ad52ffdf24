/** What Trino's expressions mean on a real server: operations what the oracle says, and every text itself. */
import { beforeAll, expect, test } from 'vitest';
import type { TrinoDatabase } from '../database-process/database-address.ts';
import { signatures } from '../model/signatures.ts';
import { applyOperation } from '../oracle/operations.ts';
import { matches } from '../oracle/texts.ts';
import { type ReadColumn, readRow, readRows } from '../session/session.ts';
import { lastWords, startTrino, trinoDatabase } from '../session/trino-server.testing.ts';
import { openTrino } from '../session/trino-session.ts';
import { hostileTexts } from './hostile-texts.testing.ts';
import { operationCases, plainCell } from './operation-cases.testing.ts';
import { trino } from './trino.ts';

const patience = 1_200_000;
const quiet = { signal: undefined, log: undefined };

/** Expressions of one query: one that is too large is not compiled any more. */
const AT_ONCE = 100;

let database: TrinoDatabase;
beforeAll(async () => {
  const { port } = await startTrino();
  database = trinoDatabase(port, 'information_schema', 'own');
}, patience);

interface Expression {
  readonly sql: string;
  readonly type: ReadColumn['type'];
}

/** What the server makes of each. */
async function workOut(expressions: readonly Expression[]): Promise<readonly unknown[]> {
  await using session = openTrino(database, quiet);
  const values: unknown[] = [];
  for (let start = 0; start < expressions.length; start += AT_ONCE) {
    const some = expressions.slice(start, start + AT_ONCE);
    const items = some.map(({ sql }, index) => `${sql} AS x${index}`);
    const columns = some.map(({ type }, index) => ({ name: `x${index}`, type }));
    const row = await readRow(session, `SELECT ${items.join(',\n')}`, columns).catch(
      async (error: unknown) => {
        throw new Error(await lastWords(database), { cause: error });
      },
    );
    values.push(...row);
  }
  return values;
}

test(
  'operations mean what the oracle says',
  async () => {
    const cases = operationCases().map((one) => {
      const type = signatures[one.operation].result(one.of) ?? 'bool';
      const literals = one.cells.map((cell, index) => trino.literal(cell, one.of[index] ?? 'int'));
      const worked = one.of.includes('float') ? 'float' : type;
      return { ...one, type, sql: trino.operation(one.operation, worked, literals) };
    });
    const read = await workOut(cases);
    const wrong = cases.flatMap(({ operation, cells, type, sql }, index) => {
      const found = plainCell(read[index], type);
      const expected = plainCell(applyOperation(operation, cells), type);
      return found === expected ? [] : [{ operation, cells, expected, found, sql }];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  },
  patience,
);

test(
  'literals are read back as they were',
  async () => {
    const read = await workOut(
      hostileTexts.map((text) => ({ sql: trino.literal(text, 'str'), type: 'str' })),
    );
    expect(read).toEqual(hostileTexts);
  },
  patience,
);

test.each(['prefix', 'substring', 'code-in-text'] as const)(
  'a text is looked for as it is: %s',
  async (match) => {
    // Each in itself, in its neighbour, and where a code may stand.
    const asked = hostileTexts.flatMap((text, index) => {
      const other = hostileTexts[index + 1] ?? '';
      return [text, `.${text}`, other, `${other}|${text}`].map((subject) => ({ text, subject }));
    });
    const read = await workOut(
      asked.map(({ text, subject }) => ({
        sql: trino.matches(trino.literal(subject, 'str'), [text], match),
        type: 'bool',
      })),
    );
    const wrong = asked.filter(({ text, subject }, index) => {
      return read[index] !== matches(subject, text, match);
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  },
  patience,
);

test(
  'names are read back as they were',
  async () => {
    // No database has a name with the zero character, and none is empty; Trino knows names by their small letters alone.
    const names = new Set(
      hostileTexts.map((text) => text.replaceAll('\0', '').toLowerCase()).filter(Boolean),
    );
    const asked = [...names].map((name) => trino.identifier(name));
    await using session = openTrino(database, quiet);
    for (let start = 0; start < asked.length; start += AT_ONCE) {
      const some = asked.slice(start, start + AT_ONCE);
      const given = some.map((name, index) => `${index} AS ${name}`);
      const columns = some.map((_, index): ReadColumn => ({ name: `x${index}`, type: 'int' }));
      const query = `SELECT ${some.join(', ')} FROM (SELECT ${given.join(', ')}) t`;
      expect(await readRow(session, query, columns)).toEqual(some.map((_, index) => index));
    }
  },
  patience,
);

test(
  'rows that are brought in are read back as they were',
  async () => {
    const columns: readonly ReadColumn[] = [
      { name: 'n', type: 'int' },
      { name: 's', type: 'str' },
      { name: 'f', type: 'float' },
      { name: 'b', type: 'bool' },
      { name: 'd', type: 'date' },
      { name: 'm', type: 'datetime' },
    ];
    const numbers = [0, -0.1, 1e300, 5e-324, 2 ** 53, Number.POSITIVE_INFINITY];
    const rows = hostileTexts.map((text, index) =>
      index % 7 === 6
        ? [index, null, null, null, null, null]
        : [
            index,
            text,
            numbers[index % numbers.length] ?? 0,
            index % 2 === 0,
            -25_567 + 37 * index,
            1_580_515_200_123 * (index % 3) - index,
          ],
    );
    await using session = openTrino({ ...database, ownSchema: 'default' }, quiet);
    await session.load('texts', columns, rows);
    const query = `SELECT * FROM ${session.dialect.ownTable('texts')} ORDER BY n`;
    expect(await readRows(session, query, columns)).toEqual(rows);
  },
  patience,
);
