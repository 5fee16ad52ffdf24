/** The rows of a query as tables of typed arrays, for files that the database does not write itself. */
import type { CohortModel, Constant, ModelColumn } from '../model/model.ts';
import type { RowsPiece, Session } from '../session/session.ts';
import { type DateFormat, NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';

/** The rows as tables of some rows each, one of no rows if there are none. */
export async function* readTables(
  session: Session,
  model: Pick<CohortModel, 'columns'>,
  query: string,
): AsyncGenerator<Table> {
  const columns = columnsOf(model);
  let some = false;
  for await (const piece of session.read(query, columns)) {
    yield tableOf(piece, columns);
    some = true;
  }
  if (!some) yield tableOf({ rows: 0, columns: [] }, columns);
}

/** `patient_id` and the model's columns, which is what a query of rows gives. */
function columnsOf({ columns }: Pick<CohortModel, 'columns'>): readonly ModelColumn[] {
  return [
    { name: 'patient_id', type: 'int', dateLength: null, value: { kind: 'patient-id' } },
    ...columns,
  ];
}

function tableOf({ rows, columns: cells }: RowsPiece, columns: readonly ModelColumn[]): Table {
  return { rows, columns: columns.map((column, index) => columnOf(column, cells[index] ?? [])) };
}

function columnOf(
  { name, type, dateLength }: ModelColumn,
  cells: readonly Constant[],
): TableColumn {
  switch (type) {
    case 'bool':
      return { name, type, values: Uint8Array.from(cells, numberOr(0)) };
    case 'int':
    case 'float':
      return { name, type, values: Float64Array.from(cells, numberOr(0)) };
    case 'date': {
      const format = dateFormats[dateLength ?? 10];
      return { name, type, values: Int32Array.from(cells, numberOr(NO_DATE)), format };
    }
    case 'str':
      return { name, type, ...textsOf(cells) };
  }
}

function numberOr(missing: number): (cell: Constant) => number {
  return (cell) => (cell === null ? missing : Number(cell) + 0);
}

const dateFormats: Readonly<Record<4 | 7 | 10, DateFormat>> = {
  4: 'YYYY',
  7: 'YYYY-MM',
  10: 'YYYY-MM-DD',
};

function textsOf(cells: readonly Constant[]): { values: Int32Array; labels: readonly string[] } {
  const codes = new Map<string, number>();
  const values = Int32Array.from(cells, (cell) => {
    const text = cell === null ? '' : String(cell);
    if (text === '') return NO_CATEGORY;
    const code = codes.get(text) ?? codes.size;
    codes.set(text, code);
    return code;
  });
  return { values, labels: [...codes.keys()] };
}
