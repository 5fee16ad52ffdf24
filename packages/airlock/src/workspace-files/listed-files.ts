import type { Manifest, OutputRecord } from '@vitrine/runner';
import type { ListedFile } from './file-tree.ts';

const known = new WeakMap<Manifest, readonly ListedFile[]>();

/** The outputs of a manifest as the tree wants them; made once for each manifest that was read. */
export function listedFiles(manifest: Manifest): readonly ListedFile[] {
  const made =
    known.get(manifest) ??
    Object.entries(manifest.outputs).map(([path, record]) => listedFile(path, record));
  known.set(manifest, made);
  return made;
}

export function listedFile(path: string, record: OutputRecord): ListedFile {
  const { level, content_hash, size, excluded, disclosure } = record;
  return {
    path,
    level,
    hash: content_hash,
    size,
    excluded,
    outOfDateOutput: record.out_of_date_output,
    outOfDateAction: record.out_of_date_action,
    checked:
      disclosure === null
        ? null
        : {
            passes: disclosure.passes,
            findings: Object.values(disclosure.counts).reduce((sum, count) => sum + count, 0),
          },
  };
}
