/** Registries and collections (cohort-extractor §1.8, 38, 39 and 41–43; §7.5). */
import type { Constant } from '../../model/model.ts';
import { type Python, patients } from '../testing.ts';
import { type Case, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
type Line = Readonly<Record<string, Constant>>;
const first = { find_first_match_in_period: true };
const day = { date_format: 'YYYY-MM-DD' };

const ethnicity = (returning: string) =>
  ['with_ethnicity_from_sus', { returning, use_most_frequent_code: true }] as const;
const recorded = (...given: readonly (string | null)[]): Rows => ({
  APCS_ARCHIVED: given.map((Ethnic_Group, index) => ({ Ethnic_Group, APCS_Ident: 90_000 + index })),
});
const sixteen = [...'ABCDEFGHJKLMNPRS'];
const six = ['ABC', 'DEFG', 'HJKL', 'MNP', 'RS'];

const treated = (given: Given = {}) => ['with_covid_therapeutics', given] as const;
const notified = (...given: readonly Line[]): Rows => ({
  Therapeutics: given.map((line) => ({
    TreatmentStartDate: '2020-01-10',
    Intervention: 'Sotrovimab',
    CurrentStatus: 'Approved',
    COVID_indication: 'non_hospitalised',
    ...line,
  })),
});
const risk = (rule: string, line: Line, gives: string): Case =>
  example(`risk group: ${rule}`, treated({ returning: 'risk_group' }), notified(line), gives);

const drug = (given: Given = {}) => ['with_high_cost_drugs', given] as const;
const paid = (...given: readonly (readonly [string, string | null, string?])[]): Rows => ({
  HighCostDrugs: given.map(([FinancialYear, FinancialMonth, DrugName = 'adalimumab']) => ({
    FinancialYear,
    FinancialMonth,
    DrugName,
  })),
});
const month = { returning: 'date', date_format: 'YYYY-MM' };

const isaric = (returning: string, given: Given = {}) =>
  ['with_an_isaric_record', { returning, ...given }] as const;
const collected = (...ISARIC_Patient_Data_TopLine: readonly Line[]): Rows => ({
  ISARIC_Patient_Data_TopLine,
});

const renal = (returning: string, given: Given = {}) =>
  ['with_record_in_ukrr', { from_dataset: '2020_prevalence', returning, ...given }] as const;
const registered = (...given: readonly Line[]): Rows => ({
  UKRR: given.map((line) => ({ dataset: '2020prev', rrt_start: '2015-05-05', ...line })),
});

const cases: readonly Case[] = [
  example('ethnicity: the most frequent code', ethnicity('code'), recorded('A', 'B', 'B'), 'B'),
  example(
    'ethnicity: of all three tables',
    ethnicity('code'),
    {
      ...recorded('A', 'A'),
      EC_ARCHIVED: [{ Ethnic_Category: 'B' }],
      OPA_ARCHIVED: [{ Ethnic_Category: 'B' }, { Ethnic_Category: 'B' }],
    },
    'B',
  ),
  example(
    'ethnicity: of codes as frequent the smallest',
    ethnicity('code'),
    recorded('B', 'A'),
    'A',
  ),
  example('ethnicity: codes as they are written', ethnicity('code'), recorded('A1', 'B', 'A'), 'A'),
  example(
    'ethnicity: what says nothing does not count',
    ethnicity('code'),
    recorded('99', '99', 'Z', 'Z1', 'Z1', null, null, 'A'),
    'A',
  ),
  example('ethnicity: nothing is blank', ethnicity('code'), recorded('99', 'Z'), ''),
  ...sixteen.map((letter, index) =>
    example(
      `ethnicity: ${letter} is ${index + 1} of 16`,
      ethnicity('group_16'),
      recorded(`${letter}1`),
      String(index + 1),
    ),
  ),
  ...six.flatMap((letters, index) =>
    [...letters].map((letter) =>
      example(
        `ethnicity: ${letter} is ${index + 1} of 6`,
        ethnicity('group_6'),
        recorded(letter),
        String(index + 1),
      ),
    ),
  ),
  example('ethnicity: a code of no group is 0', ethnicity('group_6'), recorded('X'), '0'),
  example('ethnicity: nothing recorded is 0 too', ethnicity('group_16'), {}, '0'),
  {
    rule: 'ethnicity: group 0 is empty to an expression',
    columns: { unknown_group: patients(...ethnicity('group_6')) },
    call: patients('satisfying', {
      expression: "NOT unknown_group AND unknown_group = '' AND unknown_group = '0'",
    }),
    gives: true,
  },
  {
    rule: 'ethnicity: a group compares as a number',
    columns: { known_group: patients(...ethnicity('group_6')) },
    call: patients('satisfying', {
      expression: "known_group AND known_group = '2' AND known_group < 10",
    }),
    rows: recorded('D'),
    gives: true,
  },

  example('therapeutics: notified', treated(), notified({}), true),
  example('therapeutics: not notified', treated(), {}, false),
  example(
    'therapeutics: a notification that was sent twice is one',
    treated({ returning: 'number_of_matches_in_period' }),
    notified({}, {}),
    1,
  ),
  example(
    'therapeutics: one that differs anywhere is another',
    treated({ returning: 'number_of_matches_in_period' }),
    notified({ FormName: 'a' }, { FormName: 'b' }),
    2,
  ),
  example(
    'therapeutics: dates are days',
    treated({ returning: 'number_of_matches_in_period' }),
    notified({ TreatmentStartDate: '2020-01-10 00:00:00' }, { TreatmentStartDate: '2020-01-10' }),
    1,
  ),
  example(
    'therapeutics: a status, whatever its case and blanks',
    treated({ with_these_statuses: [' approved '] }),
    notified({}),
    true,
  ),
  example(
    'therapeutics: a status is whole',
    treated({ with_these_statuses: 'Approve' }),
    notified({}),
    false,
  ),
  example(
    'therapeutics: a medicine is a part, whatever its case',
    treated({ with_these_therapeutics: 'TROVI' }),
    notified({}),
    true,
  ),
  example(
    'therapeutics: another medicine',
    treated({ with_these_therapeutics: ['Paxlovid'] }),
    notified({}),
    false,
  ),
  example(
    'therapeutics: an indication',
    treated({ with_these_indications: ['hospital_onset', 'non_hospitalised'] }),
    notified({}),
    true,
  ),
  example(
    'therapeutics: another indication',
    treated({ with_these_indications: 'hospital_onset' }),
    notified({}),
    false,
  ),
  example(
    'therapeutics: on the last day',
    treated({ on_or_before: '2020-01-10' }),
    notified({}),
    true,
  ),
  example('therapeutics: after it', treated({ on_or_before: '2020-01-09' }), notified({}), false),
  example(
    'therapeutics: the last start',
    treated({ returning: 'date', ...day }),
    notified({}, { TreatmentStartDate: '2020-02-02' }),
    '2020-02-02',
  ),
  example(
    'therapeutics: the first start',
    treated({ returning: 'date', ...day, ...first }),
    notified({}, { TreatmentStartDate: '2020-02-02' }),
    '2020-01-10',
  ),
  example(
    'therapeutics: one without a start is the first',
    treated({ returning: 'date', ...day, ...first }),
    notified({}, { TreatmentStartDate: null }),
    null,
  ),
  example(
    'therapeutics: but not of a period',
    treated({ returning: 'date', ...day, ...first, on_or_after: '1900-01-01' }),
    notified({}, { TreatmentStartDate: null }),
    '2020-01-10',
  ),
  example(
    'therapeutics: the medicines of the last',
    treated({ returning: 'therapeutic' }),
    notified({}, { TreatmentStartDate: '2020-02-02', Intervention: ' Casirivimab and imdevimab ' }),
    'Casirivimab,imdevimab',
  ),
  example(
    'therapeutics: of one day the one received first',
    treated({ returning: 'therapeutic' }),
    notified({ Received: '2020-01-12' }, { Received: '2020-01-11', Intervention: 'Tocilizumab' }),
    'Tocilizumab',
  ),
  example(
    'therapeutics: then by status',
    treated({ returning: 'therapeutic' }),
    notified({}, { CurrentStatus: 'Aborted', Intervention: 'Tocilizumab' }),
    'Tocilizumab',
  ),
  example(
    'therapeutics: the same with other words around its risk groups is one',
    treated({ returning: 'number_of_matches_in_period' }),
    notified(
      { SOT02_risk_cohorts: 'Patients with a renal disease' },
      { SOT02_risk_cohorts: 'Patients with renal disease', MOL1_high_risk_cohort: '' },
    ),
    1,
  ),
  example(
    'therapeutics: receipt that is not known comes first',
    treated({ returning: 'therapeutic' }),
    notified({ Received: '2020-01-12' }, { Intervention: 'Tocilizumab' }),
    'Tocilizumab',
  ),
  example(
    'therapeutics: the case of a status does not decide',
    treated({ returning: 'therapeutic' }),
    notified({ CurrentStatus: 'approved' }, { Intervention: 'Tocilizumab' }),
    'Sotrovimab',
  ),
  example(
    'therapeutics: a region that is not known comes first',
    treated({ returning: 'region' }),
    notified({ Region: 'London' }, {}),
    '',
  ),
  example(
    'therapeutics: before a blank one too',
    treated({ returning: 'risk_group' }),
    notified({ Region: '', SOT02_risk_cohorts: 'imid' }, { SOT02_risk_cohorts: 'renal disease' }),
    'renal disease',
  ),
  example(
    'therapeutics: then by risk groups, without the words before them',
    treated({ returning: 'risk_group' }),
    notified(
      { SOT02_risk_cohorts: 'Patients with a solid cancer' },
      { SOT02_risk_cohorts: 'Patients with renal disease' },
    ),
    'renal disease',
  ),
  example(
    'therapeutics: the region',
    treated({ returning: 'region' }),
    notified({ Region: 'London' }),
    'London',
  ),
  example('therapeutics: no region is blank', treated({ returning: 'region' }), notified({}), ''),
  example(
    'therapeutics: episodes',
    treated({
      returning: 'number_of_episodes',
      episode_defined_as: 'series of events each <= 7 days apart',
    }),
    notified({}, { TreatmentStartDate: '2020-01-17' }, { TreatmentStartDate: '2020-01-25' }),
    2,
  ),
  {
    rule: 'therapeutics: the date of the value',
    columns: { treated_with: patients(...treated({ returning: 'therapeutic', ...first })) },
    call: patients('date_of', { source: 'treated_with', ...day }),
    rows: notified({}, { TreatmentStartDate: '2020-02-02' }),
    gives: '2020-01-10',
  },
  risk('none is another', {}, 'other'),
  example(
    'risk group: no notification is another',
    treated({ returning: 'risk_group' }),
    {},
    'other',
  ),
  {
    rule: 'risk group: expressions see none',
    columns: { groups_of_none: patients(...treated({ returning: 'risk_group' })) },
    call: patients('satisfying', { expression: "groups_of_none OR groups_of_none = 'other'" }),
    rows: notified({}),
    gives: false,
  },
  {
    rule: 'risk group: expressions see those that there are',
    columns: { groups_of_one: patients(...treated({ returning: 'risk_group' })) },
    call: patients('satisfying', { expression: "groups_of_one AND groups_of_one = 'imid'" }),
    rows: notified({ MOL1_high_risk_cohort: 'IMID' }),
    gives: true,
  },
  risk('one', { MOL1_high_risk_cohort: 'Patients with a renal disease' }, 'renal disease'),
  risk('"with" alone', { SOT02_risk_cohorts: 'Patients with HIV or AIDS' }, 'hiv or aids'),
  risk(
    'several of one column, in the order of the list',
    { SOT02_risk_cohorts: 'solid cancer and Patients with a liver disease' },
    'liver disease,solid cancer',
  ),
  risk(
    'the same in two columns is one',
    { MOL1_high_risk_cohort: 'IMID', CASIM05_risk_cohort: 'imid and renal disease' },
    'imid,renal disease',
  ),
  risk('commas part groups', { MOL1_high_risk_cohort: 'IMID,renal disease' }, 'imid,renal disease'),
  risk(
    'a blank beside a comma makes another group',
    { MOL1_high_risk_cohort: 'IMID, renal disease' },
    'imid,other',
  ),
  risk('free text is other', { MOL1_high_risk_cohort: 'met Mr Smith in Leeds' }, 'other'),
  risk(
    'free texts are one other, after the rest',
    { MOL1_high_risk_cohort: 'one thing and another thing', SOT02_risk_cohorts: 'imid' },
    'imid,other',
  ),
  risk('a part of a group is no group', { MOL1_high_risk_cohort: 'solid' }, 'other'),
  risk(
    'a group within another is not told',
    { MOL1_high_risk_cohort: 'immune-mediated inflammatory disorders (IMID)' },
    'immune-mediated inflammatory disorders (imid)',
  ),

  example(
    'high cost drugs: one of the names',
    drug({ drug_name_matches: ['x', 'adalimumab'] }),
    paid(['201920', '1']),
    true,
  ),
  example(
    'high cost drugs: another name',
    drug({ drug_name_matches: 'x' }),
    paid(['201920', '1']),
    false,
  ),
  example('high cost drugs: none', drug(), {}, false),
  example('high cost drugs: month 1 is April', drug(month), paid(['201920', '1']), '2019-04'),
  example('high cost drugs: month 9 is December', drug(month), paid(['201920', '9']), '2019-12'),
  example(
    'high cost drugs: month 10 is January of the next year',
    drug(month),
    paid(['201920', '10']),
    '2020-01',
  ),
  example('high cost drugs: month 12 is March', drug(month), paid(['201920', '12']), '2020-03'),
  example('high cost drugs: month 13 is none', drug(month), paid(['201920', '13']), null),
  example(
    'high cost drugs: the first',
    drug({ ...month, ...first }),
    paid(['201920', '12'], ['201920', '1']),
    '2019-04',
  ),
  example(
    'high cost drugs: the last, to the year',
    drug({ returning: 'date' }),
    paid(['201920', '12'], ['201920', '1']),
    '2020',
  ),
  example(
    'high cost drugs: a month lies in a period with its first day',
    drug({ between: ['2020-01-01', 'index_date'] }),
    paid(['201920', '10']),
    true,
  ),
  example(
    'high cost drugs: not with a later one',
    drug({ between: ['2020-01-02', 'index_date'] }),
    paid(['201920', '10']),
    false,
  ),

  example('ISARIC: text', isaric('sex'), collected({ sex: 'Male' }), 'Male'),
  example('ISARIC: NA is nothing', isaric('sex'), collected({ sex: 'NA' }), ''),
  example('ISARIC: blank is nothing', isaric('sex'), collected({ sex: '' }), ''),
  example('ISARIC: nobody', isaric('sex'), {}, ''),
  example('ISARIC: a whole number', isaric('calc_age'), collected({ calc_age: '72' }), 72),
  example('ISARIC: no number is 0', isaric('calc_age'), collected({ calc_age: 'NA' }), 0),
  example('ISARIC: a number', isaric('max_crp'), collected({ max_crp: '7.25' }), 7.25),
  example('ISARIC: no such number is 0.0', isaric('max_crp'), collected({ max_crp: '' }), 0),
  example('ISARIC: a date', isaric('hostdat'), collected({ hostdat: '05/02/2020' }), '2020-02-05'),
  example(
    'ISARIC: a date to the month',
    isaric('hostdat', { date_format: 'YYYY-MM' }),
    collected({ hostdat: '05/02/2020' }),
    '2020-02',
  ),
  example('ISARIC: no date', isaric('hostdat'), collected({ hostdat: 'NA' }), null),
  example(
    'ISARIC: a date in the period',
    isaric('sex', { between: ['2020-02-05', 'index_date'], date_filter_column: 'hostdat' }),
    collected({ sex: 'Male', hostdat: '05/02/2020' }),
    'Male',
  ),
  example(
    'ISARIC: a date outside of it',
    isaric('sex', { between: ['2020-02-06', 'index_date'], date_filter_column: 'hostdat' }),
    collected({ sex: 'Male', hostdat: '05/02/2020' }),
    '',
  ),
  example(
    'ISARIC: no date to hold against it',
    isaric('sex', { between: [null, 'index_date'], date_filter_column: 'hostdat' }),
    collected({ sex: 'Male', hostdat: 'NA' }),
    '',
  ),
  example(
    'ISARIC: of two lines the smallest value',
    isaric('calc_age'),
    collected({ calc_age: '73' }, { calc_age: '72' }),
    72,
  ),

  example('renal registry: in the dataset', renal('binary_flag'), registered({}), true),
  example(
    'renal registry: in another',
    renal('binary_flag'),
    registered({ dataset: '2019prev' }),
    false,
  ),
  ...(
    ['2019_prevalence', '2020_prevalence', '2021_prevalence', '2020_incidence', '2020_ckd'] as const
  ).map((name) =>
    example(
      `renal registry: ${name}`,
      renal('binary_flag', { from_dataset: name }),
      registered({ dataset: name.replace(/_(prev|inc|ckd).*/, '$1') }),
      true,
    ),
  ),
  example(
    'renal registry: the centre',
    renal('renal_centre'),
    registered({ renal_centre: 'RRK02' }),
    'RRK02',
  ),
  example('renal registry: no centre is blank', renal('renal_centre'), {}, ''),
  example('renal registry: the start', renal('rrt_start_date', day), registered({}), '2015-05-05'),
  example(
    'renal registry: no start',
    renal('rrt_start_date', day),
    registered({ rrt_start: null }),
    null,
  ),
  example(
    'renal registry: treatment at the start',
    renal('treatment_modality_start'),
    registered({ mod_start: 'HD' }),
    'HD',
  ),
  example(
    'renal registry: treatment now',
    renal('treatment_modality_prevalence'),
    registered({ mod_prev: 'Tx' }),
    'Tx',
  ),
  example(
    'renal registry: creatinine',
    renal('latest_creatinine'),
    registered({ creat: 240 }),
    240,
  ),
  example('renal registry: eGFR', renal('latest_egfr'), registered({ eGFR_ckdepi: 22.5 }), 22.5),
  example('renal registry: no eGFR is 0.0', renal('latest_egfr'), registered({}), 0),
  example(
    'renal registry: a start in the period',
    renal('binary_flag', { on_or_after: '2015-05-05' }),
    registered({}),
    true,
  ),
  example(
    'renal registry: a start before it',
    renal('binary_flag', { on_or_after: '2015-05-06' }),
    registered({}),
    false,
  ),
  example(
    'renal registry: no start to hold against it',
    renal('binary_flag', { on_or_before: 'index_date' }),
    registered({ rrt_start: null }),
    false,
  ),
  example(
    'renal registry: of two lines the one that starts first',
    renal('renal_centre'),
    registered({ renal_centre: 'A', rrt_start: '2016-01-01' }, { renal_centre: 'B' }),
    'B',
  ),
];

specify(cases);
