import type { Place } from './fault.ts';
import type { PrivacyLevel } from './privacy-level.ts';
import { joinWords } from './shell-words.ts';

/** The request that stands for every action, in the order of the file. */
export const RUN_ALL = 'run_all';

/** A project.yaml that keeps all rules. */
export interface Pipeline {
  /** Normally 1 to 5; fractions and smaller numbers behave like the whole version below them. */
  readonly version: number;
  /** Patients in a dummy cohort (`expectations.population_size`); null from version 4 on, which knows none. */
  readonly populationSize: number | null;
  /** By name, in the order of the file. Up to version 4 it may hold a `run_all` that only serves as a need. */
  readonly actions: ReadonlyMap<string, Action>;
}

export interface Action {
  readonly name: string;
  readonly run: RunCommand;
  /** Names of the actions whose outputs this one reads, as written. */
  readonly needs: readonly string[];
  readonly outputs: readonly Output[];
  /** The `config` section as data. What a command receives of it stands, exactly, in `run.arguments`. */
  readonly config: ConfigMap | null;
  readonly dummyDataFile: string | null;
  /** Where the action's name stands. */
  readonly place: Place;
}

export interface RunCommand {
  /** As written in the file. */
  readonly raw: string;
  readonly image: ImageReference;
  /** All words after the image, then `--config` and its JSON where the action has a config. */
  readonly arguments: readonly string[];
}

/** A runtime or reusable action: `r` at `v2`. */
export interface ImageReference {
  readonly name: string;
  readonly tag: string;
}

/** Files that an action makes. */
export interface Output {
  readonly level: PrivacyLevel;
  readonly label: string;
  /** Path relative to the workspace in which `*` stands for anything but a slash (`output-pattern.ts`). */
  readonly pattern: string;
}

export type ConfigValue = null | boolean | number | string | readonly ConfigValue[] | ConfigMap;

export interface ConfigMap {
  readonly [key: string]: ConfigValue;
}

/** Subcommands that read the database; null where every use of the image does (pipeline §1.6). */
const DATABASE_COMMANDS: ReadonlyMap<string, ReadonlySet<string> | null> = new Map([
  ['ehrql', new Set(['generate-dataset', 'generate-measures'])],
  ['sqlrunner', null],
  ['cohortextractor', new Set(['generate_cohort', 'generate_codelist_report'])],
  ['databuilder', new Set(['generate-dataset'])],
]);

/** Whether the action reads the database. The subcommand must be the word right after the image. */
export function isDatabaseAction(action: Action): boolean {
  const commands = DATABASE_COMMANDS.get(action.run.image.name);
  if (commands === undefined) return false;
  return commands === null || commands.has(action.run.arguments[0] ?? '');
}

/** The actions that `run_all` stands for, in the order of the file. */
export function runnableActions(pipeline: Pipeline): readonly string[] {
  return [...pipeline.actions.keys()].filter((name) => name !== RUN_ALL);
}

/** The distinct images, as `name:tag`, in the order of their first use. `latest` has always meant v1. */
export function imagesOf(pipeline: Pipeline): readonly string[] {
  const images = new Set<string>();
  for (const { run } of pipeline.actions.values()) {
    images.add(`${run.image.name}:${run.image.tag === 'latest' ? 'v1' : run.image.tag}`);
  }
  return [...images];
}

/** The distinct directories that hold the action's outputs, `.` for the workspace itself. */
export function outputDirectories(action: Action): readonly string[] {
  return directoriesOf(action.outputs.map((output) => output.pattern));
}

/** The distinct parents of some paths in normal form. */
export function directoriesOf(patterns: readonly string[]): readonly string[] {
  return [
    ...new Set(
      patterns.map((pattern) => {
        const slash = pattern.lastIndexOf('/');
        return slash === -1 ? '.' : pattern.slice(0, slash);
      }),
    ),
  ];
}

/** The whole command as one line that a POSIX shell splits into exactly the image and its arguments. */
export function flattenRun(action: Action): string {
  const { image, arguments: words } = action.run;
  return joinWords([`${image.name}:${image.tag}`, ...words]);
}
