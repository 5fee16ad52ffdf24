import { describe, expect, test } from 'vitest';
import { NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import { aggregateColumns } from './aggregate-columns.ts';
import { aggregate, type ColumnWords, columnOf, plan, records, studyOf } from './study.fixture.ts';

const dates = (...values: number[]): TableColumn => ({
  name: 'd',
  type: 'date',
  values: Int32Array.from(values),
  format: 'YYYY-MM-DD',
});
const whole = (...values: number[]): TableColumn => ({
  name: 'i',
  type: 'int',
  values: Float64Array.from(values),
});
const flags = (...values: number[]): TableColumn => ({
  name: 'b',
  type: 'bool',
  values: Uint8Array.from(values),
});
const texts = (labels: string[], ...values: number[]): TableColumn => ({
  name: 's',
  type: 'str',
  values: Int32Array.from(values),
  labels,
});

describe('row by row', () => {
  test.each([
    ['maximum', [dates(5, NO_DATE, NO_DATE), dates(7, 3, NO_DATE)], [7, 3, NO_DATE]],
    ['minimum', [dates(5, NO_DATE, NO_DATE), dates(7, 3, NO_DATE)], [5, 3, NO_DATE]],
    // Blank numbers count as the zeros that they are.
    ['maximum', [whole(5, 0, -1), whole(7, 3, 0)], [7, 3, 0]],
    ['minimum', [whole(5, 0, -1), whole(7, 3, 0)], [5, 0, -1]],
    ['maximum', [flags(0, 1, 0), flags(0, 0, 1)], [0, 1, 1]],
    ['minimum', [flags(0, 1, 1), flags(0, 0, 1)], [0, 0, 1]],
    ['minimum', [whole(5), whole(4), whole(6)], [4]],
    // Deprivation stands as categories beside numbers.
    ['maximum', [texts(['100', '2000'], 0, 1, NO_CATEGORY), whole(200, 200, 0)], [200, 2000, 0]],
  ] as const)('the %s is taken', (chosen, inputs, expected) => {
    const made = aggregateColumns('x', chosen, inputs);
    expect([...made.values]).toEqual([...expected]);
    expect(made.name).toBe('x');
  });

  test.each([
    [
      'maximum',
      texts(['b', 'a'], 0, 1, NO_CATEGORY),
      texts(['c'], NO_CATEGORY, 0, NO_CATEGORY),
      'b,c,',
    ],
    [
      'minimum',
      texts(['b', 'a'], 0, 1, NO_CATEGORY),
      texts(['c'], NO_CATEGORY, 0, NO_CATEGORY),
      'b,a,',
    ],
    ['minimum', texts(['100', '20'], 0, 0), texts(['9', '20'], 0, 1), '9,20'],
  ] as const)('the %s of text is taken', (chosen, one, other, expected) => {
    const made = aggregateColumns('x', chosen, [one, other]);
    if (made.type !== 'str') throw new Error(made.type);
    expect(Array.from(made.values, (code) => made.labels[code] ?? '').join()).toBe(expected);
  });

  test('the inputs stay as they are', () => {
    const input = dates(1, 2);
    aggregateColumns('x', 'maximum', [input, dates(5, 6)]);
    expect([...input.values]).toEqual([1, 2]);
  });
});

describe('in a study', () => {
  const month: ColumnWords = { type: 'date', dateFormat: 'YYYY-MM', definition: records() };

  test('a maximum of maxima keeps the format of its dates', () => {
    const study = studyOf({
      a: month,
      b: month,
      inner: { ...month, definition: aggregate('maximum', 'a', 'b') },
      outer: { ...month, definition: aggregate('minimum', 'inner', 'a') },
    });
    expect(columnOf(plan(study).table(null), 'outer', 'date').format).toBe('YYYY-MM');
  });

  test('hidden inputs are made for it, and for nothing else', () => {
    const hidden = { ...month, hidden: true };
    const study = studyOf({
      a: month,
      deep: hidden,
      inner: { type: 'date', hidden: true, definition: aggregate('minimum', 'deep') },
      // Its ratios add up to 1.4: nobody looks.
      unused: {
        type: 'str',
        hidden: true,
        expectations: { category: { ratios: { x: 0.7, y: 0.7 } } },
      },
      outer: { type: 'date', definition: aggregate('maximum', 'a', 'inner') },
    });
    const table = plan(study).table(null);
    expect(table.columns.map(({ name }) => name)).toEqual(['a', 'outer', 'patient_id']);
    const a = columnOf(table, 'a', 'date').values;
    const outer = columnOf(table, 'outer', 'date').values;
    expect(a.every((value, row) => (outer[row] ?? 0) >= value)).toBe(true);
    expect(outer.some((value, row) => value !== a[row])).toBe(true);
  });
});
