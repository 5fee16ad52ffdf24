import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayOf } from '../calendar.ts';
import { runPython } from '../formats/test-python.ts';
import type { ColumnType } from '../table.ts';
import { cohortReport } from './cohort-report.ts';
import { describeNumbers } from './describe-numbers.ts';
import { dateBars, numberBars } from './histogram.ts';
import { type ColumnSummary, summariseColumn } from './summarise-column.ts';

const today = dayOf('2022-06-01') ?? 0;

function summarise(cells: readonly string[], type: ColumnType): ColumnSummary {
  const labels = [...new Set(cells)];
  const values = Int32Array.from(cells, (cell) => labels.indexOf(cell));
  return summariseColumn(
    { name: 'x', kind: 'text', values, labels, categorical: false },
    type,
    today,
  );
}

describe('a summary', () => {
  it.each<
    [
      type: ColumnType,
      cells: string[],
      figures: Record<string, string>,
      bars: Record<string, number>,
    ]
  >([
    [
      'bool',
      ['1', '0', '1', '1'],
      { 'Rows with a value': '4', Yes: '3 (75.0%)' },
      { No: 1, Yes: 3 },
    ],
    [
      'int',
      ['0', '1', '1', '3', '', 'x'],
      {
        'Rows with a value': '4',
        Mean: '1.25',
        'Standard deviation': '1.25831',
        Minimum: '0',
        'Lower quartile': '0.75',
        Median: '1',
        'Upper quartile': '1.5',
        Maximum: '3',
        'Rows that cannot be read': '1',
      },
      { '1': 2 },
    ],
    [
      'str',
      ['F', 'M', '', 'F'],
      { 'Different values': '2', 'Most frequent': 'F', 'Rows with it': '2 (66.7%)' },
      { F: 2, M: 1 },
    ],
    [
      'date',
      ['2020-01-30', '2020-02-02', '', '1900-01-01', '2999-01-01', '2020-01-30'],
      { 'Different dates': '4', First: '1900-01-01', Last: '2999-01-01' },
      { '2020-01-30': 2, '2020-01-31': 0, '2020-02-01': 0, '2020-02-02': 1 },
    ],
    [
      'date',
      ['2020-03', '2021'],
      { 'Different dates': '2', First: '2020-03-01', Last: '2021-01-01' },
      {
        '2020-03': 1,
        '2020-04': 0,
        '2020-05': 0,
        '2020-06': 0,
        '2020-07': 0,
        '2020-08': 0,
        '2020-09': 0,
        '2020-10': 0,
        '2020-11': 0,
        '2020-12': 0,
        '2021-01': 1,
      },
    ],
  ])('of a %s column', (type, cells, figures, bars) => {
    const summary = summarise(cells, type);
    expect(Object.fromEntries(summary.figures)).toEqual(figures);
    expect(
      Object.fromEntries((summary.chart?.bars ?? []).map((bar) => [bar.label, bar.count])),
    ).toEqual(bars);
  });

  it.each<ColumnType>(['bool', 'int', 'float', 'str', 'date'])(
    'of a %s column without rows',
    (type) => {
      const summary = summarise([], type);
      expect(summary).toMatchObject({ filled: 0, empty: 0 });
      expect(JSON.stringify(summary.figures)).not.toMatch(/NaN|Infinity/);
    },
  );

  it('says what a chart leaves out', () => {
    expect(summarise(['1900-01-01', '2020-01-01'], 'date').chart?.note).toMatch(/^Left out: dates/);
    expect(summarise(['2020-01-01'], 'date').chart?.note).toBeNull();
    expect(summarise(['0', '5', '5', '5'], 'float').chart?.note).toMatch(/^Left out: values/);
    const many = Array.from({ length: 25 }, (_, index) => `c${index}`);
    expect(summarise(many, 'str').chart).toMatchObject({
      bars: { length: 20 },
      note: 'Left out: 5 rarer categories, with 5 rows together.',
    });
  });

  it('has the figures of pandas', () => {
    const samples = [[1], [3, 1, 2], [0.5, 100, -7, 2.25, 8], [2, 2, 2, 2]];
    const theirs = runPython(
      'import json, sys, pandas\nprint(json.dumps([[None if pandas.isna(v) else v for v in pandas.Series(s).describe()] for s in json.load(sys.stdin)]))',
      samples,
    );
    const ours = samples.map((sample) =>
      Object.values(describeNumbers(Float64Array.from(sample).sort())).map((value: number) =>
        Number.isNaN(value) ? null : value,
      ),
    );
    expect(ours).toEqual(theirs);
  });
});

