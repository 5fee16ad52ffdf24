/** `dump_study_yaml`: a definition as it is understood, for people and for comparing two versions of it. */
import { stringify } from 'yaml';
import { dayOf } from '../calendar.ts';
import { studyAsPlainData } from '../cohortextractor/dump-study.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, loadStudies } from './definitions.ts';
import type { DumpStudyYaml } from './invocation.ts';

/** @throws FaultError */
export async function dumpStudyYaml(
  { definition, params }: DumpStudyYaml,
  context: CohortContext,
): Promise<void> {
  const modules = chooseDefinitions(context.directory, definition);
  const today = dayOf(context.today);
  if (today === null) throw new RangeError(`${context.today} is no date`);
  for (const study of await loadStudies(context, modules, params, 'definition')) {
    const data = studyAsPlainData(study, today);
    context.print(stringify(data, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd());
  }
}
