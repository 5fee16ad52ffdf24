/** Do the study definitions load, and is everything in them as it must be? Nothing is generated. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { lowerStudy } from '../cohortextractor/lower-study.ts';
import { planDummy } from '../dummy/plan-dummy.ts';
import type { RecordedModule } from '../record/document.ts';
import { recordStudies } from '../record/record-studies.ts';
import { faultOf } from '../record/study-faults.ts';
import { parseCommandLine } from './command-line.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions } from './definitions.ts';
import { readStudyFile } from './study-path.ts';

/** One way in which the pipeline uses definitions: they may look at the parameters when they are loaded. */
export interface DefinitionUse {
  readonly modules: readonly string[];
  /** Values of `--param name=value`. */
  readonly params: Readonly<Record<string, string>>;
  /** Whether rows are made from what the columns expect, and not from a file or not at all. */
  readonly expectations: boolean;
}

/**
 * The definitions that a command line of `cohortextractor` loads; null for one that loads none.
 *
 * @throws FaultError cohort-usage and what else can be wrong with the words.
 */
export function definitionUseOf(argv: readonly string[], directory: string): DefinitionUse | null {
  const invocation = parseCommandLine(argv, {});
  if (!('definition' in invocation)) return null;
  const { definition, params } = invocation;
  const expectations = 'source' in invocation && invocation.source.kind === 'expectations';
  return { modules: chooseDefinitions(directory, definition), params, expectations };
}

/** What came of one definition. */
export interface DefinitionCheck {
  readonly module: string;
  /** Columns that an extract would have; null when the definition is at fault. */
  readonly columns: number | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Records, lowers and plans each definition.
 *
 * @throws FaultError where nothing could be recorded at all (a limit, a recorder that does not start).
 */
export async function checkDefinitions(
  uses: readonly DefinitionUse[],
  context: Pick<CohortContext, 'directory' | 'runRecorder' | 'today'>,
): Promise<readonly DefinitionCheck[]> {
  const { directory, runRecorder } = context;
  const checked = await Promise.all(
    withoutLesserUses(uses).map(async ({ modules, params, expectations }) => {
      const recorded = await recordStudies({
        studyDir: directory,
        modules,
        params,
        run: runRecorder,
      });
      return recorded.modules.map((module) => checkOne(module, expectations, context));
    }),
  );
  return checked.flat();
}

/** Without the definitions that another use, with the same parameters, looks at more closely. */
function withoutLesserUses(uses: readonly DefinitionUse[]): readonly DefinitionUse[] {
  const key = (use: DefinitionUse, module: string): string => JSON.stringify([module, use.params]);
  const close = new Set(
    uses
      .filter(({ expectations }) => expectations)
      .flatMap((use) => use.modules.map((module) => key(use, module))),
  );
  return uses
    .map((use) =>
      use.expectations
        ? use
        : { ...use, modules: use.modules.filter((module) => !close.has(key(use, module))) },
    )
    .filter(({ modules }) => modules.length > 0);
}

function checkOne(
  recorded: RecordedModule,
  expectations: boolean,
  { directory, today }: Pick<CohortContext, 'directory' | 'today'>,
): DefinitionCheck {
  const { module } = recorded;
  const fault = faultOf(recorded);
  if (fault !== null) return { module, columns: null, diagnostics: [fault] };
  try {
    const study = lowerStudy(recorded);
    const columns = study.columns.filter(({ hidden, name }) => !hidden && name !== 'population');
    const readFile = (path: string): Uint8Array =>
      readStudyFile(directory, path, 'The file of a column,');
    const diagnostics = expectations
      ? planDummy(study, { population: 1, today, seed: 0, readFile }).warnings
      : [];
    return { module, columns: columns.length + 1, diagnostics };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return { module, columns: null, diagnostics: error.diagnostics };
  }
}
