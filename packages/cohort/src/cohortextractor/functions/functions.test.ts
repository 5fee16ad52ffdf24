/** Every function of the language: calls that are accepted, with the type they give, and calls that are refused. */
import { describe, expect, it } from 'vitest';
import {
  codes,
  columnOf,
  dict,
  faultsOf,
  float,
  lower,
  type Python,
  patients,
  tuple,
} from '../testing.ts';
import { functionRules, removedFunctions } from './index.ts';
import { isaricColumns } from './isaric-columns.ts';

type Case = readonly [
  name: string,
  given: Readonly<Record<string, Python>>,
  outcome: string | RegExp,
];

const events = { codelist: codes('ctv3') };
const grouped = { codelist: codes('snomed_grouped') };
const drugs = { codelist: codes('snomed') };
const icd10 = { codelist: codes('icd10') };
const covid = { pathogen: 'SARS-CoV-2' };
const onIndex = { date: 'index_date' };
const tpp = dict({ target_disease_matches: 'INFLUENZA' });
const emis = dict({ procedure_codes: codes('snomed') });

/** An outcome is the type of the column, or words of the one fault. */
const cases: readonly Case[] = [
  ['all', {}, 'bool'],
  ['all', { percent: 1 }, /takes no argument "percent"/],

  ['random_sample', { percent: 20 }, 'bool'],
  ['random_sample', { percent: 0.5, return_expectations: dict({ incidence: 0.1 }) }, 'bool'],
  ['random_sample', {}, /needs "percent"/],
  ['random_sample', { percent: 0 }, /takes 0 percent/],
  ['random_sample', { percent: null }, /"percent" of patients.random_sample is None/],

  ['sex', {}, 'str'],
  ['sex', { return_expectations: 5 }, /return_expectations is the number 5, not a dictionary/],
  [
    'sex',
    { return_expectations: dict({ date: patients('sex') }) },
    /holds a column \(patients.sex\)/,
  ],

  ['age_as_of', { reference_date: '2020-01-01' }, 'int'],
  ['age_as_of', { reference_date: 'last_day_of_month(index_date) + 1 day' }, 'int'],
  ['age_as_of', { reference_date: null }, /is None.*Give reference_date as text/],
  [
    'age_as_of',
    { reference_date: '2020-02-30' },
    /"2020-02-30" in "reference_date" does not exist/,
  ],
  [
    'age_as_of',
    { reference_date: 'index_date + 1 year' },
    /leads to 29 February 2021, which does not exist/,
  ],
  ['age_as_of', {}, /needs "reference_date"/],
  [
    'age_as_of',
    { reference_day: '2020-01-01', reference_date: 'today' },
    /Did you mean "reference_date"/,
  ],

  ['date_of_birth', {}, 'date'],
  ['date_of_birth', { date_format: 'YYYY-MM' }, 'date'],
  ['date_of_birth', { date_format: 'YYYY-MM-DD' }, /day of birth/],
  ['date_of_birth', { date_format: 'MM/YYYY' }, /has date_format "MM\/YYYY"/],

  ['registered_as_of', { reference_date: 'index_date' }, 'bool'],
  ['registered_with_one_practice_between', { start_date: '2019-02-01', end_date: 'today' }, 'bool'],
  ['registered_with_one_practice_between', { start_date: '2019-02-01' }, /needs "end_date"/],
  [
    'with_complete_gp_consultation_history_between',
    { start_date: '2019-02-01', end_date: 'index_date' },
    'bool',
  ],
  [
    'with_complete_history_between',
    { start_date: '2019-02-01', end_date: 'today' },
    /can no longer be used.*registered_with_one_practice_between/,
  ],

  ['registered_practice_as_of', { ...onIndex, returning: 'nuts1_region_name' }, 'str'],
  ['registered_practice_as_of', { ...onIndex, returning: 'msoa_code' }, 'str'],
  ['registered_practice_as_of', { ...onIndex, returning: 'pseudo_id' }, 'int'],
  ['registered_practice_as_of', { ...onIndex, returning: 'rct__germdefence__enrolled' }, 'bool'],
  ['registered_practice_as_of', { ...onIndex, returning: 'rct__germdefence__imd_decile' }, 'str'],
  [
    'registered_practice_as_of',
    { ...onIndex, returning: 'rct__germdefence__imd_dezile' },
    /Did you mean "rct__germdefence__imd_decile"/,
  ],
  [
    'registered_practice_as_of',
    { ...onIndex, returning: 'rct__other__enrolled' },
    /cannot be "rct__other__enrolled"/,
  ],
  [
    'registered_practice_as_of',
    { ...onIndex, returning: 'nhse_region_name' },
    /Did you mean "nuts1_region_name"/,
  ],
  ['registered_practice_as_of', onIndex, /needs "returning"/],

  [
    'address_as_of',
    { ...onIndex, returning: 'index_of_multiple_deprivation', round_to_nearest: 100 },
    'int',
  ],
  ['address_as_of', { ...onIndex, returning: 'rural_urban_classification' }, 'int'],
  ['address_as_of', { ...onIndex, returning: 'msoa' }, 'str'],
  ['address_as_of', { ...onIndex, returning: 'msoa_code' }, /Did you mean "msoa"/],
  [
    'address_as_of',
    { ...onIndex, returning: 'index_of_multiple_deprivation' },
    /Add round_to_nearest=100/,
  ],
  [
    'address_as_of',
    { ...onIndex, returning: 'rural_urban_classification', round_to_nearest: 100 },
    /cannot round/,
  ],

  ['care_home_status_as_of', onIndex, 'bool'],
  [
    'care_home_status_as_of',
    {
      ...onIndex,
      categorised_as: dict({
        home: "IsPotentialCareHome AND LocationRequiresNursing = 'Y'",
        none: 'DEFAULT',
      }),
    },
    'str',
  ],
  [
    'care_home_status_as_of',
    { ...onIndex, categorised_as: dict({ home: 'IsCareHome', none: 'DEFAULT' }) },
    /uses "IsCareHome", which is not available here/,
  ],

  ['household_as_of', { reference_date: '2020-02-01', returning: 'is_prison' }, 'bool'],
  ['household_as_of', { reference_date: '2020-02-01', returning: 'household_size' }, 'int'],
  [
    'household_as_of',
    { reference_date: 'first_day_of_month(index_date)', returning: 'msoa' },
    'str',
  ],
  ['household_as_of', { reference_date: 'index_date', returning: 'msoa' }, /is not 2020-02-01/],
  ['household_as_of', { reference_date: 'today', returning: 'msoa' }, /is not 2020-02-01/],
  ['household_as_of', { reference_date: '2020-02-01' }, /needs "returning"/],

  [
    'date_deregistered_from_all_supported_practices',
    { on_or_after: 'index_date', date_format: 'YYYY-MM' },
    'date',
  ],

  ['with_these_clinical_events', events, 'bool'],
  [
    'with_these_clinical_events',
    {
      ...events,
      returning: 'date',
      date_format: 'YYYY-MM-DD',
      find_first_match_in_period: true,
      find_last_match_in_period: true,
    },
    'date',
  ],
  [
    'with_these_clinical_events',
    { ...events, returning: 'number_of_matches_in_period', between: ['2020-01-01', 'index_date'] },
    'int',
  ],
  [
    'with_these_clinical_events',
    {
      ...events,
      returning: 'number_of_episodes',
      episode_defined_as: 'series of events each <= 14 days apart',
    },
    'int',
  ],
  [
    'with_these_clinical_events',
    { ...events, returning: 'numeric_value', ignore_missing_values: true },
    'float',
  ],
  ['with_these_clinical_events', { ...events, returning: 'code' }, 'str'],
  ['with_these_clinical_events', { ...grouped, returning: 'category' }, 'str'],
  [
    'with_these_clinical_events',
    { ...events, returning: 'category' },
    /codelist that has no categories/,
  ],
  [
    'with_these_clinical_events',
    { ...events, returning: 'binary_falg' },
    /Did you mean "binary_flag"/,
  ],
  [
    'with_these_clinical_events',
    { ...events, returning: null },
    /"returning" of .* cannot be None/,
  ],
  ['with_these_clinical_events', { codelist: ['XE2'] }, /"codelist" .* is a list of 1/],
  [
    'with_these_clinical_events',
    { codelist: codes('snomedct') },
    /system "snomedct".*ctv3 or snomed/,
  ],
  ['with_these_clinical_events', { codelist: codes('icd10') }, /system "icd10"/],
  ['with_these_clinical_events', { codelist: codes('numbers') }, /has the number 1234 for a code/],
  [
    'with_these_clinical_events',
    { ...events, returning: 'number_of_episodes', find_first_match_in_period: true },
    /while it counts episodes/,
  ],
  [
    'with_these_clinical_events',
    { ...events, returning: 'number_of_episodes', include_date_of_match: true },
    /which counts episodes/,
  ],
  [
    'with_these_clinical_events',
    { ...events, episode_defined_as: 'series of events each <= 14 days apart' },
    /does not count episodes/,
  ],
  [
    'with_these_clinical_events',
    { ...events, returning: 'number_of_episodes', episode_defined_as: '14 days' },
    /series of events each <= N days apart/,
  ],
  [
    'with_these_clinical_events',
    { ...events, on_or_after: '2020-01-01', between: ['2020-01-01', '2020-02-01'] },
    /"between" as well as "on_or_after"/,
  ],
  [
    'with_these_clinical_events',
    { ...events, between: ['2020-01-01'] },
    /"between" .* is a list of 1.*a pair of dates/,
  ],
  ['with_these_clinical_events', { ...events, between: tuple(null, 'index_date') }, 'bool'],
  ['with_these_clinical_events', { ...events, between: ['2021-01-01', '2020-01-01'] }, 'bool'],
  [
    'with_these_clinical_events',
    { ...events, between: ['2020-01-01', 'indexdate'] },
    /Did you mean "index_date"/,
  ],
  [
    'with_these_clinical_events',
    { ...events, on_or_before: 20200101 },
    /"on_or_before" .* is the number 20200101/,
  ],
  [
    'with_these_clinical_events',
    { ...events, date_format: 'YYYY-MM-DD', include_day: true },
    /both date_format and include_day/,
  ],
  ['with_these_clinical_events', { ...events, date_format: 'anything' }, 'bool'],
  [
    'with_these_clinical_events',
    { ...events, return_first_date_in_period: true, include_month: true },
    'date',
  ],
  ['with_these_clinical_events', { ...events, return_number_of_matches_in_period: true }, 'int'],
  [
    'with_these_clinical_events',
    { ...events, ignore_days_where_these_codes_occur: codes('snomed') },
    'bool',
  ],
  [
    'with_these_clinical_events',
    { ...events, ignore_days_where_these_codes_occur: codes('icd10') },
    /"ignore_days_where_these_codes_occur" .* system "icd10"/,
  ],
  [
    'with_these_clinical_events',
    { ...events, find_last_match_in_period: ['no'] },
    /is a list of 1.*True or False/,
  ],

  ['with_these_medications', drugs, 'bool'],
  ['with_these_medications', { ...drugs, returning: 'number_of_episodes' }, 'int'],
  [
    'with_these_medications',
    { ...drugs, ignore_days_where_these_clinical_codes_occur: codes('ctv3') },
    'bool',
  ],
  [
    'with_these_medications',
    { ...drugs, ignore_days_where_these_codes_occur: codes('ctv3') },
    /Did you mean "ignore_days_where_these_clinical_codes_occur"/,
  ],
  ['with_these_medications', { ...drugs, returning: 'numeric_value' }, /cannot be "numeric_value"/],
  ['with_these_medications', events, /system "ctv3".*coded in snomed/],

  [
    'mean_recorded_value',
    {
      ...events,
      on_most_recent_day_of_measurement: true,
      include_measurement_date: true,
      include_month: true,
    },
    'float',
  ],
  [
    'mean_recorded_value',
    { ...events, include_measurement_date: true },
    /calculated over a whole period.*on_most_recent_day_of_measurement=True/,
  ],
  ['min_recorded_value', events, 'float'],
  ['min_recorded_value', { ...events, include_month: true }, /no argument "include_month"/],
  ['max_recorded_value', { ...events, between: ['2020-01-01', 'today'] }, 'float'],

  [
    'most_recent_bmi',
    {
      on_or_after: '2010-02-01',
      minimum_age_at_measurement: 18,
      include_measurement_date: true,
      include_day: true,
    },
    'float',
  ],
  ['most_recent_bmi', { minimum_age_at_measurement: '16' }, 'float'],
  ['most_recent_bmi', { minimum_age_at_measurement: 'adult' }, /"adult".*a number/],

  ['with_these_decision_support_values', { algorithm: 'electronic_frailty_index' }, 'float'],
  [
    'with_these_decision_support_values',
    { algorithm: 'electronic_frailty_index', returning: 'binary_flag' },
    'bool',
  ],
  ['with_these_decision_support_values', { algorithm: 'frailty' }, /cannot be "frailty"/],
  [
    'with_these_decision_support_values',
    {
      algorithm: 'electronic_frailty_index',
      find_first_match_in_period: true,
      find_last_match_in_period: true,
    },
    /both the first and the last/,
  ],
  [
    'with_these_decision_support_values',
    { algorithm: 'electronic_frailty_index', include_date_of_match: true },
    /no date to give/,
  ],

  ['with_gp_consultations', { returning: 'number_of_matches_in_period' }, 'int'],
  ['with_gp_consultations', { returning: 'code' }, /cannot be "code"/],

  ['with_vaccination_record', { tpp, emis }, 'bool'],
  ['with_vaccination_record', { tpp, emis, returning: 'date' }, 'date'],
  ['with_vaccination_record', { tpp }, /needs "emis"/],
  ['with_vaccination_record', { tpp: dict({ disease: 'X' }), emis }, /cannot be "disease"/],
  ['with_vaccination_record', { tpp: 'INFLUENZA', emis }, /"tpp" .* is "INFLUENZA"/],

  [
    'with_tpp_vaccination_record',
    { target_disease_matches: ['SARS-2 CORONAVIRUS'], product_name_matches: 'X' },
    'bool',
  ],
  [
    'with_tpp_vaccination_record',
    { target_disease_matches: 'X', returning: 'code' },
    /cannot be "code"/,
  ],
  [
    'with_tpp_vaccination_record',
    { target_disease_matches: true },
    /is True.*text or a list of texts/,
  ],

  ['with_test_result_in_sgss', covid, 'bool'],
  [
    'with_test_result_in_sgss',
    { ...covid, test_result: 'positive', returning: 'case_category' },
    'str',
  ],
  [
    'with_test_result_in_sgss',
    { ...covid, returning: 'variant', restrict_to_earliest_specimen_date: false },
    'str',
  ],
  [
    'with_test_result_in_sgss',
    {
      ...covid,
      returning: 'number_of_matches_in_period',
      restrict_to_earliest_specimen_date: false,
    },
    'int',
  ],
  ['with_test_result_in_sgss', {}, /needs "pathogen".*SARS-CoV-2/],
  ['with_test_result_in_sgss', { pathogen: null }, /cannot be None/],
  ['with_test_result_in_sgss', { pathogen: 'SARS-COV-2' }, /Did you mean "SARS-CoV-2"/],
  ['with_test_result_in_sgss', { ...covid, test_result: 'void' }, /cannot be "void"/],
  ['with_test_result_in_sgss', { ...covid, returning: 'case_category' }, /test_result="positive"/],
  [
    'with_test_result_in_sgss',
    { ...covid, returning: 'symptomatic' },
    /restrict_to_earliest_specimen_date=False/,
  ],

  [
    'attended_emergency_care',
    { returning: 'date_arrived', with_these_diagnoses: codes('snomed'), discharged_to: ['1'] },
    'date',
  ],
  ['attended_emergency_care', { returning: 'discharge_destination' }, 'str'],
  [
    'attended_emergency_care',
    { with_these_diagnoses: tuple('1') },
    /is a tuple of 1.*square brackets/,
  ],
  ['attended_emergency_care', { with_these_diagnoses: '1' }, /is "1".*square brackets/],
  [
    'attended_emergency_care',
    { discharged_to: codes('snomed_grouped') },
    /codelist with categories/,
  ],
  ['attended_emergency_care', { returning: 'date' }, /cannot be "date"/],

  [
    'admitted_to_hospital',
    {
      with_these_diagnoses: codes('icd10'),
      with_these_procedures: codes('opcs4'),
      with_admission_method: ['21', '22'],
      with_patient_classification: '1',
    },
    'bool',
  ],
  [
    'admitted_to_hospital',
    { with_admission_method: [21, 22], with_at_least_one_day_in_critical_care: true },
    'bool',
  ],
  ['admitted_to_hospital', { returning: 'date_discharged', date_format: 'YYYY-MM-DD' }, 'date'],
  ['admitted_to_hospital', { returning: 'total_bed_days_in_period' }, 'int'],
  ['admitted_to_hospital', { returning: 'days_in_critical_care' }, 'str'],
  [
    'admitted_to_hospital',
    { returning: 'total_bed_days_in_period', find_last_match_in_period: true },
    /adds up days/,
  ],
  ['admitted_to_hospital', { with_these_diagnoses: codes('snomed') }, /system "snomed".*icd10/],
  ['admitted_to_hospital', { with_these_primary_diagnoses: ['J12'] }, /is a list of 1.*a codelist/],
  ['admitted_to_hospital', { with_these_procedures: codes('icd10') }, /system "icd10".*opcs4/],
  ['admitted_to_hospital', { with_admission_method: [] }, /is a list of 0.*something in it/],

  [
    'outpatient_appointment_date',
    { returning: 'date', attended: true, on_or_after: 'index_date' },
    'date',
  ],
  [
    'outpatient_appointment_date',
    { returning: 'consultation_medium_used', with_these_treatment_function_codes: ['100'] },
    'str',
  ],
  ['outpatient_appointment_date', { on_or_before: 'index_date' }, /no argument "on_or_before"/],
  ['outpatient_appointment_date', { with_these_procedures: codes('snomed') }, /opcs4/],

  ['admitted_to_icu', { returning: 'date_admitted', include_day: true }, 'date'],
  ['admitted_to_icu', { returning: 'had_respiratory_support' }, 'bool'],
  ['admitted_to_icu', { returning: 'ventilated' }, /cannot be "ventilated"/],

  [
    'with_these_codes_on_death_certificate',
    { ...icd10, match_only_underlying_cause: true },
    'bool',
  ],
  ['with_these_codes_on_death_certificate', { codelist: null, returning: 'place_of_death' }, 'str'],
  ['with_these_codes_on_death_certificate', drugs, /system "snomed".*icd10/],
  ['died_from_any_cause', { returning: 'date_of_death', date_format: 'YYYY-MM-DD' }, 'date'],
  ['died_from_any_cause', { returning: 'underlying_cause_of_death' }, 'str'],
  ['died_from_any_cause', { returning: 'date_of_daeth' }, /Did you mean "date_of_death"/],
  ['with_death_recorded_in_cpns', { returning: 'date_of_death', include_month: true }, 'date'],
  ['with_death_recorded_in_cpns', { returning: 'place_of_death' }, /cannot be "place_of_death"/],
  ['with_death_recorded_in_primary_care', { returning: 'binary_flag' }, 'bool'],

  [
    'with_high_cost_drugs',
    { drug_name_matches: 'adalimumab', returning: 'date', date_format: 'YYYY-MM' },
    'date',
  ],
  ['with_high_cost_drugs', { date_format: 'YYYY-MM-DD' }, /recorded by the month/],

  ['with_ethnicity_from_sus', { returning: 'group_6', use_most_frequent_code: true }, 'str'],
  ['with_ethnicity_from_sus', { returning: 'group_6' }, /use_most_frequent_code=True/],
  ['with_ethnicity_from_sus', { use_most_frequent_code: true }, /needs "returning"/],
  [
    'with_ethnicity_from_sus',
    { returning: 'group_5', use_most_frequent_code: true },
    /Did you mean "group_6"/,
  ],
  ['with_healthcare_worker_flag_on_covid_vaccine_record', {}, 'bool'],
  [
    'with_healthcare_worker_flag_on_covid_vaccine_record',
    { returning: 'date' },
    /cannot be "date"/,
  ],

  [
    'with_covid_therapeutics',
    {
      with_these_therapeutics: codes('snomed'),
      with_these_indications: 'non_hospitalised',
      returning: 'risk_group',
    },
    'str',
  ],
  [
    'with_covid_therapeutics',
    {
      returning: 'number_of_episodes',
      episode_defined_as: 'series of events each <= 0 days apart',
    },
    'int',
  ],
  [
    'with_covid_therapeutics',
    { with_these_indications: ['hospitalized_with'] },
    /Did you mean "hospitalised_with"/,
  ],
  [
    'with_covid_therapeutics',
    { returning: 'number_of_episodes', find_last_match_in_period: true },
    /while it counts episodes/,
  ],

  ['with_an_isaric_record', { returning: 'calc_age' }, 'int'],
  [
    'with_an_isaric_record',
    { returning: 'cestdat', between: ['2020-01-01', null], date_filter_column: 'hostdat' },
    'date',
  ],
  [
    'with_an_isaric_record',
    { returning: 'cestdat', date_filter_column: 'hostdat' },
    /no period to hold it against/,
  ],
  [
    'with_an_isaric_record',
    { returning: 'cestdat', between: ['2020-01-01', null] },
    /does not say which date/,
  ],
  [
    'with_an_isaric_record',
    { returning: 'cestdat', between: ['2020-01-01', null], date_filter_column: 'calc_age' },
    /cannot be "calc_age"/,
  ],
  ['with_an_isaric_record', { returning: 'nothing_like_it' }, /cannot be "nothing_like_it"/],

  ['with_record_in_ukrr', { from_dataset: '2020_prevalence', returning: 'latest_egfr' }, 'float'],
  ['with_record_in_ukrr', { from_dataset: '2020_ckd', returning: 'rrt_start_date' }, 'date'],
  [
    'with_record_in_ukrr',
    { from_dataset: '2022_prevalence', returning: 'binary_flag' },
    /Did you mean/,
  ],
  ['with_record_in_ukrr', { returning: 'binary_flag' }, /needs "from_dataset"/],

  ['satisfying', { expression: 'flag' }, 'bool'],
  ['satisfying', { expression: 5 }, /is the number 5.*an expression in quotes/],
  ['satisfying', {}, /needs "expression"/],
  ['categorised_as', { category_definitions: dict({ a: 'flag', b: 'DEFAULT' }) }, 'str'],
  ['categorised_as', {}, /needs "category_definitions"/],
  ['maximum_of', { column_names: tuple('flag') }, 'bool'],
  ['minimum_of', { column_names: tuple('2020-01-01', '2021-01-01') }, 'date'],
  ['minimum_of', { column_names: tuple() }, /is given no columns/],
  ['maximum_of', { column_names: tuple(1) }, /an input is the number 1/],
  ['date_of', { source: 'event' }, 'date'],
  ['date_of', { source: 'flag' }, /patients.registered_as_of has no date to give/],
  ['date_of', { source: 'flagg' }, /no such column.*Did you mean "flag"/],
  ['date_of', {}, /needs "source"/],
  ['comparator_from', { source: 'value' }, 'str'],
  ['reference_range_lower_bound_from', { source: 'value' }, 'float'],
  ['reference_range_upper_bound_from', { source: 'value' }, 'float'],
  ['comparator_from', { source: 'event' }, /cannot be taken from "event"/],
  ['comparator_from', { source: 'flag' }, /cannot be taken from "flag"/],

  ['fixed_value', { value: 'text' }, 'str'],
  ['fixed_value', { value: '2020-01-01' }, 'date'],
  ['fixed_value', { value: 3 }, 'int'],
  ['fixed_value', { value: float(3) }, 'float'],
  ['fixed_value', { value: true }, 'bool'],
  ['fixed_value', { value: null }, /"value" of patients.fixed_value is None/],
  ['fixed_value', { value: '2020-02-30' }, /"2020-02-30".*does not exist/],
  ['fixed_value', { value: [1] }, /is a list of 1/],

  [
    'with_value_from_file',
    { f_path: 'output/a.csv', returning: 'x', returning_type: 'int' },
    'int',
  ],
  [
    'with_value_from_file',
    { f_path: 'output/a.csv.gz', returning: 'x', returning_type: 'date' },
    'date',
  ],
  [
    'with_value_from_file',
    { f_path: 'output/a.feather', returning: 'x', returning_type: 'int' },
    /a \.csv or \.csv\.gz file/,
  ],
  [
    'with_value_from_file',
    { f_path: 'output/a.csv', returning: 'x y', returning_type: 'int' },
    /letters, digits and underscores/,
  ],
  [
    'with_value_from_file',
    { f_path: 'output/a.csv', returning: 'x', returning_type: 'bytes' },
    /cannot be "bytes"/,
  ],
  [
    'with_value_from_file',
    { f_path: 'output/a.csv', returning: 'x', returning_type: 'int', type_: 'int' },
    /no argument "type_".*Did you mean "returning_type"/,
  ],
  ['which_exist_in_file', { f_path: 'output/a.csv' }, 'bool'],
  ['which_exist_in_file', {}, /needs "f_path"/],

  ['with_an_ons_cis_record', {}, /can no longer be used/],
  ['ethnicity_from_sus', {}, /with_ethnicity_from_sus/],
  ['with_positive_covid_test', {}, /with_test_result_in_sgss/],
  ['have_died_of_covid', {}, /with_these_codes_on_death_certificate/],
  ['with_record_in_UKRR', {}, /with_record_in_ukrr/],
  ['with_this_clinical_event', {}, /does not exist/],
  ['with_these_medication', {}, /Did you mean "with_these_medications"/],
];

