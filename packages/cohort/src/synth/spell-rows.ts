/** Rows of stays in hospital: the spell, and what was derived of it. */
import type { hospitalTables } from '../tpp-schema/hospital.ts';
import type { Draws } from './draws.ts';
import { codeLists, ethnicGroup } from './hospital-codes.ts';
import { dayInLife, dayInWaves, type Population, type RowSources, repeated } from './row-source.ts';

/** Spells: more of them the older, one in seven in a wave of COVID-19. */
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

export const spellRows: RowSources<
  Pick<typeof hospitalTables, 'APCS_ARCHIVED' | 'APCS_Der_ARCHIVED'>
> = {
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
};
