/** `generate_measures`: the measures of one or more definitions, over the cohort files made before or in a database. */
import { generateMeasures } from '../measures/generate-measures.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, loadStudies, suffixOf } from './definitions.ts';
import { commandFaults } from './faults.ts';
import { indexDates } from './index-dates.ts';
import type { GenerateMeasures } from './invocation.ts';
import { measureInDatabase } from './measure-in-database.ts';
import { cohortFolder, makeFolder } from './study-path.ts';

/**
 * Definitions without measures are passed over, unless none of those meant has any.
 * @throws FaultError
 */
export async function runGenerateMeasures(
  { definition, outputDir, params, skipExisting, database }: GenerateMeasures,
  context: CohortContext,
): Promise<void> {
  const modules = chooseDefinitions(context.directory, definition);
  const loaded = await loadStudies(context, modules, params, 'measures');
  const studies = loaded.filter(({ measures }) => measures.length > 0);
  if (studies.length === 0) throw commandFaults.error('measures-missing', { modules });

  if (database !== null) {
    const dates = indexDates(database.indexDateRange, context.today).toReversed();
    const folder = makeFolder(context.directory, outputDir, '--output-dir');
    const { address } = database;
    return await measureInDatabase({ studies, dates, folder, skipExisting, address }, context);
  }
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
