import {
  card,
  type Html,
  html,
  readTable,
  readText,
  shortInstant,
  tableChanges,
  tableChangesView,
  textChangesView,
  viewKindOf,
} from '@vitrine/web';
import type { Call } from '../../http/route.ts';
import type { ReleasedFile } from '../../queries/released-files.ts';
import { readReleasedBytes } from '../../releases/released-bytes.ts';

/** Largest version that is compared, in bytes: comparing takes longer than showing. */
const COMPARED_BYTES = 4 * 1024 * 1024;

/** What has changed from one version of a file to another, in place. */
export async function comparisonOf(
  { site }: Call,
  before: ReleasedFile,
  after: ReleasedFile,
): Promise<Html> {
  return card({
    id: 'comparison',
    title: 'What has changed',
    subtitle: html`From the version of ${shortInstant(before.released_at)} to that of ${shortInstant(after.released_at)} (UTC)`,
    flush: viewKindOf(after.path) !== 'table',
    body: html`${await changes()}`,
  });

  async function changes(): Promise<Html> {
    if (before.sha256 === after.sha256)
      return said('The two versions are the same, byte for byte.');
    if (before.withdrawn_at !== null || after.withdrawn_at !== null) {
      return said('One of the two has been taken back, so there is nothing to compare.');
    }
    const kind = viewKindOf(after.path);
    if (kind === 'none' || kind === 'picture') {
      return said('Files of this kind are not compared here. Their bytes differ.');
    }
    if (Math.max(before.size, after.size) > COMPARED_BYTES) {
      return said(
        `Files of more than ${COMPARED_BYTES / 1024 / 1024} MB are not compared here. Their bytes differ.`,
      );
    }
    const [old, now] = await Promise.all([before, after].map(textOf));
    if (old === null || old === undefined || now === null || now === undefined) {
      return said('One of the two is not the text that its name says. Their bytes differ.');
    }
    const tables =
      kind === 'table' ? [readTable(before.path, old), readTable(after.path, now)] : [];
    const [oldTable, newTable] = tables;
    return oldTable && newTable
      ? html`${oldTable.hasMoreRows || newTable.hasMoreRows ? html`<p class="quiet">Only the first rows are compared.</p>` : null}${tableChangesView(after.path, tableChanges(oldTable, newTable))}`
      : textChangesView(after.path, old, now);
  }

  async function textOf(file: ReleasedFile): Promise<string | null> {
    return readText(file.path, await readReleasedBytes(site.releases, file));
  }
}

function said(words: string): Html {
  return html`<p class="empty">${words}</p>`;
}
