/** National registries and collections beside the general practice record (cohort-extractor §1.8, 39–43). */
import type { FunctionRule } from './function-rule.ts';
import { isaricColumns } from './isaric-columns.ts';
import {
  bounds,
  datedUnlessEpisodes,
  dateFormat,
  episodeRules,
  expectations,
  firstOrLast,
  flag,
  includeDateOfMatch,
  returning,
  texts,
} from './parameters.ts';

const isaricDates: readonly string[] = Object.keys(isaricColumns).filter(
  (name) => isaricColumns[name] === 'date',
);

export const registries: Readonly<Record<string, FunctionRule>> = {
  with_ethnicity_from_sus: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...returning({ code: 'str', group_6: 'str', group_16: 'str' }, null),
      use_most_frequent_code: flag(),
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given }) => given['use_most_frequent_code'] !== true,
        problem: 'can only take the code that a patient has most often',
        remedy: 'Add use_most_frequent_code=True.',
      },
    ],
  },

  with_healthcare_worker_flag_on_covid_vaccine_record: {
    makes: 'records',
    type: 'returning',
    parameters: { ...returning({ binary_flag: 'bool' }), ...expectations },
  },

  with_covid_therapeutics: {
    makes: 'records',
    type: 'returning',
    parameters: {
      with_these_statuses: { kind: 'texts', trimmed: true, required: false },
      with_these_therapeutics: texts,
      with_these_indications: {
        kind: 'texts',
        allowed: ['hospital_onset', 'hospitalised_with', 'non_hospitalised'],
        required: false,
      },
      ...bounds,
      ...returning({
        binary_flag: 'bool',
        date: 'date',
        therapeutic: 'str',
        risk_group: 'str',
        region: 'str',
        number_of_matches_in_period: 'int',
        number_of_episodes: 'int',
      }),
      ...dateFormat(),
      ...firstOrLast,
      ...includeDateOfMatch,
      episode_defined_as: { kind: 'episode', required: false },
      ...expectations,
    },
    rules: episodeRules,
    withoutDate: datedUnlessEpisodes,
  },

  with_an_isaric_record: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...returning(isaricColumns, null),
      between: { kind: 'between', required: false },
      date_filter_column: {
        kind: 'choice',
        allowed: isaricDates,
        default: null,
        required: false,
      },
      ...dateFormat('YYYY-MM-DD'),
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given, period }) =>
          given['date_filter_column'] !== null &&
          period.from === undefined &&
          period.to === undefined,
        problem: 'has date_filter_column but no period to hold it against',
        remedy: 'Add between=[…, …], or leave date_filter_column out.',
      },
      {
        broken: ({ arguments: given, period }) =>
          given['date_filter_column'] === null &&
          (period.from !== undefined || period.to !== undefined),
        problem: 'has a period but does not say which date has to lie in it',
        remedy: 'Add date_filter_column with the name of a date column of ISARIC.',
      },
    ],
  },

  with_record_in_ukrr: {
    makes: 'records',
    type: 'returning',
    parameters: {
      from_dataset: {
        kind: 'choice',
        allowed: [
          '2019_prevalence',
          '2020_prevalence',
          '2021_prevalence',
          '2020_incidence',
          '2020_ckd',
        ],
        default: null,
        required: true,
      },
      ...returning(
        {
          binary_flag: 'bool',
          renal_centre: 'str',
          rrt_start_date: 'date',
          treatment_modality_start: 'str',
          treatment_modality_prevalence: 'str',
          latest_creatinine: 'int',
          latest_egfr: 'float',
        },
        null,
      ),
      ...bounds,
      ...dateFormat(),
      ...expectations,
    },
  },
};
