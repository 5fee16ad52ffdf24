/** `generate_cohort`: the rows of one or more definitions, for one or many index dates, each to a file of its own. */
import { createReadStream, existsSync } from 'node:fs';
import { FaultError } from '@vitrine/pipeline';
import type { Study } from '../cohortextractor/study.ts';
import { checkDummyFile } from '../dummy/check-dummy-file.ts';
import { type DummyPlan, planDummy } from '../dummy/plan-dummy.ts';
import { writeAtomically } from '../formats/atomic-file.ts';
import { writeTable } from '../formats/write-table.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, loadStudies, suffixOf, together, warn } from './definitions.ts';
import type { Extract } from './extract.ts';
import { extractFromDatabase, withoutExisting } from './extract-from-database.ts';
import { commandFaults } from './faults.ts';
import { indexDates } from './index-dates.ts';
import type { CohortSource, GenerateCohort } from './invocation.ts';
import { makeFolder, readStudyFile, type StudyPath, studyPath } from './study-path.ts';

const DEFAULT_SEED = 1;

/** Writes the rows of one file. */
type Write = (extract: Extract, path: string) => Promise<string>;

/**
 * Everything is checked before the first file is written: all definitions, all expectations, the file of dummy data.
 * @throws FaultError
 */
export async function generateCohort(
  command: GenerateCohort,
  context: CohortContext,
): Promise<void> {
  const { source, outputName, skipExisting } = command;
  const modules = chooseDefinitions(context.directory, command.definition);
  const single = source.kind === 'dummy-file' ? '--dummy-data-file' : '--output-file';
  if (modules.length > 1 && (source.kind === 'dummy-file' || outputName !== null)) {
    throw commandFaults.error('one-definition-only', { flag: single, names: modules });
  }
  const dates =
    command.indexDateRange === null ? [null] : indexDates(command.indexDateRange, context.today);
  const studies = await loadStudies(context, modules, command.params, 'definition');
  const make =
    source.kind === 'database'
      ? async (extracts: readonly Extract[]) => {
          const wanted = skipExisting ? withoutExisting(extracts, context) : extracts;
          await extractFromDatabase(wanted, source.address, command.format, context);
        }
      : oneByOne(await writerFor(source, command, studies, context), skipExisting, context);

  const folder = makeFolder(context.directory, command.outputDir, '--output-dir');
  const pathOf = (file: string): StudyPath =>
    studyPath(context.directory, `${folder.absolute}/${file}`, '--output-dir');
  await make(
    studies.flatMap((study) =>
      dates.map((indexDate) => {
        return { study, indexDate, path: pathOf(fileName(command, study, indexDate)) };
      }),
    ),
  );
}

function oneByOne(write: Write, skipExisting: boolean, context: CohortContext) {
  return async (extracts: readonly Extract[]): Promise<void> => {
    for (const [index, extract] of extracts.entries()) {
      context.signal?.throwIfAborted();
      const { path } = extract;
      // Looked at again just before it is written: a link may have come since.
      studyPath(context.directory, path.absolute, '--output-dir');
      if (skipExisting && existsSync(path.absolute)) {
        context.log(`${path.relative} exists already and is left alone`);
      } else {
        context.log(`${path.relative}: ${await write(extract, path.absolute)}`);
      }
      context.progress?.({ file: path.relative, done: index + 1, total: extracts.length });
    }
  };
}

/** `<name><suffix>[_<index date>].<format>` (cohort-extractor §5.3). */
function fileName(command: GenerateCohort, study: Study, indexDate: string | null): string {
  const name = command.outputName ?? `input${suffixOf(study.module)}`;
  return `${name}${indexDate === null ? '' : `_${indexDate}`}.${command.format}`;
}

async function writerFor(
  source: Exclude<CohortSource, { kind: 'database' }>,
  { format }: GenerateCohort,
  studies: readonly Study[],
  context: CohortContext,
): Promise<Write> {
  switch (source.kind) {
    case 'expectations': {
      const seed = source.seed ?? context.seed ?? DEFAULT_SEED;
      const plans = plansFor(studies, source.population, seed, context);
      context.print(`Dummy data seed: ${seed}`);
      return async ({ study, indexDate }, path) => {
        const plan = plans.get(study);
        if (plan === undefined) throw new RangeError(`no plan for ${study.module}`);
        const { rows, bytes } = await writeTable(plan.table(indexDate), path, format);
        return `${rows} ${rows === 1 ? 'row' : 'rows'}, ${bytes} bytes`;
      };
    }
    case 'dummy-file': {
      const file = studyPath(context.directory, source.path, '--dummy-data-file');
      for (const study of studies) {
        const findings = await checkDummyFile(study, file.absolute, format);
        if (findings.some(({ severity }) => severity === 'error')) throw new FaultError(findings);
        warn(context, findings);
      }
      return async (_, path) => {
        const bytes = await writeAtomically(path, createReadStream(file.absolute));
        return `a copy of ${file.relative}, ${bytes} bytes`;
      };
    }
  }
}

function plansFor(
  studies: readonly Study[],
  population: number,
  seed: number,
  context: CohortContext,
): ReadonlyMap<Study, DummyPlan> {
  const readFile = (path: string): Uint8Array =>
    readStudyFile(context.directory, path, 'The file of a column,');
  const plans = together(studies, (study) => {
    const plan = planDummy(study, { population, today: context.today, seed, readFile });
    warn(context, plan.warnings);
    return [study, plan] as const;
  });
  return new Map(plans);
}
