/** Who the patients are, and where they are registered and live (cohort-extractor §1.8, 1–14). */
import type { ColumnType } from '../../table.ts';
import type { FunctionRule } from './function-rule.ts';
import { bounds, dateFormat, expectations, requiredDate, returning } from './parameters.ts';

/** Properties of a practice in a cluster randomised trial; all are text but whether it took part. */
const trialProperties = [
  'trial_arm',
  'av_rooms_per_house',
  'deprivation_pctile',
  'group_mean_behaviour_mean',
  'group_mean_intention_mean',
  'hand_behav_practice_mean',
  'hand_intent_practice_mean',
  'imd_decile',
  'intcon',
  'meanage',
  'medianage',
  'minority_ethnic_total',
  'n_completers_hw_behav',
  'n_completers_ri_behav',
  'n_completers_ri_intent',
  'n_engaged_pages_viewed_mean_mean',
  'n_engaged_visits_mean',
  'n_goalsetting_completers_per_practice',
  'n_pages_viewed_mean',
  'n_times_visited_mean',
  'n_visits_practice',
  'prop_engaged_visits',
  'total_visit_time_mean',
] as const;

const trials = ['germdefence'] as const;

const trialTypes: Readonly<Record<string, ColumnType>> = Object.fromEntries(
  trials.flatMap((trial) => [
    [`rct__${trial}__enrolled`, 'bool'] as const,
    ...trialProperties.map((property) => [`rct__${trial}__${property}`, 'str'] as const),
  ]),
);

const renamedRegion = { nhse_region_name: 'nuts1_region_name' } as const;

export const demographics: Readonly<Record<string, FunctionRule>> = {
  all: { makes: 'records', type: 'bool', parameters: {} },

  random_sample: {
    makes: 'records',
    type: 'bool',
    parameters: {
      percent: { kind: 'number', whole: false, default: null, required: true },
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given }) => given['percent'] === 0,
        problem: 'takes 0 percent of the patients',
        remedy: 'Give a percentage above 0.',
      },
    ],
  },

  sex: { makes: 'records', type: 'str', parameters: expectations },

  age_as_of: {
    makes: 'records',
    type: 'int',
    parameters: { reference_date: requiredDate, ...expectations },
  },

  date_of_birth: {
    makes: 'records',
    type: 'date',
    parameters: { ...dateFormat(), ...expectations },
    rules: [
      {
        broken: ({ dateFormat: format }) => format === 'YYYY-MM-DD',
        problem: 'is asked for the day of birth, which is not in the records',
        remedy: 'Use date_format="YYYY-MM" or "YYYY".',
      },
    ],
  },

  registered_as_of: {
    makes: 'records',
    type: 'bool',
    parameters: { reference_date: requiredDate, ...expectations },
  },

  registered_with_one_practice_between: {
    makes: 'records',
    type: 'bool',
    parameters: { start_date: requiredDate, end_date: requiredDate, ...expectations },
  },

  with_complete_gp_consultation_history_between: {
    makes: 'records',
    type: 'bool',
    parameters: { start_date: requiredDate, end_date: requiredDate, ...expectations },
  },

  registered_practice_as_of: {
    makes: 'records',
    type: 'returning',
    parameters: {
      date: requiredDate,
      ...returning(
        {
          msoa: 'str',
          msoa_code: 'str',
          nuts1_region_name: 'str',
          stp_code: 'str',
          pseudo_id: 'int',
          ...trialTypes,
        },
        null,
        renamedRegion,
      ),
      ...expectations,
    },
  },

  address_as_of: {
    makes: 'records',
    type: 'returning',
    parameters: {
      date: requiredDate,
      ...returning(
        { index_of_multiple_deprivation: 'int', rural_urban_classification: 'int', msoa: 'str' },
        null,
        { ...renamedRegion, msoa_code: 'msoa' },
      ),
      round_to_nearest: { kind: 'number', whole: false, default: null, required: false },
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given }) =>
          given['returning'] === 'index_of_multiple_deprivation' &&
          given['round_to_nearest'] !== 100,
        problem: 'gives the deprivation rank only to the nearest 100',
        remedy: 'Add round_to_nearest=100.',
      },
      {
        broken: ({ arguments: given }) =>
          given['returning'] === 'rural_urban_classification' && given['round_to_nearest'] !== null,
        problem: 'cannot round the rural and urban classification, which is a code',
        remedy: 'Leave round_to_nearest out.',
      },
    ],
  },

  care_home_status_as_of: {
    makes: 'records',
    type: 'own',
    parameters: {
      date: requiredDate,
      categorised_as: {
        kind: 'categories',
        required: false,
        names: {
          IsPotentialCareHome: 'whether the address may be a care home',
          LocationRequiresNursing: "'Y' or 'N'",
          LocationDoesNotRequireNursing: "'Y' or 'N'",
        },
      },
      ...expectations,
    },
  },

  household_as_of: {
    makes: 'records',
    type: 'returning',
    parameters: {
      reference_date: { kind: 'date', only: '2020-02-01', required: true },
      ...returning(
        {
          pseudo_id: 'int',
          household_size: 'int',
          is_prison: 'bool',
          has_members_in_other_ehr_systems: 'bool',
          percentage_of_members_with_data_in_this_backend: 'int',
          msoa: 'str',
        },
        null,
      ),
      ...expectations,
    },
  },

  date_deregistered_from_all_supported_practices: {
    makes: 'records',
    type: 'date',
    parameters: { ...bounds, ...dateFormat(), ...expectations },
  },
};
