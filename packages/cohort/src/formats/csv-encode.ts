import { yearMonthDay } from '../calendar.ts';
import { type DateFormat, NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';
import { csvCell, csvLine } from './csv-cell.ts';
import { pythonFloat } from './python-float.ts';

/** Bytes of a block: large enough to write and compress well, small enough to keep memory flat. */
const BLOCK = 1 << 20;

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const COMMA = 0x2c;

/** Writes the cell of a row at an offset and returns the offset after it. */
type CellWriter = (target: Buffer, at: number, row: number) => number;

interface ColumnEncoder {
  /** No cell of the column takes more bytes. */
  readonly width: number;
  readonly write: CellWriter;
}

export interface CsvOptions {
  /** Dummy data have LF, real extracts CR LF. */
  readonly lineEnd?: '\n' | '\r\n';
  /** Whether the header comes first; if not, the table goes on with one that was written before. */
  readonly isHeaded?: boolean;
}

/**
 * A table as CSV in blocks of whole lines: UTF-8, LF line ends unless told otherwise, header first; flags 0 or 1, floats as Python writes
 * them, dates cut to their format, missing values empty (cohort-extractor §5.6). The same table gives the same bytes.
 */
export function* encodeCsv(
  table: Table,
  { lineEnd = '\n', isHeaded = true }: CsvOptions = {},
): Generator<Buffer> {
  if (isHeaded) {
    yield Buffer.from(`${csvLine(table.columns.map(({ name }) => name))}${lineEnd}`);
  }
  const end = Buffer.from(lineEnd);
  const blank = Buffer.from(table.columns.length === 1 ? '""' : '');
  const encoders = table.columns.map((column) => encoderOf(column, blank));
  const writers = encoders.map(({ write }) => write);
  const width = encoders.reduce((sum, encoder) => sum + encoder.width + 1, end.length);
  const rowsOfBlock = Math.max(1, Math.floor(BLOCK / width));
  for (let first = 0; first < table.rows; first += rowsOfBlock) {
    const last = Math.min(first + rowsOfBlock, table.rows);
    const block = Buffer.allocUnsafe((last - first) * width);
    let at = 0;
    for (let row = first; row < last; row++) {
      for (const write of writers) {
        at = write(block, at, row);
        block[at++] = COMMA;
      }
      // The last comma gives its place to the end of the line; a table without columns has none.
      at = copy(block, writers.length === 0 ? at : at - 1, end);
    }
    yield block.subarray(0, at);
  }
}

function encoderOf(column: TableColumn, blank: Buffer): ColumnEncoder {
  switch (column.type) {
    case 'bool': {
      const { values } = column;
      return {
        width: 1,
        write: (target, at, row) => {
          target[at] = ZERO + (values[row] ?? 0);
          return at + 1;
        },
      };
    }
    case 'int': {
      const { values } = column;
      return { width: 17, write: (target, at, row) => writeInteger(target, at, values[row] ?? 0) };
    }
    case 'float':
      return floatEncoder(column.values, blank);
    case 'str':
      return textEncoder(column.values, column.labels, blank);
    case 'date':
      return dateEncoder(column.values, column.format, blank);
  }
}

/** Writes a whole number of at most 2^53 either way. */
function writeInteger(target: Buffer, start: number, value: number): number {
  if (value >= 0 && value < 100) {
    const tens = (value / 10) | 0;
    if (tens === 0) {
      target[start] = ZERO + value;
      return start + 1;
    }
    target[start] = ZERO + tens;
    target[start + 1] = ZERO + (value - tens * 10);
    return start + 2;
  }
  if (value < 0) {
    target[start] = MINUS;
    return writeInteger(target, start + 1, -value);
  }
  let digits = 3;
  for (let power = 1000; power <= value; power *= 10) digits++;
  writeDigits(target, start, digits, value);
  return start + digits;
}

function writeDigits(target: Buffer, at: number, digits: number, value: number): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const next = Math.floor(rest / 10);
    target[place] = ZERO + (rest - next * 10);
    rest = next;
  }
}

function floatEncoder(values: Float64Array, blank: Buffer): ColumnEncoder {
  return {
    width: 26,
    write: (target, at, row) => {
      const value = values[row] ?? 0;
      if (Number.isNaN(value)) return copy(target, at, blank);
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
        const end = writeInteger(target, at, value);
        target[end] = POINT;
        target[end + 1] = ZERO;
        return end + 2;
      }
      const text = pythonFloat(value);
      for (let index = 0; index < text.length; index++) target[at + index] = text.charCodeAt(index);
      return at + text.length;
    },
  };
}

function textEncoder(values: Int32Array, labels: readonly string[], blank: Buffer): ColumnEncoder {
  // The blank stands first, so that the code of a missing category, -1, is an index as good as any other.
  const cells = [
    blank,
    ...labels.map((label) => (label === '' ? blank : Buffer.from(csvCell(label)))),
  ];
  return {
    width: cells.reduce((widest, cell) => Math.max(widest, cell.length), 0),
    write: (target, at, row) => copy(target, at, cells[(values[row] ?? NO_CATEGORY) + 1] ?? blank),
  };
}

function dateEncoder(values: Int32Array, format: DateFormat, blank: Buffer): ColumnEncoder {
  const length = format.length;
  return {
    width: 10,
    write: (target, at, row) => {
      const day = values[row] ?? NO_DATE;
      if (day === NO_DATE) return copy(target, at, blank);
      const source = day >= FIRST_COMMON_DAY && day <= LAST_COMMON_DAY ? commonDay(day) : null;
      if (source === null) {
        writeDate(target, at, day);
      } else {
        for (let index = 0; index < length; index++) {
          target[at + index] = commonDates[source + index] ?? ZERO;
        }
      }
      return at + length;
    },
  };
}

/** 1900-01-01 to 2099-12-31: where nearly every date of a cohort lies. */
const FIRST_COMMON_DAY = -25_567;
const LAST_COMMON_DAY = 47_481;

/** Ten bytes a day, written when the day is first met, since a cohort repeats few days many times. */
const commonDates = Buffer.alloc((LAST_COMMON_DAY - FIRST_COMMON_DAY + 1) * 10);

function commonDay(day: number): number {
  const at = (day - FIRST_COMMON_DAY) * 10;
  if (commonDates[at] === 0) writeDate(commonDates, at, day);
  return at;
}

function writeDate(target: Buffer, at: number, value: number): void {
  const { year, month, day } = yearMonthDay(value);
  writeDigits(target, at, 4, year);
  target[at + 4] = MINUS;
  writeDigits(target, at + 5, 2, month);
  target[at + 7] = MINUS;
  writeDigits(target, at + 8, 2, day);
}

/** Cells are short: a loop beats a call of `set` by far. */
function copy(target: Buffer, at: number, bytes: Buffer): number {
  const { length } = bytes;
  for (let index = 0; index < length; index++) target[at + index] = bytes[index] ?? 0;
  return at + length;
}
