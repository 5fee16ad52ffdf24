/** `with_covid_therapeutics` (cohort-extractor §1.8, 41; §7.5). */
import {
  distinct,
  filter,
  inSet,
  column as made,
  operation,
  select,
  textSet,
} from '../../model/build.ts';
import type { RowValue } from '../../model/model.ts';
import { type ColumnName, tableByName } from '../../tpp-schema/schema.ts';
import { within } from './dates.ts';
import { type Lower, noSuchValue, textsIn } from './lowering.ts';
import {
  countEpisodes,
  dayOfMatch,
  type Matches,
  plainAnswer,
  valueOfMatch,
  wantsEarliest,
} from './matches.ts';
import { all, column, isOneOf, text, tppTable } from './nodes.ts';
import { riskGroups } from './risk-groups.ts';

type Column = ColumnName<'Therapeutics'>;

const dateColumns: ReadonlySet<string> = new Set(['TreatmentStartDate', 'Received']);

/** Every column of the table as it is, dates as dates. */
const columns: Readonly<Record<string, RowValue>> = Object.fromEntries(
  Object.keys(tableByName['Therapeutics']?.columns ?? {})
    .filter((name) => name !== 'Patient_ID')
    .map((name) => {
      const stored = column('Therapeutics', name as Column);
      return [name, dateColumns.has(name) ? operation('parse-iso-date', stored) : stored];
    }),
);

/** Notifications, each once however often it was sent. */
const notifications = distinct(select(tppTable('Therapeutics'), columns));

const started = made('TreatmentStartDate', 'date');
const textColumn = (name: Column): RowValue => made(name, 'str');
const riskColumns = (
  ['MOL1_high_risk_cohort', 'SOT02_risk_cohorts', 'CASIM05_risk_cohort'] as const
).map(textColumn);

const lowerCased = (value: RowValue): RowValue => operation('lower-case', value);

/** Several medicines stand in one text, with "and" before the last. */
const therapeutic = operation(
  'trim',
  operation('replace', textColumn('Intervention'), text(' and '), text(',')),
);

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
  const matches: Matches = {
    rows: within(matching, started, period),
    day: started,
    moment: started,
    ties: [
      made('Received', 'date'),
      textColumn('CurrentStatus'),
      textColumn('Intervention'),
      textColumn('Region'),
      ...riskColumns,
    ],
    earliest: wantsEarliest(given),
  };
  const plain = plainAnswer(call, matches);
  if (plain !== null) return plain;
  const date = dayOfMatch(matches);
  switch (given['returning']) {
    case 'number_of_episodes':
      return { value: countEpisodes(matches, Number(given['episode_defined_as'] ?? 0)) };
    case 'therapeutic':
      return { value: valueOfMatch(matches, therapeutic), date };
    case 'region':
      return { value: valueOfMatch(matches, textColumn('Region')), date };
    case 'risk_group':
      return { value: valueOfMatch(matches, riskGroups(riskColumns)), date };
    default:
      return noSuchValue(call);
  }
};
