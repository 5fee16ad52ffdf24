/** For tests that hold the interfaces of an application's tables and its migrations together. */
import { type QueryExecutorProvider, sql } from 'kysely';

/** The columns of each interface `…Table` of the text of a schema file, sorted, by the table's name. */
export function declaredColumns(text: string): Map<string, readonly string[]> {
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

/** The columns of each table of an open database, sorted. */
export async function existingColumns(
  db: QueryExecutorProvider,
): Promise<Map<string, readonly string[]>> {
  const { rows } = await sql<{ readonly name: string; readonly columns: readonly string[] }>`
    select table_name as name, array_agg(column_name::text) as columns
    from information_schema.columns where table_schema = 'public' and table_name <> 'migration'
    group by table_name`.execute(db);
  return new Map(rows.map(({ name, columns }) => [name, columns.toSorted()] as const));
}
