/** One flat column becomes one column of the study: typed, its arguments complete, its references checked. */
import { dayOf } from '../calendar.ts';
import type { RecordedCall } from '../record/document.ts';
import type { ColumnType, DateFormat } from '../table.ts';
import { isCodelist } from './argument-readers.ts';
import { readDateFormat } from './date-output.ts';
import { studyFaults } from './faults.ts';
import type { FlatColumn } from './flatten-columns.ts';
import type { FunctionRule, ReadCall } from './functions/function-rule.ts';
import { readArguments } from './read-arguments.ts';
import { looksLikeDate, readCategories, readExpression } from './read-categories.ts';
import { describe, kindOf, numberOf, toPlainDictionary } from './recorded-value.ts';
import { type KnownColumn, lookUp, type Scope } from './scope.ts';
import type { ArgumentValue, ColumnDefinition, StudyColumn } from './study.ts';

/** What lowering a column found. What its faults hid is null. */
interface Lowered {
  readonly type: ColumnType | null;
  readonly definition: ColumnDefinition | null;
  /** As written by the study; null for dates means the year. */
  readonly dateFormat?: DateFormat | null;
  readonly labels?: readonly string[];
  readonly call?: ReadCall | null;
}

type Call = Extract<FlatColumn, { kind: 'call' }>;
type Aggregate = Extract<FlatColumn, { kind: 'aggregate' }>;

const NOTHING: Lowered = { type: null, definition: null };

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
  scope.known.set(name, known(column, type, dateFormat, lowered.call ?? null));

  const expectations = 'call' in column ? readExpectations(scope, name, column.call) : null;
  if (scope.faults.length > faultsBefore || type === null || definition === null) return null;
  return {
    name,
    type,
    hidden,
    ...(dateFormat === null ? {} : { dateFormat }),
    definition,
    expectations,
    labels,
    place,
  };
}

function known(
  column: FlatColumn,
  type: ColumnType | null,
  dateFormat: DateFormat | null,
  call: ReadCall | null,
): KnownColumn {
  const isCall = column.kind === 'call' || column.kind === 'aggregate';
  return {
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
    case 'aggregate':
      return lowerAggregate(scope, column);
    case 'implied-date':
      return lowerDateOf(scope, column, column.source, impliedFormat(column.call, scope, column));
    case 'literal-date':
      return lowerDate(scope, column, column.value);
    case 'unusable':
      return NOTHING;
  }
}

