import type { Table } from '../table.ts';
import { formatFaults } from './faults.ts';
import { unsigned } from './stata-fields.ts';
import {
  writtenLayout as layout,
  MOST_VARIABLES,
  SECTIONS,
  WRITTEN_RELEASE,
} from './stata-layout.ts';
import { stataNames } from './stata-name.ts';
import { type StataVariable, stataVariables } from './stata-variable.ts';
import type { TablePieces } from './table-pieces.ts';

const BLOCK = 1 << 20;

/**
 * A table as a Stata 118 file: flags as byte, whole numbers as long or else double, daily dates (%td) within what pandas reads, strings
 * as themselves rather than as value labels, in the width of the longest (cohort-extractor §1.3, §5.6). No time stamp is
 * written, so the same table gives the same bytes.
 *
 * Faults: `stata-infinite-number`, `stata-too-many-columns`.
 */
export async function* encodeStata(table: TablePieces): AsyncGenerator<Buffer> {
  const count = table.columns.length;
  if (count > MOST_VARIABLES) {
    throw formatFaults.error('stata-too-many-columns', { columns: count });
  }
  const variables = await stataVariables(table);
  const names = stataNames(table.columns.map(({ name }) => name));
  const rowWidth = variables.reduce((sum, { width }) => sum + width, 0);

  const header = Buffer.concat([
    Buffer.from(
      `<stata_dta><header><release>${WRITTEN_RELEASE}</release><byteorder>LSF</byteorder><K>`,
    ),
    unsigned(count, 2),
    Buffer.from('</K><N>'),
    unsigned(table.rows, 8),
    Buffer.from('</N><label>'),
    unsigned(0, layout.labelLength),
    Buffer.from('</label><timestamp>'),
    unsigned(0, 1),
    Buffer.from('</timestamp></header>'),
  ]);
  const before = {
    variable_types: Buffer.concat(variables.map(({ type }) => unsigned(type, 2))),
    varnames: Buffer.concat(names.map((name) => padded(name, layout.name))),
    sortlist: Buffer.alloc((count + 1) * 2),
    formats: Buffer.concat(variables.map(({ format }) => padded(format, layout.format))),
    value_label_names: Buffer.alloc(count * layout.name),
    variable_labels: Buffer.alloc(count * layout.label),
    characteristics: Buffer.alloc(0),
  };
  const strls = Buffer.concat(variables.flatMap(({ longStrings }) => longStrings));

  const sizes: Record<(typeof SECTIONS)[number], number> = {
    stata_dta: header.length,
    map: marked('map', Buffer.alloc((SECTIONS.length + 2) * 8)).length,
    variable_types: marked('variable_types', before.variable_types).length,
    varnames: marked('varnames', before.varnames).length,
    sortlist: marked('sortlist', before.sortlist).length,
    formats: marked('formats', before.formats).length,
    value_label_names: marked('value_label_names', before.value_label_names).length,
    variable_labels: marked('variable_labels', before.variable_labels).length,
    characteristics: marked('characteristics', before.characteristics).length,
    data: '<data></data>'.length + table.rows * rowWidth,
    strls: marked('strls', strls).length,
    value_labels: '<value_labels></value_labels>'.length,
  };
  const offsets = [0];
  for (const section of SECTIONS) offsets.push((offsets.at(-1) ?? 0) + sizes[section]);
  offsets.push((offsets.at(-1) ?? 0) + '</stata_dta>'.length);

  yield Buffer.concat([
    header,
    marked('map', Buffer.concat(offsets.map((offset) => unsigned(offset, 8)))),
    ...Object.entries(before).map(([name, content]) => marked(name, content)),
    Buffer.from('<data>'),
  ]);
  for await (const piece of table.read()) yield* dataBlocks(piece, rowWidth, variables);
  yield Buffer.concat([
    Buffer.from('</data>'),
    marked('strls', strls),
    Buffer.from('<value_labels></value_labels></stata_dta>'),
  ]);
}

function* dataBlocks(
  { rows, columns }: Table,
  rowWidth: number,
  variables: readonly StataVariable[],
): Generator<Buffer> {
  const fields = columns.flatMap((column, index) => {
    const variable = variables[index];
    return variable === undefined
      ? []
      : [{ width: variable.width, write: variable.writer(column) }];
  });
  const rowsOfBlock = Math.max(1, Math.floor(BLOCK / Math.max(1, rowWidth)));
  for (let first = 0; first < rows; first += rowsOfBlock) {
    const last = Math.min(first + rowsOfBlock, rows);
    const block = Buffer.alloc((last - first) * rowWidth);
    let start = 0;
    for (const { width, write } of fields) {
      for (let row = first, at = start; row < last; row++, at += rowWidth) write(block, at, row);
      start += width;
    }
    yield block;
  }
}

function marked(name: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`<${name}>`), content, Buffer.from(`</${name}>`)]);
}

function padded(value: string, width: number): Buffer {
  const field = Buffer.alloc(width);
  // The last byte stays zero: it ends the text.
  Buffer.from(value, layout.encoding).copy(field, 0, 0, width - 1);
  return field;
}
