/** Random schemas, and databases of them: with nulls, ties, doubles, empty tables, and patients of no table or of one. */
import type { ValueType } from '../model/model.ts';
import {
  type ColumnSchema,
  type ColumnWord,
  type TableSchema,
  tableSchema,
} from '../tpp-schema/column.ts';
import type { Database, Row } from './cell.ts';
import type { Draw } from './draw.ts';
import type { Source } from './evaluate-cohort.ts';
import { drawCell } from './random-cells.ts';

/** Columns of the files that a random study brings, with their types. */
export type FileColumns = Readonly<Record<string, ValueType>>;

export interface RandomSource extends Source {
  readonly fileColumns: Readonly<Record<string, FileColumns>>;
}

const types = ['int', 'float', 'bool', 'date', 'datetime', 'str'] as const;

/** Names that mean something to databases, too. */
const columnNames = [
  'Code',
  'Value',
  'order',
  'Date',
  'Group Name',
  'element',
  'x',
  'Index',
] as const;

export function drawSource(draw: Draw): RandomSource {
  const schema: Readonly<Record<string, TableSchema>> = {
    Patient: tableSchema({
      columns: { Patient_ID: 'int required', DateOfBirth: 'date', Sex: 'str' },
      key: 'Patient_ID',
      onePerPatient: true,
    }),
    Event: drawTable(draw, true),
    Admission: drawTable(draw, true),
    Dictionary: drawTable(draw, false),
    VmpMapping: tableSchema({ columns: { id: 'str required', prev_id: 'str' } }),
  };
  const patients = draw.some([1, 2, 3, 5, 8, 13, 21], 65);
  const database: Database = Object.fromEntries(
    Object.entries(schema).map(([name, table]) => [
      name,
      table.onePerPatient
        ? patients.map((patient) => ({ ...drawRow(draw, table), Patient_ID: patient }))
        : drawRows(draw, table),
    ]),
  );
  const fileColumns = { 'data/one.csv': { when: 'date', 'of what': 'str', n: 'int' } } as const;
  const files = {
    'data/one.csv': Array.from({ length: draw.whole(0, 5) }, () => ({
      Patient_ID: drawPatient(draw),
      ...Object.fromEntries(
        Object.entries(fileColumns['data/one.csv']).map(([name, type]) => [
          name,
          drawCell(draw, type),
        ]),
      ),
    })),
  };
  return { schema, database, files, fileColumns };
}

/** A table with a column of every type, and perhaps more. */
function drawTable(draw: Draw, ofPatients: boolean): TableSchema {
  const columns = columnNames.map((name, index) => {
    const type = types[index] ?? draw.pick(types);
    return [name, type === 'int' && draw.chance(20) ? 'int wide' : type] as const;
  });
  return tableSchema({
    columns: Object.fromEntries<ColumnWord>(
      ofPatients ? [['Patient_ID', 'int required'], ...columns] : columns,
    ),
  });
}

function drawPatient(draw: Draw): number {
  return draw.pick([1, 2, 3, 5, 8, 13, 21, 34]);
}

function drawRows(draw: Draw, table: TableSchema): readonly Row[] {
  const size = draw.pick([12, 20, 6, 1, 0, 30]);
  const rows = Array.from({ length: size }, () => drawRow(draw, table));
  return [...rows, ...draw.some(rows, 10)];
}

function drawRow(draw: Draw, table: TableSchema): Row {
  return Object.fromEntries(
    Object.entries<ColumnSchema>(table.columns).map(([name, { type, nullable }]) => {
      if (name === 'Patient_ID') return [name, drawPatient(draw)];
      return [name, nullable && draw.chance(15) ? null : drawCell(draw, type)];
    }),
  );
}