const lowerCall: Readonly<Record<FunctionRule['makes'], (scope: Scope, column: Call) => Lowered>> =
  {
    records: lowerRecords,
    category: lowerCategory,
    aggregate: () => NOTHING,
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

function lowerRecords(scope: Scope, { name, call, rule, place }: Call): Lowered {
  const read = readArguments(scope, name, call, rule);
  if (read.call === null) return { type: read.type, definition: null };
  const { arguments: given, period, dateFormat } = read.call;

  const { source } = given;
  if (typeof source === 'string') {
    const column = lookUp(scope, name, source, `patients.${call.function}`, place);
    const numeric = column?.call?.arguments['returning'] === 'numeric_value';
    if (column === null) return { type: read.type, definition: null };
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

function lowerCategory(scope: Scope, { name, call, rule, place }: Call): Lowered {
  readArguments(scope, name, call, rule);
  if (call.function === 'satisfying') {
    const { expression } = call.arguments;
    if (expression === undefined) return { type: 'bool', definition: null };
    if (typeof expression !== 'string') {
      refuseValue(scope, name, call, 'expression', 'an expression in quotes');
      return { type: 'bool', definition: null };
    }
    const when = readExpression(scope, name, expression, place);
    return {
      type: 'bool',
      definition:
        when === null
          ? null
          : { kind: 'category', categories: [{ value: true, when }], otherwise: false },
    };
  }
  const mapping = call.arguments['category_definitions'];
  if (mapping === undefined) return NOTHING;
  const read = readCategories(scope, name, mapping, place);
  if (read === null) return NOTHING;
  const { type, categories, otherwise, labels } = read;
  return {
    type,
    definition: { kind: 'category', categories, otherwise },
    dateFormat: 'YYYY-MM-DD',
    ...(type === 'str' || type === 'date' ? { labels } : {}),
  };
}

function lowerAggregate(scope: Scope, { name, call, inputs, rule, place }: Aggregate): Lowered {
  readArguments(scope, name, call, rule);
  const refuse = (problem: string, remedy: string): void => {
    scope.faults.push(
      studyFaults.diagnose('bad-aggregate', { column: name, problem, remedy }, place),
    );
  };
  if (inputs.length === 0) {
    refuse(`patients.${call.function} is given no columns`, 'Name at least one column.');
    return NOTHING;
  }

  const columns: { name: string; known: KnownColumn }[] = [];
  for (const input of inputs) {
    if (typeof input !== 'string') {
      refuse(`an input is ${describe(input)}`, 'Give names of columns, or dates, in quotes.');
      continue;
    }
    const column = lookUp(scope, name, input, `patients.${call.function}`, place);
    if (column !== null) columns.push({ name: input, known: column });
  }

  const typed = columns.filter(({ known: { type } }) => type !== null);
  const [first] = typed;
  const otherType = typed.find(({ known: { type } }) => type !== first?.known.type);
  if (first === undefined) return NOTHING;
  if (otherType !== undefined) {
    refuse(
      `"${first.name}" is of type ${first.known.type} and "${otherType.name}" of type ${otherType.known.type}`,
      'All columns of a maximum or minimum have to be of one type.',
    );
    return NOTHING;
  }
  const otherFormat = typed.find(({ known }) => known.dateFormat !== first.known.dateFormat);
  if (otherFormat !== undefined) {
    refuse(
      `"${first.name}" has dates as ${first.known.dateFormat} and "${otherFormat.name}" as ${otherFormat.known.dateFormat}`,
      'Give all of them the same date_format; dates written in the call count as YYYY-MM-DD.',
    );
  }
  return {
    type: first.known.type,
    dateFormat: first.known.dateFormat,
    definition: {
      kind: 'aggregate',
      function: call.function === 'maximum_of' ? 'maximum' : 'minimum',
      inputs: columns.map((column) => column.name),
    },
  };
}

function impliedFormat(call: RecordedCall, scope: Scope, column: FlatColumn): DateFormat | null {
  const source = column.kind === 'implied-date' ? scope.known.get(column.source) : undefined;
  return source?.rule ? readDateFormat(call, source.rule).format : null;
}

function lowerDateOf(
  scope: Scope,
  { name, place }: FlatColumn,
  source: string,
  dateFormat: DateFormat | null,
): Lowered {
  const column = lookUp(scope, name, source, 'patients.date_of', place);
  if (column === null) return { type: 'date', definition: null };
  const reason = whyNoDate(column);
  if (reason !== null) {
    scope.faults.push(
      studyFaults.diagnose('no-date-to-give', { column: name, source, ...reason }, place),
    );
  }
  return { type: 'date', dateFormat, definition: { kind: 'date-of', source } };
}

function whyNoDate(source: KnownColumn): { problem: string; remedy: string } | null {
  if (source.rule?.withoutDate !== undefined) {
    return source.call === null ? null : source.rule.withoutDate(source.call);
  }
  return {
    problem:
      source.rule === null
        ? 'which is itself the date of another column'
        : `but patients.${source.function} has no date to give`,
    remedy:
      'Measurements, events, medications, vaccinations, consultations, test results, high cost drugs and therapeutics have one; for others add a column that returns the date.',
  };
}

function lowerFixed(scope: Scope, column: Call): Lowered {
  const { name, call, rule } = column;
  readArguments(scope, name, call, rule);
  const { value } = call.arguments;
  if (value === undefined) return NOTHING;
  const kind = kindOf(value);
  if (typeof value === 'string') {
    return looksLikeDate(value)
      ? lowerDate(scope, column, value)
      : { type: 'str', definition: { kind: 'fixed', value } };
  }
  if (typeof value === 'boolean') return { type: 'bool', definition: { kind: 'fixed', value } };
  const number = numberOf(value);
  if (number !== null && Number.isFinite(number)) {
    return {
      type: kind === 'int' ? 'int' : 'float',
      definition: { kind: 'fixed', value: number },
    };
  }
  refuseValue(scope, name, call, 'value', 'text, a number or True or False');
  return NOTHING;
}

function lowerDate(scope: Scope, { name, place }: FlatColumn, value: string): Lowered {
  if (dayOf(value) === null) {
    const problem = 'does not exist or is not in the form YYYY-MM-DD';
    const values = { column: name, argument: 'value', text: value, problem };
    const remedy = 'Write a date that exists, such as "2020-02-01".';
    scope.faults.push(studyFaults.diagnose('bad-date', { ...values, remedy }, place));
    return { type: 'date', definition: null };
  }
  return { type: 'date', dateFormat: 'YYYY-MM-DD', definition: { kind: 'fixed', value } };
}

function lowerFile(scope: Scope, { name, call, rule }: Call): Lowered {
  const read = readArguments(scope, name, call, rule);
  const chosen = read.call?.arguments['returning_type'];
  const type = rule.type === 'own' ? columnType(chosen) : read.type;
  const { f_path: path, returning } = call.arguments;

  if (path !== undefined && !(typeof path === 'string' && /\.csv(\.gz)?$/.test(path))) {
    refuseValue(scope, name, call, 'f_path', 'the path of a .csv or .csv.gz file');
  }
  const wantsValue = rule.type === 'own';
  if (wantsValue && returning !== undefined) {
    if (typeof returning !== 'string' || !/^[A-Za-z0-9_]+$/.test(returning)) {
      const expected = 'the name of a column of the file, of letters, digits and underscores';
      refuseValue(scope, name, call, 'returning', expected);
    }
  }
  return {
    type,
    dateFormat: read.call?.dateFormat ?? null,
    definition: {
      kind: 'file',
      path: String(path),
      returning: wantsValue ? String(returning) : null,
    },
  };
}

function columnType(value: ArgumentValue | undefined): ColumnType | null {
  switch (value) {
    case 'bool':
    case 'int':
    case 'float':
    case 'str':
    case 'date':
      return value;
    default:
      return null;
  }
}

function refuseValue(
  scope: Scope,
  column: string,
  call: RecordedCall,
  argument: string,
  expected: string,
): void {
  const found = describe(call.arguments[argument]);
  const values = { column, function: call.function, argument, expected, found };
  scope.faults.push(studyFaults.diagnose('wrong-argument', values, call.place));
}

/** The column's own expectations as plain data, null when it gives none. */
function readExpectations(
  scope: Scope,
  column: string,
  call: RecordedCall,
): Readonly<Record<string, ArgumentValue>> | null {
  const value = call.arguments['return_expectations'] ?? null;
  if (value === null) return null;
  const read = toPlainDictionary(value, scope.codelists);
  if ('data' in read) return read.data;
  const values = { column, found: read.found };
  scope.faults.push(studyFaults.diagnose('bad-expectations', values, call.place));
  return null;
}
