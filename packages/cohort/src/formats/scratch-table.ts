/** Rows set down on disk as they come, because a format needs to see all of them before it writes the first. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { ColumnType, Table, TableColumn } from '../table.ts';
import { refusalOf } from './atomic-file.ts';
import { FirstSeen } from './first-seen.ts';
import { partOf } from './part-file.ts';
import {
  type ColumnHead,
  headOf,
  ROWS_AT_ONCE,
  sliceOf,
  type TablePieces,
} from './table-pieces.ts';

export interface ScratchTable extends TablePieces, AsyncDisposable {}

/** The rows of a piece, in the file from `at` on: the compressed bytes of each column, one behind the other. */
interface SetDown {
  readonly rows: number;
  readonly at: number;
  readonly sizes: readonly number[];
}

type Values = TableColumn['values'];

const zstdCompress = promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdCompress);
const zstdDecompress = promisify<zlib.InputType, Buffer>(zlib.zstdDecompress);

/** The file is read twice and goes: speed before size. */
const FASTEST: zlib.ZstdOptions = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Sets tables of the same columns down as one, in pieces of `ROWS_AT_ONCE` rows, in a file beside the one that will be made of them.
 * The file has no name from the moment on when it is open, so nothing is left of it however the process ends; it is there
 * until the table is disposed of.
 *
 * Faults: `file-not-written`; whatever making the tables throws passes through.
 *
 * @param tables At least one, which may have no rows.
 * @param path Of the file that will be made; named by faults.
 */
export async function setDown(tables: AsyncIterable<Table>, path: string): Promise<ScratchTable> {
  const refused = refusalOf(path);
  const file = await openNameless(partOf(path)).catch(refused);
  try {
    const gathered: GatheredColumn[] = [];
    const pieces: SetDown[] = [];
    let waiting = 0;
    let at = 0;
    const flush = async (): Promise<void> => {
      const columns = gathered.map((column) => column.take(waiting));
      const packed = await Promise.all(columns.map((bytes) => zstdCompress(bytes, FASTEST)));
      const bytes = Buffer.concat(packed);
      await file.appendFile(bytes).catch(refused);
      pieces.push({ rows: waiting, at, sizes: packed.map(({ length }) => length) });
      at += bytes.length;
      waiting = 0;
    };
    for await (const { rows, columns } of tables) {
      if (gathered.length === 0) gathered.push(...columns.map((one) => new GatheredColumn(one)));
      for (let first = 0; first < rows; ) {
        const last = Math.min(rows, first + ROWS_AT_ONCE - waiting);
        for (const [index, column] of columns.entries()) {
          gathered[index]?.add(sliceOf(column, first, last), waiting);
        }
        waiting += last - first;
        first = last;
        if (waiting === ROWS_AT_ONCE) await flush();
      }
    }
    if (waiting > 0 || pieces.length === 0) await flush();
    const columns = gathered.map(({ head }) => head);
    return {
      rows: pieces.reduce((sum, { rows }) => sum + rows, 0),
      columns,
      read: async function* () {
        for (const piece of pieces) yield await readPiece(file, piece, columns).catch(refused);
      },
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openNameless(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

async function readPiece(
  file: FileHandle,
  { rows, at, sizes }: SetDown,
  columns: readonly ColumnHead[],
): Promise<Table> {
  const packed = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
  for (let have = 0; have < packed.length; ) {
    const { bytesRead } = await file.read(packed, have, packed.length - have, at + have);
    if (bytesRead === 0) throw new Error('the rows set down beside it are gone');
    have += bytesRead;
  }
  let start = 0;
  const parts = sizes.map((size) => {
    start += size;
    return zstdDecompress(packed.subarray(start - size, start));
  });
  const unpacked = await Promise.all(parts);
  return {
    rows,
    columns: columns.map((head, index) => columnOf(head, rows, unpacked[index] ?? Buffer.alloc(0))),
  };
}

function columnOf(head: ColumnHead, rows: number, bytes: Uint8Array): TableColumn {
  const { BYTES_PER_ELEMENT: width } = arrays[head.type];
  // Copied, because numbers may not begin at any byte of a buffer.
  const { buffer } = new Uint8Array(bytes.subarray(0, rows * width));
  switch (head.type) {
    case 'bool':
      return { ...head, values: new Uint8Array(buffer) };
    case 'int':
      return { ...head, values: new Float64Array(buffer) };
    case 'float':
      return { ...head, values: new Float64Array(buffer) };
    case 'date':
      return { ...head, values: new Int32Array(buffer) };
    case 'str': {
      const labels = JSON.parse(Buffer.from(bytes.subarray(rows * width)).toString()) as string[];
      return { ...head, values: new Int32Array(buffer), labels };
    }
  }
}

interface ValuesOf {
  new (rows: number): Values;
  readonly BYTES_PER_ELEMENT: number;
}

const arrays: Readonly<Record<ColumnType, ValuesOf>> = {
  bool: Uint8Array,
  int: Float64Array,
  float: Float64Array,
  str: Int32Array,
  date: Int32Array,
};

/** The rows of a column that are not set down yet. */
class GatheredColumn {
  readonly head: ColumnHead;
  readonly #values: Values;
  #texts = new FirstSeen();

  constructor(column: TableColumn) {
    this.head = headOf(column);
    this.#values = new arrays[column.type](ROWS_AT_ONCE);
  }

  /** Takes rows up, which stand from `at` on. */
  add(column: TableColumn, at: number): void {
    this.#values.set(column.type === 'str' ? this.#texts.codesOf(column) : column.values, at);
  }

  /** Bytes of the first rows, and behind them the labels of texts; other rows follow. */
  take(rows: number): Uint8Array {
    const { buffer, BYTES_PER_ELEMENT: width } = this.#values;
    const values = new Uint8Array(buffer, 0, rows * width);
    if (this.head.type !== 'str') return values;
    const labels = Buffer.from(JSON.stringify(this.#texts.labels));
    this.#texts = new FirstSeen();
    return Buffer.concat([values, labels]);
  }
}
