/** Rows of hospital care but for stays: emergency care, outpatients, intensive care, costly drugs. */
import type { hospitalTables } from '../tpp-schema/hospital.ts';
import { CANARY_DRUG } from './canaries.ts';
import type { Draws } from './draws.ts';
import { codeLists, ethnicGroup, slotOf } from './hospital-codes.ts';
import { slotsOf } from './primary-care-rows.ts';
import { dayInLife, dayInWaves, doubled, LAST, type RowSources, repeated } from './row-source.ts';

/** Number of patients who get drugs that hospitals pay for, and of those in intensive care: few. */
const rare = { drugs: 0.006, intensiveCare: 0.004 } as const;

export const hospitalRows: RowSources<
  Omit<typeof hospitalTables, 'APCS_ARCHIVED' | 'APCS_Der_ARCHIVED'>
> = {
  EC_ARCHIVED: {
    perPatient: 1.55,
    select: ({ draws }, people) => `SELECT id AS Patient_ID, r AS EC_Ident,
      CASE WHEN ${draws.chance('arrival unknown', 'r', 0.002)} THEN NULL ELSE ${dayInLife(draws, 'arrival', 'r', 2.5)} END AS Arrival_Date,
      ${draws.pick('emergency destination', 'r', [
        ['306689006', 60],
        ['306706006', 22],
        ['1066341000000100', 6],
        ['1066331000000109', 4],
        ['50861005', 3],
        ['305398007', 1],
        [null, 4],
      ])} AS Discharge_Destination_SNOMED_CT,
      ${ethnicGroup(draws, 'emergency')} AS Ethnic_Category
      FROM ${repeated(people, attendances(draws))}`,
  },

  /** Fifteen attendances in a hundred have no row here, one has two. The columns fill up from the first. */
  EC_Diagnosis_ARCHIVED: {
    perPatient: 1.35,
    madeOf: 2,
    select: ({ draws }, people) => {
      const { chance, tail } = draws;
      const rows = `(SELECT * FROM ${repeated(people, attendances(draws))} WHERE NOT ${chance('no diagnosis', 'r', 0.15)})`;
      const columns = Array.from({ length: 24 }, (_, index) => {
        const number = String(index + 1).padStart(2, '0');
        return `codes[${index + 1}] AS EC_Diagnosis_${number}`;
      });
      return `SELECT id AS Patient_ID, r AS EC_Ident, ${columns.join(', ')}
        FROM ${doubled(rows, chance('diagnosis twice', 'r', 0.01))} AS rows JOIN ${codeLists(draws, 'emergency', 'emergency diagnosis', rows, `1 + least(23, ${tail('emergency diagnoses', 'r', 0.8)})`)} AS d USING (r)
        ORDER BY r, copy`;
    },
  },

  OPA_ARCHIVED: {
    perPatient: 4,
    select: ({ draws }, people) => {
      const { chance, pick } = draws;
      return `SELECT id AS Patient_ID, r AS OPA_Ident,
        CASE WHEN ${chance('no appointment', 'r', 0.005)} THEN NULL WHEN ${chance('appointment 1900', 'r', 0.001)} THEN DATE '1900-01-01'
          ELSE ${dayInLife(draws, 'outpatient', 'r', 2.5)} END AS Appointment_Date,
        ${pick('attendance', 'r', [
          ['5', 78],
          ['6', 3],
          ['7', 6],
          ['2', 5],
          ['3', 4],
          ['4', 2],
          ['0', 1],
          [null, 1],
        ])} AS Attendance_Status,
        ${pick('first attendance', 'r', [
          ['1', 25],
          ['2', 50],
          ['3', 7],
          ['4', 17],
          [null, 1],
        ])} AS First_Attendance,
        ${pick('outpatient specialty', 'r', [
          ['100', 10],
          ['110', 14],
          ['130', 12],
          ['300', 9],
          ['320', 8],
          ['330', 9],
          ['410', 7],
          ['501', 12],
          ['650', 19],
        ])} AS Treatment_Function_Code,
        ${pick('medium', 'r', [
          ['01', 74],
          ['02', 18],
          ['03', 3],
          ['04', 1],
          [null, 4],
        ])} AS Consultation_Medium_Used,
        ${ethnicGroup(draws, 'outpatient')} AS Ethnic_Category
        FROM ${repeated(people, outpatients(draws))}`;
    },
  },

  /** A third of the appointments has a procedure, some have two rows. */
  OPA_Proc_ARCHIVED: {
    perPatient: 1.4,
    select: (
      { draws },
      people,
    ) => `SELECT id AS Patient_ID, r AS OPA_Ident, code AS Primary_Procedure_Code
      FROM (SELECT *, ${slotOf(draws, 'outpatient procedure', 'copy')} AS slot
        FROM ${doubled(
          `(SELECT * FROM ${repeated(people, outpatients(draws))} WHERE ${draws.chance('outpatient procedure', 'r', 0.33)})`,
          draws.chance('procedure twice', 'r', 0.02),
        )}) AS rows
      JOIN ${slotsOf('opcs4')} AS slots ON slots.slot = rows.slot`,
  },

  ICNARC: {
    perPatient: 0.006,
    select: ({ draws }, people) => {
      const { below, chance } = draws;
      return `SELECT p * 2 + k AS ICNARC_ID, id AS Patient_ID,
        CASE WHEN ${chance('no admission time', 'r', 0.05)} THEN NULL ELSE CAST(day AS TIMESTAMP) + to_minutes(${below('icu time', 'r', 1440)}) END AS IcuAdmissionDateTime,
        CASE WHEN ${chance('no original day', 'r', 0.2)} THEN NULL ELSE day - ${below('transfer', 'r', 4)} END AS OriginalIcuAdmissionDate,
        CASE WHEN ${chance('basic unknown', 'r', 0.1)} THEN NULL ELSE greatest(0, ${below('basic', 'r', 9)} - 3) END AS BasicDays_RespiratorySupport,
        CASE WHEN ${chance('advanced unknown', 'r', 0.1)} THEN NULL ELSE greatest(0, ${below('advanced', 'r', 16)} - 8) END AS AdvancedDays_RespiratorySupport,
        ${below('ventilator', 'r', 2)} AS Ventilator
        FROM (SELECT *, ${dayInWaves(draws, 'intensive care', 'r')} AS day FROM ${repeated(people, `CASE WHEN age > 25 AND ${chance('intensive care', 'p', rare.intensiveCare)} THEN 1 + ${below('icu again', 'p', 4)} // 3 ELSE 0 END`)})
        WHERE day <= last`;
    },
  },

  HighCostDrugs: {
    perPatient: 0.06,
    select: ({ draws }, people) => {
      const { below, chance, pick } = draws;
      return `SELECT id AS Patient_ID,
        CASE WHEN canary THEN '${CANARY_DRUG}' ELSE ${pick('costly drug', 'p', [
          ['adalimumab', 40],
          ['etanercept', 20],
          ['infliximab', 15],
          ['rituximab', 10],
          ['tocilizumab', 10],
          ['baricitinib', 5],
        ])} END AS DrugName,
        CAST(year AS VARCHAR) || lpad(CAST((year + 1) % 100 AS VARCHAR), 2, '0') AS FinancialYear,
        CAST(1 + month AS VARCHAR) AS FinancialMonth
        FROM (SELECT canary, p, id, 2018 + (start + k) // 12 AS year, (start + k) % 12 AS month FROM (
          SELECT *, ${below('first month', 'p', 36)} AS start FROM ${repeated(people, `CASE WHEN canary OR ${chance('costly drugs', 'p', rare.drugs)} THEN 1 + ${below('months', 'p', 20)} ELSE 0 END`)}))
        WHERE make_date(CAST(year AS INTEGER), 4, 1) < ${LAST}`;
    },
  },
};

function attendances({ tail }: Draws): string {
  return `least(200, ${tail('attendances', 'p', 2)})`;
}

function outpatients({ tail }: Draws): string {
  return `least(300, ${tail('outpatients', 'p', '1 + age / 12.0')})`;
}
