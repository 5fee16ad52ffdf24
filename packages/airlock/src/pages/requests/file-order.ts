/** The order in which files are shown and gone through: group by group, what leaves first, then by name. */
import type { FileType } from '../../review/request.ts';
import type { FileView, RequestView } from '../../review/view.ts';

const rank: Readonly<Record<FileType, number>> = { output: 0, supporting: 1, withdrawn: 2 };

export function filesInOrder({ files, groups }: RequestView): readonly FileView[] {
  const place = new Map(groups.map(({ name }, index) => [name, index]));
  return files.toSorted(
    (a, b) =>
      (place.get(a.group) ?? 0) - (place.get(b.group) ?? 0) ||
      rank[a.type] - rank[b.type] ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}
