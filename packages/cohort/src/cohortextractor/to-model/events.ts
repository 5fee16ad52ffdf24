/** The tables of what happened to patients, coded events and medications, and the rows of them that match (§7.4). */
import {
  distinct,
  filter,
  inSet,
  join,
  column as made,
  operation,
  select,
  textSet,
} from '../../model/build.ts';
import type { MatchMode, Rows, RowValue, TextSet } from '../../model/model.ts';
import { studyFaults } from '../faults.ts';
import { isCodelist } from '../read-codelists.ts';
import type { ArgumentValue, Codelist } from '../study.ts';
import { type Bounds, within } from './dates.ts';
import type { Call } from './lowering.ts';
import { bool, column, on, tppTable } from './nodes.ts';

/** Where events are, with what is asked of them. */
export interface EventTable {
  readonly rows: Rows;
  readonly code: RowValue;
  /** How a code of a list is found (§7.3): codes of events byte by byte, of medicines without regard to case. */
  readonly match: MatchMode & ('exact' | 'ignore-case');
  /** Whether virtual products stand for their former and later identifiers (§3). */
  readonly medicines: boolean;
  readonly moment: RowValue;
  readonly day: RowValue;
  readonly id: RowValue;
  /** Null where events have no values. */
  readonly value: RowValue | null;
}

const dayOf = (moment: RowValue): RowValue => operation('day-of', moment);

const ctv3Moment = column('CodedEvent', 'ConsultationDate');
const snomedMoment = column('CodedEvent_SNOMED', 'ConsultationDate');
const issueMoment = column('MedicationIssue', 'ConsultationDate');

/** Coded events, by the system of their codes. */
export const codedEvents: Readonly<Record<'ctv3' | 'snomed', EventTable>> = {
  ctv3: {
    rows: tppTable('CodedEvent'),
    code: column('CodedEvent', 'CTV3Code'),
    match: 'exact',
    medicines: false,
    moment: ctv3Moment,
    day: dayOf(ctv3Moment),
    id: column('CodedEvent', 'CodedEvent_ID'),
    value: column('CodedEvent', 'NumericValue'),
  },
  snomed: {
    rows: tppTable('CodedEvent_SNOMED'),
    code: column('CodedEvent_SNOMED', 'ConceptID'),
    match: 'exact',
    medicines: false,
    moment: snomedMoment,
    day: dayOf(snomedMoment),
    id: column('CodedEvent_SNOMED', 'CodedEvent_ID'),
    value: column('CodedEvent_SNOMED', 'NumericValue'),
  },
};

/** Medicines that were issued; the dictionary knows their dm+d identifiers. */
export const medications: EventTable = {
  rows: join(tppTable('MedicationIssue'), tppTable('MedicationDictionary'), on('MultilexDrug_ID')),
  code: column('MedicationDictionary', 'DMD_ID'),
  match: 'ignore-case',
  medicines: true,
  moment: issueMoment,
  day: dayOf(issueMoment),
  id: column('MedicationIssue', 'MedicationIssue_ID'),
  value: null,
};

/** The table that holds codes of a list's system. Another system is noted. */
export function eventsOf(call: Call, argument: string, list: Codelist): EventTable {
  if (list.system === 'ctv3' || list.system === 'snomed') return codedEvents[list.system];
  const found = `"${list.system}"`;
  const values = { column: call.name, function: call.function, argument, found };
  const allowed = Object.keys(codedEvents);
  call.refuse((place) =>
    studyFaults.diagnose('wrong-coding-system', { ...values, allowed }, place),
  );
  return codedEvents.ctv3;
}

/** A codelist that the reading of the call made sure of. */
export function codelistIn(given: Readonly<Record<string, ArgumentValue>>, name: string): Codelist {
  const list = given[name];
  if (!isCodelist(list)) throw new TypeError(`${name} is not a codelist`);
  return list;
}

export function setOf(events: EventTable, list: Codelist): TextSet {
  return textSet(list.codes, {
    categories: list.categories,
    expandVirtualProducts: events.medicines,
  });
}

/** Events with a code of the list. Categories play no part, so that one list is one set however it is used. */
export function eventsWith(events: EventTable, codes: readonly string[]): Rows {
  const set = textSet(codes, { expandVirtualProducts: events.medicines });
  return filter(events.rows, inSet(events.code, set, events.match));
}

/**
 * `rows` without those on calendar days on which the patient has an event of a list within the same period. Events
 * without a date stay. The rows keep code, value, moment and identifier.
 */
export function withoutDaysOf(
  rows: Rows,
  events: EventTable,
  ignored: { readonly events: EventTable; readonly codes: readonly string[] },
  period: Bounds,
): Rows {
  const days = distinct(
    select(within(eventsWith(ignored.events, ignored.codes), ignored.events.day, period), {
      day: ignored.events.day,
      is_ignored: bool(true),
    }),
  );
  const kept = [events.code, events.value, events.moment, events.id].filter(
    (value) => value !== null && value.kind === 'column',
  );
  const left = select(rows, {
    ...Object.fromEntries(kept.map((value) => [value.name, value])),
    day: events.day,
  });
  const joined = join(left, days, on('Patient_ID', 'day'), { outer: true });
  return filter(joined, operation('is-null', made('is_ignored', 'bool')));
}
