/** Rows of registries and audits, of opt-outs, and of the building of the database. */

import { isaricColumns } from '../cohortextractor/functions/isaric-columns.ts';
import { quoted } from '../tpp-schema/duckdb-tables.ts';
import type { isaricTables, registryTables } from '../tpp-schema/registries.ts';
import type { Draws } from './draws.ts';
import { dayInWaves, doubled, type RowSources, repeated } from './row-source.ts';

/** A value of the ISARIC collection as the text that the database has: a fifth is missing, in three ways. */
function isaricValue(draws: Draws, name: string, type: string): string {
  const { below, uniform, pick } = draws;
  const value = {
    date: `strftime(admitted + ${below(`isaric ${name}`, 'p', 30)} - 5, '%d/%m/%Y')`,
    int: `CAST(${below(`isaric ${name}`, 'p', 120)} AS VARCHAR)`,
    float: `CAST(round(150 * ${uniform(`isaric ${name}`, 'p')}, 1) AS VARCHAR)`,
    str: pick(`isaric ${name}`, 'p', [
      ['YES', 35],
      ['NO', 55],
      ['N/K', 10],
    ]),
  }[type];
  const missing = below(`isaric missing ${name}`, 'p', 100);
  return `CASE WHEN ${missing} < 12 THEN 'NA' WHEN ${missing} < 17 THEN '' WHEN ${missing} < 20 THEN NULL ELSE ${value} END AS ${quoted(name)}`;
}

/** Text of the high-risk groups of a form, as they are typed. */
function riskGroups(draws: Draws, form: string): string {
  return draws.pick(`risk ${form}`, 'r', [
    [null, 35],
    ['', 5],
    ['IMID', 10],
    ['solid cancer', 10],
    ['Patients with a solid cancer', 5],
    ['haematologic malignancy', 5],
    ['Patients with a haematological diseases and solid organ recipients', 5],
    ['renal disease', 8],
    ['Patients with renal disease', 4],
    ['immune-mediated inflammatory disorders (IMID) and liver disease', 5],
    ['Downs syndrome', 3],
    ['rare neurological conditions', 3],
    ['something not on the list', 2],
  ]);
}

