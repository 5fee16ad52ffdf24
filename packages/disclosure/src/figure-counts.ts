/** Whether the counts behind figures are there to be looked at (cli-review-and-docs §3.3). */
import { typeOf } from './check-file.ts';
import { type FileReport, FindingList } from './finding.ts';
import type { DisclosureSettings } from './settings.ts';
import { viewTable } from './table/columns.ts';
import type { Table } from './table/table.ts';

/** A file of a set that is judged together, with the tables that are in it. */
export interface FileOfSet {
  readonly path: string;
  readonly tables: readonly Table[];
}

const figureTypes: ReadonlySet<string> = new Set(['png', 'jpg', 'jpeg', 'svg', 'svgz']);

/**
 * Reports every figure of a set of files none of which has a table with counts. Which table belongs to which figure is for
 * people to judge; where there is none at all nobody can.
 */
export function checkFigureCounts(
  files: readonly FileOfSet[],
  settings: DisclosureSettings,
): readonly FileReport[] {
  const hasCounts = files.some(({ tables }) =>
    tables.some((table) => viewTable(table).columns.some(({ role }) => role === 'count')),
  );
  if (hasCounts) return [];
  return files
    .filter(({ path }) => figureTypes.has(typeOf(path)))
    .map(({ path }) => {
      const findings = new FindingList(settings.findingsPerRule);
      findings.add('missing-counts', () => ({
        message: 'No table with the counts behind this figure is beside it.',
      }));
      return findings.report(path);
    });
}
