/** A few models of the kind that studies make, on the tables of a TPP database, for looking at what dialects write. */
import {
  aggregate,
  ascending,
  categoryOf,
  column,
  constant,
  descending,
  file,
  filter,
  first,
  group,
  indexDate,
  inSet,
  join,
  ofPatient,
  operation,
  previous,
  select,
  table,
  textSet,
} from '../model/build.ts';
import type { CohortModel, PatientValue, RowValue } from '../model/model.ts';
import { typeOf } from '../model/signatures.ts';

const events = table('CodedEvent');
const code = column('CTV3Code', 'str');
const moment = column('ConsultationDate', 'datetime');
const day = operation('day-of', moment);
const number = column('NumericValue', 'float');
const eventId = column('CodedEvent_ID', 'int');
const latest = [descending(moment), ascending(eventId)];
const weekLater = operation('add-days', indexDate, constant('int', 6));
const coded = (...codes: readonly string[]): RowValue => inSet(code, textSet(codes), 'exact');
const born = first(table('Patient'), [], column('DateOfBirth', 'date'));
const before = filter(
  events,
  operation('and', coded('XaY0k', 'xaY0k'), operation('less-or-equal', day, indexDate)),
);
const inWeek = filter(
  events,
  operation(
    'and',
    coded('22K..', '229..'),
    operation('greater-or-equal', day, indexDate),
    operation('less-or-equal', day, weekLater),
  ),
);
const lastDay = first(before, latest, day);

const values: Readonly<Record<string, PatientValue>> = {
  age: operation('coalesce', operation('years-between', born, indexDate), constant('int', 0)),
  'latest value': operation('coalesce', first(before, latest, number), constant('float', 0)),
  'date of a week': first(inWeek, [ascending(moment)], day),
  'number of events': aggregate('count', before),
  'mean of a week': operation('coalesce', aggregate('mean', inWeek, number), constant('float', 0)),
  episodes: aggregate(
    'count',
    filter(
      previous(before, [ascending(moment), ascending(eventId)], 'before', day),
      operation(
        'or',
        operation('is-null', column('before', 'date')),
        operation(
          'greater',
          operation('days-between', column('before', 'date'), day),
          constant('int', 14),
        ),
      ),
    ),
  ),
  'diagnosis in hospital': aggregate(
    'exists',
    filter(
      table('APCS_ARCHIVED'),
      inSet(column('Der_Diagnosis_All', 'str'), textSet(['J12', '100%[x]_!^']), 'code-in-text'),
    ),
  ),
  'days of beds': aggregate(
    'sum',
    group(table('APCS_ARCHIVED'), ['Admission_Date'], {
      days: ['maximum', column('Der_Spell_LoS', 'int')],
    }),
    column('days', 'int'),
  ),
  medicines: aggregate(
    'count',
    filter(
      join(
        table('MedicationIssue'),
        select(table('MedicationDictionary'), {
          MultilexDrug_ID: column('MultilexDrug_ID', 'str'),
          code: column('DMD_ID', 'str'),
        }),
        { MultilexDrug_ID: 'MultilexDrug_ID' },
      ),
      inSet(
        column('code', 'str'),
        textSet(['123', '456'], { expandVirtualProducts: true }),
        'ignore-case',
      ),
    ),
  ),
  category: operation(
    'coalesce',
    categoryOf(
      first(before, latest, code),
      textSet(['XaY0k', 'xaY0k'], { categories: ["a 'b'", 'c'] }),
      'exact',
    ),
    constant('str', ''),
  ),
  'value in a file': first(
    file("data/it's [here].csv", { column: 'when', type: 'date' }),
    [],
    column('value', 'date'),
  ),
  'after the last': aggregate(
    'exists',
    filter(events, operation('greater', day, ofPatient(lastDay))),
  ),
};

/** Each value in a model of its own, with a population of adults who had an event. */
export const models: readonly (readonly [name: string, model: CohortModel])[] = Object.entries(
  values,
).map(([name, value]) => {
  const type = typeOf(value);
  return [
    name,
    {
      patients: table('Patient'),
      population: [
        {
          words: 'adults',
          condition: operation(
            'greater-or-equal',
            operation('years-between', born, indexDate),
            constant('int', 18),
          ),
        },
        { words: 'with an event', condition: aggregate('exists', before) },
      ],
      columns: [
        {
          name: 'one',
          type: type === 'datetime' ? 'date' : type,
          dateLength: type === 'date' ? 10 : null,
          value,
        },
      ],
    },
  ];
});
