/** The study definitions that a command means, recorded and lowered. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, didYouMean, FaultError } from '@vitrine/pipeline';
import { lowerStudy } from '../cohortextractor/lower-study.ts';
import type { Study } from '../cohortextractor/study.ts';
import type { RecordedModule } from '../record/document.ts';
import { recordFaults } from '../record/faults.ts';
import { recordStudies } from '../record/record-studies.ts';
import { faultOf } from '../record/study-faults.ts';
import type { CohortContext } from './context.ts';
import { commandFaults } from './faults.ts';
import { faultLines } from './tell-faults.ts';

const FILE = /^(study_definition(?:_\w+)?)\.py$/;

/** Names of the definitions that lie directly in `analysis/`, sorted. */
export function listDefinitions(directory: string): readonly string[] {
  const analysis = join(directory, 'analysis');
  if (!existsSync(analysis)) return [];
  return readdirSync(analysis)
    .map((file) => FILE.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .toSorted();
}

/**
 * The definitions that are meant: all, or the one named, which may lie in a folder below (`folder.study_definition_x`).
 * @throws FaultError definition-not-listed, definitions-missing
 */
export function chooseDefinitions(directory: string, wanted: string | 'all'): readonly string[] {
  const listed = listDefinitions(directory);
  if (wanted === 'all') {
    if (listed.length === 0) throw recordFaults.error('definitions-missing', {});
    return listed;
  }
  const isBelow = /^\w+(\.\w+)+$/.test(wanted);
  const path = join(directory, 'analysis', `${wanted.replaceAll('.', '/')}.py`);
  if (listed.includes(wanted) || (isBelow && existsSync(path))) return [wanted];
  const bare = wanted.replace(/^(\.\/)?analysis\//, '').replace(/\.py$/, '');
  const near = listed.includes(bare) ? bare : (didYouMean(bare, listed) ?? null);
  throw commandFaults.error('definition-not-listed', { name: wanted, listed, near });
}

/** What of a definition a command cannot do without. */
export type Needed = 'definition' | 'measures';

/**
 * Records and lowers the definitions. Where measures are not needed their faults are said in the log and do not hinder,
 * as they never have.
 * @throws FaultError with the faults of all of them
 */
export async function loadStudies(
  context: CohortContext,
  modules: readonly string[],
  params: Readonly<Record<string, string>>,
  needed: Needed,
): Promise<readonly Study[]> {
  const { directory, runRecorder } = context;
  const document = await recordStudies({
    studyDir: directory,
    modules,
    params,
    run: runRecorder,
  });
  return together(document.modules, (module) => {
    const fault = faultOf(module);
    if (fault !== null && (needed === 'measures' || module.definition === null)) {
      throw new FaultError([fault]);
    }
    if (fault !== null) warn(context, [fault]);
    return needed === 'measures' ? lowerStudy(module) : lowerLeniently(module, context);
  });
}

function lowerLeniently(module: RecordedModule, context: CohortContext): Study {
  try {
    return lowerStudy(module);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const study = lowerStudy({ ...module, measures: null });
    warn(context, error.diagnostics);
    return study;
  }
}

/** Says in the log what does not hinder. */
export function warn(context: CohortContext, findings: readonly Diagnostic[]): void {
  const warnings = findings.map((finding) => ({ ...finding, severity: 'warning' as const }));
  for (const line of faultLines(warnings, context.directory)) context.log(line);
}

/** Applies `work` to each and throws the faults of all together. */
export function together<T, R>(items: readonly T[], work: (item: T) => R): readonly R[] {
  const results: R[] = [];
  const faults: Diagnostic[] = [];
  for (const item of items) {
    try {
      results.push(work(item));
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faults.push(...error.diagnostics);
    }
  }
  if (faults.length > 0) throw new FaultError(faults);
  return results;
}

/** What sets a definition apart in file names: `_bp` of `study_definition_bp`, empty for `study_definition`. */
export function suffixOf(module: string): string {
  return module.replace(/^.*\.(?=study_definition)/, '').replace(/^study_definition/, '');
}
