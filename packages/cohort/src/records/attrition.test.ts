import { expect, test } from 'vitest';
import { attritionCsv, attritionSvg, safeCount } from './attrition.ts';
import type { ExtractRecord } from './extract-record.ts';

const record = (indexDate: string | null, counts: readonly number[]): ExtractRecord => ({
  file: 'output/input.csv',
  definition: 'study_definition',
  measure: null,
  indexDate,
  rows: counts.at(-1) ?? 0,
  bytes: 1,
  sha256: '00',
  databaseBuild: 'b',
  planHash: 'p',
  missing: [],
  attrition: counts.map((remaining, step) => ({ words: `age > ${step} AND "x"`, remaining })),
});

test.each([
  [0, '0'],
  [1, '[REDACTED]'],
  [7, '[REDACTED]'],
  [8, '10'],
  [12, '10'],
  [13, '15'],
  [1_000_002, '1000000'],
])('a count of %d is shown as %s', (count, shown) => {
  expect(safeCount(count)).toBe(shown);
});

test('the table has a line for each date and condition', () => {
  expect(attritionCsv([record('2020-02-01', [103, 7]), record('2020-01-01', [101, 0])])).toBe(
    [
      'definition,index_date,step,condition,patients',
      'study_definition,2020-02-01,0,"age > 0 AND ""x""",105',
      'study_definition,2020-02-01,1,"age > 1 AND ""x""",[REDACTED]',
      'study_definition,2020-01-01,0,"age > 0 AND ""x""",100',
      'study_definition,2020-01-01,1,"age > 1 AND ""x""",0',
      '',
    ].join('\n'),
  );
});

test('the figure shows the first and the last date, escaped, without an exact count', () => {
  const svg = attritionSvg([
    record('2020-03-01', [103, 51]),
    record('2020-02-01', [999_001, 3]),
    record('2020-01-01', [101, 49]),
  ]);
  expect(svg).toContain('2020-01-01 · 2020-03-01');
  expect(svg).toContain('age &gt; 0 AND &quot;x&quot;');
  expect(svg).toContain('50 · 50');
  const same = attritionSvg([record('2020-03-01', [105, 50]), record('2020-01-01', [100, 50])]);
  expect(svg).toBe(same);
});