describe('a histogram', () => {
  const bars = (...values: number[]): Record<string, number> =>
    Object.fromEntries(
      numberBars(Float64Array.from(values).sort()).map((bar) => [bar.label, bar.count]),
    );

  it('counts every number once, in steps of round width', () => {
    expect(bars(1, 2, 2, 4)).toEqual({ '1': 1, '2': 2, '3': 0, '4': 1 });
    expect(Object.keys(bars(0, 100)).slice(0, 2)).toEqual(['0 to 4', '5 to 9']);
    expect(Object.keys(bars(0.1, 0.5, 2)).slice(0, 2)).toEqual(['0.1 to 0.2', '0.2 to 0.3']);
    expect(bars()).toEqual({});
    for (const values of [[0.5], [1e-30, 2e-30], [1e15, 3e300], [5, 5.5, 1e6]]) {
      const counts = Object.values(bars(...values));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
      expect(counts.length).toBeLessThanOrEqual(30);
    }
  });

  it('counts days by the year over long spans', () => {
    const days = Int32Array.of(dayOf('1970-05-05') ?? 0, dayOf('2020-01-01') ?? 0);
    const counted = dateBars(days);
    expect(counted).toHaveLength(51);
    expect(counted[0]).toEqual({ label: '1970', count: 1 });
  });
});

describe('the page', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('describes every column but the identifiers, alone and without scripts', async () => {
    const place = { file: 'analysis/study_definition_bp.py', line: 3 };
    const definition = { kind: 'fixed', value: 0 } as const;
    const column = (name: string, type: ColumnType) =>
      ({ name, type, hidden: false, definition, expectations: null, labels: null, place }) as const;
    writeFileSync(
      join(folder, 'input_bp.csv'),
      'seen,region,flag,patient_id,other\n2021-05-06,<script>alert(1)</script>,1,987654,"a ""b"""\n,,0,987655,c\n',
    );
    const path = await cohortReport({
      study: {
        module: 'study_definition_bp',
        columns: [column('seen', 'date'), column('region', 'str'), column('flag', 'bool')],
      },
      suffix: '_bp',
      inputDirectory: folder,
      outputDirectory: folder,
      today,
    });
    expect(path).toBe(join(folder, 'descriptives_bp.html'));
    const page = readFileSync(path, 'utf8');
    expect(page).toContain('<h1>Cohort report: study_definition_bp</h1>');
    expect(page).toContain('2 patients and 4 columns, from <code>input_bp.csv</code>.');
    expect([...page.matchAll(/<h2 id="h\d+">(\w+)/g)].map((match) => match[1])).toEqual([
      'seen',
      'region',
      'flag',
      'other',
    ]);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<img|<link|https?:|url\(|@import|98765|NaN/);
    expect([...page.matchAll(/<svg [^>]*role="img" aria-label="[^"]+"/g)]).toHaveLength(4);
  });

  it('needs the cohort file', async () => {
    const missing = cohortReport({
      study: { module: 'study_definition', columns: [] },
      suffix: '',
      inputDirectory: folder,
      outputDirectory: folder,
      today,
    });
    await expect(missing).rejects.toThrow(/There is no file .*input\.csv\./);
  });
});
