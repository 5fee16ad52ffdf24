/** How a call wants its dates: in which format, and whether in a second column too (cohort-extractor §1.4, §1.5). */
import type { RecordedCall, RecordedValue } from '../record/document.ts';
import type { DateFormat } from '../table.ts';
import type { FunctionRule } from './functions/function-rule.ts';
import { describe, isTruthy } from './recorded-value.ts';

/** The suffix of the extra date column that a call asks for, or null when it asks for none. */
export function extraDateSuffix(call: RecordedCall, rule: FunctionRule): string | null {
  for (const [argument, parameter] of Object.entries(rule.parameters)) {
    if (parameter.kind === 'extra-date' && isTruthy(call.arguments[argument] ?? null)) {
      return parameter.suffix;
    }
  }
  return null;
}

const isDateFormat = (value: RecordedValue): value is DateFormat =>
  value === 'YYYY' || value === 'YYYY-MM' || value === 'YYYY-MM-DD';

/** How dates are to be written, null when the call does not say. A fault that is not `always` matters for dates only. */
export function readDateFormat(
  call: RecordedCall,
  rule: FunctionRule,
): {
  readonly format: DateFormat | null;
  readonly fault: { problem: string; remedy: string; always: boolean } | null;
} {
  const parameter = rule.parameters['date_format'];
  const byDefault = parameter?.kind === 'date-format' ? parameter.default : null;
  const { date_format: value = byDefault } = call.arguments;
  const day = isTruthy(call.arguments['include_day'] ?? null);
  const month = isTruthy(call.arguments['include_month'] ?? null);
  if (value === null) {
    return { format: day ? 'YYYY-MM-DD' : month ? 'YYYY-MM' : null, fault: null };
  }
  if (day || month) {
    const problem = `has both date_format and ${day ? 'include_day' : 'include_month'}`;
    return { format: null, fault: { problem, remedy: 'Keep date_format alone.', always: true } };
  }
  if (isDateFormat(value)) return { format: value, fault: null };
  const problem = `has date_format ${describe(value)}`;
  const remedy = 'Use "YYYY-MM-DD", "YYYY-MM" or "YYYY".';
  return { format: null, fault: { problem, remedy, always: false } };
}
