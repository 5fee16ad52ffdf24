/** Laboratory tests and deaths (cohort-extractor §1.8, 29, 34–37). */
import type { FunctionRule } from './function-rule.ts';
import {
  alwaysDated,
  bounds,
  dateFormat,
  expectations,
  firstOrLast,
  flag,
  legacyDateFormat,
  optionalCodelist,
  returning,
} from './parameters.ts';

/** Results that only the table of all tests has, not the one of first specimens. */
const ofAllTests: ReadonlySet<unknown> = new Set([
  'variant',
  'variant_detection_method',
  'symptomatic',
  'number_of_matches_in_period',
]);

const deathRegistration = returning({
  binary_flag: 'bool',
  date_of_death: 'date',
  underlying_cause_of_death: 'str',
  place_of_death: 'str',
});

const dateOfDeath = returning({ binary_flag: 'bool', date_of_death: 'date' });

export const testsAndDeaths: Readonly<Record<string, FunctionRule>> = {
  with_test_result_in_sgss: {
    makes: 'records',
    type: 'returning',
    parameters: {
      pathogen: { kind: 'choice', allowed: ['SARS-CoV-2'], default: null, required: true },
      test_result: {
        kind: 'choice',
        allowed: ['any', 'positive', 'negative'],
        default: 'any',
        required: false,
      },
      ...bounds,
      ...firstOrLast,
      restrict_to_earliest_specimen_date: flag(true),
      ...returning({
        binary_flag: 'bool',
        date: 'date',
        s_gene_target_failure: 'str',
        case_category: 'str',
        variant: 'str',
        variant_detection_method: 'str',
        symptomatic: 'str',
        number_of_matches_in_period: 'int',
      }),
      ...dateFormat(),
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given }) =>
          given['returning'] === 'case_category' &&
          (given['restrict_to_earliest_specimen_date'] !== true ||
            given['test_result'] !== 'positive'),
        problem: 'knows the case category of first positive tests only',
        remedy: 'Use test_result="positive" and restrict_to_earliest_specimen_date=True.',
      },
      {
        broken: ({ arguments: given }) =>
          ofAllTests.has(given['returning']) &&
          given['restrict_to_earliest_specimen_date'] === true,
        problem:
          'cannot return variant, variant_detection_method, symptomatic or number_of_matches_in_period from first tests alone',
        remedy: 'Add restrict_to_earliest_specimen_date=False.',
      },
    ],
    withoutDate: alwaysDated,
  },

  with_these_codes_on_death_certificate: {
    makes: 'records',
    type: 'returning',
    parameters: {
      // None is allowed and means any cause.
      codelist: optionalCodelist('icd10'),
      ...bounds,
      match_only_underlying_cause: flag(),
      ...deathRegistration,
      ...dateFormat(),
      ...legacyDateFormat,
      ...expectations,
    },
  },

  died_from_any_cause: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...bounds,
      ...deathRegistration,
      ...dateFormat(),
      ...legacyDateFormat,
      ...expectations,
    },
  },

  with_death_recorded_in_cpns: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...bounds,
      ...dateOfDeath,
      ...dateFormat(),
      ...legacyDateFormat,
      ...expectations,
    },
  },

  with_death_recorded_in_primary_care: {
    makes: 'records',
    type: 'returning',
    parameters: { ...bounds, ...dateOfDeath, ...dateFormat(), ...expectations },
  },
};
