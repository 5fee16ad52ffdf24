import { open, rename, rm } from 'node:fs/promises';
import { formatFaults } from './faults.ts';
import { partOf } from './part-file.ts';

/**
 * Writes a file so that it is whole or absent: to a temporary file in the same folder, flushed to disk, then renamed
 * over what was there. The temporary file is removed when anything fails. Resolves to the number of bytes written.
 *
 * Faults: `file-not-written` when the operating system refuses; whatever making the pieces throws passes through.
 */
export async function writeAtomically(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const temporary = partOf(path);
  const refused = refusalOf(path);
  const file = await open(temporary, 'wx').catch(refused);
  try {
    let bytes = 0;
    try {
      for await (const piece of pieces) {
        await file.appendFile(piece).catch(refused);
        bytes += piece.length;
      }
      await file.sync().catch(refused);
    } finally {
      await file.close();
    }
    await rename(temporary, path).catch(refused);
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Says of a file that the operating system refused something on the way to it. */
export function refusalOf(path: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw formatFaults.error('file-not-written', { file: path, reason }, { file: path });
  };
}
