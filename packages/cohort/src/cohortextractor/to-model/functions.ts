/** Every `patients` function that reads records, by its name in the study language (cohort-extractor §1.8). */
import { addressAsOf, careHomeStatusAsOf, householdAsOf } from './addresses.ts';
import { mostRecentBmi } from './body-mass-index.ts';
import {
  clinicalEvents,
  comparatorFrom,
  lowerBoundFrom,
  medicationsIssued,
  upperBoundFrom,
} from './clinical-events.ts';
import { isaricRecord, renalRegistry } from './collections.ts';
import { testResult } from './covid-tests.ts';
import { codesOnDeathCertificate, deathInCpns, diedFromAnyCause } from './deaths.ts';
import { ethnicityFromSus } from './ethnicity.ts';
import {
  consultations,
  decisionSupport,
  healthcareWorker,
  tppVaccinationRecord,
  vaccinationRecord,
} from './general-practice.ts';
import { highCostDrugs } from './high-cost-drugs.ts';
import { admittedToHospital } from './hospital-admissions.ts';
import {
  admittedToIcu,
  attendedEmergencyCare,
  outpatientAppointment,
} from './hospital-attendances.ts';
import type { Lower } from './lowering.ts';
import { maxRecordedValue, meanRecordedValue, minRecordedValue } from './measurements.ts';
import { bool } from './nodes.ts';
import { ageAsOf, birthday, deathInPrimaryCare, sex } from './people.ts';
import { randomSample } from './random-sample.ts';
import {
  completeConsultations,
  dateDeregistered,
  practiceAsOf,
  registeredAsOf,
  registeredBetween,
} from './registrations.ts';
import { covidTherapeutics } from './therapeutics.ts';

export const lowerFunction: Readonly<Record<string, Lower>> = {
  all: () => ({ value: bool(true) }),
  random_sample: randomSample,
  sex,
  age_as_of: ageAsOf,
  date_of_birth: birthday,
  registered_as_of: registeredAsOf,
  registered_with_one_practice_between: registeredBetween,
  with_complete_gp_consultation_history_between: completeConsultations,
  registered_practice_as_of: practiceAsOf,
  address_as_of: addressAsOf,
  care_home_status_as_of: careHomeStatusAsOf,
  household_as_of: householdAsOf,
  date_deregistered_from_all_supported_practices: dateDeregistered,

  with_these_clinical_events: clinicalEvents,
  with_these_medications: medicationsIssued,
  mean_recorded_value: meanRecordedValue,
  min_recorded_value: minRecordedValue,
  max_recorded_value: maxRecordedValue,
  most_recent_bmi: mostRecentBmi,
  comparator_from: comparatorFrom,
  reference_range_lower_bound_from: lowerBoundFrom,
  reference_range_upper_bound_from: upperBoundFrom,
  with_these_decision_support_values: decisionSupport,
  with_gp_consultations: consultations,
  with_vaccination_record: vaccinationRecord,
  with_tpp_vaccination_record: tppVaccinationRecord,

  with_test_result_in_sgss: testResult,
  with_these_codes_on_death_certificate: codesOnDeathCertificate,
  died_from_any_cause: diedFromAnyCause,
  with_death_recorded_in_cpns: deathInCpns,
  with_death_recorded_in_primary_care: deathInPrimaryCare,

  attended_emergency_care: attendedEmergencyCare,
  admitted_to_hospital: admittedToHospital,
  outpatient_appointment_date: outpatientAppointment,
  admitted_to_icu: admittedToIcu,
  with_high_cost_drugs: highCostDrugs,

  with_ethnicity_from_sus: ethnicityFromSus,
  with_healthcare_worker_flag_on_covid_vaccine_record: healthcareWorker,
  with_covid_therapeutics: covidTherapeutics,
  with_an_isaric_record: isaricRecord,
  with_record_in_ukrr: renalRegistry,
};
