import type { ZipEntry } from '../../downloads/zip.ts';
import { zipOf } from '../../downloads/zip.ts';
import type { ReleasedFile } from '../../queries/released-files.ts';
import type { ReleaseStore } from '../../releases/release-store.ts';
import { releasedBytes } from '../../releases/released-bytes.ts';
import { fileName } from './raw-file.ts';

/** A file and its name in the archive. */
export interface ArchivedFile {
  readonly name: string;
  readonly file: ReleasedFile;
}

/**
 * An archive of files, made as it is read. In place of a file that was taken back stands a text that says so, under a name that no
 * program takes for the file.
 */
export function archiveOf(
  store: ReleaseStore,
  archiveName: string,
  files: readonly ArchivedFile[],
): Response {
  return new Response(zipOf(files.map((one) => entryOf(store, one))), {
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; ${fileName(`${archiveName}.zip`)}`,
      'cache-control': 'no-store',
    },
  });
}

function entryOf(store: ReleaseStore, { name, file }: ArchivedFile): ZipEntry {
  return file.withdrawn_at === null
    ? { name, content: () => releasedBytes(store, file) }
    : { name: `${name}.taken-back.txt`, content: noteOf(file) };
}

function noteOf({ path, withdrawn_at, withdrawer, withdrawal_reason }: ReleasedFile): string {
  return `${path} was taken back on ${withdrawn_at?.toISOString().slice(0, 10) ?? ''} by ${withdrawer ?? 'somebody'}.\nReason: ${withdrawal_reason ?? ''}\n`;
}
