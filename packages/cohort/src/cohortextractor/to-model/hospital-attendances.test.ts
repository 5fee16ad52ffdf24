/** Emergency care, outpatients and intensive care (cohort-extractor §1.8, 30, 32 and 33; §7.5). */
import type { Constant } from '../../model/model.ts';
import type { Python } from '../testing.ts';
import { type Case, codes, example, type Rows, specify } from './cases.testing.ts';

type Given = Readonly<Record<string, Python>>;
type Line = Readonly<Record<string, Constant>>;
const hip = codes('opcs4', ['W37']);
const asthma = codes('snomed', ['195967001']);
const inPeriod = { between: ['2020-01-01', 'index_date'] };
const first = { find_first_match_in_period: true };
const day = { date_format: 'YYYY-MM-DD' };
const count = { returning: 'number_of_matches_in_period' };

const emergency = (given: Given = {}) => ['attended_emergency_care', given] as const;
let attendances = 70_000;
/** Attendances of 10 January 2020, each with its lines of diagnoses: an empty one unless told. */
const attended = (...given: readonly (Line & { readonly lines?: never })[]): Rows =>
  arrivals(given.map((line) => [line, [{}]]));
const arrivals = (given: readonly (readonly [Line, readonly Line[]])[]): Rows => {
  const rows = given.map(([line, diagnoses]) => {
    attendances += 1;
    const { EC_Ident = attendances } = line;
    return {
      attendance: { Arrival_Date: '2020-01-10', ...line, EC_Ident },
      diagnoses: diagnoses.map((diagnosis) => ({ ...diagnosis, EC_Ident })),
    };
  });
  return {
    EC_ARCHIVED: rows.map(({ attendance }) => attendance),
    EC_Diagnosis_ARCHIVED: rows.flatMap(({ diagnoses }) => diagnoses),
  };
};

const outpatient = (given: Given = {}) => ['outpatient_appointment_date', given] as const;
let appointments = 80_000;
/** Appointments of 10 January 2020, and the procedures of each. */
const booked = (...given: readonly (readonly [Line, ...string[]])[]): Rows => {
  const rows = given.map(([line, ...procedures]) => {
    appointments += 1;
    const OPA_Ident = appointments;
    return {
      appointment: { Appointment_Date: '2020-01-10', ...line, OPA_Ident },
      procedures: procedures.map((Primary_Procedure_Code) => ({
        Primary_Procedure_Code,
        OPA_Ident,
      })),
    };
  });
  return {
    OPA_ARCHIVED: rows.map(({ appointment }) => appointment),
    OPA_Proc_ARCHIVED: rows.flatMap(({ procedures }) => procedures),
  };
};

const icu = (given: Given = {}) => ['admitted_to_icu', given] as const;
const intensive = (...given: readonly Line[]): Rows => ({
  ICNARC: given.map((line) => ({ IcuAdmissionDateTime: '2020-01-10T14:00', ...line })),
});

const destination = { returning: 'discharge_destination' };
const medium = { returning: 'consultation_medium_used' };
const basic = { returning: 'had_basic_respiratory_support' };
const advanced = { returning: 'had_advanced_respiratory_support' };
const either = { returning: 'had_respiratory_support' };

