/** Every `patients` function by name, and the ones that are gone. */
import { clinical } from './clinical.ts';
import { combination } from './combination.ts';
import { demographics } from './demographics.ts';
import type { FunctionRule } from './function-rule.ts';
import { hospital } from './hospital.ts';
import { registries } from './registries.ts';
import { testsAndDeaths } from './tests-and-deaths.ts';

export const functionRules: ReadonlyMap<string, FunctionRule> = new Map(
  [demographics, clinical, testsAndDeaths, hospital, registries, combination].flatMap((area) =>
    Object.entries(area),
  ),
);

/** What to do about functions that older studies may still call. */
export const removedFunctions: ReadonlyMap<string, string> = new Map([
  [
    'with_complete_history_between',
    'It was never available; use patients.registered_with_one_practice_between(start_date, end_date).',
  ],
  [
    'with_an_ons_cis_record',
    'The ONS COVID-19 Infection Survey is not available to study definitions any more; remove the column.',
  ],
  [
    'ethnicity_from_sus',
    'Use patients.with_ethnicity_from_sus(returning="group_6", use_most_frequent_code=True).',
  ],
  [
    'with_positive_covid_test',
    'Use patients.with_test_result_in_sgss(pathogen="SARS-CoV-2", test_result="positive").',
  ],
  [
    'have_died_of_covid',
    'Use patients.with_these_codes_on_death_certificate with a codelist of COVID-19 codes.',
  ],
  ['with_record_in_UKRR', 'It is now called patients.with_record_in_ukrr.'],
]);
