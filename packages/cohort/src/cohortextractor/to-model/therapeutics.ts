/** `with_covid_therapeutics` (cohort-extractor §1.8, 41; §7.5). */
import { dayNumber } from '../../calendar.ts';
import {
  caseOf,
  distinct,
  filter,
  inSet,
  column as made,
  operation,
  select,
  textSet,
} from '../../model/build.ts';
import type { PatientValue, RowValue } from '../../model/model.ts';
import { type ColumnName, tableByName } from '../../tpp-schema/schema.ts';
import { within } from './dates.ts';
import { type Answer, type Lower, noSuchValue, textsIn } from './lowering.ts';
import { countEpisodes, dayOfValue, matchesFor, plainAnswer, valueOfMatch } from './matches.ts';
import { all, column, day, isOneOf, text, tppTable } from './nodes.ts';
import { groupsIn, OTHER_GROUP, riskGroups } from './risk-groups.ts';

type Column = ColumnName<'Therapeutics'>;

const dateColumns: ReadonlySet<string> = new Set(['TreatmentStartDate', 'Received']);
const riskNames = ['MOL1_high_risk_cohort', 'SOT02_risk_cohorts', 'CASIM05_risk_cohort'] as const;

function valueIn(name: string): RowValue {
  const stored = column('Therapeutics', name as Column);
  if (dateColumns.has(name)) return operation('parse-iso-date', stored);
  return riskNames.some((risk) => risk === name) ? groupsIn(stored) : stored;
}

/** Every column of the table as it is, but dates as dates and risk groups without the words around them. */
const columns: Readonly<Record<string, RowValue>> = Object.fromEntries(
  Object.keys(tableByName['Therapeutics']?.columns ?? {})
    .filter((name) => name !== 'Patient_ID')
    .map((name) => [name, valueIn(name)]),
);

/** Notifications, each once however often it was sent. */
const notifications = distinct(select(tppTable('Therapeutics'), columns));

const started = made('TreatmentStartDate', 'date');
const textColumn = (name: Column): RowValue => made(name, 'str');
const riskColumns = riskNames.map(textColumn);

const lowerCased = (value: RowValue): RowValue => operation('lower-case', value);

/** Several medicines stand in one text, with "and" before the last. */
const therapeutic = operation(
  'trim',
  operation('replace', textColumn('Intervention'), text(' and '), text(',')),
);

/** A text to order by: with something in front of what is known, a blank comes after what is not. */
const unknownFirst = (value: RowValue): RowValue =>
  operation('coalesce', operation('concat', text('|'), value), text(''));

/** What decides between notifications of one start: what is not known comes before everything else. */
const ties: readonly RowValue[] = [
  operation('coalesce', made('Received', 'date'), day(dayNumber(1, 1, 1))),
  unknownFirst(lowerCased(textColumn('CurrentStatus'))),
  unknownFirst(lowerCased(textColumn('Intervention'))),
  unknownFirst(textColumn('Region')),
  ...riskColumns,
];

/** Statuses are whole texts, medicines parts of one; both without regard to case. */
export const covidTherapeutics: Lower = (call) => {
  const { given, period } = call;
  const conditions: RowValue[] = [];
  const statuses = textsIn(given['with_these_statuses']);
  if (statuses !== null) {
    conditions.push(inSet(textColumn('CurrentStatus'), textSet(statuses), 'ignore-case'));
  }
  const medicines = textsIn(given['with_these_therapeutics']);
  if (medicines !== null) {
    const names = textSet(medicines.map((name) => name.toLowerCase()));
    conditions.push(inSet(lowerCased(textColumn('Intervention')), names, 'substring'));
  }
  const indications = textsIn(given['with_these_indications']);
  if (indications !== null) {
    conditions.push(isOneOf(textColumn('COVID_indication'), indications));
  }
  const matching =
    conditions.length === 0 ? notifications : filter(notifications, all(...conditions));
  const rows = within(matching, started, period);
  const matches = matchesFor(call, { rows, day: started, ties });
  const date = dayOfValue(matches);
  const plain = plainAnswer(call, matches, date);
  if (plain !== null) return plain;
  switch (given['returning']) {
    case 'number_of_episodes':
      return { value: countEpisodes(matches, Number(given['episode_defined_as'] ?? 0)) };
    case 'therapeutic':
      return { value: valueOfMatch(matches, therapeutic), date };
    case 'region':
      return { value: valueOfMatch(matches, textColumn('Region')), date };
    case 'risk_group':
      return { ...withoutBlank(valueOfMatch(matches, riskGroups(riskColumns))), date };
    default:
      return noSuchValue(call);
  }
};

/**
 * Whoever has no risk group is written as in another, as in the original, which sorts the groups out only after the query;
 * expressions, which are part of it, see none.
 */
function withoutBlank(groups: PatientValue): Answer {
  const value = operation('coalesce', groups, text(''));
  const isBlank = operation('equal', value, text(''));
  return {
    value: caseOf<PatientValue>([[isBlank, text(OTHER_GROUP)]], value),
    seen: { kind: 'text', value, tidy: true },
  };
}
