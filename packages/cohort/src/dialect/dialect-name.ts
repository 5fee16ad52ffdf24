/** The languages of databases that a plan can be written in. */
export const dialectNames = ['duckdb'] as const;

export type DialectName = (typeof dialectNames)[number];
