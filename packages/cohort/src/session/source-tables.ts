/** What a database says of its columns, looked up by name. */
import type { ColumnKind } from '../tpp-schema/column.ts';
import type { SourceColumn, SourceTables } from './session.ts';

/** Which types of a database hold the values of each kind. */
export type AcceptedTypes = Readonly<Record<ColumnKind, RegExp>>;

/** @param same Two names that it makes equal are one name to the database. */
export function sourceTables(
  found: Iterable<readonly [table: string, column: string, type: string]>,
  accepted: AcceptedTypes,
  same: (name: string) => string,
): SourceTables {
  const tables = new Map<string, Map<string, SourceColumn>>();
  for (const [table, column, type] of found) {
    const columns = tables.get(same(table)) ?? new Map<string, SourceColumn>();
    tables.set(same(table), columns);
    columns.set(same(column), { type, holds: (kind) => accepted[kind].test(type) });
  }
  return {
    columnsOf: (table) => {
      const columns = tables.get(same(table));
      return columns && ((column) => columns.get(same(column)));
    },
  };
}
