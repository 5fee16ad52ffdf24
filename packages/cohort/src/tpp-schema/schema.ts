/**
 * The database that a TPP backend holds, as data: every table that a function of the study language reads
 * (cohort-extractor §1.8), with its columns (§7.7).
 *
 * Read the files beside this one for the tables; each describes a group of them.
 */
import { type TableSchema, type TablesInWords, tableSchema } from './column.ts';
import { testAndDeathTables } from './covid-tests-and-deaths.ts';
import { hospitalTables } from './hospital.ts';
import { placeTables } from './places.ts';
import { primaryCareTables } from './primary-care.ts';
import { isaricTables, registryTables } from './registries.ts';

export type { Collation, ColumnKind, ColumnSchema, TableSchema } from './column.ts';

type Words = typeof primaryCareTables &
  typeof placeTables &
  typeof hospitalTables &
  typeof testAndDeathTables &
  typeof registryTables &
  typeof isaricTables;

/** Name of a table. */
export type TableName = keyof Words;

/** Name of a column of a table. */
export type ColumnName<Table extends TableName> = {
  [T in Table]: keyof Words[T]['columns'] & string;
}[Table];

/** Every table by its name. */
export type TppSchema = { readonly [T in TableName]: TableSchema<ColumnName<T>> };

const words: Words & TablesInWords = {
  ...primaryCareTables,
  ...placeTables,
  ...hospitalTables,
  ...testAndDeathTables,
  ...registryTables,
  ...isaricTables,
};

/** The schema, with every name typed. */
export const tppSchema: TppSchema = Object.fromEntries(
  Object.entries<TablesInWords[string]>(words).map(([name, table]) => [name, tableSchema(table)]),
) as unknown as TppSchema;

/** Names of all tables, in the order of this description. */
export const tableNames: readonly TableName[] = Object.keys(words) as TableName[];

/** The same schema for code that has a name only as text: what is not of the schema is undefined. */
export const tableByName: Readonly<Record<string, TableSchema>> = tppSchema;
