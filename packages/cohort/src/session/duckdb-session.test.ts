import { expect, test } from 'vitest';
import { openEngine } from '../engine/source.ts';
import { duckDbSession } from './duckdb-session.ts';
import { readRows } from './session.ts';

test('rows that break off are a fault, not fewer rows', async () => {
  using engine = await openEngine({});
  const session = duckDbSession(engine.connection);
  const rows = (last: string): string =>
    `SELECT CASE WHEN i = 400000 THEN ${last} ELSE i END AS n FROM range(400001) t(i)`;
  const columns = [{ name: 'n', type: 'int' }] as const;
  expect(await readRows(session, rows('i'), columns)).toHaveLength(400_001);
  await expect(readRows(session, rows("error('a patient')"), columns)).rejects.toThrow(
    'The database refused a query: its rows broke off.',
  );
});