/** Columns that the calls may refer to. */
const above = () => ({
  flag: patients('registered_as_of', { reference_date: 'index_date' }),
  event: patients('with_these_clinical_events', events),
  value: patients('with_these_clinical_events', { ...events, returning: 'numeric_value' }),
});

const accepted = cases.filter((each) => typeof each[2] === 'string');
const refused = cases.filter((each) => typeof each[2] !== 'string');

describe('calls that are accepted', () => {
  it.each(accepted)('patients.%s(%j) is %s', (name, given, type) => {
    const study = lower({ ...above(), column: patients(name, given) });
    expect(columnOf(study, 'column').type).toBe(type);
  });
});

describe('calls that are refused, with one fault each', () => {
  it.each(refused)('patients.%s(%j): %s', (name, given, words) => {
    const faults = faultsOf({ ...above(), column: patients(name, given) });
    expect(faults.map(({ message, hint }) => `${message} ${hint}`)).toEqual([
      expect.stringMatching(words as RegExp),
    ]);
    expect(faults[0]?.message).toMatch(/^Column "column/);
    expect(faults[0]?.place).toMatchObject({ file: 'analysis/study_definition.py' });
  });
});

it('tests every function', () => {
  expect(new Set(accepted.map(([name]) => name))).toEqual(new Set(functionRules.keys()));
  expect(functionRules.size).toBe(50 - 1); // One of the fifty was never available.
  const gone = refused.map(([name]) => name);
  for (const name of removedFunctions.keys()) expect(gone).toContain(name);
});

it('knows the columns of ISARIC', () => {
  const counts = Object.groupBy(Object.values(isaricColumns), (type) => type);
  expect(
    Object.fromEntries(Object.entries(counts).map(([type, all]) => [type, all.length])),
  ).toEqual({
    date: 12,
    int: 41,
    float: 33,
    str: 274,
  });
});
