import { dayNumber } from '../calendar.ts';
import { NO_CATEGORY, NO_DATE } from '../table.ts';
import type { RawColumn } from './raw-table.ts';
import {
  longStringKey,
  type StataContents,
  type StataVariable,
  type ValueLabels,
} from './stata-contents.ts';
import type { FieldReader } from './stata-fields.ts';
import {
  GREATEST_DOUBLE,
  GREATEST_FLOAT,
  STATA_EPOCH,
  storage,
  wholeRange,
} from './stata-layout.ts';

/** Reads a variable whose first value lies at `offset`. */
export function readStataColumn(
  reader: FieldReader,
  contents: StataContents,
  variable: StataVariable,
  offset: number,
): RawColumn {
  const { name, type, format } = variable;
  if (type <= storage.string) return readText(reader, contents, variable, offset);
  const values = readNumbers(reader, contents, type, offset);
  const day = dayReader(format);
  if (day !== null) {
    const days = Int32Array.from(values, (value) => (Number.isNaN(value) ? NO_DATE : day(value)));
    return { name, kind: 'date', values: days };
  }
  const labels = contents.valueLabels.get(variable.labels);
  if (labels !== undefined) return labelled(name, values, labels);
  const whole = type > storage.float && !values.some(Number.isNaN);
  return { name, kind: whole ? 'int' : 'float', values };
}

function readText(
  reader: FieldReader,
  { rows, rowWidth, longStrings, reference }: StataContents,
  { name, type }: StataVariable,
  offset: number,
): RawColumn {
  const labels: string[] = [];
  const codes = new Map<string, number>();
  const values = new Int32Array(rows);
  const [variableWidth, observationWidth] = reference;
  for (let row = 0, at = offset; row < rows; row++, at += rowWidth) {
    let text: string;
    if (type === storage.string) {
      const variable = reader.unsignedAt(at, variableWidth);
      const observation = reader.unsignedAt(at + variableWidth, observationWidth);
      text = longStrings.get(longStringKey(variable, observation)) ?? '';
    } else {
      text = reader.textAt(at, type);
    }
    let code = codes.get(text);
    if (code === undefined) {
      code = labels.push(text) - 1;
      codes.set(text, code);
    }
    values[row] = code;
  }
  return { name, kind: 'text', values, labels, categorical: false };
}

/** Numbers of any storage type, NaN where missing. */
function readNumbers(
  reader: FieldReader,
  { rows, rowWidth }: StataContents,
  type: number,
  offset: number,
): Float64Array {
  const { bytes, littleEndian } = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reading: Record<number, readonly [(at: number) => number, greatest: number]> = {
    [storage.byte]: [(at) => view.getInt8(at), wholeRange.byte[1]],
    [storage.int]: [(at) => view.getInt16(at, littleEndian), wholeRange.int[1]],
    [storage.long]: [(at) => view.getInt32(at, littleEndian), wholeRange.long[1]],
    [storage.float]: [(at) => view.getFloat32(at, littleEndian), GREATEST_FLOAT],
    [storage.double]: [(at) => view.getFloat64(at, littleEndian), GREATEST_DOUBLE],
  };
  const [read, greatest] = reading[type] ?? [() => Number.NaN, 0];
  const values = new Float64Array(rows);
  for (let row = 0, at = offset; row < rows; row++, at += rowWidth) {
    const value = read(at);
    values[row] = value > greatest ? Number.NaN : value;
  }
  return values;
}

function labelled(name: string, numbers: Float64Array, table: ValueLabels): RawColumn {
  const labels: (string | number)[] = [...table.values()];
  const codes = new Map<number, number>([...table.keys()].map((value, index) => [value, index]));
  const values = Int32Array.from(numbers, (value) => {
    if (Number.isNaN(value)) return NO_CATEGORY;
    const code = codes.get(value);
    if (code !== undefined) return code;
    // A value without a label stands for itself.
    const added = labels.push(value) - 1;
    codes.set(value, added);
    return added;
  });
  return { name, kind: 'text', values, labels, categorical: true };
}

const MILLISECONDS_OF_DAY = 86_400_000;
const daysFromMonths = (months: number): number =>
  dayNumber(1960 + Math.floor(months / 12), (((months % 12) + 12) % 12) + 1, 1);

/** How values of a date format become days since 1970, by the letter behind `%t`. */
const dayReaders: Readonly<Record<string, (value: number) => number>> = {
  d: (value) => Math.floor(value) + STATA_EPOCH,
  c: (value) => Math.floor(value / MILLISECONDS_OF_DAY) + STATA_EPOCH,
  C: (value) => Math.floor(value / MILLISECONDS_OF_DAY) + STATA_EPOCH,
  // Every year has 52 Stata weeks; the last has the days that are left.
  w: (value) => dayNumber(1960 + Math.floor(value / 52), 1, 1) + (((value % 52) + 52) % 52) * 7,
  m: (value) => daysFromMonths(value),
  q: (value) => daysFromMonths(value * 3),
  h: (value) => daysFromMonths(value * 6),
  y: (value) => dayNumber(value, 1, 1),
};

function dayReader(format: string): ((value: number) => number) | null {
  const match = /^%-?(?:t([dcCwmqhy])|(d))/.exec(format);
  return match === null ? null : (dayReaders[match[1] ?? match[2] ?? ''] ?? null);
}