const cases: readonly Case[] = [
  example('emergency: attended', emergency(), attended({}), true),
  example('emergency: not attended', emergency(), {}, false),
  example(
    'emergency: without any line of diagnoses it is not seen',
    emergency(),
    arrivals([[{}, []]]),
    false,
  ),
  example(
    'emergency: on the first day',
    emergency(inPeriod),
    attended({ Arrival_Date: '2020-01-01' }),
    true,
  ),
  example(
    'emergency: on the last day',
    emergency(inPeriod),
    attended({ Arrival_Date: '2020-02-29' }),
    true,
  ),
  example(
    'emergency: the day after',
    emergency(inPeriod),
    attended({ Arrival_Date: '2020-03-01' }),
    false,
  ),
  example(
    'emergency: lines are counted',
    emergency(count),
    arrivals([
      [{}, [{}, {}]],
      [{}, [{}]],
    ]),
    3,
  ),
  example(
    'emergency: the last arrival',
    emergency({ returning: 'date_arrived', ...day }),
    attended({}, { Arrival_Date: '2020-02-02' }),
    '2020-02-02',
  ),
  example(
    'emergency: the first arrival',
    emergency({ returning: 'date_arrived', ...day, ...first }),
    attended({}, { Arrival_Date: '2020-02-02' }),
    '2020-01-10',
  ),
  example(
    'emergency: none has no date',
    emergency({ returning: 'date_arrived', ...day }),
    {},
    null,
  ),
  example(
    'emergency: a diagnosis in the first of the columns',
    emergency({ with_these_diagnoses: asthma }),
    arrivals([[{}, [{ EC_Diagnosis_01: '195967001' }]]]),
    true,
  ),
  example(
    'emergency: a diagnosis in the last of the columns',
    emergency({ with_these_diagnoses: ['195967001', 'abc'] }),
    arrivals([[{}, [{}, { EC_Diagnosis_24: 'ABC' }]]]),
    true,
  ),
  example(
    'emergency: another diagnosis',
    emergency({ with_these_diagnoses: asthma }),
    arrivals([[{}, [{ EC_Diagnosis_01: '1959670011' }]]]),
    false,
  ),
  example(
    'emergency: discharged to a place, whatever its case',
    emergency({ discharged_to: ['x1', 'X2'] }),
    attended({ Discharge_Destination_SNOMED_CT: 'x2' }),
    true,
  ),
  example(
    'emergency: discharged to another',
    emergency({ discharged_to: ['x1'] }),
    attended({ Discharge_Destination_SNOMED_CT: 'x2' }),
    false,
  ),
  example(
    'emergency: the destination of the last',
    emergency(destination),
    attended(
      { Discharge_Destination_SNOMED_CT: 'old' },
      { Discharge_Destination_SNOMED_CT: 'new', Arrival_Date: '2020-02-02' },
    ),
    'new',
  ),
  example(
    'emergency: the destination of the first',
    emergency({ ...destination, ...first }),
    attended(
      { Discharge_Destination_SNOMED_CT: 'old' },
      { Discharge_Destination_SNOMED_CT: 'new', Arrival_Date: '2020-02-02' },
    ),
    'old',
  ),
  example(
    'emergency: of one day the smallest identifier',
    emergency(destination),
    attended(
      { Discharge_Destination_SNOMED_CT: 'a', EC_Ident: 71_002 },
      { Discharge_Destination_SNOMED_CT: 'b', EC_Ident: 71_001 },
    ),
    'b',
  ),
  example('emergency: no destination is blank', emergency(destination), attended({}), ''),

  example('outpatient: an appointment', outpatient(), booked([{}]), true),
  example('outpatient: none', outpatient(), {}, false),
  example(
    'outpatient: from the first day on',
    outpatient({ on_or_after: '2020-01-10' }),
    booked([{}]),
    true,
  ),
  example(
    'outpatient: before the first day',
    outpatient({ on_or_after: '2020-01-11' }),
    booked([{}]),
    false,
  ),
  example(
    'outpatient: on the last day',
    outpatient({ between: ['2020-01-01', '2020-01-10'] }),
    booked([{}]),
    true,
  ),
  example(
    'outpatient: without a date in no period',
    outpatient(inPeriod),
    booked([{ Appointment_Date: null }]),
    false,
  ),
  ...(
    [
      ['5', true],
      ['6', true],
      ['3', false],
      [null, false],
    ] as const
  ).map(([status, gives]) =>
    example(
      `outpatient: status ${status} is ${gives ? '' : 'not '}attended`,
      outpatient({ attended: true }),
      booked([{ Attendance_Status: status }]),
      gives,
    ),
  ),
  ...(
    [
      ['1', true],
      ['3', true],
      ['2', false],
      [null, false],
    ] as const
  ).map(([code, gives]) =>
    example(
      `outpatient: attendance ${code} is ${gives ? '' : 'not '}the first`,
      outpatient({ is_first_attendance: true }),
      booked([{ First_Attendance: code }]),
      gives,
    ),
  ),
  example(
    'outpatient: a specialty of the list',
    outpatient({ with_these_treatment_function_codes: ['130', '140'] }),
    booked([{ Treatment_Function_Code: '140' }]),
    true,
  ),
  example(
    'outpatient: another specialty',
    outpatient({ with_these_treatment_function_codes: '130' }),
    booked([{ Treatment_Function_Code: '13' }]),
    false,
  ),
  example(
    'outpatient: a procedure anywhere in the code',
    outpatient({ with_these_procedures: hip }),
    booked([{}, 'XW371']),
    true,
  ),
  example(
    'outpatient: another procedure',
    outpatient({ with_these_procedures: hip }),
    booked([{}, 'W36']),
    false,
  ),
  example(
    'outpatient: no procedure',
    outpatient({ with_these_procedures: hip }),
    booked([{}]),
    false,
  ),
  example('outpatient: counted', outpatient(count), booked([{}, 'W371', 'W372'], [{}]), 2),
  example(
    'outpatient: with procedures lines are counted',
    outpatient({ ...count, with_these_procedures: hip }),
    booked([{}, 'W371', 'W372'], [{}]),
    2,
  ),
  example(
    'outpatient: the last date',
    outpatient({ returning: 'date' }),
    booked([{}], [{ Appointment_Date: '2020-02-02' }]),
    '2020-02-02',
  ),
  example(
    'outpatient: the first date to the month',
    outpatient({ returning: 'date', date_format: 'YYYY-MM', ...first }),
    booked([{}], [{ Appointment_Date: '2020-02-02' }]),
    '2020-01',
  ),
  example(
    'outpatient: the medium of the last',
    outpatient(medium),
    booked(
      [{ Consultation_Medium_Used: '1' }],
      [{ Consultation_Medium_Used: '2', Appointment_Date: '2020-02-02' }],
    ),
    '2',
  ),
  example(
    'outpatient: of one day the smallest medium, since nothing ends the tie',
    outpatient(medium),
    booked([{ Consultation_Medium_Used: '2' }], [{ Consultation_Medium_Used: '1' }], [{}]),
    '1',
  ),
  example('outpatient: no medium is blank', outpatient(medium), {}, ''),

  example('intensive care: admitted', icu(), intensive({}), true),
  example('intensive care: not admitted', icu(), {}, false),
  example(
    'intensive care: on the last day whatever the hour',
    icu({ on_or_before: '2020-01-10' }),
    intensive({}),
    true,
  ),
  example(
    'intensive care: the day after',
    icu({ on_or_before: '2020-01-09' }),
    intensive({}),
    false,
  ),
  example(
    'intensive care: the original admission where it was earlier',
    icu({ returning: 'date_admitted', ...day }),
    intensive({ OriginalIcuAdmissionDate: '2020-01-08' }),
    '2020-01-08',
  ),
  example(
    'intensive care: not where it was later',
    icu({ returning: 'date_admitted', ...day }),
    intensive({ OriginalIcuAdmissionDate: '2020-01-12' }),
    '2020-01-10',
  ),
  example(
    'intensive care: the original one alone',
    icu({ returning: 'date_admitted', ...day }),
    intensive({ IcuAdmissionDateTime: null, OriginalIcuAdmissionDate: '2020-01-12' }),
    '2020-01-12',
  ),
  example(
    'intensive care: the earlier date is what the period is held against',
    icu({ on_or_after: '2020-01-09' }),
    intensive({ OriginalIcuAdmissionDate: '2020-01-08' }),
    false,
  ),
  example(
    'intensive care: the first',
    icu({ returning: 'date_admitted', ...day, ...first }),
    intensive({}, { IcuAdmissionDateTime: '2020-02-02' }),
    '2020-01-10',
  ),
  example(
    'intensive care: the last, in the older way',
    icu({ returning: 'date_admitted', include_month: true }),
    intensive({}, { IcuAdmissionDateTime: '2020-02-02' }),
    '2020-02',
  ),
  example(
    'intensive care: none has no date',
    icu({ returning: 'date_admitted', ...day }),
    {},
    null,
  ),
  example(
    'intensive care: basic support',
    icu(basic),
    intensive({ BasicDays_RespiratorySupport: 1 }),
    true,
  ),
  example(
    'intensive care: no basic support',
    icu(basic),
    intensive({ AdvancedDays_RespiratorySupport: 1 }),
    false,
  ),
  example(
    'intensive care: advanced support',
    icu(advanced),
    intensive({ AdvancedDays_RespiratorySupport: 1 }),
    true,
  ),
  example(
    'intensive care: no advanced support',
    icu(advanced),
    intensive({ BasicDays_RespiratorySupport: 1 }),
    false,
  ),
  example(
    'intensive care: either support',
    icu(either),
    intensive({ BasicDays_RespiratorySupport: 0, AdvancedDays_RespiratorySupport: 2 }),
    true,
  ),
  example(
    'intensive care: either support where only one is known',
    icu(either),
    intensive({ AdvancedDays_RespiratorySupport: 2 }),
    false,
  ),
  example(
    'intensive care: either support where another admission knows the other',
    icu(either),
    intensive(
      { AdvancedDays_RespiratorySupport: 2 },
      { IcuAdmissionDateTime: '2020-02-02', BasicDays_RespiratorySupport: 0 },
    ),
    true,
  ),
  example(
    'intensive care: support in any admission of the period',
    icu(either),
    intensive(
      { BasicDays_RespiratorySupport: 2, AdvancedDays_RespiratorySupport: 0 },
      { IcuAdmissionDateTime: '2020-02-02', BasicDays_RespiratorySupport: 0 },
    ),
    true,
  ),
  example(
    'intensive care: support outside of the period',
    icu({ ...either, on_or_after: '2020-02-01' }),
    intensive(
      { BasicDays_RespiratorySupport: 2, AdvancedDays_RespiratorySupport: 0 },
      {
        IcuAdmissionDateTime: '2020-02-02',
        BasicDays_RespiratorySupport: 0,
        AdvancedDays_RespiratorySupport: 0,
      },
    ),
    false,
  ),
  example('intensive care: support that is not known is none', icu(either), intensive({}), false),
  example('intensive care: no admission has no support', icu(either), {}, false),
];

specify(cases);
