import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  dayOf,
  FIRST_DAY,
  isoOf,
  LAST_DAY,
  shiftMonths,
  yearMonthDay,
} from './calendar.ts';

const runs = { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) };
const anyDay = fc.integer({ min: FIRST_DAY, max: LAST_DAY });

describe('day numbers', () => {
  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-02-29', 11_016],
    ['2020-02-29', 18_321],
    ['1900-01-01', -25_567],
    ['0001-01-01', FIRST_DAY],
    ['9999-12-31', LAST_DAY],
  ])('%s is day %i', (iso, day) => {
    expect(dayOf(iso)).toBe(day);
    expect(isoOf(day)).toBe(iso);
  });

  it.each([
    '2019-02-29',
    '1900-02-29',
    '2020-04-31',
    '2020-13-01',
    '2020-00-01',
    '2020-01-00',
    '0000-01-01',
    '2020-1-05',
    '20200105',
    ' 2020-01-05',
    '2020-01-05\n',
    '2020-01-05T00:00',
    '',
  ])('there is no day %j', (text) => {
    expect(dayOf(text)).toBeNull();
  });

  it('agree with the calendar of the platform', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const moment = new Date(day * 86_400_000);
        expect(yearMonthDay(day)).toEqual({
          year: moment.getUTCFullYear(),
          month: moment.getUTCMonth() + 1,
          day: moment.getUTCDate(),
        });
        expect(dayOf(isoOf(day))).toBe(day);
      }),
      runs,
    );
  });
});

describe('months', () => {
  it.each([
    ['2020-01-31', 1, null],
    ['2020-03-31', -1, null],
    ['2020-02-29', 12, null],
    ['2020-02-29', 48, '2024-02-29'],
    ['2020-12-15', 1, '2021-01-15'],
    ['2020-01-15', -1, '2019-12-15'],
    ['2020-01-15', -25, '2017-12-15'],
  ])('%s and %i months', (from, count, expected) => {
    const day = dayOf(from) ?? Number.NaN;
    const sum = addMonths(day, count);
    expect(sum === null ? null : isoOf(sum)).toBe(expected);
  });

  it('names the day that is not there', () => {
    expect(shiftMonths(dayOf('2020-01-31') ?? Number.NaN, 1)).toEqual({
      year: 2020,
      month: 2,
      day: 31,
    });
  });

  it('come back where they started from when every month has the day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 3000 }),
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: -500, max: 500 }),
        (year, day, count) => {
          const start = dayOf(`${year}-03-${String(day).padStart(2, '0')}`) ?? Number.NaN;
          expect(addMonths(addMonths(start, count) ?? Number.NaN, -count)).toBe(start);
        },
      ),
      runs,
    );
  });
});
