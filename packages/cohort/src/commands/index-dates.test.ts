import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf, isoOf } from '../calendar.ts';
import { indexDates } from './index-dates.ts';

const today = '2022-03-04';

describe('a range of index dates', () => {
  test.each([
    ['2020-01-01', ['2020-01-01']],
    ['today', [today]],
    ['2020-01-31', ['2020-01-31']],
    ['2020-01-01 to 2020-03-01', ['2020-03-01', '2020-02-01', '2020-01-01']],
    ['2020-01-15 to 2020-03-14 by month', ['2020-02-15', '2020-01-15']],
    ['2020-01-01 to 2020-01-16 by week', ['2020-01-15', '2020-01-08', '2020-01-01']],
    ['2022-02-18 to today by week', [today, '2022-02-25', '2022-02-18']],
    ['2020-11-05 to 2021-01-05', ['2021-01-05', '2020-12-05', '2020-11-05']],
    ['2020-01-29 to 2020-02-29', ['2020-02-29', '2020-01-29']],
    ['2020-01-31 to 2020-02-20', ['2020-01-31']],
    ['9999-12-01 to 9999-12-31', ['9999-12-01']],
    [' 2020-01-01  to  2020-01-02 ', ['2020-01-01']],
  ])('%s', (range, dates) => {
    expect(indexDates(range, today)).toEqual(dates);
  });

  test('of the first study has 163 weeks', () => {
    const dates = indexDates('2019-04-01 to 2022-05-12 by week', today);
    expect([dates.length, dates[0], dates.at(-1)]).toEqual([163, '2022-05-09', '2019-04-01']);
  });

  test.each([
    ['', 'Invalid date range "": "" is not a date.'],
    ['2020-1-1', 'Invalid date range "2020-1-1": "2020-1-1" is not a date.'],
    ['20200101', 'Invalid date range "20200101": "20200101" is not a date.'],
    [
      '2020-02-30 to today',
      'Invalid date range "2020-02-30 to today": "2020-02-30" is a day that does not exist.',
    ],
    [
      '2020-01-01 until today',
      'Invalid date range "2020-01-01 until today": "2020-01-01 until today" is not a date.',
    ],
    [
      '2020-01-01 by week',
      'Invalid date range "2020-01-01 by week": "2020-01-01 by week" is not a date.',
    ],
    [
      '2020-01-02 to 2020-01-01',
      'Invalid date range "2020-01-02 to 2020-01-01": it ends before it starts.',
    ],
    ['2020-01-01 to today by day', 'Unknown time period "day" in the date range.'],
    [
      '2020-01-01 to today by',
      'Invalid date range "2020-01-01 to today by": "today by" is not a date.',
    ],
    [
      '2020-01-31 to 2020-04-01',
      'Monthly index dates from 2020-01-31 meet 2020-02-31, a day that does not exist.',
    ],
    ['0001-01-01 to today by week', 'The date range has more than 10000 dates.'],
  ])('%s is refused', (range, message) => {
    expect(() => indexDates(range, today)).toThrow(new FaultError([{ message } as never]).message);
  });

  test('by week: every seventh day from the start to the end', () => {
    const first = dayOf('1990-01-01') ?? 0;
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(3_000), (offset, length) => {
        const start = first + offset;
        const dates = indexDates(`${isoOf(start)} to ${isoOf(start + length)} by week`, today);
        expect(dates.map((date) => dayOf(date))).toEqual(
          Array.from({ length: Math.floor(length / 7) + 1 }, (_, i) => start + 7 * i).reverse(),
        );
      }),
      { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) },
    );
  });
});
