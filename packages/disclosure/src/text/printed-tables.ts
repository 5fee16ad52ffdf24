/** Tables in plain text: what programs print, what Markdown draws, what somebody pasted. */
import { CellKind, readCell } from '../table/cell.ts';
import { type Table, tableOfRows } from '../table/table.ts';

/** Lines that form a table, and the table. */
export interface PrintedTable {
  readonly table: Table;
  /** From 1. */
  readonly line: number;
  /** True for a table that the author drew, as Markdown does, and false for printed rows. */
  readonly drawn: boolean;
}

/** How lines are cut into fields, tried in this order. */
const cuts: readonly {
  readonly drawn: boolean;
  readonly cut: (line: string) => readonly string[] | null;
}[] = [
  { drawn: true, cut: cutPipes },
  { drawn: false, cut: (line) => cutAt(line, '\t') },
  { drawn: false, cut: (line) => cutAt(line, ',') },
  { drawn: false, cut: (line) => cutAt(line, ';') },
  { drawn: false, cut: (line) => cutBlanks(line, / {2,}|\t/) },
  { drawn: false, cut: (line) => cutBlanks(line, /\s+/) },
];

/** Two lines may agree by accident, unless the second is nothing but numbers. */
const FEWEST_ROWS = 2;

/** Finds the tables of a text. */
export function printedTables(text: string): readonly PrintedTable[] {
  const lines = plainLines(text).split(/\r\n|\r|\n/);
  const found: PrintedTable[] = [];
  const taken = new Uint8Array(lines.length);
  for (const { drawn, cut } of cuts) {
    let at = 0;
    while (at < lines.length) {
      const block = taken[at] === 1 ? null : blockAt(lines, at, cut, taken, drawn);
      if (block === null || block.table === null) {
        // A long run of lines that is no table is not looked at again from each of its lines.
        at = Math.max(at + 1, (block?.end ?? 0) - LOOKED_AT_AGAIN);
        continue;
      }
      taken.fill(1, at, block.end);
      found.push({ table: block.table, line: at + 1, drawn });
      at = block.end;
    }
  }
  return found;
}

/** Lines at the end of a run that may still be the beginning of a table. */
const LOOKED_AT_AGAIN = 20;

interface Block {
  /** Null when the lines are no table. */
  readonly table: Table | null;
  readonly end: number;
}

/** A block is a header and rows of the same number of fields, of which at least one column is of numbers. */
function blockAt(
  lines: readonly string[],
  from: number,
  cut: (line: string) => readonly string[] | null,
  taken: Uint8Array,
  drawn: boolean,
): Block | null {
  const header = cut(lines[from] ?? '');
  if (header === null || header.length < 2 || isRule(lines[from] ?? '')) return null;
  const rows: (readonly string[])[] = [];
  const numbers: number[] = [];
  let width = 0;
  let end = from + 1;
  for (; end < lines.length && taken[end] === 0; end += 1) {
    const line = lines[end] ?? '';
    if (isRule(line)) continue;
    const fields = cut(line);
    if (fields === null) break;
    if (width === 0) {
      // A printed data frame has one field more in its rows than in its header: the index.
      if (fields.length !== header.length && fields.length !== header.length + 1) break;
      width = fields.length;
    }
    if (fields.length !== width) break;
    rows.push(fields);
    numbers.push(end + 1);
  }
  const headless = !drawn && header.length === width && isRowOfNumbers(header);
  const all = headless ? [header, ...rows] : rows;
  const isEnough = all.length >= FEWEST_ROWS || all[0]?.every(isFigure) === true;
  if (!isEnough || width < 2 || !hasNumbers(all, width)) return { table: null, end };
  const names = headless ? [] : header.length < width ? ['', ...header] : header;
  const at = headless ? [from + 1, ...numbers] : numbers;
  return { table: tableOfRows(names, all, { lines: at }), end };
}

function hasNumbers(rows: readonly (readonly string[])[], width: number): boolean {
  for (let column = 0; column < width; column += 1) {
    const numbers = rows.filter((row) => isNumber(row[column] ?? '')).length;
    if (numbers * 2 > rows.length) return true;
  }
  return false;
}

/** A number, or a mark in place of one. */
function isFigure(text: string): boolean {
  return isNumber(text) || readCell(text, 0, text.length).kind === CellKind.suppressed;
}

/** Whether names of columns are more likely a row: numbers that nobody would call columns by. */
export function looksLikeRow(names: readonly string[]): boolean {
  const numbers = names.filter(isNumber).map(Number);
  const rises =
    numbers.length > 1 && numbers.every((one, at) => at === 0 || one > (numbers[at - 1] ?? 0));
  return !rises && isRowOfNumbers(names);
}

/** Lines that are drawn become the signs that people type in their place. */
function plainLines(text: string): string {
  return /[\u2500-\u257f]/.test(text)
    ? text.replaceAll(/[│┃║┆┇┊┋╎╏]/g, '|').replaceAll(/[\u2500-\u257f]/g, '-')
    : text;
}

/** Whether the first line is a row already. Years, ranges and 1, 2, 3 … are names of columns. */
function isRowOfNumbers(fields: readonly string[]): boolean {
  const numbers = fields.filter(
    (text) => isNumber(text) && !/^(?:19|20)\d\d$|^\d+ ?[-–] ?\d+$/.test(text),
  );
  const [first] = numbers;
  const running =
    numbers.length > 1 && numbers.every((text, at) => Number(text) === Number(first) + at);
  return numbers.length > 0 && !running;
}

function isNumber(text: string): boolean {
  const { kind } = readCell(text, 0, text.length);
  return (
    kind !== CellKind.text &&
    kind !== CellKind.missing &&
    kind !== CellKind.date &&
    kind !== CellKind.suppressed
  );
}

/** A line that only draws: `|---|---|`, `=====`. */
function isRule(line: string): boolean {
  return /^[\s|+:=_-]+$/.test(line) && /[-=_]{2}/.test(line);
}

function cutPipes(line: string): readonly string[] | null {
  const text = line.trim();
  if (!text.startsWith('|') || text.length < 3) return null;
  return text
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((field) => field.trim().replace(/^\*\*(.*)\*\*$/, '$1'));
}

function cutAt(line: string, delimiter: string): readonly string[] | null {
  if (!line.includes(delimiter)) return null;
  const fields = line.split(delimiter).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
  // Prose has commas too; the fields of a table are short.
  return fields.every((field) => field.length <= 60) ? fields : null;
}

function cutBlanks(line: string, blank: RegExp): readonly string[] | null {
  const text = line.trim();
  if (text === '') return null;
  const fields = text.split(blank);
  return fields.length >= 2 && fields.length <= 200 ? fields : null;
}
