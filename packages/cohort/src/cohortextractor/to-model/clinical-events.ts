/** `with_these_clinical_events`, `with_these_medications` and what comes with a measurement (§1.8, 15, 16, 22–24; §7.4). */
import {
  ascending,
  caseOf,
  categoryOf,
  filter,
  first,
  join,
  operation,
} from '../../model/build.ts';
import type { PatientValue, RowValue } from '../../model/model.ts';
import { isCodelist } from '../read-codelists.ts';
import { within } from './dates.ts';
import {
  codelistIn,
  type EventTable,
  eventsOf,
  eventsWith,
  medications,
  setOf,
  withoutDaysOf,
} from './events.ts';
import { type Answer, type Call, type Lower, noSuchValue } from './lowering.ts';
import {
  countEpisodes,
  dayOfValue,
  type Matches,
  matchesFor,
  orderOf,
  plainAnswer,
  valueOfMatch,
} from './matches.ts';
import { column, float, int, nothing, on, text, tppTable } from './nodes.ts';

export const clinicalEvents: Lower = (call) =>
  answerFrom(call, eventsOf(call, 'codelist', codelistIn(call.given, 'codelist')));

export const medicationsIssued: Lower = (call) => answerFrom(call, medications);

/** The events that a call asks of: their code first, then the period, then what else is in its arguments. */
function matchesOf(call: Call, events: EventTable): Matches {
  const { given, period } = call;
  let rows = within(eventsWith(events, codelistIn(given, 'codelist').codes), events.day, period);
  if (given['ignore_missing_values'] === true && events.value !== null) {
    // A value that is not known differs from nothing, so that it goes with the zeros.
    rows = filter(rows, operation('not-equal', events.value, float(0)));
  }
  const ignored = given['ignore_days_where_these_codes_occur'];
  if (isCodelist(ignored)) {
    const table = eventsOf(call, 'ignore_days_where_these_codes_occur', ignored);
    rows = withoutDaysOf(rows, events, { events: table, codes: ignored.codes }, period);
  }
  const { day, moment, id } = events;
  return matchesFor(call, { rows, day, moment, ties: [id] });
}

function answerFrom(call: Call, events: EventTable): Answer {
  const { given } = call;
  const matches = matchesOf(call, events);
  const plain = plainAnswer(call, matches);
  if (plain !== null) return plain;
  const date = dayOfValue(matches);
  switch (given['returning']) {
    case 'number_of_episodes':
      return { value: countEpisodes(matches, Number(given['episode_defined_as'] ?? 0)) };
    case 'code':
      return { value: valueOfMatch(matches, events.code), date };
    case 'category': {
      const set = setOf(events, codelistIn(given, 'codelist'));
      return { value: valueOfMatch(matches, categoryOf(events.code, set, events.match)), date };
    }
    case 'numeric_value':
      return events.value === null
        ? noSuchValue(call)
        : { value: valueOfMatch(matches, events.value), date };
    default:
      return noSuchValue(call);
  }
}

const comparators: readonly (readonly [number, string])[] = [
  [3, '~'],
  [4, '='],
  [5, '>='],
  [6, '>'],
  [7, '<'],
  [8, '<='],
];

const stored = column('CodedEventRange', 'Comparator');

const comparator = caseOf<RowValue>(
  comparators.map(([code, sign]) => [operation('equal', stored, int(code)), text(sign)] as const),
  text(''),
);

/** A bound of −1 is none; without a range there is no row, which is 0.0. */
export const comparatorFrom: Lower = fromRange(comparator);
export const lowerBoundFrom: Lower = fromRange(column('CodedEventRange', 'LowerBound'));
export const upperBoundFrom: Lower = fromRange(column('CodedEventRange', 'UpperBound'));

/** Something of the range of the very event whose value the source column gives; of several ranges the first stored. */
function fromRange(take: RowValue): Lower {
  return (call) => {
    const source = call.callOf(String(call.given['source']));
    if (source === null) return { value: nothing[call.type] };
    const events = eventsOf(source, 'codelist', codelistIn(source.given, 'codelist'));
    const matches = matchesOf(source, events);
    const ranged = join(matches.rows, tppTable('CodedEventRange'), on('CodedEvent_ID'), {
      outer: true,
    });
    const order = [...orderOf(matches), ascending(column('CodedEventRange', 'CodedEventRange_ID'))];
    const value: PatientValue = first(ranged, order, take);
    return { value };
  };
}
