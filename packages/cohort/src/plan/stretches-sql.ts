/** Stretches of dates between which what lies in some tables stays the same for a patient. */
import type { Dialect } from '../dialect/dialect.ts';
import { PATIENT } from './rows-sql.ts';

/**
 * A query of `Patient_ID`, `since` and `until`, which is past the end: a row for each stretch from one date number to another,
 * and at least one a patient.
 *
 * @param tables Names of tables of the plan with stretches of their own.
 * @param people Name of the plan's table of the patients.
 */
export function stretchesQuery(
  tables: Iterable<string>,
  people: string,
  first: number,
  last: number,
  dialect: Dialect,
): string {
  const patient = dialect.identifier(PATIENT);
  const ends = [...tables].flatMap((table) =>
    ['since', 'until'].map(
      (end) =>
        `SELECT ${patient}, ${end} FROM ${dialect.ownTable(table)} WHERE ${end} > ${first} AND ${end} <= ${last}`,
    ),
  );
  const points = [`SELECT ${patient}, ${first} AS since FROM ${dialect.ownTable(people)}`, ...ends];
  return `SELECT ${patient}, since, coalesce(lead(since) OVER (PARTITION BY ${patient} ORDER BY since), ${last + 1}) AS until
  FROM (${points.join('\n  UNION ')}) ends`;
}

/** Joins of the tables' rows to people `t` and stretches `s`. */
export function stretchJoins(tables: Iterable<string>, dialect: Dialect): readonly string[] {
  const name = dialect.identifier;
  const patient = name(PATIENT);
  return [...tables].map(
    (table) =>
      `LEFT JOIN ${dialect.ownTable(table)} ${name(table)} ON ${name(table)}.${patient} = t.${patient} AND ${name(table)}.since <= s.since AND ${name(table)}.until > s.since`,
  );
}
