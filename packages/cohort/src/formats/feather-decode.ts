import { FaultError } from '@vitrine/pipeline';
import {
  type Data,
  DataType,
  DateUnit,
  Precision,
  TimeUnit,
  tableFromIPC,
  type Vector,
} from 'apache-arrow';
import { NO_CATEGORY, NO_DATE } from '../table.ts';
import { UnpackedTooLarge, withUnpackingLimit } from './arrow-compression.ts';
import { formatFaults } from './faults.ts';
import type { RawColumn, RawTable, ReadOptions } from './raw-table.ts';

const MAGIC = 'ARROW1';
const OLD_MAGIC = 'FEA1';

/**
 * A Feather version 2 file: flags, numbers, text, categories, dates and timestamps of any unit, uncompressed or with
 * zstd or LZ4, in any number of batches.
 *
 * Faults: `file-malformed`, `file-truncated`, `file-too-large`; `feature-not-supported` for version 1 and for columns of
 * other types (lists, structures, decimals, times of day).
 */
export function decodeFeather(bytes: Buffer, options: ReadOptions): RawTable {
  const { file, limit, columns: wanted } = options;
  const start = bytes.toString('latin1', 0, MAGIC.length);
  if (start.startsWith(OLD_MAGIC)) throw unsupported(file, 'the old version 1 layout');
  if (start !== MAGIC) {
    const reason = 'it does not start as one';
    throw formatFaults.error('file-malformed', { file, format: 'Feather', reason }, { file });
  }
  if (bytes.toString('latin1', bytes.length - MAGIC.length) !== MAGIC) {
    throw formatFaults.error('file-truncated', { file, format: 'Feather' }, { file });
  }

  try {
    const table = withUnpackingLimit(limit, () => tableFromIPC(bytes));
    const columns = table.schema.fields.flatMap(({ name }, index) => {
      const vector = table.getChildAt(index);
      if (vector === null || (wanted !== undefined && !wanted.has(name))) return [];
      const column = rawColumn(name, vector);
      if (column === null) throw unsupported(file, `a column "${name}" of type ${vector.type}`);
      return [column];
    });
    return { rows: table.numRows, columns };
  } catch (error) {
    if (error instanceof UnpackedTooLarge) {
      throw formatFaults.error('file-too-large', { file, limit }, { file });
    }
    // Faults of ours go on; anything else is the Arrow library stumbling over the content.
    if (error instanceof FaultError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw formatFaults.error('file-malformed', { file, format: 'Feather', reason }, { file });
  }
}

function unsupported(file: string, feature: string): Error {
  return formatFaults.error(
    'feature-not-supported',
    { file, format: 'Feather', feature },
    { file },
  );
}

function rawColumn(name: string, vector: Vector<DataType>): RawColumn | null {
  const { type } = vector;
  if (DataType.isDictionary(type)) return categories(name, vector);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return strings(name, vector);
  if (DataType.isNull(type)) return numbers(name, vector, () => Number.NaN);
  if (DataType.isBool(type)) {
    if (vector.nullCount > 0) {
      return numbers(name, vector, (data, row) => bit(data.values, row));
    }
    const values = new Uint8Array(vector.length);
    eachRow(vector, (data, row, at) => {
      values[at] = bit(data.values, row);
    });
    return { name, kind: 'bool', values };
  }
  if (DataType.isInt(type) || (DataType.isFloat(type) && type.precision !== Precision.HALF)) {
    return numbers(name, vector, (data, row) => Number(data.values[row]), DataType.isInt(type));
  }
  const days = daysOf(type);
  if (days === null) return null;
  const values = new Int32Array(vector.length);
  eachRow(vector, (data, row, at) => {
    values[at] = data.getValid(row) ? days(data.values[row]) : NO_DATE;
  });
  return { name, kind: 'date', values };
}

/** How a date or timestamp of a type becomes a day, or null for other types. */
function daysOf(type: DataType): ((value: number | bigint) => number) | null {
  if (DataType.isTimestamp(type)) {
    const perDay: Record<number, bigint> = {
      [TimeUnit.SECOND]: 86_400n,
      [TimeUnit.MILLISECOND]: 86_400_000n,
      [TimeUnit.MICROSECOND]: 86_400_000_000n,
      [TimeUnit.NANOSECOND]: 86_400_000_000_000n,
    };
    const unit = perDay[type.unit] ?? 1n;
    return (value) => {
      const ticks = BigInt(value);
      return Number(ticks / unit) - (ticks < 0n && ticks % unit !== 0n ? 1 : 0);
    };
  }
  if (DataType.isDate(type)) {
    return type.unit === DateUnit.DAY ? Number : (value) => Math.floor(Number(value) / 86_400_000);
  }
  return null;
}

function numbers(
  name: string,
  vector: Vector<DataType>,
  read: (data: Data<DataType>, row: number) => number,
  whole = false,
): RawColumn {
  const values = new Float64Array(vector.length);
  eachRow(vector, (data, row, at) => {
    values[at] = data.getValid(row) ? read(data, row) : Number.NaN;
  });
  return { name, kind: whole && vector.nullCount === 0 ? 'int' : 'float', values };
}

function strings(name: string, vector: Vector<DataType>): RawColumn {
  const labels = new Labels();
  const values = new Int32Array(vector.length);
  for (let row = 0; row < vector.length; row++) {
    const value: unknown = vector.get(row);
    values[row] = value === null ? NO_CATEGORY : labels.codeOf(String(value));
  }
  return { name, kind: 'text', values, labels: labels.list, categorical: false };
}

function categories(name: string, vector: Vector<DataType>): RawColumn {
  const labels = new Labels();
  const values = new Int32Array(vector.length);
  const known = new Map<unknown, readonly number[]>();
  eachRow(vector, (data, row, at) => {
    let codes = known.get(data.dictionary);
    if (codes === undefined) {
      codes = [...(data.dictionary ?? [])].map((label: unknown) =>
        labels.codeOf(
          typeof label === 'number' || typeof label === 'bigint' ? Number(label) : String(label),
        ),
      );
      known.set(data.dictionary, codes);
    }
    const code = data.getValid(row) ? codes[data.values[row]] : NO_CATEGORY;
    if (code === undefined) throw new Error(`column "${name}" names a category that is not there`);
    values[at] = code;
  });
  return { name, kind: 'text', values, labels: labels.list, categorical: true };
}

class Labels {
  readonly list: (string | number)[] = [];
  readonly #codes = new Map<string | number, number>();

  codeOf(label: string | number): number {
    const known = this.#codes.get(label);
    if (known !== undefined) return known;
    const code = this.list.push(label) - 1;
    this.#codes.set(label, code);
    return code;
  }
}

/** Calls for every row with its batch, its row in the batch and its row in the table. */
function eachRow(
  vector: Vector<DataType>,
  visit: (data: Data<DataType>, row: number, at: number) => void,
): void {
  let at = 0;
  for (const data of vector.data) {
    for (let row = 0; row < data.length; row++) visit(data, row, at++);
  }
}

function bit(bytes: ArrayLike<number>, row: number): number {
  return ((bytes[row >> 3] ?? 0) >> (row & 7)) & 1;
}
