/** What most functions ask of the rows that match: whether, when, how many, or a value of one of them (§7.4). */
import {
  aggregate,
  ascending,
  caseOf,
  column,
  descending,
  filter,
  first,
  operation,
  previous,
} from '../../model/build.ts';
import type { PatientValue, RowOrder, Rows, RowValue } from '../../model/model.ts';
import { isOpen } from './dates.ts';
import type { Answer, Call } from './lowering.ts';
import { any, int } from './nodes.ts';

/** Rows that match, and how they follow one another. */
export interface Matches {
  readonly rows: Rows;
  /** The calendar day of a row. */
  readonly day: RowValue;
  /** What rows are ordered by: the moment, or the day where the records know no moment. */
  readonly moment: RowValue;
  /** What decides between rows of one moment, ascending whichever end is wanted (§0.8). */
  readonly ties: readonly RowValue[];
  /** Whether the earliest row counts, not the latest. */
  readonly earliest: boolean;
  /** Whether rows without a day may be among them. */
  readonly undated: boolean;
}

interface Found extends Pick<Matches, 'rows' | 'day'> {
  readonly moment?: RowValue;
  readonly ties?: readonly RowValue[];
}

/**
 * The matches that a call asks of. The last counts unless the first is asked for, even when both are (§1.4).
 *
 * @param found Rows of the call's period, ordered by the day where the records know no moment.
 */
export function matchesFor(
  { given, period }: Call,
  { rows, day, moment = day, ties = [] }: Found,
): Matches {
  const earliest = given['find_first_match_in_period'] === true;
  return { rows, day, moment, ties, earliest, undated: isOpen(period) };
}

export const exists = (rows: Rows): PatientValue => aggregate('exists', rows);
export const countRows = (rows: Rows): PatientValue => aggregate('count', rows);

/** The day of the first or last row that has one. */
export function dayOfMatch({ rows, day, earliest }: Matches): PatientValue {
  return aggregate(earliest ? 'minimum' : 'maximum', rows, day);
}

/** Rows without a moment come before all others, so that they are the first and not the last. */
export function orderOf({ moment, ties, earliest, undated }: Matches): readonly RowOrder[] {
  const rest = ties.map(ascending);
  if (!earliest) return [descending(moment), ...rest];
  const isDated = caseOf<RowValue>([[operation('is-null', moment), int(0)]], int(1));
  return [...(undated ? [ascending(isDated)] : []), ascending(moment), ...rest];
}

/**
 * A value of the first or last row. Where nothing ends a tie, which leaves the original's answer open, the smallest value
 * counts that there is.
 */
export function valueOfMatch(matches: Matches, take: RowValue): PatientValue {
  return first(matches.rows, orderOf(matches), take);
}

/** The day of the row that gives the value; none if that row has none. */
export function dayOfValue(matches: Matches): PatientValue {
  return matches.earliest && matches.undated
    ? first(matches.rows, orderOf(matches), matches.day)
    : dayOfMatch(matches);
}

/**
 * How many episodes the rows make: a row begins one when it is the patient's first or more than `apart` days after the one
 * before. Rows without a date belong to none.
 */
export function countEpisodes({ rows, day, moment, ties }: Matches, apart: number): PatientValue {
  const before = column('previous_day', 'date');
  const dated = filter(rows, operation('not', operation('is-null', day)));
  const order = [moment, ...ties].map(ascending);
  const linked = previous(dated, order, 'previous_day', day);
  const begins = any<RowValue>(
    operation('is-null', before),
    operation('greater', operation('days-between', before, day), int(apart)),
  );
  return countRows(filter(linked, begins));
}

/** Whether, when or how often; null where a call asks for something else. */
export function plainAnswer(
  { given }: Call,
  matches: Matches,
  date: PatientValue = dayOfMatch(matches),
): Answer | null {
  switch (given['returning']) {
    case 'binary_flag':
      return { value: exists(matches.rows), date };
    case 'date':
    case 'date_arrived':
    case 'date_admitted':
    case 'date_of_death':
      return { value: date, date };
    case 'number_of_matches_in_period':
      return { value: countRows(matches.rows), date };
    default:
      return null;
  }
}
