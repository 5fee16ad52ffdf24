import * as arrow from 'apache-arrow';
import { NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';
import { ZstdFileWriter } from './arrow-compression.ts';
import { labelsAsSeen } from './first-seen.ts';
import { NOT_A_TIME, nanosecondsOfDay } from './timestamp-range.ts';

/**
 * A table as Feather version 2 (an Arrow file) with zstd, in the types that pandas gives such a table: bool, int64,
 * float64, categories in order of first appearance, nanosecond timestamps; missing dates and categories are null
 * (cohort-extractor §1.3, §5.6).
 */
export function encodeFeather(table: Table): Uint8Array {
  const columns = table.columns.map((column, index) => arrowColumn(column, index));
  const schema = new arrow.Schema(
    columns.map(({ type }, index) =>
      arrow.Field.new({ name: table.columns[index]?.name ?? '', type, nullable: true }),
    ),
  );
  const batch = new arrow.RecordBatch(
    schema,
    arrow.makeData({
      type: new arrow.Struct(schema.fields),
      length: table.rows,
      nullCount: 0,
      children: columns,
    }),
  );
  return new ZstdFileWriter().writeAll([batch]).toUint8Array(true);
}

function arrowColumn(column: TableColumn, id: number): arrow.Data {
  const length = column.values.length;
  switch (column.type) {
    case 'bool':
      return arrow.makeData({
        type: new arrow.Bool(),
        length,
        nullCount: 0,
        data: bits(length, (row) => column.values[row] === 1),
      });
    case 'int':
      return arrow.makeData({
        type: new arrow.Int64(),
        length,
        nullCount: 0,
        data: BigInt64Array.from(column.values, BigInt),
      });
    case 'float':
      return arrow.makeData({
        type: new arrow.Float64(),
        length,
        nullCount: 0,
        data: column.values,
      });
    case 'date': {
      const known = (row: number): boolean => column.values[row] !== NO_DATE;
      return arrow.makeData({
        type: new arrow.TimestampNanosecond(),
        length,
        nullBitmap: bits(length, known),
        data: BigInt64Array.from(column.values, (day) =>
          day === NO_DATE ? NOT_A_TIME : nanosecondsOfDay(day),
        ),
      });
    }
    case 'str': {
      const { values, labels } = labelsAsSeen(column.values, column.labels);
      const [indexType, indices] = smallestIndices(values, labels.length);
      const [type, dictionary] = column.numeric
        ? [new arrow.Int64(), arrow.vectorFromArray(labels.map(BigInt), new arrow.Int64())]
        : [new arrow.Utf8(), arrow.vectorFromArray(labels, new arrow.Utf8())];
      return arrow.makeData<arrow.Dictionary>({
        type: new arrow.Dictionary<arrow.DataType, arrow.Int8 | arrow.Int16 | arrow.Int32>(
          type,
          indexType,
          id,
          false,
        ),
        length,
        nullBitmap: bits(length, (row) => values[row] !== NO_CATEGORY),
        data: indices,
        dictionary,
      });
    }
  }
}

/** Indices as narrow as pandas would have them. */
function smallestIndices(
  values: Int32Array,
  labels: number,
): [arrow.Int8 | arrow.Int16 | arrow.Int32, Int8Array | Int16Array | Int32Array] {
  if (labels <= 127) return [new arrow.Int8(), Int8Array.from(values)];
  if (labels <= 32_767) return [new arrow.Int16(), Int16Array.from(values)];
  return [new arrow.Int32(), values];
}

/** A bit a row, least significant first. */
function bits(length: number, test: (row: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (let row = 0; row < length; row++) {
    if (test(row)) bytes[row >> 3] = (bytes[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return bytes;
}
