/** The rows of a query as a file: CSV by the database itself where it can, all else by the house's own writers. */
import { writeAtomically } from '../formats/atomic-file.ts';
import { encodeCsv } from '../formats/csv-encode.ts';
import { gzipPieces } from '../formats/gzip.ts';
import { type OutputFormatName, outputFormats } from '../formats/output-format.ts';
import { setDown } from '../formats/scratch-table.ts';
import type { CohortModel } from '../model/model.ts';
import type { Session } from '../session/session.ts';
import { readTables } from './read-table.ts';

/** Whether a format is made of lines of text, which need not all be there before the first is written. */
export function isCsv(format: OutputFormatName): format is 'csv' | 'csv.gz' {
  return format === 'csv' || format === 'csv.gz';
}

export interface RowsToWrite {
  readonly session: Session;
  readonly model: CohortModel;
  /** `patient_id` and the model's columns; for CSV from a session that writes files, their cells. */
  readonly query: string;
  readonly path: string;
  readonly format: OutputFormatName;
  /** What the database writes itself, the session breaks off. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the rows and says how many they were; when this fails, a part of the file may be left.
 * @throws FaultError file-not-written; the signal's reason when stopped; what the session throws
 */
export async function writeRows({
  session,
  model,
  query,
  path,
  format,
  signal,
}: RowsToWrite): Promise<number> {
  if (!isCsv(format)) {
    await using table = await setDown(readTables(session, model, query), path);
    await writeAtomically(path, stoppable(outputFormats[format].encode(table), signal));
    return table.rows;
  }
  if (session.files !== null) return await session.files.write(query, path, format);
  let rows = 0;
  const lines = csvLines(session, model, query, (more) => {
    rows += more;
  });
  await writeAtomically(path, stoppable(format === 'csv' ? lines : gzipPieces(lines), signal));
  return rows;
}

async function* stoppable<Piece>(
  pieces: Iterable<Piece> | AsyncIterable<Piece>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    yield piece;
  }
}

/** The rows as the lines of a real extract, as they come. */
export async function* csvLines(
  session: Session,
  model: Pick<CohortModel, 'columns'>,
  query: string,
  counted: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const table of readTables(session, model, query)) {
    yield* encodeCsv(table, { lineEnd: '\r\n', isHeaded: isFirst });
    isFirst = false;
    counted(table.rows);
  }
}
