/** The rows of a query as a table of typed arrays, for formats that are not written by DuckDB. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdb } from '../dialect/duckdb.ts';
import type { CohortModel, ModelColumn } from '../model/model.ts';
import { type DateFormat, NO_CATEGORY, NO_DATE, type Table, type TableColumn } from '../table.ts';

type Cell = number | string | null;

/** @param query `patient_id` and the model's columns. */
export async function readTable(
  connection: DuckDBConnection,
  { columns }: CohortModel,
  query: string,
): Promise<Table> {
  const all: readonly ModelColumn[] = [
    { name: 'patient_id', type: 'int', dateLength: null, value: { kind: 'patient-id' } },
    ...columns,
  ];
  const items = all.map(plainCell);
  const result = await connection.stream(`SELECT ${items.join(', ')} FROM (${query})`);
  const builders = all.map(builderOf);
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    builders.forEach((builder, index) => {
      // The query gives numbers and texts only.
      for (const cell of chunk.getColumnValues(index)) builder.push(cell as Cell);
    });
    rows += chunk.rowCount;
  }
  return { rows, columns: builders.map((builder) => builder.column()) };
}

function plainCell({ name, type }: ModelColumn): string {
  const column = duckdb.identifier(name);
  if (type === 'str') return column;
  return type === 'date'
    ? `CAST(${column} - DATE '1970-01-01' AS INTEGER)`
    : `CAST(${column} AS DOUBLE)`;
}

interface ColumnBuilder {
  push(cell: Cell): void;
  column(): TableColumn;
}

function builderOf({ name, type, dateLength }: ModelColumn): ColumnBuilder {
  if (type === 'str') return textBuilder(name);
  const missing = type === 'date' ? NO_DATE : 0;
  const values: number[] = [];
  const push = (cell: Cell): void => {
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
