import { readFile, stat } from 'node:fs/promises';
import { FaultError } from '@vitrine/pipeline';
import { formatFaults } from './faults.ts';
import { type OutputFormatName, outputFormats } from './output-format.ts';
import type { RawTable } from './raw-table.ts';

/** Bytes that a file may hold once unpacked, unless the caller says otherwise. */
export const READ_LIMIT: number = 2 ** 31 - 1;

export interface ReadTableOptions {
  /** Read these columns only. Absent: all. */
  readonly columns?: ReadonlySet<string>;
  readonly limit?: number;
}

/**
 * Reads a table from a file of any of the formats.
 *
 * Faults: `file-not-found`, `file-not-readable`, `file-too-large`, and those of malformed content, with the place where
 * the format has lines.
 */
export async function readTable(
  path: string,
  format: OutputFormatName,
  { columns, limit = READ_LIMIT }: ReadTableOptions = {},
): Promise<RawTable> {
  const bytes = await bytesOf(path, limit);
  const options = { file: path, limit, ...(columns === undefined ? {} : { columns }) };
  return await outputFormats[format].decode(bytes, options);
}

async function bytesOf(path: string, limit: number): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      const reason = 'it is not a regular file';
      throw formatFaults.error('file-not-readable', { file: path, reason }, { file: path });
    }
    if (found.size > limit) {
      throw formatFaults.error('file-too-large', { file: path, limit }, { file: path });
    }
    return await readFile(path);
  } catch (error) {
    throw readingFault(error, path);
  }
}

function readingFault(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof FaultError) return error;
  if ('code' in error && error.code === 'ENOENT') {
    return formatFaults.error('file-not-found', { file }, { file });
  }
  return formatFaults.error('file-not-readable', { file, reason: error.message }, { file });
}
