/** `with_test_result_in_sgss` (cohort-extractor §1.8, 29; §7.5). */
import { caseOf, inSet, column as made, select, textSet, union } from '../../model/build.ts';
import type { Rows, RowValue } from '../../model/model.ts';
import { within } from './dates.ts';
import { type Lower, noSuchValue } from './lowering.ts';
import { dayOfValue, matchesFor, plainAnswer, valueOfMatch } from './matches.ts';
import { column, isOneOf, nothing, text, tppTable } from './nodes.ts';

/** A table of tests, with what it tells of one. What it does not have is not known. */
interface TestTable {
  readonly rows: Rows;
  readonly day: RowValue;
  readonly values: Readonly<Record<string, RowValue>>;
}

/** What a variant is called when there is none. */
const NO_VARIANT = ['(blank)', 'none', 'N/A', ''];

/** Texts that say nothing are not known, so that they never win a tie. */
const unlessBlank = (value: RowValue): RowValue =>
  caseOf<RowValue>([[isOneOf(value, ['']), nothing.str]], value);

const variant = (value: RowValue): RowValue =>
  caseOf<RowValue>(
    [
      [isOneOf(value, NO_VARIANT), nothing.str],
      [isOneOf(value, ['VOC-20DEC-01 detected']), text('VOC-20DEC-01')],
    ],
    value,
  );

/** Positive tests say Y, N or U, negative ones true or false. */
const symptomatic = (value: RowValue): RowValue =>
  caseOf<RowValue>(
    [
      [inSet(value, textSet(['Y', 'true']), 'ignore-case'), text('Y')],
      [inSet(value, textSet(['N', 'false']), 'ignore-case'), text('N')],
    ],
    nothing.str,
  );

/** First specimens, or every test. */
const tables: Readonly<Record<'first' | 'every', Readonly<Record<string, TestTable>>>> = {
  first: {
    positive: {
      rows: tppTable('SGSS_Positive'),
      day: column('SGSS_Positive', 'Earliest_Specimen_Date'),
      values: {
        s_gene_target_failure: unlessBlank(column('SGSS_Positive', 'SGTF')),
        case_category: unlessBlank(column('SGSS_Positive', 'CaseCategory')),
      },
    },
    negative: {
      rows: tppTable('SGSS_Negative'),
      day: column('SGSS_Negative', 'Earliest_Specimen_Date'),
      values: {},
    },
  },
  every: {
    positive: {
      rows: tppTable('SGSS_AllTests_Positive'),
      day: column('SGSS_AllTests_Positive', 'Specimen_Date'),
      values: {
        s_gene_target_failure: unlessBlank(column('SGSS_AllTests_Positive', 'SGTF')),
        variant: variant(column('SGSS_AllTests_Positive', 'Variant')),
        variant_detection_method: unlessBlank(
          column('SGSS_AllTests_Positive', 'VariantDetectionMethod'),
        ),
        symptomatic: symptomatic(column('SGSS_AllTests_Positive', 'Symptomatic')),
      },
    },
    negative: {
      rows: tppTable('SGSS_AllTests_Negative'),
      day: column('SGSS_AllTests_Negative', 'Specimen_Date'),
      values: { symptomatic: symptomatic(column('SGSS_AllTests_Negative', 'Symptomatic')) },
    },
  },
};

const known = new Set(
  Object.values(tables).flatMap((kinds) =>
    Object.values(kinds).flatMap(({ values }) => Object.keys(values)),
  ),
);

/**
 * Tests of one or both results. The records know days only and nothing ends a tie: of several tests on one day the smallest
 * text counts, and any text before none.
 */
export const testResult: Lower = (call) => {
  const { given } = call;
  const of = tables[given['restrict_to_earliest_specimen_date'] === true ? 'first' : 'every'];
  const chosen = Object.entries(of)
    .filter(([name]) => given['test_result'] === 'any' || given['test_result'] === name)
    .map(([, table]) => table);
  const returning = String(given['returning']);
  const asked = known.has(returning) ? returning : null;
  const { rows, day, value } = together(chosen, asked);

  const matches = matchesFor(call, { rows: within(rows, day, call.period), day });
  const date = dayOfValue(matches);
  const plain = plainAnswer(call, matches, date);
  if (plain !== null) return plain;
  return value === null ? noSuchValue(call) : { value: valueOfMatch(matches, value), date };
};

/** One table as it is, or several as one with a day and, where one is asked for, a value. */
function together(
  chosen: readonly TestTable[],
  asked: string | null,
): { readonly rows: Rows; readonly day: RowValue; readonly value: RowValue | null } {
  const valueIn = ({ values }: TestTable): RowValue | null =>
    asked === null ? null : (values[asked] ?? nothing.str);
  const [only, another] = chosen;
  if (only !== undefined && another === undefined) return { ...only, value: valueIn(only) };
  const inputs = chosen.map((table) => {
    const value = valueIn(table);
    return select(table.rows, { day: table.day, ...(value === null ? {} : { value }) });
  });
  return {
    rows: union(...inputs),
    day: made('day', 'date'),
    value: asked === null ? null : made('value', 'str'),
  };
}
