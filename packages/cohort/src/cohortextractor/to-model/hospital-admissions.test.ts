/** `admitted_to_hospital` (cohort-extractor §1.8, 31; §7.3, §7.5). */
import type { Constant } from '../../model/model.ts';
import type { Python } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
const pneumonia = codes('icd10', ['J12', 'J13']);
const hip = codes('opcs4', ['W37']);
const marks = codes('icd10', ['J_2', 'J%']);
const admitted = (given: Given = {}) => ['admitted_to_hospital', given] as const;
const inPeriod = { between: ['2020-01-01', 'index_date'] };
const first = { find_first_match_in_period: true };
const day = { date_format: 'YYYY-MM-DD' };
const count = { returning: 'number_of_matches_in_period' };
const bedDays = { returning: 'total_bed_days_in_period' };
const criticalDays = { returning: 'total_critical_care_days_in_period' };

type Spell = Readonly<Record<string, Constant>>;
const derivedColumns = ['Spell_Primary_Diagnosis', 'Spell_PbR_CC_Day'];

let identifiers = 50_000;
/** Spells, admitted on 10 January 2020 unless they say otherwise, and what is derived of them unless `derived` is false. */
const spells = (...given: readonly (Spell & { readonly derived?: boolean })[]): Rows => {
  const rows = given.map(({ derived = true, ...spell }) => {
    identifiers += 1;
    const { APCS_Ident = identifiers } = spell;
    const entries = Object.entries({ Admission_Date: '2020-01-10', ...spell, APCS_Ident });
    const isDerived = ([name]: readonly [string, Constant]): boolean =>
      derivedColumns.includes(name);
    return {
      spell: Object.fromEntries(entries.filter((entry) => !isDerived(entry))),
      derived: derived ? [{ ...Object.fromEntries(entries.filter(isDerived)), APCS_Ident }] : [],
    };
  });
  return {
    APCS_ARCHIVED: rows.map(({ spell }) => spell),
    APCS_Der_ARCHIVED: rows.flatMap(({ derived }) => derived),
  };
};

const diagnosed = (Der_Diagnosis_All: string): Rows => spells({ Der_Diagnosis_All });
const operated = (Der_Procedure_All: string): Rows => spells({ Der_Procedure_All });
const diagnosis = (given: Given = {}) => admitted({ with_these_diagnoses: pneumonia, ...given });
const primary = admitted({ with_these_primary_diagnoses: pneumonia });
const procedure = admitted({ with_these_procedures: hip });

/** What can be asked of one spell: what is returned, the column, and the argument that restricts to it. */
const facts = [
  ['admission_method', 'Admission_Method', 'with_admission_method'],
  ['source_of_admission', 'Source_of_Admission', 'with_source_of_admission'],
  ['discharge_destination', 'Discharge_Destination', 'with_discharge_destination'],
  ['patient_classification', 'Patient_Classification', 'with_patient_classification'],
  [
    'admission_treatment_function_code',
    'Der_Admit_Treatment_Function_Code',
    'with_admission_treatment_function_code',
  ],
  ['administrative_category', 'Administrative_Category', 'with_administrative_category'],
  ['duration_of_elective_wait', 'Duration_of_Elective_Wait', null],
  ['days_in_critical_care', 'Spell_PbR_CC_Day', null],
  ['primary_diagnosis', 'Spell_Primary_Diagnosis', null],
] as const;

