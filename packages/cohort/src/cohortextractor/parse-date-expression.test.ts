import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_DAY, LAST_DAY } from '../calendar.ts';
import { type DateExpression, dateFunctions } from './date-expression.ts';
import { parseDateExpression, printDateExpression } from './parse-date-expression.ts';

const runs = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) };
const columns = new Set(['admitted', 'a.b', 'today_1']);

const reprint = (text: string): string => {
  const parsed = parseDateExpression(text, columns);
  return 'date' in parsed
    ? printDateExpression(parsed.date)
    : `${parsed.problem}. ${parsed.remedy}`;
};

describe('date expressions that are read', () => {
  it.each([
    ['index_date', 'index_date'],
    ['today', 'today'],
    ['admitted', 'admitted'],
    ['a.b', 'a.b'],
    ['2020-02-29', '2020-02-29'],
    ['index_date + 1 day', 'index_date + 1 day'],
    ['index_date+1day', 'index_date + 1 day'],
    ['index_date - 30 days', 'index_date - 30 days'],
    ['index_date + 1 months', 'index_date + 1 month'],
    ['index_date + 5 month', 'index_date + 5 months'],
    ['index_date + 2 years', 'index_date + 2 years'],
    ['index_date + 007 days', 'index_date + 7 days'],
    ['index_date - 0 days', 'index_date + 0 days'],
    ['i n d e x _ d a t e', 'index_date'],
    ['first_day_of_month(index_date)', 'first_day_of_month(index_date)'],
    ['last_day_of_school_year(today) - 1 year', 'last_day_of_school_year(today) - 1 year'],
    ['first_day_of_month(admitted) + 6 months', 'first_day_of_month(admitted) + 6 months'],
    // Each parenthesis may be missing.
    ['first_day_of_month(index_date', 'first_day_of_month(index_date)'],
    ['index_date)', 'index_date'],
    ['first_day_of_month(index_date+1day', 'first_day_of_month(index_date) + 1 day'],
    ['index_date\n', 'index_date'],
  ])('%j is %s', (text, printed) => {
    expect(reprint(text)).toBe(printed);
  });
});

describe('date expressions that are refused', () => {
  it.each([
    ['', /is not a date/],
    ['banana', /neither index_date, today nor a column/],
    ['Index_date', /Did you mean "index_date"/],
    ['admited + 1 day', /Did you mean "admitted"/],
    ['first_of_month(index_date)', /function "first_of_month".*Did you mean/],
    ['index_date + 2 weeks', /14 days is 2 weeks/],
    ['index_date + 1 mnth', /counts in "mnth"/],
    ['index_date + 1 Day', /counts in "Day"/],
    ['index_date + 1.5 days', /is not a date/],
    ['index_date + -1 day', /more than one offset/],
    ['index_date + 1 day + 1 day', /more than one offset/],
    ['first_day_of_month(index_date + 1 day)', /counts inside the parentheses/],
    ['first_day_of_month(last_day_of_month(index_date))', /function inside a function/],
    ['2020-01-01 + 1 day', /counts from a fixed date/],
    ['2020-02-30', /does not exist/],
    ['2020-1-5', /is not a date/],
    ['20200105', /is not a date/],
    [' 2020-01-05', /has blanks around it\. Write "2020-01-05"/],
    ['01/02/2020', /is not a date/],
    ['index_date\t+ 1 day', /is not a date/],
  ])('%j', (text, message) => {
    expect(reprint(text)).toMatch(message);
  });
});

it('takes a column that is named like a fixed name for the column', () => {
  expect(parseDateExpression('today', new Set(['today']))).toEqual({
    date: { kind: 'relative', to: { kind: 'column', name: 'today' }, function: null, offset: null },
  });
});

const anyDate: fc.Arbitrary<DateExpression> = fc.oneof(
  fc.record({
    kind: fc.constant('date' as const),
    day: fc.integer({ min: FIRST_DAY, max: LAST_DAY }),
  }),
  fc.record({
    kind: fc.constant('relative' as const),
    to: fc.constantFrom(
      { kind: 'index-date' } as const,
      { kind: 'today' } as const,
      ...[...columns].map((name) => ({ kind: 'column', name }) as const),
    ),
    function: fc.option(fc.constantFrom(...dateFunctions)),
    offset: fc.option(
      fc.record({
        count: fc.integer({ min: -9999, max: 9999 }),
        unit: fc.constantFrom('days' as const, 'months' as const, 'years' as const),
      }),
    ),
  }),
);

it('reads back what it prints', () => {
  fc.assert(
    fc.property(anyDate, (date) => {
      expect(parseDateExpression(printDateExpression(date), columns)).toEqual({ date });
    }),
    runs,
  );
});

it('answers any text at all', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'index_date()+-1 days') })),
      (text) => {
        const parsed = parseDateExpression(text, columns);
        if (!('date' in parsed)) expect(parsed.remedy).toMatch(/[.?]$/);
      },
    ),
    runs,
  );
});
