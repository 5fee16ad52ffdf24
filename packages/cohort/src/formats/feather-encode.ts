import * as arrow from 'apache-arrow';
import { NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import { ZstdFileWriter } from './arrow-compression.ts';
import { FirstSeen } from './first-seen.ts';
import {
  asText,
  type ColumnHead,
  ROWS_AT_ONCE,
  slicesOf,
  type TablePieces,
} from './table-pieces.ts';
import { NOT_A_TIME, nanosecondsOfDay } from './timestamp-range.ts';

/**
 * A table as Feather version 2 (an Arrow file) with zstd, in the types that pandas gives such a table: bool, int64,
 * float64, categories in order of first appearance, nanosecond timestamps; missing dates and categories are null
 * (cohort-extractor §1.3, §5.6). The rows stand in batches of `ROWS_AT_ONCE` at most.
 *
 * All batches of an Arrow file share their categories, and the width of their indices. So texts are looked at before the
 * first row is written, and each different one stays in memory.
 */
export async function* encodeFeather(table: TablePieces): AsyncGenerator<Uint8Array> {
  const texts = await textsOf(table);
  const arrowColumns = table.columns.map((head, index) => arrowColumn(head, index, texts[index]));
  const schema = new arrow.Schema(
    arrowColumns.map(({ name, type }) => arrow.Field.new({ name, type, nullable: true })),
  );
  const writer = new ZstdFileWriter();
  for await (const piece of table.read()) {
    for (const { rows, columns } of slicesOf(piece, ROWS_AT_ONCE)) {
      const data = arrow.makeData({
        type: new arrow.Struct(schema.fields),
        length: rows,
        nullCount: 0,
        children: columns.flatMap((column, index) => arrowColumns[index]?.data(column) ?? []),
      });
      writer.write(new arrow.RecordBatch(schema, data));
      yield writer.take();
    }
  }
  writer.finish();
  yield writer.take();
}

/** For each column the texts that occur in it, if it is one of texts. */
async function textsOf(table: TablePieces): Promise<readonly FirstSeen[]> {
  const texts = table.columns.map(() => new FirstSeen());
  if (table.columns.every(({ type }) => type !== 'str')) return texts;
  for await (const { columns } of table.read()) {
    for (const [index, column] of columns.entries()) {
      if (column.type === 'str') texts[index]?.codesOf(column);
    }
  }
  return texts;
}

interface ArrowColumn {
  readonly name: string;
  readonly type: arrow.DataType;
  /** Some of its rows. */
  data(column: TableColumn): arrow.Data;
}

/** A column of the same type in every batch. */
function arrowColumn(head: ColumnHead, id: number, texts = new FirstSeen()): ArrowColumn {
  const { name } = head;
  switch (head.type) {
    case 'bool':
      return known(name, new arrow.Bool(), (values) =>
        bits(values.length, (row) => values[row] === 1),
      );
    case 'int':
      return known(name, new arrow.Int64(), (values) => BigInt64Array.from(values, BigInt));
    case 'float':
      return known(name, new arrow.Float64(), (values) => new Float64Array(values));
    case 'date': {
      const type = new arrow.TimestampNanosecond();
      return {
        name,
        type,
        data: ({ values }) =>
          arrow.makeData({
            type,
            length: values.length,
            nullBitmap: bits(values.length, (row) => values[row] !== NO_DATE),
            data: BigInt64Array.from(values, (day) =>
              day === NO_DATE ? NOT_A_TIME : nanosecondsOfDay(day),
            ),
          }),
      };
    }
    case 'str': {
      const { labels } = texts;
      const [Indices, indexType] = smallestIndices(labels.length);
      const dictionary = head.numeric
        ? arrow.vectorFromArray(labels.map(BigInt), new arrow.Int64())
        : arrow.vectorFromArray(labels, new arrow.Utf8());
      const type = new arrow.Dictionary<arrow.DataType, arrow.Int8 | arrow.Int16 | arrow.Int32>(
        dictionary.type,
        indexType,
        id,
        false,
      );
      return {
        name,
        type,
        data: (column) => {
          const codes = texts.codesOf(asText(column));
          return arrow.makeData<arrow.Dictionary>({
            type,
            length: codes.length,
            nullBitmap: bits(codes.length, (row) => codes[row] !== NO_CATEGORY),
            data: new Indices(codes),
            dictionary,
          });
        },
      };
    }
  }
}

/** A column that has a value in every row. */
function known<Type extends arrow.Bool | arrow.Int64 | arrow.Float64>(
  name: string,
  type: Type,
  data: (values: TableColumn['values']) => Type['TArray'],
): ArrowColumn {
  return {
    name,
    type,
    data: ({ values }) => new arrow.Data(type, 0, values.length, 0, [undefined, data(values)]),
  };
}

type Indices = typeof Int8Array | typeof Int16Array | typeof Int32Array;

/** Indices as narrow as pandas would have them. */
function smallestIndices(labels: number): [Indices, arrow.Int8 | arrow.Int16 | arrow.Int32] {
  if (labels <= 127) return [Int8Array, new arrow.Int8()];
  if (labels <= 32_767) return [Int16Array, new arrow.Int16()];
  return [Int32Array, new arrow.Int32()];
}

/** A bit a row, least significant first. */
function bits(length: number, test: (row: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (let row = 0; row < length; row++) {
    if (test(row)) bytes[row >> 3] = (bytes[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return bytes;
}
