/** Registrations with practices (cohort-extractor §1.8, 6–10 and 14). */
import { dayNumber } from '../../calendar.ts';
import {
  aggregate,
  ascending,
  caseOf,
  descending,
  filter,
  first,
  join,
  column as made,
  operation,
  select,
} from '../../model/build.ts';
import type { PatientValue, Rows, RowValue } from '../../model/model.ts';
import { besideRows, covering } from './dates.ts';
import { type Answer, type Call, type Lower, noSuchValue } from './lowering.ts';
import { exists } from './matches.ts';
import { all, bool, column, day, isOneOf, nothing, on, text, tppTable } from './nodes.ts';

const registrations = tppTable('RegistrationHistory');
const organisations = tppTable('Organisation');
/** Practices by a name that registrations do not have, so that one the database does not know has no number. */
const numbered = select(organisations, {
  Organisation_ID: column('Organisation', 'Organisation_ID'),
  number: column('Organisation', 'Organisation_ID'),
});
const start = column('RegistrationHistory', 'StartDate');
const end = column('RegistrationHistory', 'EndDate');

/** Practices that the database knows; a registration with another counts nowhere. */
const withPractice = join(registrations, organisations, on('Organisation_ID'));

const registered = (from: PatientValue, to: PatientValue = from): Rows =>
  covering(withPractice, start, end, from, to);

/** One registration that starts by the first day and ends after the last. */
export const registeredBetween: Lower = ({ date }) => ({
  value: exists(registered(date('start_date'), date('end_date'))),
});

export const registeredAsOf: Lower = ({ date }) => ({
  value: exists(registered(date('reference_date'))),
});

/** And the practice had its present system by the first day, so that its consultations are all there. */
export const completeConsultations: Lower = ({ date }) => {
  const from = date('start_date');
  const live = operation('less-or-equal', column('Organisation', 'GoLiveDate'), besideRows(from));
  return { value: exists(filter(registered(from, date('end_date')), live)) };
};

/** Last day of the latest registration, open ones too, if it lies in the period (§7.5). */
export const dateDeregistered: Lower = ({ period }) => {
  const left = aggregate('maximum', registrations, end);
  const inPeriod = all<PatientValue>(
    operation('greater-or-equal', left, period.from ?? day(dayNumber(1900, 1, 1))),
    operation('less-or-equal', left, period.to ?? day(dayNumber(3000, 1, 1))),
  );
  return { value: caseOf<PatientValue>([[inPeriod, left]], nothing.date) };
};

/**
 * The practice on a day: of several the one joined last, then the one to be left last, then the first registered there. What
 * is known of the practice is looked up after that.
 */
export const practiceAsOf: Lower = (call) => {
  const returning = String(call.given['returning']);
  const trial = /^rct__(.+?)__(.+)$/.exec(returning);
  if (trial !== null) return inTrial(call, trial[1] ?? '', trial[2] ?? '');
  switch (returning) {
    case 'msoa':
    case 'msoa_code':
      return ofPractice(call, organisations, column('Organisation', 'MSOACode'));
    case 'nuts1_region_name':
      return ofPractice(call, organisations, column('Organisation', 'Region'));
    case 'stp_code':
      return ofPractice(call, organisations, column('Organisation', 'STPCode'));
    case 'pseudo_id':
      return ofPractice(call, numbered, made('number', 'int'));
    default:
      return noSuchValue(call);
  }
};

function ofPractice({ date }: Call, dictionary: Rows, take: RowValue): Answer {
  const known = join(registrations, dictionary, on('Organisation_ID'), { outer: true });
  const order = [
    descending(start),
    descending(end),
    ascending(column('RegistrationHistory', 'Registration_ID')),
  ];
  return { value: first(covering(known, start, end, date('date')), order, take) };
}

/**
 * What a cluster randomised trial knows of the practice. Names of trials and of their properties are compared without regard
 * to case, since studies write them in lower case.
 */
function inTrial(call: Call, trial: string, property: string): Answer {
  const references = tppTable('ClusterRandomisedTrialReference');
  const ofTrial = operation(
    'equal',
    operation('lower-case', column('ClusterRandomisedTrialReference', 'TrialName')),
    text(trial.toLowerCase()),
  );
  const practices = filter(
    join(tppTable('ClusterRandomisedTrial'), references, on('TrialNumber')),
    ofTrial,
  );
  const Organisation_ID = column('ClusterRandomisedTrial', 'Organisation_ID');
  if (property === 'enrolled') {
    const enrolled = select(practices, { Organisation_ID, Enrolled: bool(true) });
    return ofPractice(call, enrolled, made('Enrolled', 'bool'));
  }
  if (property === 'trial_arm') {
    const TrialArm = column('ClusterRandomisedTrial', 'TrialArm');
    return ofPractice(call, select(practices, { Organisation_ID, TrialArm }), TrialArm);
  }
  const details = filter(
    join(tppTable('ClusterRandomisedTrialDetail'), references, on('TrialNumber')),
    all<RowValue>(
      ofTrial,
      isOneOf(operation('lower-case', column('ClusterRandomisedTrialDetail', 'Property')), [
        property.toLowerCase(),
      ]),
    ),
  );
  const PropertyValue = column('ClusterRandomisedTrialDetail', 'PropertyValue');
  return ofPractice(call, select(details, { Organisation_ID, PropertyValue }), PropertyValue);
}
