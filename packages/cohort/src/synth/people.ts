/** Who there is: the one table that everything else is drawn from. */
import { canaryPatientIds } from './canaries.ts';
import { LAST, type Population } from './row-source.ts';

/** Share of each five-year band of age in percent, from 0 to 4 up to 95 to 99: about that of England in 2021. */
const agePyramid = [
  5.4, 5.9, 6.0, 5.6, 6.0, 6.6, 7.0, 6.7, 6.3, 6.3, 6.9, 6.7, 5.7, 4.9, 5.0, 3.6, 2.5, 1.6, 0.7,
  0.2,
];

/** Which part of all events lies in which table of coded rows. */
export const eventShares = { snomed: 0.5, ctv3: 0.2, drug: 0.3 } as const;

/** Of events of the first two tables, the one in this many has a reference range. */
export const ONE_HAS_RANGE = 16;

/**
 * The statement that makes `person`:
 * - `p` counts from 1; `id` is the Patient_ID, rising with `p`, with gaps;
 * - `dob` is the first of a month, `died` NULL for the living, `age` in years at the end of the records or at birth plus;
 * - `first` and `last` bound the days of the records; `practice` counts from 0; `canary` marks its carriers;
 * - `snomed`, `ctv3`, `drug` are numbers of rows. They have a long tail, rise with age and add up to exactly `events`; canary patients have
 *   many, so that a small database has canary values too.
 */
export function createPeople(population: Population, events: number): string {
  const { draws, patients, practices, canaries } = population;
  const { uniform, below, chance, pick } = draws;
  const total = agePyramid.reduce((sum, share) => sum + share, 0);
  let passed = 0;
  const band = agePyramid
    .map((share, index) => {
      passed += share;
      return `WHEN u < ${(passed / total).toFixed(6)} THEN ${index * 5}`;
    })
    .join(' ');
  const counts = Object.entries(eventShares)
    .map(([name, share]) => {
      const rows = Math.round(events * share);
      // Whole numbers only, so that the sum is exact in whatever order it is taken.
      const until = (sum: string): string =>
        `CAST(${sum}::HUGEINT * ${rows} // (sum(weight) OVER ()) AS BIGINT)`;
      return `${until('reached')} - ${until('(reached - weight)')} AS ${name}`;
    })
    .join(',\n    ');
  return `CREATE OR REPLACE TEMP TABLE person AS
  WITH born AS (
    SELECT p, CASE ${band} ELSE 100 END AS years, p > ${patients - canaries} AS canary
    FROM (SELECT p, ${uniform('age', 'p')} AS u FROM range(1, ${patients + 1}) AS numbers(p))
  ), aged AS (
    SELECT p, canary,
      CASE WHEN ${chance('birth unknown', 'p', 0.0005)} THEN DATE '1900-01-01'
        ELSE CAST(date_trunc('month', ${LAST} - to_months(CAST(years * 12 + ${below('months', 'p', 60)} AS INTEGER))) AS DATE) END AS dob,
      ${pick('sex', 'p', [
        ['F', 0.502],
        ['M', 0.494],
        ['I', 0.002],
        ['U', 0.002],
      ])} AS sex
    FROM born
  ), mortal AS (
    SELECT *, date_diff('year', dob, ${LAST}) AS age,
      CASE WHEN ${uniform('dies', 'p')} < least(0.9, 0.0008 * exp(0.075 * date_diff('year', dob, ${LAST})))
        THEN greatest(dob + 20, ${LAST} - ${below('death', 'p', 4000)}) END AS died
    FROM aged
  ), weighed AS (
    SELECT *, least(${LAST}, coalesce(died, ${LAST})) AS last,
      least(greatest(dob, DATE '1995-01-01'), least(${LAST}, coalesce(died, ${LAST}))) AS first,
      CAST(1000 * least(60, (0.35 + age / 45.0) * exp(0.95 * sqrt(-2 * ln(1 - ${uniform('radius', 'p')})) * cos(6.283185307179586 * ${uniform('angle', 'p')}))) AS BIGINT) + CASE WHEN canary THEN 5000 ELSE 1 END AS weight
    FROM mortal
  ), summed AS (
    SELECT *, sum(weight) OVER (ORDER BY p ROWS UNBOUNDED PRECEDING) AS reached FROM weighed
  )
  SELECT p,
    CAST(CASE WHEN canary THEN ${canaryPatientIds[0]} + p - ${patients - canaries + 1} ELSE p * 3 + ${below('id', 'p', 3)} END AS INTEGER) AS id,
    canary, dob, died, age, sex, first, last,
    CAST(floor(${practices} * pow(${uniform('practice', 'p')}, 1.4)) AS INTEGER) AS practice,
    ${counts}
  FROM summed ORDER BY p`;
}
