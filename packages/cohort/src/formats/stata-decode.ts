import { formatFaults } from './faults.ts';
import type { RawTable, ReadOptions } from './raw-table.ts';
import { readStataColumn } from './stata-column.ts';
import { EndOfBytes, FieldReader, Malformed } from './stata-fields.ts';
import { MARK, widthOf } from './stata-layout.ts';
import { readMarked } from './stata-marked.ts';
import { readPlain } from './stata-plain.ts';

/**
 * A Stata file of release 114, 115, 117, 118 or 119, of either byte order: numbers, fixed and long strings, dates of any
 * unit (as their first day), value labels (as categories, in the order that pandas gives them).
 *
 * Faults: `file-malformed`, `file-truncated`; `feature-not-supported` for other releases.
 */
export function decodeStata(bytes: Buffer, { file, columns: wanted }: ReadOptions): RawTable {
  const place = { file };
  try {
    const reader = new FieldReader(bytes);
    const marked = reader.startsWith(MARK);
    if (!marked && !looksPlain(bytes)) throw new Malformed('it does not start as one');
    const contents = marked ? readMarked(reader) : readPlain(reader);
    if (contents === null) {
      const release = marked ? bytes.toString('latin1', MARK.length, MARK.length + 3) : bytes[0];
      const feature = `the layout of release ${release}`;
      throw formatFaults.error('feature-not-supported', { file, format: 'Stata', feature }, place);
    }
    let offset = contents.data;
    const columns = contents.variables.flatMap((variable) => {
      const start = offset;
      offset += widthOf(variable.type, contents.reference) ?? 0;
      return wanted === undefined || wanted.has(variable.name)
        ? [readStataColumn(reader, contents, variable, start)]
        : [];
    });
    return { rows: contents.rows, columns };
  } catch (error) {
    if (error instanceof EndOfBytes) {
      throw formatFaults.error('file-truncated', { file, format: 'Stata' }, place);
    }
    if (error instanceof Malformed) {
      const reason = error.message;
      throw formatFaults.error('file-malformed', { file, format: 'Stata', reason }, place);
    }
    throw error;
  }
}

/** Before release 117 a file starts with its release as a byte, then its byte order. */
function looksPlain(bytes: Buffer): boolean {
  const [release = 0, byteOrder = 0] = bytes;
  return release >= 102 && release <= 116 && (byteOrder === 1 || byteOrder === 2);
}
