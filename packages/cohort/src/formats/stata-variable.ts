import { NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';
import { formatFaults } from './faults.ts';
import { FirstSeen } from './first-seen.ts';
import { unsigned } from './stata-fields.ts';
import {
  FIRST_STATA_DAY,
  GREATEST_DOUBLE,
  LAST_STATA_DAY,
  LONGEST_FIXED_STRING,
  writtenLayout as layout,
  MISSING_DOUBLE,
  MISSING_LONG,
  STATA_EPOCH,
  storage,
  wholeRange,
} from './stata-layout.ts';
import { asText, type ColumnHead, type TablePieces } from './table-pieces.ts';

/** Writes the value of a row at an offset of a zeroed buffer. */
type ValueWriter = (target: Buffer, at: number, row: number) => void;

/** A column laid out for Stata. */
export interface StataVariable {
  readonly type: number;
  readonly width: number;
  readonly format: string;
  /** For the rows of a piece. */
  writer(column: TableColumn): ValueWriter;
  /** Records of strings that are too long to stand in the row. */
  readonly longStrings: readonly Buffer[];
}

/**
 * The columns of a table as Stata has them. All rows are looked at: types and widths stand before the first row. Of texts only
 * those that are too long to stand in a row stay in memory, each once.
 *
 * Faults: `stata-infinite-number`.
 */
export async function stataVariables(table: TablePieces): Promise<readonly StataVariable[]> {
  const surveys = table.columns.map(surveyOf);
  await see(table, surveys);
  const again = surveys.map((survey) => survey.again());
  if (again.some((survey) => survey !== null)) await see(table, again);
  return surveys.map((survey, index) => (again[index] ?? survey).variable());
}

async function see(table: TablePieces, surveys: readonly (Survey | null)[]): Promise<void> {
  for await (const { columns } of table.read()) {
    for (const [index, column] of columns.entries()) surveys[index]?.see(column);
  }
}

/** What is found out about a column. */
interface Survey {
  see(column: TableColumn): void;
  /** Another look at the column that turns out to be needed. */
  again(): Survey | null;
  variable(): StataVariable;
}

function surveyOf(head: ColumnHead, index: number): Survey {
  switch (head.type) {
    case 'bool':
      return settled(flag);
    case 'int':
      return numbers(head.name, { isWhole: true, seen: valuesOf, valuesOf });
    case 'float':
      return numbers(head.name, { isWhole: false, seen: valuesOf, valuesOf });
    case 'date':
      return settled(long('%td', ({ values }) => Int32Array.from(values, stataDay)));
    case 'str':
      return head.numeric
        ? numbers(head.name, { isWhole: true, seen: labelNumbers, valuesOf: categoryNumbers })
        : texts(index + 1);
  }
}

/** Of a column whose type says it all. */
function settled(variable: StataVariable): Survey {
  return { see: () => {}, again: () => null, variable: () => variable };
}

const flag: StataVariable = {
  type: storage.byte,
  width: 1,
  format: '%8.0g',
  writer:
    ({ values }) =>
    (target, at, row) =>
      target.writeInt8(values[row] ?? 0, at),
  longStrings: [],
};

function stataDay(day: number): number {
  if (day === NO_DATE) return MISSING_LONG;
  return Math.min(Math.max(day, FIRST_STATA_DAY), LAST_STATA_DAY) - STATA_EPOCH;
}

type Numbers = (column: TableColumn) => ArrayLike<number>;

const valuesOf: Numbers = ({ values }) => values;

/** Of categories that are numbers. */
const labelNumbers: Numbers = (column) => asText(column).labels.map(Number);

/** NaN where there is none. */
const categoryNumbers: Numbers = (column) => {
  const known = labelNumbers(column);
  return Float64Array.from(column.values, (code) => known[code] ?? Number.NaN);
};

interface NumbersOf {
  readonly isWhole: boolean;
  /** The numbers that must have room. */
  readonly seen: Numbers;
  /** The numbers of the rows. */
  readonly valuesOf: Numbers;
}

/** Whole numbers are long, where all of them are within its range; all else is double. */
function numbers(name: string, { isWhole, seen, valuesOf }: NumbersOf): Survey {
  let least = 0;
  let greatest = 0;
  return {
    see: (column) => {
      const values = seen(column);
      for (let index = 0; index < values.length; index++) {
        const value = values[index] ?? 0;
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
      if (greatest > GREATEST_DOUBLE || least < -GREATEST_DOUBLE) {
        throw formatFaults.error('stata-infinite-number', { column: name });
      }
    },
    again: () => null,
    variable: () =>
      isWhole && least >= wholeRange.long[0] && greatest <= wholeRange.long[1]
        ? long('%12.0g', valuesOf)
        : double(valuesOf),
  };
}

/** NaN is missing. */
function long(format: string, valuesOf: Numbers): StataVariable {
  return {
    type: storage.long,
    width: 4,
    format,
    writer: (column) => {
      const values = valuesOf(column);
      return (target, at, row) => {
        const value = values[row] ?? Number.NaN;
        target.writeInt32LE(Number.isNaN(value) ? MISSING_LONG : value, at);
      };
    },
    longStrings: [],
  };
}

/** NaN is missing. */
function double(valuesOf: Numbers): StataVariable {
  return {
    type: storage.double,
    width: 8,
    format: '%10.0g',
    writer: (column) => {
      const values = valuesOf(column);
      return (target, at, row) => {
        const value = values[row] ?? Number.NaN;
        target.writeDoubleLE(Number.isNaN(value) ? MISSING_DOUBLE : value, at);
      };
    },
    longStrings: [],
  };
}

/** @param number Of the variable, counted from 1. */
function texts(number: number): Survey {
  let width = 1;
  return {
    see: (column) => {
      const seen = new FirstSeen();
      seen.codesOf(asText(column));
      for (const label of seen.labels) {
        width = Math.max(width, Buffer.byteLength(label, layout.encoding));
      }
    },
    again: () => (width > LONGEST_FIXED_STRING ? longTexts(number) : null),
    variable: () => ({
      type: width,
      width,
      format: `%${width}s`,
      writer: (column) => {
        const { values, labels } = asText(column);
        const bytes = labels.map((label) => Buffer.from(label, layout.encoding));
        return (target, at, row) => {
          bytes[values[row] ?? NO_CATEGORY]?.copy(target, at);
        };
      },
      longStrings: [],
    }),
  };
}

/** Each text is stored once, named by its variable and its first row, both counted from 1; a blank is 0, 0. */
function longTexts(number: number): Survey {
  const seen = new FirstSeen();
  /** First row of each text. */
  const rows: number[] = [];
  let before = 0;
  const [variableWidth, rowWidth] = layout.reference;
  return {
    see: (column) => {
      const codes = seen.codesOf(asText(column));
      for (const [row, code] of codes.entries()) {
        // Codes are given in the order of the rows.
        if (code === rows.length) rows.push(before + row + 1);
      }
      before += codes.length;
    },
    again: () => null,
    variable: () => ({
      type: storage.string,
      width: variableWidth + rowWidth,
      format: '%9s',
      writer: (column) => {
        const codes = seen.codesOf(asText(column));
        return (target, at, row) => {
          const observation = rows[codes[row] ?? NO_CATEGORY];
          if (observation === undefined) return;
          target.writeUIntLE(number, at, variableWidth);
          target.writeUIntLE(observation, at + variableWidth, rowWidth);
        };
      },
      longStrings: seen.labels.map((label, code) => {
        const bytes = Buffer.from(label, layout.encoding);
        return Buffer.concat([
          Buffer.from('GSO'),
          unsigned(number, 4),
          unsigned(rows[code] ?? 0, layout.stringObservation),
          // 130: text that ends with a zero byte.
          unsigned(130, 1),
          unsigned(bytes.length + 1, 4),
          bytes,
          Buffer.alloc(1),
        ]);
      }),
    }),
  };
}
