import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, FIRST_DAY, isoOf, LAST_DAY } from '../calendar.ts';
import { dateFunctions } from './date-expression.ts';
import { applyDateFunction, evaluateDate } from './evaluate-date.ts';
import { parseDateExpression } from './parse-date-expression.ts';

const runs = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) };

function evaluated(text: string, indexDate: string | null, today = '2022-03-04'): string | null {
  const parsed = parseDateExpression(text, new Set(['admitted']));
  if (!('date' in parsed)) throw new Error(parsed.problem);
  const day = evaluateDate(parsed.date, {
    indexDate: indexDate === null ? null : dayOf(indexDate),
    today: dayOf(today) ?? Number.NaN,
  });
  return day === null ? null : isoOf(day);
}

describe('the value of a date expression', () => {
  it.each([
    ['today', '2017-08-19', '2022-03-04'],
    ['2019-06-10', '2017-08-19', '2019-06-10'],
    ['admitted + 6 months', '2017-08-19', null],
    ['index_date', '2017-08-19', '2017-08-19'],
    ['index_date + 1 day', '2017-08-19', '2017-08-20'],
    ['index_date - 30 days', '2017-08-19', '2017-07-20'],
    ['index_date + 5 months', '2017-08-19', '2018-01-19'],
    ['index_date - 8 months', '2017-08-19', '2016-12-19'],
    ['index_date + 2 years', '2017-08-19', '2019-08-19'],
    ['first_day_of_month(index_date)', '2017-08-19', '2017-08-01'],
    ['last_day_of_month(index_date)', '2020-02-10', '2020-02-29'],
    ['first_day_of_year(index_date)', '2017-08-19', '2017-01-01'],
    ['last_day_of_year(index_date)', '2017-08-19', '2017-12-31'],
    ['first_day_of_month(index_date) - 15 days', '2017-08-19', '2017-07-17'],
    ['first_day_of_nhs_financial_year(index_date)', '2017-08-19', '2017-04-01'],
    ['last_day_of_nhs_financial_year(index_date)', '2018-02-04', '2018-03-31'],
    ['first_day_of_nhs_financial_year(index_date)', '2019-04-01', '2019-04-01'],
    ['last_day_of_nhs_financial_year(index_date)', '2020-03-31', '2020-03-31'],
    ['first_day_of_school_year(index_date)', '2018-07-04', '2017-09-01'],
    ['first_day_of_school_year(index_date)', '2019-09-01', '2019-09-01'],
    ['last_day_of_school_year(index_date)', '2020-08-31', '2020-08-31'],
    ['last_day_of_school_year(index_date)', '2020-09-01', '2021-08-31'],
  ])('%s at %s is %s', (text, indexDate, value) => {
    expect(evaluated(text, indexDate)).toBe(value);
  });

  it.each([
    ['index_date + 1 year', '2020-02-29', 'There is no 29 February 2021'],
    ['index_date + 1 month', '2020-01-31', 'There is no 31 February 2020'],
    ['index_date - 1 month', '2020-07-31', 'There is no 31 June 2020'],
    ['index_date + 8000 years', '2020-01-31', 'There is no date before year 1 or after 9999'],
    ['index_date + 9999999 days', '2020-01-31', 'There is no date before year 1 or after 9999'],
    ['index_date', null, 'the study has none'],
  ])('%s at %s does not exist', (text, indexDate, message) => {
    expect(() => evaluated(text, indexDate)).toThrow(message);
  });
});

it.each(dateFunctions)('%s gives the edge of a stretch of days that share it', (name) => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST_DAY + 800, max: LAST_DAY - 800 }), (day) => {
      const edge = applyDateFunction[name](day);
      expect(applyDateFunction[name](edge)).toBe(edge);
      expect(name.startsWith('first') ? day - edge : edge - day).toBeGreaterThanOrEqual(0);
      expect(Math.abs(day - edge)).toBeLessThan(366);
    }),
    runs,
  );
});
