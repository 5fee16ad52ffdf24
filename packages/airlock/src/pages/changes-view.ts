import {
  type Html,
  html,
  imageViewer,
  readTable,
  readText,
  tableChanges,
  tableChangesView,
  textChangesView,
  viewKindOf,
} from '@vitrine/web';

/** One of two versions that are compared. */
export interface ComparedVersion {
  /** Bytes. */
  readonly size: number;
  /** Asked for only where they can be compared. */
  readonly read: () => Promise<Uint8Array>;
}

export interface Comparison {
  readonly path: string;
  readonly before: ComparedVersion & {
    /** What it is, for people: “the version that …”. */
    readonly title: string;
    /** Address at which it is shown, where it is a picture. */
    readonly address: string;
    readonly isAlone: boolean;
  };
  readonly after: ComparedVersion;
}

/** Larger files are not compared on a page, in bytes. */
const COMPARED_BYTES = 4 * 1024 * 1024;

/** What differs between an earlier version of a file and the one that the page shows. */
export async function changesView({ path, before, after }: Comparison): Promise<Html> {
  const kind = viewKindOf(path);
  if (kind === 'picture') {
    const { address, title, isAlone } = before;
    return html`<p>The picture has changed. This is ${title}:</p>${imageViewer({ name: path, address, isAlone })}`;
  }
  if (
    kind === 'none' ||
    kind === 'document' ||
    Math.max(before.size, after.size) > COMPARED_BYTES
  ) {
    return html`<p>The bytes differ; files of this kind or size are not compared here.</p>`;
  }
  const old = readText(path, await before.read());
  const now = readText(path, await after.read());
  if (old === null || now === null) return html`<p>The bytes differ, and are no text.</p>`;
  const [left, right] = [readTable(path, old), readTable(path, now)];
  return kind === 'table' && left !== null && right !== null
    ? tableChangesView(path, tableChanges(left, right))
    : textChangesView(path, old, now);
}
