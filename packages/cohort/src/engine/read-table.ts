/** The rows of a query as tables of typed arrays, for files that the database does not write itself. */
import type { CohortModel, Constant, ModelColumn } from '../model/model.ts';
import type { RowsPiece, Session } from '../session/session.ts';
import { type DateFormat, NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';

/** All rows as one table. */
export async function readTable(
  session: Session,
  model: CohortModel,
  query: string,
): Promise<Table> {
  const builder = tableBuilder(model);
  for await (const piece of session.read(query, columnsOf(model))) builder.push(piece);
  return builder.table();
}

/** The rows as tables of some rows each, one of no rows if there are none. */
export async function* readTables(
  session: Session,
  model: CohortModel,
  query: string,
): AsyncGenerator<Table> {
  let some = false;
  for await (const piece of session.read(query, columnsOf(model))) {
    const builder = tableBuilder(model);
    builder.push(piece);
    yield builder.table();
    some = true;
  }
  if (!some) yield tableBuilder(model).table();
}

/** `patient_id` and the model's columns, which is what a query of rows gives. */
function columnsOf({ columns }: CohortModel): readonly ModelColumn[] {
  return [
    { name: 'patient_id', type: 'int', dateLength: null, value: { kind: 'patient-id' } },
    ...columns,
  ];
}

interface TableBuilder {
  push(piece: RowsPiece): void;
  table(): Table;
}

function tableBuilder(model: CohortModel): TableBuilder {
  const builders = columnsOf(model).map(builderOf);
  let rows = 0;
  return {
    push: (piece) => {
      builders.forEach((builder, index) => {
        for (const cell of piece.columns[index] ?? []) builder.push(cell);
      });
      rows += piece.rows;
    },
    table: () => ({ rows, columns: builders.map((builder) => builder.column()) }),
  };
}

interface ColumnBuilder {
  push(cell: Constant): void;
  column(): TableColumn;
}

function builderOf({ name, type, dateLength }: ModelColumn): ColumnBuilder {
  if (type === 'str') return textBuilder(name);
  const missing = type === 'date' ? NO_DATE : 0;
  const values: number[] = [];
  const push = (cell: Constant): void => {
    values.push(cell === null ? missing : Number(cell) + 0);
  };
  const column = (): TableColumn => {
    switch (type) {
      case 'bool':
        return { name, type, values: Uint8Array.from(values) };
      case 'int':
      case 'float':
        return { name, type, values: Float64Array.from(values) };
      case 'date':
        return {
          name,
          type,
          values: Int32Array.from(values),
          format: dateFormats[dateLength ?? 10],
        };
    }
  };
  return { push, column };
}

const dateFormats: Readonly<Record<4 | 7 | 10, DateFormat>> = {
  4: 'YYYY',
  7: 'YYYY-MM',
  10: 'YYYY-MM-DD',
};

function textBuilder(name: string): ColumnBuilder {
  const codes = new Map<string, number>();
  const values: number[] = [];
  return {
    push: (cell) => {
      const text = cell === null ? '' : String(cell);
      if (text === '') {
        values.push(NO_CATEGORY);
        return;
      }
      const code = codes.get(text) ?? codes.size;
      codes.set(text, code);
      values.push(code);
    },
    column: () => ({
      name,
      type: 'str',
      values: Int32Array.from(values),
      labels: [...codes.keys()],
    }),
  };
}
