/**
 * What is added to a study's cohortextractor command before it runs on dummy data (cohort-extractor §5.5).
 */
import { type Action, outputDirectories } from '@vitrine/pipeline';

/** The words after `cohortextractor`, complete. `populationSize` is the project's, null where it has none. */
export function cohortArguments(action: Action, populationSize: number | null): readonly string[] {
  const words = action.run.arguments;
  if (words[0] !== 'generate_cohort') return words;
  const added: string[] = [];
  if (!SOURCES.some((flag) => has(words, flag))) {
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
