import { dayOf, isoOf } from '../calendar.ts';
import type { RawColumn } from '../formats/raw-table.ts';
import type { ColumnType } from '../table.ts';
import { describeNumbers, quantile } from './describe-numbers.ts';
import { type Bar, dateBars, numberBars } from './histogram.ts';

/** What the report says about one column. */
export interface ColumnSummary {
  readonly name: string;
  readonly type: ColumnType;
  /** Rows that have a value, and those that have none: blank text or dates, numbers that are not above zero. */
  readonly filled: number;
  readonly empty: number;
  /** Name and text of each figure. */
  readonly figures: readonly (readonly [string, string])[];
  readonly chart: Chart | null;
}

export interface Chart {
  readonly title: string;
  /** What was left out of the chart, or null. */
  readonly note: string | null;
  /** Categories are read one by one; a histogram as a shape. */
  readonly shape: 'categories' | 'histogram';
  readonly bars: readonly Bar[];
}

type TextColumn = Extract<RawColumn, { kind: 'text' }>;

/** Before this day dates are placeholders, such as the 1900-01-01 of unknown dates. */
const FIRST_CHARTED_DAY: number = dayOf('1960-01-01') ?? 0;

const MOST_CATEGORIES = 20;

/** Summarises a column of a CSV file by its type in the study. Days after `today` are not charted. */
export function summariseColumn(
  column: TextColumn,
  type: ColumnType,
  today: number,
): ColumnSummary {
  switch (type) {
    case 'bool':
    case 'int':
    case 'float':
      return summariseNumbers(column, type);
    case 'str':
      return summariseText(column);
    case 'date':
      return summariseDates(column, today);
  }
}

function summariseNumbers(column: TextColumn, type: 'bool' | 'int' | 'float'): ColumnSummary {
  const parsed = column.labels.map((label) => {
    const value = label === '' ? Number.NaN : Number(label);
    return Number.isFinite(value) ? value : Number.NaN;
  });
  const numbers = Float64Array.from(column.values, (code) => parsed[code] ?? Number.NaN);
  const sorted = numbers.filter((value) => !Number.isNaN(value)).sort();
  const filled = sorted.filter((value) => value > 0).length;
  const base = { name: column.name, type, filled, empty: column.values.length - filled };
  const summary = describeNumbers(sorted);
  const unreadable = countOf(column, (label, code) => label !== '' && Number.isNaN(parsed[code]));
  if (type === 'bool') {
    const bars = [
      { label: 'No', count: summary.count - filled },
      { label: 'Yes', count: filled },
    ];
    return {
      ...base,
      figures: [
        ['Rows with a value', count(summary.count)],
        ['Yes', `${count(filled)} (${share(filled, summary.count)})`],
        ...unreadableFigure(unreadable),
      ],
      chart: chart('Yes or no', 'categories', bars, null),
    };
  }

  const lowest = quantile(sorted, 0.05);
  const highest = quantile(sorted, 0.95);
  const usual = sorted.filter((value) => value > 0 && value >= lowest && value <= highest);
  return {
    ...base,
    figures: [
      ['Rows with a value', count(summary.count)],
      ['Mean', decimal(summary.mean)],
      ['Standard deviation', decimal(summary.standardDeviation)],
      ['Minimum', decimal(summary.minimum)],
      ['Lower quartile', decimal(summary.lowerQuartile)],
      ['Median', decimal(summary.median)],
      ['Upper quartile', decimal(summary.upperQuartile)],
      ['Maximum', decimal(summary.maximum)],
      ...unreadableFigure(unreadable),
    ],
    chart: chart(
      'How the values are spread',
      'histogram',
      numberBars(usual),
      usual.length === sorted.length
        ? null
        : 'Left out: values that are not above zero, and the lowest and highest twentieth.',
    ),
  };
}

function summariseText(column: TextColumn): ColumnSummary {
  const counts = column.labels.map((label) => ({ label: String(label), count: 0 }));
  for (const code of column.values) {
    const entry = counts[code];
    if (entry !== undefined) entry.count++;
  }
  const categories = counts
    .filter(({ label }) => label !== '')
    .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  const filled = categories.reduce((sum, category) => sum + category.count, 0);
  const [top] = categories;
  const shown = categories.slice(0, MOST_CATEGORIES);
  const rest = categories.slice(MOST_CATEGORIES);
  const others = rest.reduce((sum, category) => sum + category.count, 0);
  return {
    name: column.name,
    type: 'str',
    filled,
    empty: column.values.length - filled,
    figures: [
      ['Different values', count(categories.length)],
      ...(top === undefined
        ? []
        : ([
            ['Most frequent', top.label],
            ['Rows with it', `${count(top.count)} (${share(top.count, filled)})`],
          ] as const)),
    ],
    chart: chart(
      'Rows of each category',
      'categories',
      shown,
      rest.length === 0
        ? null
        : `Left out: ${count(rest.length)} rarer categories, with ${count(others)} rows together.`,
    ),
  };
}

function summariseDates(column: TextColumn, today: number): ColumnSummary {
  const parsed = column.labels.map((label) => dayOf(completed(String(label))));
  const days: number[] = [];
  for (const code of column.values) {
    const day = parsed[code] ?? null;
    if (day !== null) days.push(day);
  }
  const sorted = Int32Array.from(days).sort();
  const charted = sorted.filter((day) => day > FIRST_CHARTED_DAY && day <= today);
  const unreadable = countOf(column, (label, code) => label !== '' && parsed[code] === null);
  const [first] = sorted;
  const last = sorted.at(-1);
  return {
    name: column.name,
    type: 'date',
    filled: sorted.length,
    empty: column.values.length - sorted.length,
    figures: [
      ['Different dates', count(new Set(sorted).size)],
      ['First', first === undefined ? '–' : isoOf(first)],
      ['Last', last === undefined ? '–' : isoOf(last)],
      ...unreadableFigure(unreadable),
    ],
    chart: chart(
      'Rows over time',
      'histogram',
      dateBars(charted),
      charted.length === sorted.length
        ? null
        : 'Left out: dates up to 1960-01-01, which are often placeholders, and dates in the future.',
    ),
  };
}

/** A date cut to its year or month, as its first day. */
function completed(text: string): string {
  return `${text}${'0000-01-01'.slice(text.length)}`;
}

function chart(
  title: string,
  shape: Chart['shape'],
  bars: readonly Bar[],
  note: string | null,
): Chart | null {
  return bars.length === 0 ? null : { title, shape, bars, note };
}

function countOf(
  { values, labels }: TextColumn,
  test: (label: string, code: number) => boolean,
): number {
  const matches = labels.map((label, code) => test(String(label), code));
  return values.reduce((sum, code) => sum + (matches[code] === true ? 1 : 0), 0);
}

function unreadableFigure(rows: number): readonly (readonly [string, string])[] {
  return rows === 0 ? [] : [['Rows that cannot be read', count(rows)]];
}

/** A number of rows, as read in Britain: 12,345. */
export function count(rows: number): string {
  return rows.toLocaleString('en-GB');
}

/** A part of a whole in per cent; a dash of nothing. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)}%`;
}

function decimal(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value.toLocaleString('en-GB', { maximumSignificantDigits: 6 });
}
