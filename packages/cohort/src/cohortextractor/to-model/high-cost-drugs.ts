/** `with_high_cost_drugs` (cohort-extractor §1.8, 38; §7.5). */
import { caseOf, filter, operation } from '../../model/build.ts';
import type { RowValue } from '../../model/model.ts';
import { within } from './dates.ts';
import { type Lower, noSuchValue, textsIn } from './lowering.ts';
import { matchesFor, plainAnswer } from './matches.ts';
import { all, column, int, isOneOf, nothing, tppTable } from './nodes.ts';

/** Month 1 is April of the year in which the financial year starts, month 10 January of the next. */
const startYear = operation(
  'text-to-int',
  operation('substring', column('HighCostDrugs', 'FinancialYear'), int(1), int(4)),
);
const number = operation('text-to-int', column('HighCostDrugs', 'FinancialMonth'));

const isBetween = (from: number, to: number): RowValue =>
  all<RowValue>(
    operation('greater-or-equal', number, int(from)),
    operation('less-or-equal', number, int(to)),
  );

const firstOfMonth = (year: RowValue, month: RowValue): RowValue =>
  operation('make-date', year, month, int(1));

/** The first day of the month in which the drug was given; not known where the month is none. */
const month = caseOf<RowValue>(
  [
    [isBetween(1, 9), firstOfMonth(startYear, operation('add', number, int(3)))],
    [
      isBetween(10, 12),
      firstOfMonth(operation('add', startYear, int(1)), operation('subtract', number, int(9))),
    ],
  ],
  nothing.date,
);

/** A bound within a month leaves that month out when it is the lower one: its day is the first. */
export const highCostDrugs: Lower = (call) => {
  const { given, period } = call;
  const names = textsIn(given['drug_name_matches']);
  const drugs = tppTable('HighCostDrugs');
  const matching =
    names === null ? drugs : filter(drugs, isOneOf(column('HighCostDrugs', 'DrugName'), names));
  const rows = within(matching, month, period);
  return plainAnswer(call, matchesFor(call, { rows, day: month })) ?? noSuchValue(call);
};
