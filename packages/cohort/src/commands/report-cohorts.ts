/** `cohort_report`: a page for the cohort file of each definition, describing it column by column. */
import { dayOf } from '../calendar.ts';
import { cohortReport } from '../report/cohort-report.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, loadStudies, suffixOf } from './definitions.ts';
import type { CohortReport } from './invocation.ts';
import { cohortFolder, makeFolder, studyPath } from './study-path.ts';

/** @throws FaultError */
export async function reportCohorts(
  { inputDir, outputDir }: CohortReport,
  context: CohortContext,
): Promise<void> {
  const { directory } = context;
  const modules = chooseDefinitions(directory, 'all');
  const studies = await loadStudies(context, modules, {}, 'definition');
  const inputs = cohortFolder(directory, inputDir, '--input-dir');
  const outputs = makeFolder(directory, outputDir, '--output-dir');
  const today = dayOf(context.today);
  if (today === null) throw new RangeError(`today is given as ${context.today}`);
  for (const [index, study] of studies.entries()) {
    context.signal?.throwIfAborted();
    const path = await cohortReport({
      study,
      suffix: suffixOf(study.module),
      inputDirectory: inputs.absolute,
      outputDirectory: outputs.absolute,
      today,
    });
    const file = studyPath(directory, path, '--output-dir').relative;
    context.log(`Wrote ${file}`);
    context.progress?.({ file, done: index + 1, total: studies.length });
  }
}
