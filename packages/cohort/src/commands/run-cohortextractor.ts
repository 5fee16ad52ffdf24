/** The command of cohortextractor, in the words that published project.yaml files use. */
import { FaultError } from '@vitrine/pipeline';
import { parseCommandLine, usageLine } from './command-line.ts';
import type { CohortContext } from './context.ts';
import { dumpStudyYaml } from './dump-study-yaml.ts';
import { explainCohort } from './explain-cohort.ts';
import { commandFaults } from './faults.ts';
import { generateCohort } from './generate-cohort.ts';
import { runGenerateMeasures } from './generate-measures.ts';
import type { Invocation } from './invocation.ts';
import { reportCohorts } from './report-cohorts.ts';
import { exitCodeOf, exitCodes, faultLines } from './tell-faults.ts';
import { tellMaintenance } from './tell-maintenance.ts';

/** Of the language and commands that are spoken here. */
export const COHORTEXTRACTOR_VERSION = '0.1.0';

/**
 * Runs one command line, without the program's name: `['generate_cohort', '--expectations-population', '1000']`.
 *
 * Faults are told through `context.print`, those of usage through `context.log`; what is thrown is a defect of ours.
 * @returns the exit code: see `exitCodes`
 */
export async function runCohortextractor(
  argv: readonly string[],
  context: CohortContext,
): Promise<number> {
  try {
    await invoke(parseCommandLine(argv, context.environment, context.program), context);
    return exitCodes.done;
  } catch (error) {
    if (context.signal?.aborted === true) {
      context.log('Stopped before the end; the files made so far are whole.');
      return exitCodes.stopped;
    }
    if (!(error instanceof FaultError)) throw error;
    const code = exitCodeOf(error);
    const say = code === exitCodes.usage ? context.log : context.print;
    if (code === exitCodes.usage) say(usageLine(argv, context.program));
    for (const line of faultLines(error.diagnostics, context.directory)) say(line);
    return code;
  }
}

async function invoke(invocation: Invocation, context: CohortContext): Promise<void> {
  switch (invocation.command) {
    case 'help':
      context.print(invocation.text);
      return;
    case 'version':
      context.print(`v${COHORTEXTRACTOR_VERSION}`);
      return;
    case 'database-writing':
      throw commandFaults.error('database-read-only', { command: invocation.name });
    case 'maintenance':
      return await tellMaintenance(invocation, context);
    case 'dump_cohort_sql':
    case 'explain':
      return await explainCohort(invocation, context);
    case 'generate_cohort':
      return await generateCohort(invocation, context);
    case 'generate_measures':
      return await runGenerateMeasures(invocation, context);
    case 'cohort_report':
      return await reportCohorts(invocation, context);
    case 'dump_study_yaml':
      return await dumpStudyYaml(invocation, context);
  }
}
