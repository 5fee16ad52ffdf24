/** What is added to a study's cohortextractor command before it runs (cohort-extractor §5.5). */
import { type Action, outputDirectories } from '@vitrine/pipeline';

export interface CohortSurroundings {
  /** Of the project; null where it has none. */
  readonly populationSize: number | null;
  /** Rows come from a database: nothing of dummy data is added. */
  readonly isReal: boolean;
}

/** The words after `cohortextractor`, complete. */
export function cohortArguments(
  action: Action,
  { populationSize, isReal }: CohortSurroundings,
): readonly string[] {
  const words = action.run.arguments;
  if (words[0] !== 'generate_cohort') return words;
  const added: string[] = [];
  if (!isReal && !SOURCES.some((flag) => has(words, flag))) {
    if (action.dummyDataFile !== null) added.push(`--dummy-data-file=${action.dummyDataFile}`);
    else if (populationSize !== null) added.push(`--expectations-population=${populationSize}`);
  }
  const [folder, ...others] = outputDirectories(action);
  if (folder !== undefined && others.length === 0 && !has(words, '--output-dir')) {
    added.push(`--output-dir=${folder}`);
  }
  return [...words, ...added];
}

/** Each of them says where rows come from; only one may be there. */
const SOURCES = ['--expectations-population', '--dummy-data-file', '--database-url'];

function has(words: readonly string[], flag: string): boolean {
  return words.some((word) => word === flag || word.startsWith(`${flag}=`));
}
