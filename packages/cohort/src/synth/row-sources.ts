/** Where the rows of every table come from. */
import type { TableName } from '../tpp-schema/schema.ts';
import { hospitalRows } from './hospital-rows.ts';
import { placeRows } from './place-rows.ts';
import { primaryCareRows } from './primary-care-rows.ts';
import { registryRows } from './registry-rows.ts';
import type { RowSource } from './row-source.ts';
import { spellRows } from './spell-rows.ts';
import { testAndDeathRows } from './test-and-death-rows.ts';
import { vaccinationRows } from './vaccination-rows.ts';

/** One source for each table of the schema. */
export const rowSources: Readonly<Record<TableName, RowSource>> = {
  ...primaryCareRows,
  ...vaccinationRows,
  ...placeRows,
  ...spellRows,
  ...hospitalRows,
  ...testAndDeathRows,
  ...registryRows,
};
