/**
 * Reads a delimited text into a table, strictly: what cannot be read for certain is no table, so that nothing hides where
 * two readers would see different cells.
 */
import { allocate, fill, type Table } from './table.ts';

export type Scan =
  | { readonly table: Table; readonly delimiter: string }
  | { readonly table: null; readonly reason: string };

const DELIMITERS = [',', ';', '\t', '|', '^', '~', ':'] as const;

/** Longest field, in characters; a bound on what one quoted field can hide. */
const LONGEST_FIELD = 131_072;

/** @param limits - Columns beyond which it is not read. */
export function scanDelimited(
  source: string,
  limits: { readonly maximumColumns: number },
  element: string | null = null,
): Scan {
  const lead = leadOf(source);
  const delimiter = lead.separator ?? chooseDelimiter(source, lead.end);
  const shape = measure(source, lead.end, delimiter.charCodeAt(0));
  if (typeof shape === 'string') return { table: null, reason: shape };
  const { records, columns } = shape;
  if (columns > limits.maximumColumns) {
    return {
      table: null,
      reason: `it has ${columns} columns; the limit is ${limits.maximumColumns}`,
    };
  }
  const header: string[] = [];
  const rows = Math.max(0, records - 1);
  const table: Table = {
    source,
    element,
    names: header,
    rows,
    columns,
    ...allocate(rows, columns),
  };
  let line = 1;
  for (let at = 0; at < lead.end; at += 1) if (source.charCodeAt(at) === NEWLINE) line += 1;
  walk(source, lead.end, delimiter.charCodeAt(0), line, {
    field(record, column, start, end, startLine) {
      if (record === 0) header.push(source.slice(start, end).replaceAll('""', '"').trim());
      else {
        if (column === 0) table.lines[record - 1] = startLine;
        fill(table, (record - 1) * columns + column, start, end);
      }
    },
  });
  while (header.length < columns) header.push('');
  return { table, delimiter };
}

interface FieldReader {
  field(record: number, column: number, start: number, end: number, line: number): void;
}

/** Goes through all fields of all records that are not blank. Quotation marks were found to close before. */
function walk(
  source: string,
  from: number,
  comma: number,
  firstLine: number,
  reader: FieldReader,
): void {
  let record = 0;
  let column = 0;
  let line = firstLine;
  let recordLine = firstLine;
  let at = from;
  let blank = true;
  const end = source.length;
  while (at <= end) {
    let start = at;
    let stop: number;
    if (source.charCodeAt(at) === QUOTE) {
      start = at + 1;
      at = start;
      for (;;) {
        const code = source.charCodeAt(at);
        if (code === QUOTE) {
          if (source.charCodeAt(at + 1) !== QUOTE) break;
          at += 1;
        } else if (code === NEWLINE) line += 1;
        at += 1;
      }
      stop = at;
      at += 1;
      blank = false;
      while (at < end && !endsField(source.charCodeAt(at), comma)) at += 1;
      // Text behind the closing mark belongs to the field as well.
      if (source.slice(stop + 1, at).trim() !== '') stop = at;
    } else {
      while (at < end && !endsField(source.charCodeAt(at), comma)) at += 1;
      stop = at;
      if (stop > start) blank = false;
    }
    const code = at < end ? source.charCodeAt(at) : NEWLINE;
    if (code === comma) {
      reader.field(record, column, start, stop, recordLine);
      column += 1;
      blank = false;
    } else {
      if (!blank) {
        reader.field(record, column, start, stop, recordLine);
        record += 1;
      }
      if (code === RETURN && source.charCodeAt(at + 1) === NEWLINE) at += 1;
      line += 1;
      recordLine = line;
      column = 0;
      blank = true;
    }
    at += 1;
  }
}

function endsField(code: number, comma: number): boolean {
  return code === comma || code === NEWLINE || code === RETURN;
}

/** How many records and how many fields the longest of them has, or why it cannot be said. */
function measure(
  source: string,
  from: number,
  comma: number,
): { readonly records: number; readonly columns: number } | string {
  let records = 0;
  let columns = 0;
  let fields = 1;
  let blank = true;
  let start = from;
  for (let at = from; at <= source.length; at += 1) {
    const code = at < source.length ? source.charCodeAt(at) : NEWLINE;
    if (code === QUOTE && at === start) {
      at += 1;
      while (at < source.length) {
        if (source.charCodeAt(at) === QUOTE) {
          if (source.charCodeAt(at + 1) !== QUOTE) break;
          at += 1;
        }
        at += 1;
      }
      if (at >= source.length) return 'a quotation mark is never closed';
      blank = false;
    } else if (endsField(code, comma)) {
      if (at - start > LONGEST_FIELD) return `a field is longer than ${LONGEST_FIELD} characters`;
      if (code === comma) {
        fields += 1;
        blank = false;
      } else {
        if (!blank) {
          records += 1;
          if (fields > columns) columns = fields;
        }
        fields = 1;
        blank = true;
        if (code === RETURN && source.charCodeAt(at + 1) === NEWLINE) at += 1;
      }
      start = at + 1;
    } else blank = false;
  }
  return { records, columns };
}

/** Blank lines, comment lines and a spreadsheet's `sep=;` line before the header. */
function leadOf(source: string): { readonly end: number; readonly separator: string | null } {
  const [lead = ''] =
    /^\uFEFF?(?:[ \t]*(?:sep=.[ \t]*|#[^\r\n]*)?(?:\r\n|\r|\n))*/i.exec(source) ?? [];
  const separator = /(?:^|[\r\n])[ \t]*sep=(.)/i.exec(lead)?.[1] ?? null;
  return { end: Math.max(lead.length, source.startsWith('\uFEFF') ? 1 : 0), separator };
}

/** The delimiter that gives the header most fields; the comma wins a tie. */
function chooseDelimiter(source: string, from: number): string {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (let at = from; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && counts.has(character))
      counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  let [best] = DELIMITERS as readonly string[];
  for (const [delimiter, count] of counts) {
    if (count > (counts.get(best ?? ',') ?? 0)) best = delimiter;
  }
  return best ?? ',';
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
