/** The inclusive period of a call, from `between`, `on_or_after` and `on_or_before` (cohort-extractor §1.4). */
import type { RecordedCall, RecordedValue } from '../record/document.ts';
import type { DateExpression } from './date-expression.ts';
import { studyFaults } from './faults.ts';
import { readDate } from './read-date.ts';
import { describe, isTruthy, itemsOf } from './recorded-value.ts';
import type { Scope } from './scope.ts';
import type { Period } from './study.ts';

/** The period, or null when it is at fault, which is reported. */
export function readPeriod(scope: Scope, call: RecordedCall, column: string): Period | null {
  const { on_or_after: after = null, on_or_before: before = null, between = null } = call.arguments;
  const position = { column, function: call.function, place: call.place };
  let sides: readonly [RecordedValue, string][] = [
    [after, 'on_or_after'],
    [before, 'on_or_before'],
  ];
  if (isTruthy(between)) {
    if (isTruthy(after) || isTruthy(before)) {
      const problem = `has "between" as well as "${isTruthy(after) ? 'on_or_after' : 'on_or_before'}"`;
      const remedy = 'Keep one: between=[from, to] has both sides.';
      scope.faults.push(
        studyFaults.diagnose('arguments-disagree', { ...position, problem, remedy }, call.place),
      );
      return null;
    }
    const pair = itemsOf(between);
    if (pair?.length !== 2) {
      const expected = 'a pair of dates: [from, to]';
      const argument = 'between';
      scope.faults.push(
        studyFaults.diagnose(
          'wrong-argument',
          { ...position, argument, expected, found: describe(between) },
          call.place,
        ),
      );
      return null;
    }
    sides = pair.map((side) => [side, 'between']);
  }
  const [from, to] = sides.map(([value, argument]) =>
    value === null ? undefined : readDate(scope, value, { ...position, argument }),
  );
  if (from === null || to === null) return null;
  return { ...period('from', from), ...period('to', to) };
}

function period(side: 'from' | 'to', date: DateExpression | undefined): Period {
  return date === undefined ? {} : { [side]: date };
}
