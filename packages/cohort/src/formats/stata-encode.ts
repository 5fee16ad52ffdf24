import { NO_DATE, type Table, type TableColumn } from '../table.ts';
import { formatFaults } from './faults.ts';
import { labelsAsSeen } from './first-seen.ts';
import {
  FIRST_STATA_DAY,
  GREATEST_DOUBLE,
  LAST_STATA_DAY,
  LONGEST_FIXED_STRING,
  MISSING_DOUBLE,
  MISSING_LONG,
  MOST_VARIABLES,
  type ReleaseLayout,
  releases,
  SECTIONS,
  STATA_EPOCH,
  storage,
  wholeRange,
} from './stata-layout.ts';
import { stataNames } from './stata-name.ts';

const RELEASE = 118;
const layout = releases[RELEASE] as ReleaseLayout;

const BLOCK = 1 << 20;

/** A column laid out for Stata. `write` puts the value of a row at an offset of a zeroed buffer. */
interface Variable {
  readonly type: number;
  readonly width: number;
  readonly format: string;
  readonly write: (target: Buffer, at: number, row: number) => void;
  /** Records of strings that are too long to stand in the row. */
  readonly longStrings: readonly Buffer[];
}

/**
 * A table as a Stata 118 file: flags as byte, whole numbers as long or else double, daily dates (%td) within what pandas reads, strings
 * as themselves rather than as value labels, in the width of the longest (cohort-extractor §1.3, §5.6). No time stamp is
 * written, so the same table gives the same bytes.
 *
 * Faults: `stata-infinite-number`, `stata-too-many-columns`.
 */
export function* encodeStata(table: Table): Generator<Buffer> {
  const count = table.columns.length;
  if (count > MOST_VARIABLES) {
    throw formatFaults.error('stata-too-many-columns', { columns: count });
  }
  const variables = table.columns.map(variableOf);
  const names = stataNames(table.columns.map(({ name }) => name));
  const rowWidth = variables.reduce((sum, { width }) => sum + width, 0);

  const header = Buffer.concat([
    Buffer.from(`<stata_dta><header><release>${RELEASE}</release><byteorder>LSF</byteorder><K>`),
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
  yield* dataBlocks(table.rows, rowWidth, variables);
  yield Buffer.concat([
    Buffer.from('</data>'),
    marked('strls', strls),
    Buffer.from('<value_labels></value_labels></stata_dta>'),
  ]);
}

function* dataBlocks(
  rows: number,
  rowWidth: number,
  variables: readonly Variable[],
): Generator<Buffer> {
  const rowsOfBlock = Math.max(1, Math.floor(BLOCK / Math.max(1, rowWidth)));
  for (let first = 0; first < rows; first += rowsOfBlock) {
    const last = Math.min(first + rowsOfBlock, rows);
    const block = Buffer.alloc((last - first) * rowWidth);
    let start = 0;
    for (const { width, write } of variables) {
      for (let row = first, at = start; row < last; row++, at += rowWidth) write(block, at, row);
      start += width;
    }
    yield block;
  }
}

function variableOf(column: TableColumn, index: number): Variable {
  switch (column.type) {
    case 'bool': {
      const { values } = column;
      return {
        type: storage.byte,
        width: 1,
        format: '%8.0g',
        write: (target, at, row) => target.writeInt8(values[row] ?? 0, at),
        longStrings: [],
      };
    }
    case 'int':
      return column.values.every((value) => {
        const [least, greatest] = wholeRange.long;
        return value >= least && value <= greatest;
      })
        ? long(column.values, '%12.0g')
        : double(column.values, column.name);
    case 'float':
      return double(column.values, column.name);
    case 'date':
      return long(
        column.values.map((day) =>
          day === NO_DATE
            ? MISSING_LONG
            : Math.min(Math.max(day, FIRST_STATA_DAY), LAST_STATA_DAY) - STATA_EPOCH,
        ),
        '%td',
      );
    case 'str':
      if (column.numeric) return numbers(column.values, column.labels, column.name);
      return text(column.values, column.labels, index);
  }
}

function long(values: Float64Array | Int32Array, format: string): Variable {
  return {
    type: storage.long,
    width: 4,
    format,
    write: (target, at, row) => target.writeInt32LE(values[row] ?? 0, at),
    longStrings: [],
  };
}

function double(values: Float64Array, name: string): Variable {
  if (values.some((value) => Math.abs(value) > GREATEST_DOUBLE)) {
    throw formatFaults.error('stata-infinite-number', { column: name });
  }
  return {
    type: storage.double,
    width: 8,
    format: '%10.0g',
    write: (target, at, row) => {
      const value = values[row] ?? Number.NaN;
      target.writeDoubleLE(Number.isNaN(value) ? MISSING_DOUBLE : value, at);
    },
    longStrings: [],
  };
}

/** Categories that are numbers; Stata's missing value where there is none. */
function numbers(values: Int32Array, labels: readonly string[], name: string): Variable {
  const known = labels.map(Number);
  const [least, greatest] = wholeRange.long;
  return known.every((number) => number >= least && number <= greatest)
    ? long(
        values.map((code) => known[code] ?? MISSING_LONG),
        '%12.0g',
      )
    : double(
        Float64Array.from(values, (code) => known[code] ?? Number.NaN),
        name,
      );
}

function text(values: Int32Array, labels: readonly string[], index: number): Variable {
  const seen = labelsAsSeen(values, labels);
  const bytes = seen.labels.map((label) => Buffer.from(label, layout.encoding));
  const width = bytes.reduce((widest, label) => Math.max(widest, label.length), 1);
  if (width > LONGEST_FIXED_STRING) return longText(seen.values, bytes, index + 1);
  return {
    type: width,
    width,
    format: `%${width}s`,
    write: (target, at, row) => {
      bytes[seen.values[row] ?? -1]?.copy(target, at);
    },
    longStrings: [],
  };
}

/** Each label is stored once, named by its variable and its first row, both counted from 1; a blank is 0, 0. */
function longText(values: Int32Array, labels: readonly Buffer[], variable: number): Variable {
  const rows = labels.map((_, label) => values.indexOf(label) + 1);
  const [variableWidth, rowWidth] = layout.reference;
  return {
    type: storage.string,
    width: variableWidth + rowWidth,
    format: '%9s',
    write: (target, at, row) => {
      const observation = rows[values[row] ?? -1];
      if (observation === undefined) return;
      target.writeUIntLE(variable, at, variableWidth);
      target.writeUIntLE(observation, at + variableWidth, rowWidth);
    },
    longStrings: labels.map((label, code) =>
      Buffer.concat([
        Buffer.from('GSO'),
        unsigned(variable, 4),
        unsigned(rows[code] ?? 0, layout.stringObservation),
        // 130: text that ends with a zero byte.
        unsigned(130, 1),
        unsigned(label.length + 1, 4),
        label,
        Buffer.alloc(1),
      ]),
    ),
  };
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

/** Little-endian, of up to 8 bytes. */
function unsigned(value: number, width: number): Buffer {
  const field = Buffer.alloc(width);
  if (width === 8) field.writeBigUInt64LE(BigInt(value));
  else field.writeUIntLE(value, 0, width);
  return field;
}
