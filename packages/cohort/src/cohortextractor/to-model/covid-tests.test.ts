/** `with_test_result_in_sgss` (cohort-extractor §1.8, 29; §7.5). */
import type { Constant } from '../../model/model.ts';
import { type Python, patients } from '../testing.ts';
import { type Case, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
const tested = (given: Given = {}) =>
  ['with_test_result_in_sgss', { pathogen: 'SARS-CoV-2', ...given }] as const;
const every = (given: Given = {}) =>
  tested({ restrict_to_earliest_specimen_date: false, ...given });
const positive = { test_result: 'positive' };
const negative = { test_result: 'negative' };
const onDate = { returning: 'date', date_format: 'YYYY-MM-DD' };
const first = { find_first_match_in_period: true };

const firstPositive = (
  date: string | null,
  more: Readonly<Record<string, Constant>> = {},
): Rows => ({
  SGSS_Positive: [{ Earliest_Specimen_Date: date, ...more }],
});
const firstNegative = (date: string): Rows => ({
  SGSS_Negative: [{ Earliest_Specimen_Date: date }],
});

type Test = Readonly<Record<string, Constant>>;
const positives = (...tests: readonly Test[]): Rows => ({
  SGSS_AllTests_Positive: tests.map((test) => ({ Specimen_Date: '2020-01-05', ...test })),
});
const negatives = (...tests: readonly Test[]): Rows => ({
  SGSS_AllTests_Negative: tests.map((test) => ({ Specimen_Date: '2020-01-05', ...test })),
});
const variantOf = (Variant: string | null, gives: string): Case =>
  example(
    `variant: ${Variant ?? 'nothing'} is '${gives}'`,
    every({ ...positive, returning: 'variant' }),
    positives({ Variant }),
    gives,
  );
const symptomsOf = (rule: string, rows: Rows, gives: string): Case =>
  example(`symptomatic: ${rule} is '${gives}'`, every({ returning: 'symptomatic' }), rows, gives);

const cases: readonly Case[] = [
  example('first tests: a positive one', tested(), firstPositive('2020-01-05'), true),
  example('first tests: a negative one', tested(), firstNegative('2020-01-05'), true),
  example('first tests: none', tested(), {}, false),
  example(
    'first tests: a negative one is not positive',
    tested(positive),
    firstNegative('2020-01-05'),
    false,
  ),
  example(
    'first tests: a positive one is not negative',
    tested(negative),
    firstPositive('2020-01-05'),
    false,
  ),
  example('first tests: only of the first specimen', tested(), positives({}), false),
  example(
    'first tests: on the last day',
    tested({ on_or_before: 'index_date' }),
    firstPositive('2020-02-29'),
    true,
  ),
  example(
    'first tests: after it',
    tested({ on_or_before: 'index_date' }),
    firstPositive('2020-03-01'),
    false,
  ),
  example(
    'first tests: the first date of either result',
    tested({ ...onDate, ...first }),
    { ...firstPositive('2020-02-02'), ...firstNegative('2020-01-05') },
    '2020-01-05',
  ),
  example(
    'first tests: the last date of either result',
    tested(onDate),
    { ...firstPositive('2020-02-02'), ...firstNegative('2020-01-05') },
    '2020-02-02',
  ),
  example('first tests: no date without one', tested(onDate), {}, null),
  example(
    'first tests: one without a date is the first',
    tested({ ...onDate, ...first }),
    { ...firstPositive(null), ...firstNegative('2020-01-05') },
    null,
  ),
  example(
    'first tests: one without a date is not the last',
    tested(onDate),
    { ...firstPositive(null), ...firstNegative('2020-01-05') },
    '2020-01-05',
  ),
  example(
    'first tests: S gene target failure as it is stored',
    tested({ ...positive, returning: 's_gene_target_failure' }),
    firstPositive('2020-01-05', { SGTF: '9' }),
    '9',
  ),
  example(
    'first tests: no S gene target failure of a negative one',
    tested({ ...negative, returning: 's_gene_target_failure' }),
    firstNegative('2020-01-05'),
    '',
  ),
  example(
    'first tests: S gene target failure of the positive one on the same day',
    tested({ returning: 's_gene_target_failure' }),
    { ...firstPositive('2020-01-05', { SGTF: '1' }), ...firstNegative('2020-01-05') },
    '1',
  ),
  example(
    'first tests: case category',
    tested({ ...positive, returning: 'case_category' }),
    firstPositive('2020-01-05', { CaseCategory: 'LFT_Only' }),
    'LFT_Only',
  ),
  example(
    'first tests: no case category is blank',
    tested({ ...positive, returning: 'case_category' }),
    firstPositive('2020-01-05'),
    '',
  ),

  example('every test: a positive one', every(positive), positives({}), true),
  example(
    'every test: not those of first specimens alone',
    every(),
    firstPositive('2020-01-05'),
    false,
  ),
  example(
    'every test: counted',
    every({ returning: 'number_of_matches_in_period', between: ['2020-01-01', 'index_date'] }),
    {
      ...positives({}, {}, { Specimen_Date: '2020-03-01' }),
      ...negatives({ Specimen_Date: '2020-02-29' }),
    },
    3,
  ),
  example(
    'every test: negative ones counted',
    every({ ...negative, returning: 'number_of_matches_in_period' }),
    { ...positives({}), ...negatives({}, {}) },
    2,
  ),
  example(
    'every test: the last date',
    every(onDate),
    {
      ...positives({ Specimen_Date: '2020-01-01' }),
      ...negatives({ Specimen_Date: '2020-02-02' }),
    },
    '2020-02-02',
  ),
  variantOf('B.1.1.7', 'B.1.1.7'),
  variantOf('VOC-20DEC-01 detected', 'VOC-20DEC-01'),
  variantOf('(blank)', ''),
  variantOf('none', ''),
  variantOf('N/A', ''),
  variantOf(null, ''),
  example(
    'variant: of the last test',
    every({ ...positive, returning: 'variant' }),
    positives({ Variant: 'P.1' }, { Variant: 'P.2', Specimen_Date: '2020-02-02' }),
    'P.2',
  ),
  example(
    'variant: of several on one day the smallest that says something',
    every({ ...positive, returning: 'variant' }),
    positives({ Variant: '(blank)' }, { Variant: 'P.2' }, { Variant: 'P.1' }),
    'P.1',
  ),
  example(
    'variant: negative tests have none',
    every({ ...negative, returning: 'variant' }),
    negatives({}),
    '',
  ),
  example(
    'variant detection method: as it is stored',
    every({ ...positive, returning: 'variant_detection_method' }),
    positives({ VariantDetectionMethod: 'Reflex Assay' }),
    'Reflex Assay',
  ),
  example(
    'variant detection method: beside negative tests',
    every({ returning: 'variant_detection_method' }),
    { ...positives({ VariantDetectionMethod: 'Private Lab Sequencing' }), ...negatives({}) },
    'Private Lab Sequencing',
  ),
  example(
    'every test: S gene target failure',
    every({ ...positive, returning: 's_gene_target_failure' }),
    positives({ SGTF: '0' }),
    '0',
  ),
  symptomsOf('Y of a positive test', positives({ Symptomatic: 'Y' }), 'Y'),
  symptomsOf('N of a positive test', positives({ Symptomatic: 'N' }), 'N'),
  symptomsOf('U of a positive test', positives({ Symptomatic: 'U' }), ''),
  symptomsOf('true of a negative test', negatives({ Symptomatic: 'true' }), 'Y'),
  symptomsOf('false of a negative test', negatives({ Symptomatic: 'false' }), 'N'),
  symptomsOf('nothing of a negative test', negatives({ Symptomatic: null }), ''),
  {
    rule: 'every test: the date of the value',
    columns: { latest_variant: patients(...every({ ...positive, returning: 'variant' })) },
    call: patients('date_of', { source: 'latest_variant', date_format: 'YYYY-MM-DD' }),
    rows: positives({ Variant: 'P.1' }, { Variant: null, Specimen_Date: '2020-02-02' }),
    gives: '2020-02-02',
  },
];

specify(cases);
