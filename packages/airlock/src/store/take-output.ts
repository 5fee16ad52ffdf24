import type { Airlock } from '../airlock.ts';
import type { OfferedFile } from '../review/command.ts';
import type { FileType } from '../review/request.ts';
import type { ListedFile } from '../workspace-files/file-tree.ts';
import { openOutput } from '../workspace-files/open-output.ts';
import type { Stand } from '../workspace-files/stand.ts';

/** Where a file goes in a request. */
export interface Place {
  readonly group: string;
  readonly type: Exclude<FileType, 'withdrawn'>;
}

/**
 * Takes a copy of an output for a release request.
 * @throws FaultError copy-refused, copy-too-large, review-bytes-changed
 */
export async function takeOutput(
  { workspaces, copies, fileLimit }: Pick<Airlock, 'workspaces' | 'copies' | 'fileLimit'>,
  workspace: string,
  { manifest }: Pick<Stand, 'manifest'>,
  { path, hash: recordedHash }: ListedFile,
  { group, type }: Place,
): Promise<OfferedFile> {
  const record = manifest?.outputs[path];
  if (record === undefined) throw new Error('a file that its manifest does not list was taken');
  const source = await openOutput(workspaces.folder(workspace), path);
  const { hash, size } = await copies.take(source, path, { limit: fileLimit, recordedHash });
  return {
    path,
    group,
    type,
    hash,
    size,
    job: record.job_id,
    commit: record.commit,
    repository: record.repo,
    recordedHash,
  };
}
