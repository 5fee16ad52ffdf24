/** Columns that read the records: one of the `patients` functions of the tables in `functions`. */

import { studyFaults } from './faults.ts';
import type { CallColumn, Lowered } from './lowered.ts';
import { readArguments } from './read-arguments.ts';
import { isCodelist } from './read-codelists.ts';
import { lookUp, type Scope } from './scope.ts';

export function lowerRecords(scope: Scope, { name, call, rule, place }: CallColumn): Lowered {
  const read = readArguments(scope, name, call, rule);
  if (read.call === null) return { type: read.type, definition: null };
  const { arguments: given, period, dateFormat } = read.call;

  const { source } = given;
  if (typeof source === 'string') {
    const column = lookUp(scope, name, source, `patients.${call.function}`, place);
    const numeric = column?.call?.arguments['returning'] === 'numeric_value';
    if (column === null || column.kind === 'unusable') return { type: read.type, definition: null };
    if (column.function !== 'with_these_clinical_events' || (column.call !== null && !numeric)) {
      const values = { column: name, source, function: call.function };
      scope.faults.push(studyFaults.diagnose('bad-source', values, place));
    }
  }

  const { codelist } = given;
  const categories =
    given['returning'] === 'category' && isCodelist(codelist) ? codelist.categories : null;
  return {
    type: read.type,
    definition: { kind: 'records', function: call.function, arguments: given, period },
    dateFormat,
    call: read.call,
    ...(categories === null ? {} : { labels: [...new Set(categories)] }),
  };
}
