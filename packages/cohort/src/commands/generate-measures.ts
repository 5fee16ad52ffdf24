/** `generate_measures`: the measures of one or more definitions over the cohort files made before. */
import { existsSync, readdirSync } from 'node:fs';
import { lowerStudy } from '../cohortextractor/lower-study.ts';
import { generateMeasures } from '../measures/generate-measures.ts';
import type { GenerateMeasures } from './command-line.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, recordDefinitions, suffixOf, together } from './definitions.ts';
import { commandFaults } from './faults.ts';
import { type StudyPath, studyPath } from './study-path.ts';

/**
 * Definitions without measures are passed over, unless none of those meant has any.
 * @throws FaultError
 */
export async function runGenerateMeasures(
  { definition, outputDir, params, skipExisting }: GenerateMeasures,
  context: CohortContext,
): Promise<void> {
  const modules = chooseDefinitions(context.directory, definition);
  const recorded = await recordDefinitions(context, modules, params, 'measures');
  const studies = together(recorded, lowerStudy).filter(({ measures }) => measures.length > 0);
  if (studies.length === 0) throw commandFaults.error('measures-missing', { modules });

  const folder = cohortFolder(context.directory, outputDir, '--output-dir');
  for (const [index, { module, measures }] of studies.entries()) {
    context.signal?.throwIfAborted();
    await generateMeasures({
      measures,
      suffix: suffixOf(module),
      directory: folder.absolute,
      skipExisting,
      log: (message) => context.log(message.replaceAll(`${context.directory}/`, '')),
    });
    context.progress?.({ file: folder.relative, done: index + 1, total: studies.length });
  }
}

/**
 * A folder that holds cohort files, none of which is a link that leads out of the study.
 * @throws FaultError path-outside-study
 */
export function cohortFolder(directory: string, path: string, flag: string): StudyPath {
  const folder = studyPath(directory, path, flag);
  const names = existsSync(folder.absolute) ? readdirSync(folder.absolute) : [];
  for (const name of names) {
    if (name.startsWith('input')) studyPath(directory, `${folder.absolute}/${name}`, flag);
  }
  return folder;
}
