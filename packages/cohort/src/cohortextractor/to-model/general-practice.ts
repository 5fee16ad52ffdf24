/** Consultations, vaccinations and decision support (cohort-extractor §1.8, 25–28 and 40; §7.5). */
import { filter, join, column as made, operation, select } from '../../model/build.ts';
import type { Rows, RowValue } from '../../model/model.ts';
import type { ArgumentValue } from '../study.ts';
import { within } from './dates.ts';
import { type Answer, type Call, type Lower, noSuchValue, textsIn } from './lowering.ts';
import { dayOfValue, exists, matchesFor, plainAnswer, valueOfMatch } from './matches.ts';
import { all, any, column, float, int, isOneOf, on, text, tppTable } from './nodes.ts';

/** Arrived, in progress, finished, visit, waiting, walked out: the patient was seen or at least came. */
const ATTENDED = [1, 3, 4, 8, 9, 16];

export const consultations: Lower = (call) => {
  const status = column('Appointment', 'Status');
  const moment = column('Appointment', 'SeenDate');
  const day = operation('day-of', moment);
  const seen = filter(
    tppTable('Appointment'),
    any(...ATTENDED.map((code) => operation('equal', status, int(code)))),
  );
  const rows = within(seen, day, call.period);
  const ties = [column('Appointment', 'Appointment_ID')];
  return plainAnswer(call, matchesFor(call, { rows, day, moment, ties })) ?? noSuchValue(call);
};

export const vaccinationRecord: Lower = (call) => {
  const { tpp } = call.given;
  return typeof tpp === 'object' && tpp !== null && !Array.isArray(tpp)
    ? vaccinated(call, tpp as Readonly<Record<string, ArgumentValue>>)
    : noSuchValue(call);
};

export const tppVaccinationRecord: Lower = (call) => vaccinated(call, call.given);

/** The name to which a reference belongs is also the name of a column of vaccinations. */
const references = select(tppTable('VaccinationReference'), {
  VaccinationName_ID: column('VaccinationReference', 'VaccinationName_ID'),
  product: column('VaccinationReference', 'VaccinationName'),
  disease: column('VaccinationReference', 'VaccinationContent'),
});

/** Both matchers have to hold of one and the same line of the reference; vaccines that it does not list are not seen. */
function vaccinated(call: Call, given: Readonly<Record<string, ArgumentValue>>): Answer {
  const moment = column('Vaccination', 'VaccinationDate');
  const day = operation('day-of', moment);
  const wanted = [
    ...matcher('disease', given['target_disease_matches']),
    ...matcher('product', given['product_name_matches']),
  ];
  const known = join(tppTable('Vaccination'), references, on('VaccinationName_ID'));
  const matching = wanted.length === 0 ? known : filter(known, all(...wanted));
  const rows = within(matching, day, call.period);
  const ties = [column('Vaccination', 'Vaccination_ID')];
  return plainAnswer(call, matchesFor(call, { rows, day, moment, ties })) ?? noSuchValue(call);
}

function matcher(name: string, texts: ArgumentValue | undefined): readonly RowValue[] {
  const list = textsIn(texts);
  return list === null ? [] : [isOneOf<RowValue>(made(name, 'str'), list)];
}

/**
 * Values that the practice's system worked out, the electronic frailty index so far. They have no identifier: of two of one
 * moment the smaller value counts.
 */
export const decisionSupport: Lower = (call) => {
  const { given, period } = call;
  const value = column('DecisionSupportValue', 'NumericValue');
  const moment = column('DecisionSupportValue', 'CalculationDateTime');
  const day = operation('day-of', moment);
  const frailty = filter(
    tppTable('DecisionSupportValue'),
    operation('equal', column('DecisionSupportValue', 'AlgorithmType'), int(1)),
  );
  let rows: Rows = within(frailty, day, period);
  if (given['ignore_missing_values'] === true) {
    rows = filter(rows, operation('not-equal', value, float(0)));
  }
  const matches = matchesFor(call, { rows, day, moment });
  const plain = plainAnswer(call, matches);
  if (plain !== null) return plain;
  return given['returning'] === 'numeric_value'
    ? { value: valueOfMatch(matches, value), date: dayOfValue(matches) }
    : noSuchValue(call);
};

export const healthcareWorker: Lower = () => ({
  value: exists(
    filter(
      tppTable('HealthCareWorker'),
      operation('equal', column('HealthCareWorker', 'HealthCareWorker'), text('Y')),
    ),
  ),
});
