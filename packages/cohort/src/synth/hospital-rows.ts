/** Rows of hospital care. */
import type { hospitalTables } from '../tpp-schema/hospital.ts';
import { CANARY_DRUG } from './canaries.ts';
import type { Draws } from './draws.ts';
import { slotsOf } from './primary-care-rows.ts';
import {
  dayInLife,
  dayInWaves,
  doubled,
  LAST,
  type Population,
  type RowSources,
  repeated,
} from './row-source.ts';
import { SLOT_BITS, type VocabularyName } from './vocabulary.ts';

/** Letters of ethnic groups as hospitals write them; Z and 99 stand for not known. */
const ethnicGroups: readonly (readonly [string | null, number])[] = [
  ['A', 68],
  ['B', 1],
  ['C', 5],
  ['D', 0.5],
  ['E', 0.3],
  ['F', 0.4],
  ['G', 0.6],
  ['H', 3],
  ['J', 2.5],
  ['K', 1],
  ['L', 1.5],
  ['M', 1],
  ['N', 2],
  ['P', 0.6],
  ['R', 0.7],
  ['S', 1.4],
  ['Z', 5],
  ['99', 2],
  [null, 3],
];

/** A person mostly has one group, but one row in twelve says another. */
function ethnicGroup(draws: Draws, stream: string): string {
  return `CASE WHEN ${draws.chance(`${stream} other group`, 'r', 0.08)} THEN ${draws.pick(`${stream} group`, 'r', ethnicGroups)}
    ELSE ${draws.pick('ethnic group', 'p', ethnicGroups)} END`;
}

/** A slot of a vocabulary for the `index`th code of a row. Half of them are the person's own, met again and again. */
function slot({ bits, below }: Draws, stream: string, index: string): string {
  const own = `p * 16777216 + (${below(`${stream} own`, `r * 32 + ${index}`, 4)})`;
  return `CAST(CASE WHEN ${below(`${stream} whose`, `r * 32 + ${index}`, 2)} = 0
    THEN ${bits(`${stream} of person`, own)} ELSE ${bits(stream, `r * 32 + ${index}`)} END % ${2 ** SLOT_BITS} AS INTEGER)`;
}

/**
 * The codes of each row as one list, in the order of their index: relation of `r` and `codes`.
 *
 * @param rows - A relation with `p` and `r`.
 * @param count - How many codes a row has: an expression, 0 for none.
 */
function codeLists(
  draws: Draws,
  name: VocabularyName,
  stream: string,
  rows: string,
  count: string,
): string {
  return `(SELECT r, list(code ORDER BY i) AS codes FROM (
      SELECT r, i, ${slot(draws, stream, 'i')} AS slot FROM (
        SELECT p, r, unnest(range(${count})) AS i FROM ${rows})) AS drawn
    JOIN ${slotsOf(name)} AS slots ON slots.slot = drawn.slot GROUP BY r)`;
}

/** Spells: more of them the older, one in four for COVID-19 in its waves. */
function spells({ draws }: Population, people: string): string {
  const { below, chance, tail, uniform } = draws;
  return `(SELECT * EXCLUDE (drawn_day), least(last, greatest(first, drawn_day)) AS admitted FROM (
    SELECT *,
      CASE WHEN k > 0 AND ${chance('same day spell', 'r', 0.02)} THEN last - 100
        WHEN ${chance('in a wave', 'r', 0.15)} THEN ${dayInWaves(draws, 'spell', 'r')}
        ELSE ${dayInLife(draws, 'spell', 'r', 2)} END AS drawn_day,
      CASE WHEN ${chance('day case', 'r', 0.45)} THEN 0 ELSE ${tail('stay', 'r', '2 + age / 15.0')} END AS nights,
      1 + CAST(floor(11 * pow(${uniform('diagnoses', 'r')}, 2)) AS INTEGER) AS diagnoses,
      CASE WHEN ${chance('no procedure', 'r', 0.4)} THEN 0 ELSE 1 + ${below('procedures', 'r', 5)} END AS procedures
    FROM ${repeated(people, `least(120, ${tail('spells', 'p', '0.3 + pow(age / 50.0, 2)')})`)}))`;
}

/** All codes of a spell as one text. Most texts begin with delimiters; some do not, and then hide their first code. */
function allCodes(draws: Draws, stream: string, list: string): string {
  return `CASE WHEN ${list} IS NULL THEN NULL
    WHEN ${draws.chance(`${stream} bare`, 'r', 0.01)} THEN array_to_string(${list}, ' ,')
    ELSE '||' || array_to_string(${list}[1:4], ' ,') || CASE WHEN len(${list}) > 4 THEN ' ||' || array_to_string(${list}[5:], ' ,') ELSE '' END END`;
}

