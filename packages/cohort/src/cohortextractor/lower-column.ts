/** One flat column becomes one column of the study: typed, its arguments complete, its references checked. */
import type { RecordedValue } from '../record/document.ts';
import type { ColumnType, DateFormat } from '../table.ts';
import { studyFaults } from './faults.ts';
import type { FlatColumn } from './flatten-columns.ts';
import type { FunctionRule, ReadCall } from './functions/function-rule.ts';
import { lowerAggregate } from './lower-aggregate.ts';
import { lowerCategory } from './lower-category.ts';
import { lowerDate, lowerFixed } from './lower-constant.ts';
import { lowerDateOf } from './lower-date-of.ts';
import { lowerFile } from './lower-file.ts';
import { lowerRecords } from './lower-records.ts';
import { type CallColumn, type Lowered, NOTHING } from './lowered.ts';
import { readArguments } from './read-arguments.ts';
import { pairsOf, toPlainDictionary } from './recorded-value.ts';
import type { KnownColumn, Scope } from './scope.ts';
import type { ArgumentValue, StudyColumn } from './study.ts';

/**
 * Lowers a column and makes it known to those below it. `formats` are the date formats that `date_of` columns force on
 * their sources. Gives null when the column had faults; they are in `scope.faults`.
 */
export function lowerColumn(
  scope: Scope,
  column: FlatColumn,
  formats: ReadonlyMap<string, DateFormat | null>,
): StudyColumn | null {
  const { name, hidden, place } = column;
  const faultsBefore = scope.faults.length;
  const lowered = lowerKind(scope, column);
  const { type, definition, labels = null } = lowered;
  const written = formats.has(name) ? formats.get(name) : lowered.dateFormat;
  const dateFormat = type === 'date' ? (written ?? 'YYYY') : null;
  scope.known.set(name, {
    ...known(column, type, dateFormat, lowered.call ?? null),
    sound: scope.faults.length === faultsBefore,
  });

  const expectations = readExpectations(scope, column);
  if (scope.faults.length > faultsBefore || type === null || definition === null) return null;
  return {
    name,
    type,
    hidden,
    ...(dateFormat === null ? {} : { dateFormat }),
    definition,
    expectations,
    labels,
    ...(hasNumericRatios(column) ? { numericRatios: true } : {}),
    place,
  };
}

function known(
  column: FlatColumn,
  type: ColumnType | null,
  dateFormat: DateFormat | null,
  call: ReadCall | null,
): Omit<KnownColumn, 'sound'> {
  const isCall = column.kind === 'call';
  return {
    kind: column.kind,
    type,
    dateFormat,
    function: isCall ? column.call.function : column.kind,
    rule: isCall ? column.rule : null,
    call,
  };
}

function lowerKind(scope: Scope, column: FlatColumn): Lowered {
  switch (column.kind) {
    case 'call':
      return lowerCall[column.rule.makes](scope, column);
    case 'implied-date':
      return lowerDateOf(scope, column, column.source, column.dateFormat);
    case 'literal-date':
      return lowerDate(scope, column, column.value);
    case 'unusable':
      return NOTHING;
  }
}

const lowerCall: Readonly<
  Record<FunctionRule['makes'], (scope: Scope, column: CallColumn) => Lowered>
> = {
  records: lowerRecords,
  category: lowerCategory,
  aggregate: lowerAggregate,
  'date-of': (scope, column) => {
    const { call } = readArguments(scope, column.name, column.call, column.rule);
    const source = call?.arguments['source'];
    return typeof source === 'string'
      ? lowerDateOf(scope, column, source, call?.dateFormat ?? null)
      : { type: 'date', definition: null };
  },
  fixed: lowerFixed,
  file: lowerFile,
};

/** The column's own expectations as plain data, null when it gives none. An implied date shares those of its source. */
function readExpectations(
  scope: Scope,
  column: FlatColumn,
): Readonly<Record<string, ArgumentValue>> | null {
  if (!('call' in column)) return null;
  const value = column.call.arguments['return_expectations'] ?? null;
  if (value === null) return null;
  const read = toPlainDictionary(value, scope.codelists);
  if ('data' in read) return read.data;
  if (column.kind === 'call') {
    const values = { column: column.name, found: read.found };
    scope.faults.push(studyFaults.diagnose('bad-expectations', values, column.place));
  }
  return null;
}

/** Plain data has text for keys, so this has to be asked of what was recorded. */
function hasNumericRatios(column: FlatColumn): boolean {
  if (!('call' in column)) return false;
  const entry = (value: RecordedValue | undefined, key: string): RecordedValue | undefined =>
    value === undefined ? undefined : pairsOf(value)?.find(([name]) => name === key)?.[1];
  const ratios = entry(entry(column.call.arguments['return_expectations'], 'category'), 'ratios');
  const keys = ratios === undefined ? [] : (pairsOf(ratios) ?? []);
  return keys.length > 0 && keys.every(([key]) => typeof key === 'number');
}