export const registryRows: RowSources<typeof registryTables & typeof isaricTables> = {
  /** All text, dates too; some rows twice. */
  Therapeutics: {
    perPatient: 0.01,
    select: ({ draws }, people) => {
      const { below, chance, pick } = draws;
      return `SELECT id AS Patient_ID, CAST(age AS VARCHAR) AS AgeAtReceivedDate, strftime(day, '%Y-%m-%d') AS Received,
        ${pick('intervention', 'r', [
          ['Molnupiravir', 25],
          ['molnupiravir', 5],
          ['Sotrovimab', 30],
          ['Paxlovid', 25],
          ['Remdesivir', 8],
          ['Casirivimab and imdevimab', 7],
        ])} AS Intervention,
        ${pick('indication', 'r', [
          ['non_hospitalised', 80],
          ['hospitalised_with', 15],
          ['hospital_onset', 5],
        ])} AS COVID_indication,
        ${pick('therapy status', 'r', [
          ['Approved', 60],
          ['Treatment Complete', 20],
          ['Treatment Not Started', 12],
          ['Treatment Stopped', 8],
        ])} AS CurrentStatus,
        strftime(day + ${below('treatment start', 'r', 6)}, '%Y-%m-%d') AS TreatmentStartDate,
        ${pick('therapy region', 'p', [
          ['London', 2],
          ['North West', 2],
          ['South East', 2],
          ['Midlands', 3],
          [null, 0.2],
        ])} AS Region,
        'form' AS FormName, NULL AS MOL1_onset_of_symptoms, ${riskGroups(draws, 'MOL1')} AS MOL1_high_risk_cohort,
        NULL AS SOT02_onset_of_symptoms, ${riskGroups(draws, 'SOT02')} AS SOT02_risk_cohorts,
        ${riskGroups(draws, 'CASIM05')} AS CASIM05_risk_cohort, '1' AS Count, '2023-12-31' AS Der_LoadDate
        FROM (SELECT *, DATE '2021-12-16' + ${below('therapy', 'r', 400)} AS day
          FROM ${doubled(repeated(people, `CASE WHEN age >= 12 AND ${chance('therapy', 'p', 0.006)} THEN 1 + ${draws.tail('therapies', 'p', 0.4)} ELSE 0 END`), chance('therapy twice', 'r', 0.05))})
        WHERE day <= last ORDER BY r, copy`;
    },
  },

  /** At most one row a patient, as the rule that reads them wants it. */
  ISARIC_Patient_Data_TopLine: {
    perPatient: 0.004,
    select: ({ draws }, people) => `SELECT id AS Patient_ID, ${Object.entries(isaricColumns)
      .map(([name, type]) => isaricValue(draws, name, type))
      .join(', ')}
      FROM (SELECT *, ${dayInWaves(draws, 'isaric', 'p')} AS admitted FROM ${people}
        WHERE age >= 1 AND ${draws.chance('isaric', 'p', 0.004)})`,
  },

  /** At most one row a patient in each dataset. */
  UKRR: {
    perPatient: 0.01,
    select: ({ draws }, people) => {
      const { below, chance, pick, uniform } = draws;
      return `SELECT id AS Patient_ID, (['2019prev', '2020prev', '2021prev', '2020inc', '2020ckd'])[k + 1] AS dataset,
        ${pick('renal centre', 'p', [
          ['RAJ01', 2],
          ['RCSLB', 3],
          ['REE01', 1],
          ['RF201', 2],
          [null, 0.2],
        ])} AS renal_centre,
        CASE WHEN k = 4 THEN NULL WHEN k = 3 THEN DATE '2020-01-01' + ${below('incident', 'p', 366)}
          ELSE DATE '2019-06-01' - ${below('prevalent', 'p', 7000)} END AS rrt_start,
        ${pick('first modality', 'p', [
          ['ICHD', 6],
          ['PD', 3],
          ['Tx', 1],
          [null, 0.5],
        ])} AS mod_start,
        ${pick('modality', 'r', [
          ['Tx', 5],
          ['ICHD', 4],
          ['PD', 1],
          ['HHD', 0.5],
          [null, 0.5],
        ])} AS mod_prev,
        CASE WHEN ${chance('no creatinine', 'r', 0.05)} THEN NULL ELSE 80 + ${below('creatinine', 'r', 700)} END AS creat,
        CASE WHEN ${chance('no filtration', 'r', 0.05)} THEN NULL ELSE round(5 + 60 * ${uniform('filtration', 'r')}, 2) END AS eGFR_ckdepi
        FROM ${repeated(people, '5')}
        WHERE age >= 18 AND ${chance('renal', 'p', 0.003)} AND ${chance('renal dataset', 'r', 0.55)}`;
    },
  },

  HealthCareWorker: {
    perPatient: 0.05,
    select: ({ draws }, people) => `SELECT id AS Patient_ID, ${draws.pick('worker', 'r', [
      ['Y', 60],
      ['N', 40],
    ])} AS HealthCareWorker
      FROM ${repeated(people, `CASE WHEN age BETWEEN 18 AND 70 AND ${draws.chance('asked', 'p', 0.06)} THEN 1 + ${draws.below('asked again', 'p', 2)} ELSE 0 END`)}`,
  },

  /** A build that ended, and the steps of it. */
  BuildProgress: {
    perPatient: null,
    select: () => `SELECT * FROM (VALUES
      ('OpenSAFELY', TIMESTAMP '2024-01-03 20:00:00', TIMESTAMP '2024-01-03 20:00:00', TIMESTAMP '2024-01-04 06:30:00', 630),
      ('Swap Tables,Patient', TIMESTAMP '2024-01-03 20:00:00', TIMESTAMP '2024-01-04 05:50:00', TIMESTAMP '2024-01-04 05:52:00', 2),
      ('Swap Tables,CodedEvent_SNOMED', TIMESTAMP '2024-01-03 20:00:00', TIMESTAMP '2024-01-04 05:52:00', TIMESTAMP '2024-01-04 06:20:00', 28)
      ) AS events("Event", BuildStart, EventStart, EventEnd, Duration)`,
  },

  /** All but three in a hundred; no canary patient objected, so that canaries reach the extracts. */
  AllowedPatientsWithTypeOneDissent: {
    perPatient: 1,
    select: ({ draws }, people) =>
      `SELECT id AS Patient_ID FROM ${people} WHERE canary OR NOT ${draws.chance('opted out', 'p', 0.03)}`,
  },
};
