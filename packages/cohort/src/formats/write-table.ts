import type { Table } from '../table.ts';
import { writeAtomically } from './atomic-file.ts';
import { type OutputFormatName, outputFormats } from './output-format.ts';
import { inOnePiece } from './table-pieces.ts';

export interface WrittenTable {
  readonly rows: number;
  readonly bytes: number;
}

/** Writes a table to a file, whole or not at all; the folder must exist. Faults: `file-not-written`, `stata-…`. */
export async function writeTable(
  table: Table,
  path: string,
  format: OutputFormatName,
): Promise<WrittenTable> {
  const bytes = await writeAtomically(path, outputFormats[format].encode(inOnePiece(table)));
  return { rows: table.rows, bytes };
}
