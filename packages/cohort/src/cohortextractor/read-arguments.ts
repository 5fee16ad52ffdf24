/** The arguments of one call, checked against the rule of its function and made complete (cohort-extractor §1.4). */
import { didYouMean } from '@vitrine/pipeline';
import type { RecordedCall, RecordedValue } from '../record/document.ts';
import type { ColumnType } from '../table.ts';
import { isValueKind, readParameter } from './argument-readers.ts';
import { extraDateSuffix, readDateFormat } from './date-output.ts';
import { studyFaults } from './faults.ts';
import type { FunctionRule, Parameter, ReadCall } from './functions/function-rule.ts';
import { readPeriod } from './read-period.ts';
import { isTruthy } from './recorded-value.ts';
import type { Scope } from './scope.ts';
import type { ArgumentValue } from './study.ts';

/** The arguments that were read, with the type of the column as far as it is known. */
export interface ArgumentsRead {
  /** Null when an argument was at fault. */
  readonly call: ReadCall | null;
  readonly type: ColumnType | null;
}

/** Reads all arguments of a call. Reports every fault. */
export function readArguments(
  scope: Scope,
  column: string,
  call: RecordedCall,
  rule: FunctionRule,
): ArgumentsRead {
  const faultsBefore = scope.faults.length;
  const given = withoutLegacyResults(call, rule);
  const position = { column, function: call.function, place: call.place };
  reportMissingAndUnknown(scope, column, call, rule);

  const read: Record<string, ArgumentValue> = {};
  for (const [argument, parameter] of Object.entries(rule.parameters)) {
    if (!isValueKind(parameter.kind)) continue;
    const value = given[argument];
    if (parameter.required && value === undefined) continue; // Reported above.
    const reading = { scope, position: { ...position, argument } };
    const result = readParameter(parameter.kind, parameter, value, reading);
    if (result !== undefined) read[rule.storedAs?.[argument] ?? argument] = result;
  }

  const period = readPeriod(scope, call, column);
  const dateFormat = readDateFormat(call, rule);
  const type = typeOf(rule, read);
  const asksForDate = extraDateSuffix(call, rule) !== null || type === 'date';
  if (dateFormat.fault !== null && (asksForDate || dateFormat.fault.always)) {
    const { problem, remedy } = dateFormat.fault;
    scope.faults.push(
      studyFaults.diagnose('arguments-disagree', { ...position, problem, remedy }, call.place),
    );
  }

  if (scope.faults.length > faultsBefore || period === null) return { call: null, type };
  const result: ReadCall = { arguments: read, period, dateFormat: dateFormat.format };
  for (const { broken, problem, remedy } of rule.rules ?? []) {
    if (broken(result)) {
      scope.faults.push(
        studyFaults.diagnose('arguments-disagree', { ...position, problem, remedy }, call.place),
      );
    }
  }
  return { call: scope.faults.length > faultsBefore ? null : result, type };
}

function typeOf(
  rule: FunctionRule,
  read: Readonly<Record<string, ArgumentValue>>,
): ColumnType | null {
  if (rule.type !== 'returning' && rule.type !== 'own') return rule.type;
  const { returning } = rule.parameters;
  const value = read['returning'];
  if (returning?.kind === 'returning' && typeof value === 'string') {
    return returning.types[value] ?? null;
  }
  const categories = read['categorised_as'];
  return typeof categories === 'object' && categories !== null && 'type' in categories
    ? (categories['type'] as ColumnType)
    : null;
}

function reportMissingAndUnknown(
  scope: Scope,
  column: string,
  call: RecordedCall,
  rule: FunctionRule,
): void {
  const allowed = Object.keys(rule.parameters);
  const extra = rule.takesColumns ? [] : call.columns.map(([name]) => name);
  for (const argument of [...Object.keys(call.arguments), ...extra]) {
    if (Object.hasOwn(rule.parameters, argument)) continue;
    const near = rule.renamedArguments?.[argument] ?? didYouMean(argument, allowed) ?? null;
    scope.faults.push(
      studyFaults.diagnose(
        'unknown-argument',
        { column, function: call.function, argument, near, allowed },
        call.place,
        near ?? undefined,
      ),
    );
  }
  for (const [argument, parameter] of Object.entries(rule.parameters)) {
    if (!parameter.required || call.arguments[argument] !== undefined) continue;
    scope.faults.push(
      studyFaults.diagnose(
        'missing-argument',
        { column, function: call.function, argument, expected: expectedFor(parameter) },
        call.place,
      ),
    );
  }
}

function expectedFor(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'codelist':
      return `a codelist of system ${parameter.systems.join(' or ')}`;
    case 'choice':
      return `one of ${parameter.allowed.join(', ')}`;
    case 'returning': {
      const names = Object.keys(parameter.types);
      return `one of ${names.slice(0, 12).join(', ')}${names.length > 12 ? ' and others' : ''}`;
    }
    case 'number':
      return 'a number';
    case 'date':
      return `a date, such as "${parameter.only ?? 'index_date'}"`;
    case 'column-name':
      return 'the name of a column above';
    case 'matchers':
      return `a dictionary with ${parameter.keys.join(' or ')}`;
    case 'special':
      return parameter.expected;
    default:
      return 'a value';
  }
}

/** The arguments with older ways to say `returning` put into today's words. The last of them wins. */
function withoutLegacyResults(
  call: RecordedCall,
  rule: FunctionRule,
): Readonly<Record<string, RecordedValue>> {
  const given: Record<string, RecordedValue> = { ...call.arguments };
  for (const [argument, parameter] of Object.entries(rule.parameters)) {
    if (parameter.kind !== 'legacy-result' || !isTruthy(given[argument] ?? null)) continue;
    given['returning'] = parameter.returning;
    if (parameter.find !== undefined) given[parameter.find] = true;
  }
  return given;
}
