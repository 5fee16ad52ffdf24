/** `most_recent_bmi` (cohort-extractor §1.8, 21; §7.5). */
import { aggregate, caseOf, operation } from '../../model/build.ts';
import type { PatientValue, Rows } from '../../model/model.ts';
import { type Bounds, within } from './dates.ts';
import { codedEvents, eventsWith } from './events.ts';
import type { Lower } from './lowering.ts';
import { type Matches, valueOfMatch } from './matches.ts';
import { int, nothing } from './nodes.ts';
import { dateOfBirth } from './people.ts';

const events = codedEvents.ctv3;

/** CTV3 codes of the three measurements. */
const codes = {
  weight: ['X76C7', '22A..'],
  height: ['XM01E', '229..'],
  bmi: ['22K..'],
} as const;

interface Measurement {
  readonly value: PatientValue;
  readonly date: PatientValue;
}

/**
 * Latest weight of the period over the square of the latest height up to its end, to one decimal; where that gives nothing,
 * the latest recorded index of the period. A measurement counts only from an age on, and age here is the difference of
 * calendar years; one that is too early is dropped after it was picked, so that nothing older takes its place. A height of 0
 * is no height. The date is the weight's, or the recorded index's where that is the value: the original keeps the weight's
 * date beside a height of 0, although the value is then another's.
 */
export const mostRecentBmi: Lower = ({ given, period }) => {
  const minimumAge = Number(given['minimum_age_at_measurement']);
  const latest = (list: readonly string[], bounds: Bounds): Measurement =>
    fromAge(minimumAge, within(eventsWith(events, list), events.day, bounds));

  const weight = latest(codes.weight, period);
  const height = latest(codes.height, { from: null, to: period.to });
  const recorded = latest(codes.bmi, period);

  const square = operation('multiply', height.value, height.value);
  const calculated = operation('divide', weight.value, square);
  const value = operation('coalesce', calculated, recorded.value);
  return {
    value: operation('round', value, int(1)),
    date: caseOf<PatientValue>([[operation('is-null', calculated), recorded.date]], weight.date),
  };
};

function fromAge(minimum: number, rows: Rows): Measurement {
  const { day, moment, id, value } = events;
  if (value === null) throw new TypeError('coded events have values');
  const matches: Matches = { rows, day, moment, ties: [id], earliest: false, undated: false };
  const date = aggregate('maximum', rows, day);
  const years = operation(
    'subtract',
    operation('year-of', date),
    operation('year-of', dateOfBirth),
  );
  const oldEnough = operation('greater-or-equal', years, int(minimum));
  return {
    value: caseOf<PatientValue>([[oldEnough, valueOfMatch(matches, value)]], nothing.float),
    date: caseOf<PatientValue>([[oldEnough, date]], nothing.date),
  };
}
