/**
 * The seam behind which a database lies: one conversation with it, and the tables of its own that last as long. The engine
 * compiles a plan in the session's dialect, and asks for no more than what stands here.
 */
import type { Dialect } from '../dialect/dialect.ts';
import type { Constant, ValueType } from '../model/model.ts';
import type { WrittenCells } from '../plan/written-cells.ts';
import type { ColumnKind } from '../tpp-schema/column.ts';

export interface ReadColumn {
  readonly name: string;
  readonly type: ValueType;
}

/** Some rows, column by column, with the values that `Constant` describes. */
export interface RowsPiece {
  readonly rows: number;
  readonly columns: readonly (readonly Constant[])[];
}

/** A column of the database, as it calls the type itself. */
export interface SourceColumn {
  readonly type: string;
  /** Whether every value of the column is one of that kind, without loss. */
  holds(kind: ColumnKind): boolean;
}

/** The columns of tables by their names; a name that is not there is undefined. */
export interface SourceTables {
  columnsOf(table: string): ((column: string) => SourceColumn | undefined) | undefined;
}

/** For databases that write CSV files themselves, faster than rows could be handed over. */
export interface FileWriter {
  readonly cells: WrittenCells;
  /** How many files may be written at one time. */
  readonly atOnce: number;
  /** Writes the cells that a query gives, and says how many rows they were. Other statements may run meanwhile. */
  write(query: string, path: string, format: 'csv' | 'csv.gz'): Promise<number>;
}

/**
 * One conversation. Statements run one after another. Every method throws `database-…` faults, or the reason of the signal
 * that the session was opened with; DuckDB throws errors of its own, which `databaseError` reads. Disposing of it drops
 * its own tables, whatever happened before.
 */
export interface Session extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly files: FileWriter | null;
  run(statement: string): Promise<void>;
  /**
   * The rows of a query, as they come; the order is the query's.
   *
   * @param columns Those of the query, in its order.
   */
  read(query: string, columns: readonly ReadColumn[]): AsyncIterable<RowsPiece>;
  /** Makes a table of its own and brings the rows in. */
  load(
    table: string,
    columns: readonly ReadColumn[],
    rows: readonly (readonly Constant[])[],
  ): Promise<void>;
  /** What is known of all tables of the database. */
  describe(): Promise<SourceTables>;
}

/** The first row of a query; nothing if there is none. */
export async function readRow(
  session: Session,
  query: string,
  columns: readonly ReadColumn[],
): Promise<readonly Constant[]> {
  const rows = await readRows(session, query, columns);
  return rows[0] ?? [];
}

/** All rows of a query that gives few. */
export async function readRows(
  session: Session,
  query: string,
  columns: readonly ReadColumn[],
): Promise<readonly (readonly Constant[])[]> {
  const rows: Constant[][] = [];
  for await (const piece of session.read(query, columns)) {
    for (let row = 0; row < piece.rows; row++) {
      rows.push(piece.columns.map((column) => column[row] ?? null));
    }
  }
  return rows;
}
