/** Rows of practices, addresses, households and the trial that practices took part in. */
import type { placeTables } from '../tpp-schema/places.ts';
import { CANARY_AREA } from './canaries.ts';
import { NEVER, type Population, type RowSources, repeated } from './row-source.ts';

/** Regions of England with about their share of people in percent. */
const regions: readonly (readonly [string | null, number])[] = [
  ['East Midlands', 9],
  ['East', 12],
  ['London', 15],
  ['North East', 5],
  ['North West', 13],
  ['South East', 16],
  ['South West', 10],
  ['West Midlands', 10],
  ['Yorkshire and The Humber', 9.5],
  [null, 0.5],
];

/** Number of the only trial that the study language knows. */
const TRIAL = 1;

/** Some of its properties, and how large their values are. */
const trialProperties = {
  av_rooms_per_house: 6,
  deprivation_pctile: 100,
  IMD_decile: 10,
  IntCon: 2,
  MeanAge: 70,
  MedianAge: 70,
  N_visits_practice: 300,
  prop_engaged_visits: 1,
  total_visit_time_mean: 900,
} as const;

const area = (number: string): string => `'E02' || lpad(CAST(${number} AS VARCHAR), 6, '0')`;

export const placeRows: RowSources<typeof placeTables> = {
  Organisation: {
    perPatient: null,
    select: ({ draws, practices, areas }) => `SELECT 1 + i AS Organisation_ID,
      CASE WHEN ${draws.chance('live unknown', 'i', 0.01)} THEN NULL ELSE DATE '1998-01-01' + ${draws.below('live', 'i', 7000)} END AS GoLiveDate,
      'E54' || lpad(CAST(${draws.below('partnership', 'i', 42)} AS VARCHAR), 6, '0') AS STPCode,
      ${area(draws.below('practice area', 'i', areas))} AS MSOACode,
      ${draws.pick('region', 'i', regions)} AS Region
      FROM range(${practices}) AS practices(i)`,
  },

  /** One to four addresses one after another; of some the last is there twice, once without an area. */
  PatientAddress: {
    perPatient: 1.8,
    select: ({ draws, areas }, people) => {
      const { below, chance, uniform } = draws;
      const n = `(1 + CAST(floor(3.5 * pow(${uniform('addresses', 'p')}, 2)) AS INTEGER))`;
      return `SELECT p * 8 + k AS PatientAddress_ID, id AS Patient_ID,
        CASE WHEN k = 0 AND ${chance('address 1900', 'p', 0.01)} THEN DATE '1900-01-01'
          ELSE first + CAST((last - first) * least(k, n - 1) // n AS INTEGER) END AS StartDate,
        CASE WHEN k >= n - 1 THEN ${NEVER}
          ELSE first + CAST((last - first) * (k + 1) // n AS INTEGER) - CASE WHEN ${chance('moves', 'r', 0.2)} THEN 40 ELSE 1 END END AS EndDate,
        CASE WHEN ${chance('address kind', 'r', 0.95)} THEN 3 ELSE 1 END AS AddressType,
        CASE WHEN ${chance('no urban', 'r', 0.02)} THEN NULL ELSE 1 + CAST(floor(8 * pow(${uniform('urban', 'r')}, 1.6)) AS INTEGER) END AS RuralUrbanClassificationCode,
        CASE WHEN ${chance('no rank', 'r', 0.03)} THEN -1 ELSE 100 * ${below('rank', 'r', 329)} END AS ImdRankRounded,
        CASE WHEN canary THEN '${CANARY_AREA}' WHEN k = n OR ${chance('no area', 'r', 0.02)} THEN 'NPC'
          ELSE ${area(below('area', 'r', areas))} END AS MSOACode
        FROM (SELECT *, ${n} AS n FROM ${repeated(people, `${n} + CASE WHEN ${chance('address twice', 'p', 0.03)} THEN 1 ELSE 0 END`)})`;
    },
  },

  /** Of the old, one in eight; a few of the others. */
  PotentialCareHomeAddress: {
    perPatient: 0.013,
    select: ({ draws }, people) => {
      const { chance, pick, uniform } = draws;
      const flag = (stream: string): string =>
        pick(stream, 'p', [
          ['Y', 45],
          ['N', 50],
          [null, 5],
        ]);
      // The last address, as PatientAddress counts them.
      return `SELECT id AS Patient_ID,
        p * 8 + CAST(floor(3.5 * pow(${uniform('addresses', 'p')}, 2)) AS INTEGER) AS PatientAddress_ID,
        ${flag('nursing')} AS LocationRequiresNursing, ${flag('no nursing')} AS LocationDoesNotRequireNursing
        FROM ${people} WHERE (age >= 75 AND ${chance('care home', 'p', 0.12)}) OR ${chance('care home young', 'p', 0.004)}`;
    },
  },

  /** Neighbours by number live together: a household begins at two people of five. */
  Household: {
    perPatient: null,
    select: ({ draws, areas }) => {
      const { below, chance } = draws;
      return `SELECT household AS Household_ID, ${chance('no fixed abode', 'household', 0.004)} AS NFA_Unknown,
        ${chance('prison', 'household', 0.001)} AS Prison, ${chance('other software', 'household', 0.1)} AS MixedSoftwareHousehold,
        CASE WHEN ${chance('other software', 'household', 0.1)} THEN 30 + ${below('percentage', 'household', 70)} ELSE 100 END AS TppPercentage,
        CAST(members AS INTEGER) AS HouseholdSize,
        CASE WHEN ${chance('household area unknown', 'household', 0.02)} THEN NULL ELSE ${area(below('household area', 'household', areas))} END AS MSOA
        FROM (SELECT household, count(*) AS members FROM household GROUP BY household) ORDER BY household`;
    },
  },

  HouseholdMember: {
    perPatient: 1,
    select: (
      _population,
      people,
    ) => `SELECT people.p AS HouseholdMember_ID, id AS Patient_ID, household AS Household_ID
      FROM ${people} AS people JOIN household ON household.p = people.p`,
  },

  ClusterRandomisedTrial: {
    perPatient: null,
    select: ({
      draws,
      practices,
    }) => `SELECT 1 + i AS Organisation_ID, ${TRIAL} AS TrialNumber, CAST(${draws.pick('arm', 'i', [
      ['Int', 1],
      ['Con', 1],
    ])} AS VARCHAR) AS TrialArm
      FROM range(${practices}) AS practices(i) WHERE ${draws.chance('enrolled', 'i', 0.4)}`,
  },

  ClusterRandomisedTrialDetail: {
    perPatient: null,
    select: ({ draws, practices }) =>
      Object.entries(trialProperties)
        .map(
          ([property, size]) => `SELECT ${TRIAL} AS TrialNumber, 1 + i AS Organisation_ID,
          '${property}' AS Property, CAST(round(${size} * ${draws.uniform(property, 'i')}, 2) AS VARCHAR) AS PropertyValue
          FROM range(${practices}) AS practices(i)
          WHERE ${draws.chance('enrolled', 'i', 0.4)} AND NOT ${draws.chance(`${property} missing`, 'i', 0.05)}`,
        )
        .join(' UNION ALL '),
  },

  ClusterRandomisedTrialReference: {
    perPatient: null,
    select: () => `SELECT ${TRIAL} AS TrialNumber, 'germdefence' AS TrialName,
      'Washing hands and other habits at home' AS TrialDescription, 45229 AS CPMSNumber`,
  },
};

/** The statement that makes `household`: who (`p`) lives in which (`household`). One person in 25 lives in none. */
export function createHouseholds({ draws }: Population): string {
  return `CREATE OR REPLACE TEMP TABLE household AS
    SELECT p, CAST(household AS INTEGER) AS household FROM (
      SELECT p, sum(CASE WHEN ${draws.chance('household begins', 'p', 0.42)} THEN 1 ELSE 0 END) OVER (ORDER BY p ROWS UNBOUNDED PRECEDING) + 1 AS household
      FROM person) WHERE NOT ${draws.chance('no household', 'p', 0.04)}`;
}
