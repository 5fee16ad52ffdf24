/**
 * The shape of a delimited text: how many rows and columns, and what the columns are called. Strict where a lenient
 * reader would let something hide: what cannot be read for certain has no shape.
 */

export interface CsvShape {
  /** Data rows: records that are not blank, without the header. */
  readonly rows: number;
  /** Fields of the header; 0 for an empty file. */
  readonly columns: number;
  /** What the columns may be called, whichever delimiter a reader takes: the header cut at all of them. */
  readonly names: readonly string[];
}

export type CsvReading =
  | { readonly readable: true; readonly shape: CsvShape }
  | { readonly readable: false; readonly reason: string };

/** What separates fields in files that people call CSV. The comma first: it wins a tie. */
const DELIMITERS = [',', ';', '\t', '|', ':', '^', '~'] as const;

/** Longest field, in characters: what Python's csv module takes, and a bound on what one quoted field can hide. */
const LONGEST_FIELD = 131_072;

/**
 * Reads the shape of a CSV file. Blank lines do not count, quoted line ends do not end a row, a byte order mark, a
 * `sep=` line and leading `#` lines come before the header. The delimiter is the one that gives the most columns.
 */
export function readCsvShape(bytes: Uint8Array): CsvReading {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable('it is not UTF-8 text');
  }
  if (text.includes('\0')) return unreadable('it has NUL characters, so it is no text');
  const start = startOfHeader(text);
  const header = headerOf(text, start);
  const counts = DELIMITERS.map((delimiter) => countOutsideQuotes(header, delimiter));
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
  const reading = countRecords(text, start, delimiter);
  if (typeof reading === 'string') return unreadable(reading);
  return { readable: true, shape: { ...reading, names: header.split(/[,;\t|:^~]/) } };
}

/** The first record as it stands, line ends in quotation marks included. */
function headerOf(text: string, start: number): string {
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) quoted = !quoted;
    else if (!quoted && (code === NEWLINE || code === RETURN)) return text.slice(start, at);
  }
  return text.slice(start);
}

function countOutsideQuotes(header: string, delimiter: string): number {
  let quoted = false;
  let count = 0;
  for (const character of header) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === delimiter) count += 1;
  }
  return count;
}

/** Position after blank lines, a spreadsheet's `sep=;` line and leading comment lines. */
function startOfHeader(text: string): number {
  const lead = /^(?:[ \t]*(?:sep=.[ \t]*|#[^\r\n]*)?(?:\r\n|\r|\n))+/i.exec(text);
  return lead?.[0].length ?? 0;
}

/** Counts rows and columns, or says why that cannot be done. */
function countRecords(
  text: string,
  start: number,
  delimiter: string,
): { readonly rows: number; readonly columns: number } | string {
  const comma = delimiter.charCodeAt(0);
  let records = 0;
  let columns = 0;
  let fields = 1;
  let blank = true;
  let quoted = false;
  let field = start;
  for (let at = start; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : NEWLINE;
    if (quoted) {
      if (at === text.length) return 'a quotation mark is never closed';
      if (code === QUOTE) {
        if (text.charCodeAt(at + 1) === QUOTE) at += 1;
        else quoted = false;
      }
      continue;
    }
    if (code === comma || code === NEWLINE || code === RETURN) {
      if (at - field > LONGEST_FIELD) return `a field is longer than ${LONGEST_FIELD} characters`;
      if (code === comma) {
        fields += 1;
        blank = false;
      } else {
        if (!blank) {
          if (records === 0) columns = fields;
          records += 1;
        }
        fields = 1;
        blank = true;
      }
      field = at + 1;
    } else {
      if (code === QUOTE && at === field) quoted = true;
      blank = false;
    }
  }
  return { rows: Math.max(0, records - 1), columns };
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
function unreadable(reason: string): { readonly readable: false; readonly reason: string } {
  return { readable: false, reason };
}
