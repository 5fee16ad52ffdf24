/** Emergency care, admissions, outpatients and intensive care (cohort-extractor §1.8, 30–33, 38). */
import type { FunctionRule, Parameter } from './function-rule.ts';
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
  texts,
} from './parameters.ts';

const listOfTexts: Parameter = { kind: 'texts', listOnly: true, required: false };
const someTexts: Parameter = { kind: 'texts', neverEmpty: true, required: false };

const totals: ReadonlySet<unknown> = new Set([
  'total_bed_days_in_period',
  'total_critical_care_days_in_period',
]);

export const hospital: Readonly<Record<string, FunctionRule>> = {
  attended_emergency_care: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...bounds,
      ...returning({
        binary_flag: 'bool',
        date_arrived: 'date',
        number_of_matches_in_period: 'int',
        discharge_destination: 'str',
      }),
      ...firstOrLast,
      ...dateFormat(),
      with_these_diagnoses: listOfTexts,
      discharged_to: listOfTexts,
      ...expectations,
    },
  },

  admitted_to_hospital: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...bounds,
      ...returning({
        binary_flag: 'bool',
        date_admitted: 'date',
        date_discharged: 'date',
        number_of_matches_in_period: 'int',
        primary_diagnosis: 'str',
        admission_method: 'str',
        source_of_admission: 'str',
        discharge_destination: 'str',
        patient_classification: 'str',
        admission_treatment_function_code: 'str',
        days_in_critical_care: 'str',
        administrative_category: 'str',
        duration_of_elective_wait: 'str',
        total_bed_days_in_period: 'int',
        total_critical_care_days_in_period: 'int',
      }),
      ...firstOrLast,
      ...dateFormat(),
      with_these_diagnoses: optionalCodelist('icd10'),
      with_these_primary_diagnoses: optionalCodelist('icd10'),
      with_these_procedures: optionalCodelist('opcs4'),
      with_admission_method: someTexts,
      with_source_of_admission: someTexts,
      with_discharge_destination: someTexts,
      with_patient_classification: someTexts,
      with_admission_treatment_function_code: someTexts,
      with_administrative_category: someTexts,
      with_at_least_one_day_in_critical_care: flag(),
      ...expectations,
    },
    rules: [
      {
        broken: ({ arguments: given }) =>
          totals.has(given['returning']) &&
          (given['find_first_match_in_period'] === true ||
            given['find_last_match_in_period'] === true),
        problem: 'looks for the first or last admission while it adds up days over all of them',
        remedy: 'Leave find_first_match_in_period and find_last_match_in_period out.',
      },
    ],
  },

  outpatient_appointment_date: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...returning({
        binary_flag: 'bool',
        date: 'date',
        number_of_matches_in_period: 'int',
        consultation_medium_used: 'str',
      }),
      attended: flag(),
      is_first_attendance: flag(),
      with_these_treatment_function_codes: texts,
      with_these_procedures: optionalCodelist('opcs4'),
      on_or_after: { kind: 'bound', required: false },
      between: { kind: 'between', required: false },
      ...dateFormat('YYYY-MM-DD'),
      find_first_match_in_period: flag(),
      ...expectations,
    },
  },

  admitted_to_icu: {
    makes: 'records',
    type: 'returning',
    parameters: {
      ...bounds,
      ...firstOrLast,
      ...returning({
        binary_flag: 'bool',
        date_admitted: 'date',
        had_respiratory_support: 'bool',
        had_basic_respiratory_support: 'bool',
        had_advanced_respiratory_support: 'bool',
      }),
      ...dateFormat(),
      ...expectations,
      ...legacyDateFormat,
    },
  },

  with_high_cost_drugs: {
    makes: 'records',
    type: 'returning',
    parameters: {
      drug_name_matches: texts,
      ...bounds,
      ...returning({ binary_flag: 'bool', date: 'date' }),
      ...dateFormat(),
      ...firstOrLast,
      ...expectations,
    },
    rules: [
      {
        broken: ({ dateFormat: format }) => format === 'YYYY-MM-DD',
        problem: 'is asked for the day, but high cost drugs are recorded by the month',
        remedy: 'Use date_format="YYYY-MM" or "YYYY".',
      },
    ],
    withoutDate: alwaysDated,
  },
};
