import { isAscii, isUtf8 } from 'node:buffer';
import { formatFaults } from './faults.ts';
import type { RawColumn, RawTable, ReadOptions } from './raw-table.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * A CSV file (RFC 4180) as columns of text: quoted cells with commas, line breaks and doubled quotes; LF, CRLF or CR
 * line ends; a byte order mark; blank lines, which are skipped. As in pandas, a quote inside an unquoted cell is an
 * ordinary character, and text after a closing quote belongs to the cell.
 *
 * Faults: `file-not-utf8`, `csv-no-header`, `csv-duplicate-column`, and with the line `csv-cell-count`,
 * `csv-unclosed-quote`. Lines count as an editor counts them.
 */
export function decodeCsv(bytes: Buffer, { file, columns: wanted }: ReadOptions): RawTable {
  if (!isUtf8(bytes)) throw formatFaults.error('file-not-utf8', { file }, { file });
  const cells = new CellReader(bytes, file);

  const names = cells.header();
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw formatFaults.error('csv-duplicate-column', { file, column: repeated }, { file, line: 1 });
  }
  const sinks = names.map((name) =>
    wanted === undefined || wanted.has(name) ? new LabelSink(name, cells) : null,
  );

  let rows = 0;
  while (cells.startLine()) {
    const line = cells.line;
    let count = 0;
    for (let more = true; more; count++) {
      more = cells.next();
      sinks[count]?.add(rows);
    }
    if (count !== names.length) {
      throw formatFaults.error(
        'csv-cell-count',
        { cells: count, columns: names.length },
        { file, line },
      );
    }
    rows++;
  }
  return { rows, columns: sinks.flatMap((sink) => (sink === null ? [] : [sink.column(rows)])) };
}

/** Walks over the cells of a file. After `next`, the cell is `bytes[start..end)`, or `unquoted` where it had quotes. */
class CellReader {
  readonly bytes: Buffer;
  start = 0;
  end = 0;
  unquoted: string | null = null;
  /** Where the current line begins, counted from 1. */
  line = 0;
  readonly #file: string;
  readonly #ascii: boolean;
  #at: number;
  #lineBreaks = 0;

  constructor(bytes: Buffer, file: string) {
    this.bytes = bytes;
    this.#file = file;
    this.#ascii = isAscii(bytes);
    this.#at = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  }

  header(): string[] {
    if (!this.startLine()) {
      throw formatFaults.error('csv-no-header', { file: this.#file }, { file: this.#file });
    }
    const names: string[] = [];
    for (let more = true; more; ) {
      more = this.next();
      names.push(this.text());
    }
    return names;
  }

  /** Goes to the next line that is not blank. False at the end of the file. */
  startLine(): boolean {
    while (this.#endLine());
    this.line = this.#lineBreaks + 1;
    return this.#at < this.bytes.length;
  }

  /** Reads a cell, and the comma or line end behind it. True when the line goes on. */
  next(): boolean {
    const { bytes } = this;
    this.unquoted = null;
    let before = '';
    if (bytes[this.#at] === QUOTE) before = this.#quoted();
    this.start = this.#at;
    let at = this.#at;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN) break;
    }
    this.end = at;
    this.#at = at;
    if (this.unquoted !== null) this.unquoted = before + this.#slice(this.start, this.end);
    if (bytes[at] !== COMMA) {
      this.#endLine();
      return false;
    }
    this.#at++;
    return true;
  }

  text(): string {
    return this.unquoted ?? this.#slice(this.start, this.end);
  }

  #slice(start: number, end: number): string {
    return this.bytes.toString(this.#ascii ? 'latin1' : 'utf8', start, end);
  }

  #endLine(): boolean {
    const byte = this.bytes[this.#at];
    if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) return false;
    this.#at += byte === CARRIAGE_RETURN && this.bytes[this.#at + 1] === LINE_FEED ? 2 : 1;
    this.#lineBreaks++;
    return true;
  }

  /** Reads from an opening quote to behind its closing one. */
  #quoted(): string {
    const { bytes } = this;
    const opened = this.#at;
    this.unquoted = '';
    let at = opened + 1;
    for (;;) {
      const quote = bytes.indexOf(QUOTE, at);
      if (quote < 0) {
        throw formatFaults.error(
          'csv-unclosed-quote',
          { file: this.#file },
          { file: this.#file, line: this.#lineBreaks + 1 },
        );
      }
      at = quote + 1;
      if (bytes[at] !== QUOTE) break;
      at++;
    }
    this.#at = at;
    const text = this.#slice(opened + 1, at - 1);
    for (const _ of text.matchAll(/\r\n|\r|\n/g)) this.#lineBreaks++;
    return text.replaceAll('""', '"');
  }
}

/** Collects one column, each distinct text once. */
class LabelSink {
  readonly #name: string;
  readonly #cells: CellReader;
  readonly #labels: string[] = [];
  readonly #codes = new Map<string, number>();
  /** Codes of blank cells and of cells of one byte, most of all cells, found without making a string. */
  readonly #short = new Int32Array(257).fill(-1);
  #values = new Int32Array(1024);

  constructor(name: string, cells: CellReader) {
    this.#name = name;
    this.#cells = cells;
  }

  add(row: number): void {
    if (row === this.#values.length) {
      const grown = new Int32Array(row * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    const { bytes, start, end, unquoted } = this.#cells;
    if (unquoted !== null || end - start > 1) {
      this.#values[row] = this.#codeOf(this.#cells.text());
      return;
    }
    const key = end === start ? 256 : (bytes[start] ?? 0);
    let code = this.#short[key] ?? -1;
    if (code < 0) {
      code = this.#codeOf(this.#cells.text());
      this.#short[key] = code;
    }
    this.#values[row] = code;
  }

  column(rows: number): RawColumn {
    return {
      name: this.#name,
      kind: 'text',
      values: this.#values.slice(0, rows),
      labels: this.#labels,
      categorical: false,
    };
  }

  #codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const code = this.#labels.push(text) - 1;
    this.#codes.set(text, code);
    return code;
  }
}
