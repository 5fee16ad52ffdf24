/** What is kept about extracts from a database, beside the log of the action that made them. */
import { attritionCsv, attritionSvg, type ExtractRecord } from '@vitrine/cohort';
import { metadataPath } from './action-log.ts';
import type { TreeName } from './publication.ts';

/** A text that is published with the outputs of an action. */
export interface ActionNote {
  /** Name in the staging folder. */
  readonly staged: string;
  readonly path: string;
  readonly trees: readonly TreeName[];
  readonly text: string;
}

const BOTH: readonly TreeName[] = ['level3', 'level4'];

/** Every path that a note of an action may have. */
export function notePaths(action: string): readonly string[] {
  return ['extracts.json', 'attrition.csv', 'attrition.svg'].map((ending) =>
    metadataPath(action, ending),
  );
}

/**
 * The exact records, which stay at level 3, and the attrition as a table and a figure that may be looked at (level 4). None
 * without extracts: those of an earlier run then go, for they tell of files that stand there no longer.
 */
export function extractNotes(
  action: string,
  extracts: readonly ExtractRecord[],
): readonly ActionNote[] {
  if (extracts.length === 0) return [];
  const [records = '', table = '', figure = ''] = notePaths(action);
  return [
    {
      staged: 'extracts',
      path: records,
      trees: ['level3'],
      text: `${JSON.stringify(extracts, null, 2)}\n`,
    },
    { staged: 'attrition-table', path: table, trees: BOTH, text: attritionCsv(extracts) },
    { staged: 'attrition-figure', path: figure, trees: BOTH, text: attritionSvg(extracts) },
  ];
}
