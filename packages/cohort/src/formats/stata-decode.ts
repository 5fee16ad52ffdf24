import { dayNumber } from '../calendar.ts';
import { NO_DATE } from '../table.ts';
import { formatFaults } from './faults.ts';
import type { RawColumn, RawTable, ReadOptions } from './raw-table.ts';
import {
  GREATEST_DOUBLE,
  GREATEST_FLOAT,
  LONGEST_FIXED_STRING,
  MARK,
  type ReleaseLayout,
  releases,
  STATA_EPOCH,
  storage,
  wholeRange,
} from './stata-layout.ts';

/**
 * A Stata file of release 117, 118 or 119, of either byte order: numbers, fixed and long strings, dates of any unit
 * (as their first day), value labels (as categories, in the order that pandas gives them).
 *
 * Faults: `file-malformed`, `file-truncated`; `feature-not-supported` for older releases.
 */
export function decodeStata(bytes: Buffer, options: ReadOptions): RawTable {
  const { file, columns: wanted } = options;
  try {
    const reader = new FieldReader(bytes);
    const { layout, count, rows } = readHeader(reader, file);
    const types = reader.section('variable_types', () => times(count, () => reader.unsigned(2)));
    const names = reader.section('varnames', () => times(count, () => reader.text(layout.name)));
    reader.section('sortlist', () => reader.skip((count + 1) * layout.variableCount));
    const formats = reader.section('formats', () => times(count, () => reader.text(layout.format)));
    const labelNames = reader.section('value_label_names', () =>
      times(count, () => reader.text(layout.name)),
    );
    reader.section('variable_labels', () => reader.skip(count * layout.label));
    skipCharacteristics(reader);

    const widths = types.map((type) => widthOf(type, layout));
    const rowWidth = widths.reduce((sum, width) => sum + width, 0);
    const data = reader.section('data', () => reader.skip(rows * rowWidth));
    const longStrings = reader.section('strls', () => readLongStrings(reader, layout));
    const labels = reader.section('value_labels', () => readValueLabels(reader, layout));

    let offset = data;
    const columns: RawColumn[] = [];
    for (const [index, name] of names.entries()) {
      const field: Field = {
        name,
        type: types[index] ?? 0,
        width: widths[index] ?? 0,
        format: formats[index] ?? '',
        labels: labels.get(labelNames[index] ?? '') ?? null,
        offset,
        rowWidth,
        rows,
      };
      if (wanted === undefined || wanted.has(name)) {
        columns.push(readColumn(reader, field, layout, longStrings));
      }
      offset += field.width;
    }
    return { rows, columns };
  } catch (error) {
    if (error instanceof EndOfBytes) {
      throw formatFaults.error('file-truncated', { file, format: 'Stata' }, { file });
    }
    if (error instanceof Malformed) {
      const reason = error.message;
      throw formatFaults.error('file-malformed', { file, format: 'Stata', reason }, { file });
    }
    throw error;
  }
}

class EndOfBytes extends Error {}
class Malformed extends Error {}

/** Reads fields one after the other, in the byte order of the file. */
class FieldReader {
  readonly bytes: Buffer;
  at = 0;
  littleEndian = true;
  encoding: BufferEncoding = 'utf8';

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  skip(width: number): number {
    const start = this.at;
    if (start + width > this.bytes.length) throw new EndOfBytes();
    this.at += width;
    return start;
  }

  unsigned(width: 1 | 2 | 3 | 4 | 5 | 6 | 8): number {
    const at = this.skip(width);
    return this.unsignedAt(at, width);
  }

  unsignedAt(at: number, width: number): number {
    if (width === 8) {
      const value = this.littleEndian
        ? this.bytes.readBigUInt64LE(at)
        : this.bytes.readBigUInt64BE(at);
      return Number(value);
    }
    return this.littleEndian ? this.bytes.readUIntLE(at, width) : this.bytes.readUIntBE(at, width);
  }

  /** Text in a field of fixed width, up to its zero byte. */
  text(width: number): string {
    return this.textAt(this.skip(width), width);
  }

  textAt(at: number, width: number): string {
    const field = this.bytes.subarray(at, at + width);
    const end = field.indexOf(0);
    return field.toString(this.encoding, 0, end < 0 ? width : end);
  }

  startsWith(mark: string): boolean {
    return this.bytes.toString('latin1', this.at, this.at + mark.length) === mark;
  }

  expect(mark: string): void {
    if (this.at + mark.length > this.bytes.length) throw new EndOfBytes();
    if (!this.startsWith(mark)) throw new Malformed(`${mark} is not where it should be`);
    this.at += mark.length;
  }

  section<T>(name: string, read: () => T): T {
    this.expect(`<${name}>`);
    const content = read();
    this.expect(`</${name}>`);
    return content;
  }
}

