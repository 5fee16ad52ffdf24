import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from './open-database.ts';

/** The columns of each interface `…Table` of schema.ts, by the table's name. */
function declared(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(import.meta.dirname, 'schema.ts'), 'utf8');
  const names = new Map(
    [...text.matchAll(/readonly (\w+): (\w+Table);/g)].map(([, table = '', type = '']) => [
      type,
      table,
    ]),
  );
  return new Map(
    [...text.matchAll(/export interface (\w+Table) \{\n(.*?)\n\}/gs)].map(
      ([, type = '', body = '']) => [
        names.get(type) ?? type,
        [...body.matchAll(/^ {2}(\w+): /gm)].map(([, column = '']) => column).toSorted(),
      ],
    ),
  );
}

test('the interfaces of the tables are what the migrations make', async () => {
  const database = await openDatabase({ url: null, dataDir: null });
  const { rows } = await sql<{ readonly name: string; readonly columns: readonly string[] }>`
    select table_name as name, array_agg(column_name::text order by column_name) as columns
    from information_schema.columns where table_schema = 'public' and table_name <> 'migration'
    group by table_name`.execute(database.db);
  await database.close();
  const made = rows.map(({ name, columns }) => [name, columns.toSorted()] as const);
  expect(new Map(made)).toEqual(declared());
});
