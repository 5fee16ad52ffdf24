/** What the general practice recorded: events, medications, measurements, vaccinations (cohort-extractor §1.8, 15–28). */
import type { ColumnType } from '../../table.ts';
import type { FunctionRule, Parameter } from './function-rule.ts';
import {
  alwaysDated,
  bounds,
  categoryRule,
  codelist,
  datedUnlessEpisodes,
  dateFormat,
  episodeRules,
  expectations,
  firstOrLast,
  flag,
  includeDateOfMatch,
  includeMeasurementDate,
  legacyDateFormat,
  legacyResult,
  optionalCodelist,
  returning,
  texts,
} from './parameters.ts';

const episode: Readonly<Record<string, Parameter>> = {
  episode_defined_as: { kind: 'episode', required: false },
};

/** Results of functions that find matches in the coded record. */
const matchResults: Readonly<Record<string, ColumnType>> = {
  binary_flag: 'bool',
  date: 'date',
  number_of_matches_in_period: 'int',
  number_of_episodes: 'int',
  code: 'str',
  category: 'str',
};

const recordedValue = (legacy: Readonly<Record<string, Parameter>>): FunctionRule => ({
  makes: 'records',
  type: 'float',
  parameters: {
    codelist: codelist('ctv3', 'snomed'),
    on_most_recent_day_of_measurement: flag(),
    ...expectations,
    ...bounds,
    ...includeMeasurementDate,
    ...dateFormat(),
    ...legacy,
  },
  withoutDate: ({ arguments: given }) =>
    given['on_most_recent_day_of_measurement'] === true
      ? null
      : {
          problem: 'which is calculated over a whole period and so has no single date',
          remedy: 'Add on_most_recent_day_of_measurement=True to that column.',
        },
});

const fromSource: Readonly<Record<string, Parameter>> = {
  source: { kind: 'column-name', required: true },
  ...expectations,
};

export const clinical: Readonly<Record<string, FunctionRule>> = {
  with_these_clinical_events: {
    makes: 'records',
    type: 'returning',
    parameters: {
      codelist: codelist('ctv3', 'snomed'),
      ...expectations,
      ...bounds,
      ...firstOrLast,
      ...returning({ ...matchResults, numeric_value: 'float' }),
      ...includeDateOfMatch,
      ...dateFormat(),
      ignore_missing_values: flag(),
      ignore_days_where_these_codes_occur: optionalCodelist('ctv3', 'snomed'),
      ...episode,
      ...legacyResult,
      ...legacyDateFormat,
    },
    rules: [...episodeRules, categoryRule],
    withoutDate: datedUnlessEpisodes,
  },

  with_these_medications: {
    makes: 'records',
    type: 'returning',
    parameters: {
      codelist: codelist('snomed'),
      ...expectations,
      ...bounds,
      ...firstOrLast,
      ...returning(matchResults),
      ...includeDateOfMatch,
      ...dateFormat(),
      ignore_days_where_these_clinical_codes_occur: optionalCodelist('ctv3', 'snomed'),
      ...episode,
      ...legacyResult,
      ...legacyDateFormat,
    },
    storedAs: {
      ignore_days_where_these_clinical_codes_occur: 'ignore_days_where_these_codes_occur',
    },
    rules: [...episodeRules, categoryRule],
    withoutDate: datedUnlessEpisodes,
  },

  mean_recorded_value: recordedValue(legacyDateFormat),
  min_recorded_value: recordedValue({}),
  max_recorded_value: recordedValue({}),

  most_recent_bmi: {
    makes: 'records',
    type: 'float',
    parameters: {
      ...bounds,
      minimum_age_at_measurement: { kind: 'number', whole: true, default: 16, required: false },
      ...expectations,
      ...includeMeasurementDate,
      ...dateFormat(),
      ...legacyDateFormat,
    },
    withoutDate: alwaysDated,
  },

  comparator_from: { makes: 'records', type: 'str', parameters: fromSource },
  reference_range_lower_bound_from: { makes: 'records', type: 'float', parameters: fromSource },
  reference_range_upper_bound_from: { makes: 'records', type: 'float', parameters: fromSource },

  with_these_decision_support_values: {
    makes: 'records',
    type: 'returning',
    parameters: {
      algorithm: {
        kind: 'choice',
        allowed: ['electronic_frailty_index'],
        default: null,
        required: true,
      },
      ...bounds,
      ...firstOrLast,
      ...returning(
        {
          binary_flag: 'bool',
          date: 'date',
          number_of_matches_in_period: 'int',
          numeric_value: 'float',
        },
        'numeric_value',
      ),
      ...includeDateOfMatch,
      ...dateFormat(),
      ignore_missing_values: flag(),
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given }) =>
          given['find_first_match_in_period'] === true &&
          given['find_last_match_in_period'] === true,
        problem: 'looks for both the first and the last match',
        remedy: 'Keep one of find_first_match_in_period and find_last_match_in_period.',
      },
    ],
  },

  with_gp_consultations: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...bounds,
      ...firstOrLast,
      ...returning({ binary_flag: 'bool', date: 'date', number_of_matches_in_period: 'int' }),
      ...dateFormat(),
      ...expectations,
    },
    withoutDate: alwaysDated,
  },

  with_vaccination_record: {
    makes: 'records',
    type: 'returning',
    parameters: {
      tpp: {
        kind: 'matchers',
        keys: ['target_disease_matches', 'product_name_matches'],
        required: true,
      },
      emis: { kind: 'matchers', keys: ['procedure_codes', 'product_codes'], required: true },
      ...bounds,
      ...returning({ binary_flag: 'bool', date: 'date' }),
      ...dateFormat(),
      ...firstOrLast,
      ...expectations,
    },
    withoutDate: alwaysDated,
  },

  with_tpp_vaccination_record: {
    makes: 'records',
    type: 'returning',
    parameters: {
      target_disease_matches: texts,
      product_name_matches: texts,
      ...bounds,
      ...returning({ binary_flag: 'bool', date: 'date' }),
      ...dateFormat(),
      ...firstOrLast,
      ...expectations,
    },
    withoutDate: alwaysDated,
  },
};
