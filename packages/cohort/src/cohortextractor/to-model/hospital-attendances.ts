/** Emergency care, outpatients and intensive care (cohort-extractor §1.8, 30, 32 and 33; §7.5). */
import { aggregate, filter, inSet, join, operation, textSet } from '../../model/build.ts';
import type { PatientValue, Rows, RowValue } from '../../model/model.ts';
import { type ColumnName, tableByName } from '../../tpp-schema/schema.ts';
import { isCodelist } from '../read-codelists.ts';
import { within } from './dates.ts';
import { type Lower, noSuchValue, textsIn } from './lowering.ts';
import { matchesFor, plainAnswer, valueOfMatch } from './matches.ts';
import { all, any, column, int, isOneOf, on, tppTable } from './nodes.ts';

const diagnoses: readonly RowValue[] = Object.keys(
  tableByName['EC_Diagnosis_ARCHIVED']?.columns ?? {},
)
  .filter((name) => name.startsWith('EC_Diagnosis_'))
  .map((name) => column('EC_Diagnosis_ARCHIVED', name as ColumnName<'EC_Diagnosis_ARCHIVED'>));

/**
 * Attendances, each as often as it has lines of diagnoses: one without any is not seen, and one with several counts several
 * times.
 */
const attendances = join(
  tppTable('EC_ARCHIVED'),
  tppTable('EC_Diagnosis_ARCHIVED'),
  on('Patient_ID', 'EC_Ident'),
);

/** Codes of emergency care are compared without regard to case. */
export const attendedEmergencyCare: Lower = (call) => {
  const { given, period } = call;
  const destination = column('EC_ARCHIVED', 'Discharge_Destination_SNOMED_CT');
  const conditions: RowValue[] = [];
  const codes = textsIn(given['with_these_diagnoses']);
  if (codes !== null) {
    const set = textSet(codes);
    conditions.push(any(...diagnoses.map((diagnosis) => inSet(diagnosis, set, 'ignore-case'))));
  }
  const destinations = textsIn(given['discharged_to']);
  if (destinations !== null) {
    conditions.push(inSet(destination, textSet(destinations), 'ignore-case'));
  }
  const matching = conditions.length === 0 ? attendances : filter(attendances, all(...conditions));
  const day = column('EC_ARCHIVED', 'Arrival_Date');
  const rows = within(matching, day, period);
  const matches = matchesFor(call, { rows, day, ties: [column('EC_ARCHIVED', 'EC_Ident')] });
  const plain = plainAnswer(call, matches);
  if (plain !== null) return plain;
  return given['returning'] === 'discharge_destination'
    ? { value: valueOfMatch(matches, destination) }
    : noSuchValue(call);
};

const appointments = tppTable('OPA_ARCHIVED');

/**
 * Procedures multiply appointments, and are found anywhere in the code. The records know the day only; of several
 * appointments on it the smallest medium counts.
 */
export const outpatientAppointment: Lower = (call) => {
  const { given, period } = call;
  const conditions: RowValue[] = [];
  if (given['attended'] === true) {
    conditions.push(isOneOf(column('OPA_ARCHIVED', 'Attendance_Status'), ['5', '6']));
  }
  if (given['is_first_attendance'] === true) {
    conditions.push(isOneOf(column('OPA_ARCHIVED', 'First_Attendance'), ['1', '3']));
  }
  const specialties = textsIn(given['with_these_treatment_function_codes']);
  if (specialties !== null) {
    conditions.push(isOneOf(column('OPA_ARCHIVED', 'Treatment_Function_Code'), specialties));
  }
  const procedures = given['with_these_procedures'];
  let rows: Rows = appointments;
  if (isCodelist(procedures)) {
    rows = join(appointments, tppTable('OPA_Proc_ARCHIVED'), on('Patient_ID', 'OPA_Ident'));
    const code = column('OPA_Proc_ARCHIVED', 'Primary_Procedure_Code');
    conditions.push(inSet(code, textSet(procedures.codes), 'substring'));
  }
  const matching = conditions.length === 0 ? rows : filter(rows, all(...conditions));
  const day = column('OPA_ARCHIVED', 'Appointment_Date');
  const matches = matchesFor(call, { rows: within(matching, day, period), day });
  const plain = plainAnswer(call, matches);
  if (plain !== null) return plain;
  return given['returning'] === 'consultation_medium_used'
    ? { value: valueOfMatch(matches, column('OPA_ARCHIVED', 'Consultation_Medium_Used')) }
    : noSuchValue(call);
};

/** The earlier of the two days that an admission to intensive care may have. */
const intensiveCareDay = operation(
  'least',
  operation('day-of', column('ICNARC', 'IcuAdmissionDateTime')),
  column('ICNARC', 'OriginalIcuAdmissionDate'),
);

/**
 * Support counts over all admissions of the period. Where no admission tells the days of one kind, whether there was either is
 * not known, so no.
 */
export const admittedToIcu: Lower = (call) => {
  const { given, period } = call;
  const rows = within(tppTable('ICNARC'), intensiveCareDay, period);
  const plain = plainAnswer(call, matchesFor(call, { rows, day: intensiveCareDay }));
  if (plain !== null) return plain;
  const basic = aggregate('sum', rows, column('ICNARC', 'BasicDays_RespiratorySupport'));
  const advanced = aggregate('sum', rows, column('ICNARC', 'AdvancedDays_RespiratorySupport'));
  const some = (days: PatientValue): PatientValue => operation('greater', days, int(0));
  switch (given['returning']) {
    case 'had_respiratory_support':
      return { value: some(operation('add', basic, advanced)) };
    case 'had_basic_respiratory_support':
      return { value: some(basic) };
    case 'had_advanced_respiratory_support':
      return { value: some(advanced) };
    default:
      return noSuchValue(call);
  }
};
