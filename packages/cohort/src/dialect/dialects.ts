import type { Dialect } from './dialect.ts';
import type { DialectName } from './dialect-name.ts';
import { duckdb } from './duckdb.ts';
import { mssql } from './mssql.ts';
import { trino } from './trino.ts';

/** Every dialect by its name. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { duckdb, mssql, trino };
