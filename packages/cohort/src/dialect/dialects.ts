import type { Dialect } from './dialect.ts';
import type { DialectName } from './dialect-name.ts';
import { duckdb } from './duckdb.ts';

/** Every dialect by its name. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { duckdb };
