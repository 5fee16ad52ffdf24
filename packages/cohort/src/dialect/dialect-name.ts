/** The languages of databases that a plan can be written in. */
export const dialectNames = ['duckdb', 'mssql', 'trino'] as const;

export type DialectName = (typeof dialectNames)[number];
