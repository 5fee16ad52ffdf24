import { resolve } from 'node:path';
import {
  type CodelistFolder,
  checkCodelists,
  checkDefinitions,
  type DefinitionCheck,
  type DefinitionUse,
  definitionUseOf,
  listDefinitions,
  readCodelistFolder,
} from '@vitrine/cohort';
import { type Diagnostic, FaultError, matchPattern, type Pipeline } from '@vitrine/pipeline';
import { cohortArguments, readProject } from '@vitrine/runner';
import type { CommandResult } from '../command.ts';
import type { Style } from '../output/terminal.ts';
import { missingScripts } from '../scripts.ts';
import { machineFor, today } from '../study.ts';

export interface CheckOptions {
  readonly projectDir: string;
  /** False to leave the study's Python alone. */
  readonly definitions: boolean;
}

/** What one part of the check found. */
interface Part {
  readonly name: string;
  /** What there is, where it is in order. */
  readonly content: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** `vitrine check`: everything that can be said of a study without running an action. */
export async function check(style: Style, options: CheckOptions): Promise<CommandResult> {
  const directory = resolve(options.projectDir);
  const project = await readProject(directory);
  const codelists = await readCodelistFolder(directory);
  const definitions = options.definitions
    ? await allDefinitions(directory, project.pipeline)
    : { checks: [], diagnostics: [] };
  const parts = [
    projectPart(project, [
      ...(project.pipeline === null ? [] : missingScripts(directory, project.pipeline)),
      ...definitions.diagnostics,
    ]),
    codelistPart(codelists),
    ...definitions.checks.map(definitionPart),
  ];
  const diagnostics = toldOnce(parts.flatMap((part) => part.diagnostics));
  return {
    text: parts.map((part) => renderPart(part, style)).join(''),
    value: {
      ok: diagnostics.every(({ severity }) => severity === 'warning'),
      actions: project.pipeline === null ? null : [...project.pipeline.actions.keys()],
      codelists: codelists === null ? null : [...codelists.hashes.keys()],
      definitions: definitions.checks.map(({ module, columns }) => ({ module, columns })),
    },
    diagnostics,
  };
}

/** A fault of a file that many definitions share is met by each of them. */
function toldOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()];
}

function projectPart(
  { pipeline, diagnostics }: Awaited<ReturnType<typeof readProject>>,
  ofCommands: readonly Diagnostic[],
): Part {
  const content = counted(pipeline?.actions.size ?? 0, 'action');
  return { name: 'project.yaml', content, diagnostics: [...diagnostics, ...ofCommands] };
}

function codelistPart(codelists: CodelistFolder | null): Part {
  const content =
    codelists === null ? 'no folder, nothing to check' : counted(codelists.hashes.size, 'file');
  return {
    name: 'codelists',
    content,
    diagnostics: codelists === null ? [] : checkCodelists(codelists),
  };
}

function definitionPart({ module, columns, diagnostics }: DefinitionCheck): Part {
  return { name: module, content: counted(columns ?? 0, 'column'), diagnostics };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function renderPart({ name, content, diagnostics }: Part, style: Style): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  if (errors > 0) return `${style('bad', '✗')} ${name}: ${counted(errors, 'fault')}\n`;
  const aside = warnings > 0 ? style('warn', `, ${counted(warnings, 'warning')}`) : '';
  return `${style('good', '✓')} ${name}: ${content}${aside}\n`;
}

interface AllDefinitions {
  readonly checks: readonly DefinitionCheck[];
  /** What is wrong with the commands that load them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Every definition that an action loads, with the parameters it gives, and every other that lies in `analysis/`. */
async function allDefinitions(
  directory: string,
  pipeline: Pipeline | null,
): Promise<AllDefinitions> {
  const uses: DefinitionUse[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const action of pipeline?.actions.values() ?? []) {
    if (action.run.image.name !== 'cohortextractor') continue;
    try {
      const words = cohortArguments(action, {
        populationSize: pipeline?.populationSize ?? null,
        isReal: false,
      });
      const use = definitionUseOf(words, directory);
      if (use !== null) uses.push(use);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      // The words stand in the study, so they are the study's fault and not wrong usage of ours.
      diagnostics.push(
        ...error.diagnostics.map((one) => ({
          place: action.place,
          ...one,
          blame: 'user' as const,
        })),
      );
    }
  }
  const used = new Set(uses.flatMap(({ modules }) => modules));
  const unused = listDefinitions(directory).filter((module) => !used.has(module));
  const all = grouped([...uses, { modules: unused, params: {}, expectations: false }]);
  if (all.length === 0) return { checks: [], diagnostics };
  const machine = await machineFor(directory);
  const runRecorder = await machine.recorder();
  const checks = await checkDefinitions(all, { directory, runRecorder, today: today() });
  const patterns = patternsOf(pipeline);
  return {
    checks: checks.map((one) => ({
      ...one,
      diagnostics: one.diagnostics.map((diagnostic) =>
        pipeline === null || used.has(one.module)
          ? excused(diagnostic, patterns)
          : unusedFault(diagnostic),
      ),
    })),
    diagnostics,
  };
}

/** One recording for all definitions that get the same parameters, each of them once. */
function grouped(uses: readonly DefinitionUse[]): readonly DefinitionUse[] {
  const key = ({ params, expectations }: DefinitionUse): string =>
    JSON.stringify([params, expectations]);
  return [...Map.groupBy(uses, key).values()].flatMap((same) => {
    const modules = [...new Set(same.flatMap((use) => use.modules))];
    const [first] = same;
    return first === undefined || modules.length === 0 ? [] : [{ ...first, modules }];
  });
}

function patternsOf(pipeline: Pipeline | null): ReadonlyMap<string, string> {
  const actions = [...(pipeline?.actions.values() ?? [])];
  return new Map(
    actions.flatMap(({ name, outputs }) => outputs.map(({ pattern }) => [pattern, name] as const)),
  );
}

/** What no action loads keeps no action from running. */
function unusedFault(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: 'warning' };
}

/** A definition may read what another action makes; before that action has run it is no fault that the file is not there. */
function excused(diagnostic: Diagnostic, patterns: ReadonlyMap<string, string>): Diagnostic {
  const paths = diagnostic.message.match(/[\w./-]+\.[\w.]+/g) ?? [];
  for (const path of paths) {
    for (const [pattern, action] of patterns) {
      if (matchPattern(pattern, path.replace(/^\.\/|\.$/g, ''))) {
        const hint = `The action “${action}” makes this file. Run it first, then check again.`;
        return { ...diagnostic, severity: 'warning', hint };
      }
    }
  }
  return diagnostic;
}
