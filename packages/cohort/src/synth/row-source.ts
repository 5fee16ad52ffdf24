/** How the rows of a table come about: a SELECT over the people of a slice, or over none. */
import type { Draws } from './draws.ts';

/** What all SELECTs of one database share. */
export interface Population {
  readonly draws: Draws;
  readonly patients: number;
  readonly practices: number;
  readonly areas: number;
  /** How many of the last people carry canaries. */
  readonly canaries: number;
}

export interface RowSource {
  /**
   * About how many rows a patient has, or of which of the shares of all events they are (`people.ts`); it decides how many patients a slice has.
   * Null: rows that are made at once, whoever the patients are.
   */
  readonly perPatient: number | 'snomed' | 'ctv3' | 'drug' | 'range' | null;
  /** How many rows it takes to make one, where it is more than one; it makes the slices smaller. */
  readonly madeOf?: number;
  /**
   * The SELECT, with the columns of the schema by name, in any order.
   *
   * @param people - A relation with the columns of the table `person` (see `people.ts`); meaningless without patients.
   */
  readonly select: (population: Population, people: string) => string;
}

/** A source for each table of a group of the schema. */
export type RowSources<Tables> = Readonly<Record<keyof Tables & string, RowSource>>;

/** Numbers of rows of one patient lie below this. */
export const ROWS_OF_ONE: number = 2 ** 24;

/** The last day of the records, as a literal. */
export const LAST = "DATE '2023-12-31'";

/** What stands for an open end, and for the day of death of the living. */
export const NEVER = "DATE '9999-12-31'";

/**
 * The people, each `count` times: columns of `person`, `k` from 0 up to the count, and `r`, a number that no other row of
 * this kind has.
 *
 * @param count - An expression over the columns of `person`.
 */
export function repeated(people: string, count: string): string {
  return `(SELECT *, p * ${ROWS_OF_ONE} + k AS r FROM (
    SELECT *, unnest(range(greatest(0, ${count}))) AS k FROM ${people}))`;
}

/**
 * The rows, some of them twice, one after the other: `copy` is 0 and for the second 1.
 *
 * @param twice - A condition over the columns of the rows.
 */
export function doubled(rows: string, twice: string): string {
  return `(SELECT *, unnest(range(CASE WHEN ${twice} THEN 2 ELSE 1 END)) AS copy FROM ${rows})`;
}

/**
 * A random day in a person's records, more often a late one. `steepness` 1 is even.
 * Days of people who died end with their death.
 */
export function dayInLife(
  { uniform }: Draws,
  stream: string,
  key: string,
  steepness = 1.5,
): string {
  return `(last - CAST(floor((last - first) * pow(${uniform(stream, key)}, ${steepness})) AS INTEGER))`;
}

/** A day on which many were infected: three waves of COVID-19 and a level between them. */
export function dayInWaves(draws: Draws, stream: string, key: string): string {
  const wave = (start: string, days: number): string =>
    `DATE '${start}' + CAST(floor(${days / 2} * (${draws.uniform(`${stream} rise`, key)} + ${draws.uniform(`${stream} fall`, key)})) AS INTEGER)`;
  const which = draws.below(`${stream} wave`, key, 100);
  return `(CASE WHEN ${which} < 12 THEN ${wave('2020-03-10', 70)}
    WHEN ${which} < 42 THEN ${wave('2020-11-01', 110)}
    WHEN ${which} < 85 THEN ${wave('2021-12-01', 120)}
    ELSE DATE '2020-03-01' + ${draws.below(`${stream} between`, key, 1100)} END)`;
}
