/** ISARIC and the UK Renal Registry (cohort-extractor §1.8, 42 and 43; §7.5). */
import { ascending, caseOf, filter, first, operation } from '../../model/build.ts';
import type { RowOrder, RowValue } from '../../model/model.ts';
import type { ColumnType } from '../../table.ts';
import { isaricColumns } from '../functions/isaric-columns.ts';
import { within } from './dates.ts';
import { type Lower, noSuchValue } from './lowering.ts';
import { exists } from './matches.ts';
import { column, isOneOf, nothing, tppTable } from './nodes.ts';

/** A text of the collection as what it stands for; blanks and NA are nothing. */
function isaricValue(name: string, type: ColumnType): RowValue {
  const stored = column('ISARIC_Patient_Data_TopLine', name);
  const known = caseOf<RowValue>([[isOneOf(stored, ['', 'NA']), nothing.str]], stored);
  switch (type) {
    case 'date':
      return operation('parse-day-month-year', known);
    case 'int':
      return operation('text-to-int', known);
    case 'float':
      return operation('text-to-float', known);
    default:
      return known;
  }
}

/** Of patients who are in the collection twice, which stops the original, the smallest value counts. */
export const isaricRecord: Lower = (call) => {
  const { given, period } = call;
  const returning = String(given['returning']);
  const type = isaricColumns[returning];
  if (type === undefined) return noSuchValue(call);
  const filteredBy = given['date_filter_column'];
  const records = tppTable('ISARIC_Patient_Data_TopLine');
  const rows =
    typeof filteredBy === 'string'
      ? within(records, isaricValue(filteredBy, 'date'), period)
      : records;
  return { value: first(rows, [], isaricValue(returning, type)) };
};

const datasets: Readonly<Record<string, string>> = {
  '2019_prevalence': '2019prev',
  '2020_prevalence': '2020prev',
  '2021_prevalence': '2021prev',
  '2020_incidence': '2020inc',
  '2020_ckd': '2020ckd',
};

const started = column('UKRR', 'rrt_start');

const ofRegistry: Readonly<Record<string, RowValue>> = {
  renal_centre: column('UKRR', 'renal_centre'),
  rrt_start_date: started,
  treatment_modality_start: column('UKRR', 'mod_start'),
  treatment_modality_prevalence: column('UKRR', 'mod_prev'),
  latest_creatinine: column('UKRR', 'creat'),
  latest_egfr: column('UKRR', 'eGFR_ckdepi'),
};

/** Of a patient who is in one dataset twice, which stops the original, the line with the earliest start counts. */
const earliestStart: readonly RowOrder[] = [ascending(started)];

export const renalRegistry: Lower = (call) => {
  const { given, period } = call;
  const dataset = datasets[String(given['from_dataset'])];
  if (dataset === undefined) return noSuchValue(call);
  const listed = filter(tppTable('UKRR'), isOneOf(column('UKRR', 'dataset'), [dataset]));
  const rows = within(listed, started, period);
  const returning = String(given['returning']);
  if (returning === 'binary_flag') return { value: exists(rows) };
  const take = ofRegistry[returning];
  return take === undefined ? noSuchValue(call) : { value: first(rows, earliestStart, take) };
};
