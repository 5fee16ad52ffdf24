/** Rows of the practices' own records. */

import type { primaryCareTables } from '../tpp-schema/primary-care.ts';
import { CANARY_VALUE } from './canaries.ts';
import { ONE_HAS_RANGE } from './people.ts';
import {
  dayInLife,
  LAST,
  NEVER,
  type Population,
  ROWS_OF_ONE,
  type RowSources,
  repeated,
} from './row-source.ts';
import { canaryCodes, SLOT_BITS, type VocabularyName } from './vocabulary.ts';

/** CTV3 rows count their ids from here within a patient, so that no two coded events share one. */
const CTV3_IDS = ROWS_OF_ONE / 2;

/**
 * The raw draws of coded rows: `code_bits`, `value_bits`, `moment` (or NULL).
 *
 * Three rows in a row belong to one consultation and share its moment, which makes ties. Three of five rows draw their
 * code from six that are the patient's own, so that people have what they have again and again. A row in 130 repeats the
 * one before it but for its id.
 */
function coded({ draws }: Population, people: string, name: 'snomed' | 'ctv3' | 'drug'): string {
  const { bits } = draws;
  const slots = 2 ** SLOT_BITS;
  return `(SELECT *, CASE
      WHEN (visit_bits >> 44) % 4096 < 6 THEN TIMESTAMP '1900-01-01'
      WHEN (visit_bits >> 44) % 4096 = 6 THEN NULL
      WHEN (visit_bits >> 44) % 4096 = 7 THEN TIMESTAMP '2031-05-04'
      ELSE CAST(last - CAST(floor((last - first) * pow((visit_bits & 16777215) / 16777216.0, 1.25)) AS INTEGER) AS TIMESTAMP)
        + to_minutes(CASE WHEN (visit_bits >> 40) % 8 < 5 THEN 480 + CAST((visit_bits >> 24) % 630 AS INTEGER) ELSE 0 END)
      END AS moment
    FROM (SELECT *,
        CAST(${bits(`${name} code`, `p * ${ROWS_OF_ONE} + CASE WHEN j % 5 < 3 THEN j % 6 ELSE 8 + j END`)} % ${slots} AS INTEGER) AS slot,
        ${bits(`${name} value`, `p * ${ROWS_OF_ONE} + j`)} AS value_bits,
        ${bits(`${name} visit`, `p * ${ROWS_OF_ONE} + k // 3`)} AS visit_bits
      FROM (SELECT *, CASE WHEN k % 3 > 0 AND ${bits(`${name} again`, 'r')} % 88 = 0 THEN k - 1 ELSE k END AS j
        FROM ${repeated(people, name)})))`;
}

/** A measured value: bell-shaped, one decimal; 0 or NULL where nothing was typed, tenfold where the point was. */
const value = `CASE
    WHEN canary AND code = canary_code THEN ${CANARY_VALUE}
    WHEN mean IS NULL THEN CASE WHEN value_bits >> 54 < 700 THEN 0 END
    WHEN value_bits >> 54 < 30 THEN 0
    WHEN value_bits >> 54 < 45 THEN NULL
    ELSE round(mean + deviation * (CAST((value_bits & 4095) + ((value_bits >> 12) & 4095) + ((value_bits >> 24) & 4095) AS DOUBLE) - 6142.5) / 2048, 2)
      * CASE WHEN value_bits >> 54 = 1023 THEN 10 ELSE 1 END
    END`;

/** Coded rows with their codes. The first row of a canary patient has the canary's code. */
function codedWithValues(population: Population, people: string, name: 'snomed' | 'ctv3'): string {
  const canaryCode = canaryCodes[name];
  return `(SELECT *, ${value} AS value FROM (
    SELECT rows.*, slots.mean, slots.deviation, '${canaryCode}' AS canary_code,
      CASE WHEN canary AND k = 0 THEN '${canaryCode}' ELSE slots.code END AS code
    FROM ${coded(population, people, name)} AS rows
    JOIN ${slotsOf(name)} AS slots ON slots.slot = rows.slot))`;
}

/** Name of the table that says which code lies on a slot. */
export function slotsOf(name: VocabularyName): string {
  return `slots_${name}`;
}

export const primaryCareRows: RowSources<
  Omit<typeof primaryCareTables, 'Vaccination' | 'VaccinationReference'>
> = {
  Patient: {
    perPatient: 1,
    select: (_population, people) => `SELECT id AS Patient_ID, dob AS DateOfBirth,
      coalesce(died, ${NEVER}) AS DateOfDeath, sex AS Sex FROM ${people}`,
  },

  /** One to five registrations one after another. A quarter leave a gap to the next; some overlap it; some repeat. */
  RegistrationHistory: {
    perPatient: 1.7,
    select: ({ draws, practices }, people) => {
      const { below, chance, uniform } = draws;
      const count = `1 + CAST(floor(3.2 * pow(${uniform('registrations', 'p')}, 2.5)) AS INTEGER)`;
      const jitter = (index: string): string =>
        `0.35 * ${uniform('registration moves', `p * 16 + ${index}`)}`;
      return `SELECT p * 8 + k AS Registration_ID, id AS Patient_ID,
        1 + (practice + CASE WHEN k = n - 1 THEN 0 ELSE ${below('former practice', 'r', practices)} END) % ${practices} AS Organisation_ID,
        CASE WHEN k = 0 AND ${chance('start unknown', 'p', 0.004)} THEN DATE '1900-01-01'
          WHEN k > 0 AND ${chance('same start', 'r', 0.01)} THEN first
          ELSE first + CAST(floor((last - first) * (k + CASE WHEN k = 0 THEN 0 ELSE ${jitter('k')} END) / n) AS INTEGER) END AS StartDate,
        CASE WHEN k = n - 1 THEN CASE WHEN died IS NOT NULL THEN died
            WHEN ${chance('left', 'p', 0.05)} THEN last - ${below('left day', 'p', 900)} ELSE ${NEVER} END
          ELSE first + CAST(floor((last - first) * (k + 1 + ${jitter('k + 1')}
            - CASE WHEN ${chance('gap', 'r', 0.25)} THEN 0.3 * ${uniform('gap width', 'r')}
                WHEN ${chance('overlap', 'r', 0.03)} THEN -0.2 ELSE 0 END) / n) AS INTEGER) END AS EndDate
        FROM ${repeated(`(SELECT *, ${count} AS n FROM ${people})`, 'n')}`;
    },
  },

  CodedEvent_SNOMED: {
    perPatient: 'snomed',
    select: (population, people) => `SELECT id AS Patient_ID, r AS CodedEvent_ID, code AS ConceptID,
      0 AS CodingSystem, value AS NumericValue, moment AS ConsultationDate
      FROM ${codedWithValues(population, people, 'snomed')}`,
  },

  CodedEvent: {
    perPatient: 'ctv3',
    select: (population, people) => `SELECT id AS Patient_ID, r + ${CTV3_IDS} AS CodedEvent_ID,
      code AS CTV3Code, value AS NumericValue, moment AS ConsultationDate
      FROM ${codedWithValues(population, people, 'ctv3')}`,
  },

  /** Every sixteenth event with or without a value has a reference range; -1 stands for a bound that there is not. */
  CodedEventRange: {
    perPatient: 'range',
    select: ({ draws }, people) => {
      const { bits, below, pick, chance } = draws;
      const of = (name: 'snomed' | 'ctv3', ids: number): string => `SELECT
        r + ${ids} AS CodedEventRange_ID, r + ${ids} AS CodedEvent_ID,
        CASE WHEN ${chance(`${name} no lower`, 'r', 0.3)} THEN -1 ELSE ${below(`${name} lower`, 'r', 60)} END AS LowerBound,
        CASE WHEN ${chance(`${name} no upper`, 'r', 0.2)} THEN -1 ELSE 60 + ${below(`${name} upper`, 'r', 120)} END AS UpperBound,
        CAST(${pick(`${name} comparator`, 'r', [
          ['4', 80],
          ['3', 2],
          ['5', 3],
          ['6', 4],
          ['7', 4],
          ['8', 3],
          ['0', 1],
          [null, 3],
        ])} AS INTEGER) AS Comparator
        FROM ${repeated(people, name)} WHERE ${bits(`${name} range`, 'r')} % ${ONE_HAS_RANGE} = 0`;
      return `${of('snomed', 0)} UNION ALL ${of('ctv3', CTV3_IDS)}`;
    },
  },

  MedicationIssue: {
    perPatient: 'drug',
    select: (population, people) => {
      const { draws } = population;
      return `SELECT id AS Patient_ID, p * ${ROWS_OF_ONE} + k // 3 AS Consultation_ID, r AS MedicationIssue_ID,
        CASE WHEN j % 5 < 3 THEN p * 8 + j % 6 END AS RepeatMedication_ID,
        product AS MultilexDrug_ID,
        ${draws.pick('dose', 'r', [
          ['one daily', 6],
          ['one twice a day', 3],
          ['two four times a day', 1],
          [null, 1],
        ])} AS Dose,
        CAST(7 * (1 + value_bits % 12) AS VARCHAR) AS Quantity,
        moment AS StartDate, moment + to_days(CAST(7 * (1 + value_bits % 12) AS INTEGER)) AS EndDate,
        'Issued' AS MedicationStatus, moment AS ConsultationDate
        FROM ${coded(population, people, 'drug')} AS rows
        JOIN ${slotsOf('drug')} AS slots ON slots.slot = rows.slot`;
    },
  },

  /** Two products, of two makers, for every dm+d id. */
  MedicationDictionary: {
    perPatient: null,
    select: () => `SELECT product AS MultilexDrug_ID, CAST(number AS VARCHAR) AS ProductId,
      'Drug ' || number || ' 10mg tablets' AS FullName, 'Drug ' || number AS RootName,
      '28 tablets' AS PackDescription, 'tablets' AS Form, '10mg' AS Strength,
      'Maker ' || number % 40 AS CompanyName, code AS DMD_ID FROM products ORDER BY number`,
  },

  VmpMapping: {
    perPatient: null,
    select: () => `SELECT code AS id, next_code AS prev_id FROM (
      SELECT code, number, lead(code, 2) OVER (ORDER BY number) AS next_code FROM products)
      WHERE number % 24 = 0 ORDER BY number`,
  },

  Appointment: {
    perPatient: 12,
    select: ({ draws, practices }, people) => `SELECT r AS Appointment_ID, id AS Patient_ID,
      1 + practice % ${practices} AS Organisation_ID,
      CASE WHEN ${draws.chance('seen unknown', 'r', 0.002)} THEN TIMESTAMP '1900-01-01'
        WHEN ${draws.chance('not seen', 'r', 0.02)} THEN NULL
        ELSE CAST(${dayInLife(draws, 'seen', 'r', 2.2)} AS TIMESTAMP) + to_minutes(480 + 5 * ${draws.below('seen time', 'r', 126)}) END AS SeenDate,
      CAST(${draws.pick('status', 'r', [
        ['4', 62],
        ['1', 6],
        ['3', 3],
        ['8', 2],
        ['9', 1],
        ['16', 1],
        ['0', 9],
        ['2', 5],
        ['5', 3],
        ['6', 1],
        ['10', 2],
        ['11', 1],
        ['12', 1],
        ['14', 0.5],
        ['15', 0.5],
      ])} AS INTEGER) AS Status
      FROM ${repeated(people, `least(400, ${draws.tail('appointments', 'p', '4 + age / 5.0')})`)}`,
  },

  /** The electronic frailty index of those from 50 on, several times; and another algorithm. */
  DecisionSupportValue: {
    perPatient: 1,
    select: ({ draws }, people) => `SELECT id AS Patient_ID,
      CASE WHEN ${draws.chance('algorithm', 'r', 0.92)} THEN 1 ELSE 2 END AS AlgorithmType,
      CAST(${LAST} - 180 * CAST(k AS INTEGER) - ${draws.below('calculated', 'p', 60)} AS TIMESTAMP) + to_minutes(90) AS CalculationDateTime,
      CASE WHEN ${draws.chance('no index', 'r', 0.01)} THEN NULL
        ELSE round(least(0.8, pow(${draws.uniform('frailty', 'p')}, 2) * age / 140.0 + k * 0.005), 5) END AS NumericValue
      FROM ${repeated(people, `CASE WHEN age >= 50 AND died IS NULL THEN 1 + ${draws.below('calculations', 'p', 5)} ELSE 0 END`)}`,
  },
};