function readHeader(
  reader: FieldReader,
  file: string,
): { layout: ReleaseLayout; count: number; rows: number } {
  const first = reader.bytes[0] ?? 0;
  if (!reader.startsWith(MARK)) {
    // Older releases start with their number.
    if (first >= 102 && first <= 115) throw oldRelease(file, first);
    throw new Malformed('it does not start as one');
  }
  reader.expect(MARK);
  const release = Number(reader.text(3));
  const layout = releases[release];
  if (layout === undefined) throw oldRelease(file, release);
  reader.encoding = layout.encoding;
  reader.expect('</release><byteorder>');
  reader.littleEndian = reader.text(3) === 'LSF';
  reader.expect('</byteorder><K>');
  const count = reader.unsigned(layout.variableCount);
  reader.expect('</K><N>');
  const rows = reader.unsigned(layout.rowCount);
  reader.expect('</N><label>');
  reader.skip(reader.unsigned(layout.labelLength));
  reader.expect('</label><timestamp>');
  reader.skip(reader.unsigned(1));
  reader.expect('</timestamp></header>');
  reader.section('map', () => reader.skip(14 * 8));
  return { layout, count, rows };
}

function oldRelease(file: string, release: number): Error {
  const feature = `the layout of release ${release}`;
  return formatFaults.error('feature-not-supported', { file, format: 'Stata', feature }, { file });
}

function skipCharacteristics(reader: FieldReader): void {
  reader.section('characteristics', () => {
    while (reader.startsWith('<ch>')) {
      reader.section('ch', () => reader.skip(reader.unsigned(4)));
    }
  });
}

function widthOf(type: number, layout: ReleaseLayout): number {
  if (type >= 1 && type <= LONGEST_FIXED_STRING) return type;
  switch (type) {
    case storage.string:
      return layout.reference[0] + layout.reference[1];
    case storage.double:
      return 8;
    case storage.float:
    case storage.long:
      return 4;
    case storage.int:
      return 2;
    case storage.byte:
      return 1;
    default:
      throw new Malformed(`it has a column of the unknown type ${type}`);
  }
}

/** Long strings by `variable,observation`. */
function readLongStrings(reader: FieldReader, layout: ReleaseLayout): ReadonlyMap<string, string> {
  const strings = new Map<string, string>();
  while (reader.startsWith('GSO')) {
    reader.expect('GSO');
    const variable = reader.unsigned(4);
    const observation = reader.unsigned(layout.stringObservation);
    reader.skip(1);
    const length = reader.unsigned(4);
    strings.set(`${variable},${observation}`, reader.text(length));
  }
  return strings;
}

type ValueLabels = ReadonlyMap<number, string>;

/** Value labels by their name; each a map from value to text, in the order of the texts in the file. */
function readValueLabels(
  reader: FieldReader,
  layout: ReleaseLayout,
): ReadonlyMap<string, ValueLabels> {
  const tables = new Map<string, ValueLabels>();
  while (reader.startsWith('<lbl>')) {
    reader.section('lbl', () => {
      reader.skip(4);
      const name = reader.text(layout.name);
      reader.skip(3);
      const count = reader.unsigned(4);
      const textLength = reader.unsigned(4);
      const offsets = times(count, () => reader.unsigned(4));
      const values = times(count, () => reader.unsigned(4) | 0);
      const texts = reader.skip(textLength);
      const labels = offsets
        .map((offset, index) => ({ offset, value: values[index] ?? 0 }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ offset, value }): [number, string] => {
          if (offset > textLength) throw new Malformed('a value label lies outside its table');
          return [value, reader.textAt(texts + offset, textLength - offset)];
        });
      tables.set(name, new Map(labels));
    });
  }
  return tables;
}

interface Field {
  readonly name: string;
  readonly type: number;
  readonly width: number;
  readonly format: string;
  readonly labels: ValueLabels | null;
  /** Of the first row's value in the file. */
  readonly offset: number;
  readonly rowWidth: number;
  readonly rows: number;
}

function readColumn(
  reader: FieldReader,
  field: Field,
  layout: ReleaseLayout,
  longStrings: ReadonlyMap<string, string>,
): RawColumn {
  if (field.type <= storage.string) return readText(reader, field, layout, longStrings);
  const values = readNumbers(reader, field);
  const day = dayReader(field.format);
  if (day !== null) {
    const days = Int32Array.from(values, (value) => (Number.isNaN(value) ? NO_DATE : day(value)));
    return { name: field.name, kind: 'date', values: days };
  }
  if (field.labels !== null) return labelled(field.name, values, field.labels);
  const whole = field.type > storage.float && !values.some(Number.isNaN);
  return { name: field.name, kind: whole ? 'int' : 'float', values };
}

function readText(
  reader: FieldReader,
  { name, type, width, offset, rowWidth, rows }: Field,
  layout: ReleaseLayout,
  longStrings: ReadonlyMap<string, string>,
): RawColumn {
  const labels: string[] = [];
  const codes = new Map<string, number>();
  const values = new Int32Array(rows);
  const [variableWidth, rowNumberWidth] = layout.reference;
  for (let row = 0, at = offset; row < rows; row++, at += rowWidth) {
    let text: string;
    if (type === storage.string) {
      const variable = reader.unsignedAt(at, variableWidth);
      const observation = reader.unsignedAt(at + variableWidth, rowNumberWidth);
      text = longStrings.get(`${variable},${observation}`) ?? '';
    } else {
      text = reader.textAt(at, width);
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
function readNumbers(reader: FieldReader, { type, offset, rowWidth, rows }: Field): Float64Array {
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
    if (Number.isNaN(value)) return -1;
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

function times<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
}