const cases: readonly Case[] = [
  example('admitted: a spell', admitted(), spells({}), true),
  example('admitted: none', admitted(), {}, false),
  example(
    'admitted: a spell of which nothing was derived is not seen',
    admitted(),
    spells({ derived: false }),
    false,
  ),
  example(
    'admitted: on the first day',
    admitted(inPeriod),
    spells({ Admission_Date: '2020-01-01' }),
    true,
  ),
  example(
    'admitted: the day before',
    admitted(inPeriod),
    spells({ Admission_Date: '2019-12-31' }),
    false,
  ),
  example(
    'admitted: on the last day',
    admitted(inPeriod),
    spells({ Admission_Date: '2020-02-29' }),
    true,
  ),
  example(
    'admitted: the day after',
    admitted(inPeriod),
    spells({ Admission_Date: '2020-03-01' }),
    false,
  ),
  example(
    'admitted: without a date in no period',
    admitted(inPeriod),
    spells({ Admission_Date: null }),
    false,
  ),
  example(
    'admitted: in before the period and out within it',
    admitted(inPeriod),
    spells({ Admission_Date: '2019-12-01', Discharge_Date: '2020-01-15' }),
    false,
  ),

  example(
    'date admitted: the last',
    admitted({ returning: 'date_admitted', ...day }),
    spells({}, { Admission_Date: '2020-02-02' }),
    '2020-02-02',
  ),
  example(
    'date admitted: the first',
    admitted({ returning: 'date_admitted', ...day, ...first }),
    spells({}, { Admission_Date: '2020-02-02' }),
    '2020-01-10',
  ),
  example('date admitted: none', admitted({ returning: 'date_admitted', ...day }), {}, null),
  example(
    'admitted: a spell without a date comes before all others',
    admitted({ returning: 'admission_method', ...first }),
    spells({ Admission_Method: '11' }, { Admission_Method: '21', Admission_Date: null }),
    '21',
  ),
  example(
    'date discharged: the last of all spells of the period, not that of the last admission',
    admitted({ returning: 'date_discharged', ...day, ...inPeriod }),
    spells(
      { Discharge_Date: '2020-06-01' },
      { Admission_Date: '2020-02-02', Discharge_Date: '2020-02-05' },
    ),
    '2020-06-01',
  ),
  example(
    'date discharged: the first of all',
    admitted({ returning: 'date_discharged', ...day, ...first }),
    spells(
      { Discharge_Date: '2020-06-01' },
      { Admission_Date: '2020-02-02', Discharge_Date: '2020-02-05' },
    ),
    '2020-02-05',
  ),
  example(
    'date discharged: still there',
    admitted({ returning: 'date_discharged', ...day }),
    spells({}),
    null,
  ),
  example(
    'counted: spells',
    admitted({ ...count, ...inPeriod }),
    spells({}, {}, { Admission_Date: '2020-03-01' }),
    2,
  ),
  example('counted: none is 0', admitted(count), {}, 0),

  example('diagnoses: after a delimiter', diagnosis(), diagnosed('||C189 ,J121 ,I10X'), true),
  example(
    'diagnoses: a code of the list is the beginning of one',
    diagnosis(),
    diagnosed('||J12'),
    true,
  ),
  example(
    'diagnoses: not after a letter or a digit',
    diagnosis(),
    diagnosed('||XJ12 ,0J12'),
    false,
  ),
  example('diagnoses: not at the very start', diagnosis(), diagnosed('J121 ,C189'), false),
  example('diagnoses: case counts', diagnosis(), diagnosed('||j121'), false),
  example('diagnoses: none stored', diagnosis(), spells({}), false),
  example('diagnoses: the second code of the list', diagnosis(), diagnosed('||J139'), true),
  example(
    'diagnoses: signs that a pattern would read are letters like others',
    admitted({ with_these_diagnoses: marks }),
    diagnosed('||J12'),
    false,
  ),
  example(
    'diagnoses: such signs match themselves',
    admitted({ with_these_diagnoses: marks }),
    diagnosed('||J_2'),
    true,
  ),
  example(
    'diagnoses: the last spell that has one',
    diagnosis({ returning: 'date_admitted', ...day }),
    spells(
      { Der_Diagnosis_All: '||J121' },
      { Admission_Date: '2020-02-02', Der_Diagnosis_All: '||C189' },
    ),
    '2020-01-10',
  ),
  example(
    'primary diagnosis: the beginning',
    primary,
    spells({ Spell_Primary_Diagnosis: 'J121' }),
    true,
  ),
  example(
    'primary diagnosis: not within',
    primary,
    spells({ Spell_Primary_Diagnosis: 'AJ12' }),
    false,
  ),
  example('primary diagnosis: no other diagnosis', primary, diagnosed('||J121'), false),
  example('procedures: after a delimiter', procedure, operated('||W371 ,Y767'), true),
  example('procedures: none of the list', procedure, operated('||X371 ,Y767'), false),
  example(
    'conditions: all have to hold of one spell',
    admitted({ with_these_diagnoses: pneumonia, with_admission_method: '21' }),
    spells({ Der_Diagnosis_All: '||J121', Admission_Method: '11' }, { Admission_Method: '21' }),
    false,
  ),
  example(
    'conditions: all hold',
    admitted({ with_these_diagnoses: pneumonia, with_admission_method: '21' }),
    spells({ Der_Diagnosis_All: '||J121', Admission_Method: '21' }),
    true,
  ),

  ...facts.flatMap(([returning, column, argument]): Case[] => [
    example(
      `${returning}: of the last spell`,
      admitted({ returning }),
      spells({ [column]: '3' }, { [column]: '4', Admission_Date: '2020-02-02' }),
      '4',
    ),
    example(
      `${returning}: of the first spell`,
      admitted({ returning, ...first }),
      spells({ [column]: '3' }, { [column]: '4', Admission_Date: '2020-02-02' }),
      '3',
    ),
    example(
      `${returning}: of spells of one day the smallest identifier`,
      admitted({ returning }),
      spells(
        { [column]: '3', APCS_Ident: identifiers + 1002 },
        { [column]: '4', APCS_Ident: identifiers + 1001 },
      ),
      '4',
    ),
    example(`${returning}: none is blank`, admitted({ returning }), {}, ''),
    ...(argument === null
      ? []
      : [
          example(
            `${argument}: one text`,
            admitted({ [argument]: '21' }),
            spells({ [column]: '21' }),
            true,
          ),
          example(
            `${argument}: another text`,
            admitted({ [argument]: '21' }),
            spells({ [column]: '2' }),
            false,
          ),
          example(
            `${argument}: one of several`,
            admitted({ [argument]: ['21', '2A'] }),
            spells({ [column]: '2A' }),
            true,
          ),
          example(
            `${argument}: nothing stored`,
            admitted({ [argument]: ['21'] }),
            spells({}),
            false,
          ),
        ]),
  ]),

  example(
    'critical care: at least a day',
    admitted({ with_at_least_one_day_in_critical_care: true }),
    spells({ Spell_PbR_CC_Day: '2' }),
    true,
  ),
  example(
    'critical care: no day',
    admitted({ with_at_least_one_day_in_critical_care: true }),
    spells({ Spell_PbR_CC_Day: '0' }),
    false,
  ),
  example(
    'critical care: nothing stored',
    admitted({ with_at_least_one_day_in_critical_care: true }),
    spells({ Spell_PbR_CC_Day: null }),
    false,
  ),

  example('bed days: nights and a day', admitted(bedDays), spells({ Der_Spell_LoS: 4 }), 5),
  example('bed days: a day without a night', admitted(bedDays), spells({ Der_Spell_LoS: 0 }), 1),
  example(
    'bed days: of one admission date the longest',
    admitted(bedDays),
    spells({ Der_Spell_LoS: 4 }, { Der_Spell_LoS: 2 }),
    5,
  ),
  example(
    'bed days: of several dates together',
    admitted({ ...bedDays, ...inPeriod }),
    spells(
      { Der_Spell_LoS: 4 },
      { Der_Spell_LoS: 2, Admission_Date: '2020-02-02' },
      { Der_Spell_LoS: 90, Admission_Date: '2020-03-01' },
    ),
    8,
  ),
  example('bed days: none is 0', admitted(bedDays), {}, 0),
  example('bed days: a spell without a number adds nothing', admitted(bedDays), spells({}), 0),
  example(
    'critical care days: of one admission date the most, of several together',
    admitted(criticalDays),
    spells(
      { Spell_PbR_CC_Day: '10' },
      { Spell_PbR_CC_Day: '9' },
      { Spell_PbR_CC_Day: '3', Admission_Date: '2020-02-02' },
    ),
    13,
  ),
  example('critical care days: none is 0', admitted(criticalDays), {}, 0),
];

specify(cases);