/** Number of patients who get drugs that hospitals pay for, and of those in intensive care: few. */
const rare = { drugs: 0.006, intensiveCare: 0.004 } as const;

export const hospitalRows: RowSources<typeof hospitalTables> = {
  APCS_ARCHIVED: {
    perPatient: 0.8,
    madeOf: 6,
    select: (population, people) => {
      const { draws } = population;
      const { below, chance, pick } = draws;
      const from = spells(population, people);
      return `SELECT id AS Patient_ID, r AS APCS_Ident, admitted AS Admission_Date,
        CASE WHEN ${chance('still in', 'r', 0.01)} THEN NULL ELSE admitted + nights END AS Discharge_Date,
        ${allCodes(draws, 'diagnoses', 'd.codes')} AS Der_Diagnosis_All,
        ${allCodes(draws, 'procedures', 'o.codes')} AS Der_Procedure_All,
        ${ethnicGroup(draws, 'spell')} AS Ethnic_Group,
        ${pick('admission method', 'r', [
          ['11', 30],
          ['12', 12],
          ['13', 6],
          ['21', 30],
          ['22', 4],
          ['23', 2],
          ['24', 3],
          ['25', 1],
          ['28', 1],
          ['2A', 4],
          ['2B', 1],
          ['31', 3],
          ['81', 2],
          [null, 1],
        ])} AS Admission_Method,
        ${pick('source', 'r', [
          ['19', 90],
          ['51', 4],
          ['54', 2],
          ['65', 1],
          ['79', 1],
          ['98', 1],
          [null, 1],
        ])} AS Source_of_Admission,
        ${pick('destination', 'r', [
          ['19', 88],
          ['51', 4],
          ['54', 3],
          ['79', 3],
          ['98', 1],
          [null, 1],
        ])} AS Discharge_Destination,
        ${pick('classification', 'r', [
          ['1', 50],
          ['2', 44],
          ['3', 3],
          ['4', 1],
          ['5', 2],
        ])} AS Patient_Classification,
        ${pick('specialty', 'r', [
          ['100', 16],
          ['110', 11],
          ['180', 8],
          ['300', 25],
          ['320', 7],
          ['340', 5],
          ['420', 6],
          ['430', 8],
          ['501', 9],
          ['502', 5],
        ])} AS Der_Admit_Treatment_Function_Code,
        ${pick('category', 'r', [
          ['01', 97],
          ['02', 2],
          ['03', 0.5],
          [null, 0.5],
        ])} AS Administrative_Category,
        CASE WHEN ${chance('waited', 'r', 0.4)} THEN CAST(${below('wait', 'r', 400)} AS VARCHAR) WHEN ${chance('wait 9999', 'r', 0.1)} THEN '9999' END AS Duration_of_Elective_Wait,
        nights AS Der_Spell_LoS
        FROM ${from} AS rows
        LEFT JOIN ${codeLists(draws, 'icd10', 'diagnosis', from, 'diagnoses')} AS d USING (r)
        LEFT JOIN ${codeLists(draws, 'opcs4', 'procedure', from, 'procedures')} AS o USING (r)
        ORDER BY r`;
    },
  },

  /** One spell in two hundred has no derived row. */
  APCS_Der_ARCHIVED: {
    perPatient: 0.8,
    madeOf: 5,
    select: (population, people) => {
      const { draws } = population;
      const from = spells(population, people);
      return `SELECT id AS Patient_ID, r AS APCS_Ident,
        codes[1] || CASE WHEN ${draws.chance('trailing', 'r', 0.03)} THEN 'X' ELSE '' END AS Spell_Primary_Diagnosis,
        codes[2] AS Spell_Secondary_Diagnosis,
        CASE WHEN ${draws.chance('no critical care', 'r', 0.05)} THEN NULL
          WHEN nights > 0 AND ${draws.chance('critical care', 'r', 0.08)} THEN CAST(1 + ${draws.below('critical days', 'r', 'nights')} AS VARCHAR)
          ELSE '0' END AS Spell_PbR_CC_Day
        FROM ${from} AS rows
        JOIN ${codeLists(draws, 'icd10', 'diagnosis', from, 'diagnoses')} AS d USING (r)
        WHERE NOT ${draws.chance('not derived', 'r', 0.005)} ORDER BY r`;
    },
  },

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
      FROM (SELECT *, ${slot(draws, 'outpatient procedure', 'copy')} AS slot
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
