/** The runtimes that a run line can name, as data. */

import { runtimeFaults } from './faults.ts';

/** How the sandbox runs it with the machine's own programs. */
export interface SandboxRuntime {
  /** Folders of `images/` whose packages it needs. */
  readonly packageLists: readonly string[];
  /** Runs words that do not name a program themselves. */
  readonly program: string;
  /** Runs when there are no words. */
  readonly interactive: string;
  /** Python modules without which it is of no use. */
  readonly modules: readonly string[];
}

/** One runtime, as it stands on this machine. */
export type Runtime =
  | {
      /** Vitrine's own cohort engine: no image, no sandbox of its own. */
      readonly kind: 'engine';
      readonly name: string;
      readonly tag: string;
    }
  | {
      readonly kind: 'programs';
      readonly name: string;
      readonly tag: string;
      /** Image reference for the docker executor; null when none is configured. */
      readonly image: string | null;
      /** Null: runs in an image only. */
      readonly sandbox: SandboxRuntime | null;
    };

/** What a site sets for a runtime. */
export interface RuntimeSetting {
  /** Image reference; `{tag}` stands for the tag of the run line. */
  readonly image?: string | undefined;
}

/** The reference under which an image that Vitrine builds is kept. */
export function imageReference(name: string): string {
  return `vitrine/${name}:latest`;
}

type RuntimeRow =
  | { readonly kind: 'engine'; readonly summary: string }
  | {
      readonly kind: 'programs';
      readonly summary: string;
      /** Without a setting; null: licensed or not ours to make, so it has to be set. */
      readonly image: string | null;
      readonly sandbox: SandboxRuntime | null;
    };

const python: SandboxRuntime = {
  packageLists: ['python'],
  program: 'python',
  interactive: 'python',
  modules: ['numpy', 'pandas'],
};

/** The names that studies use (cli-review-and-docs §5, pipeline-and-job-runner §2.9). Any tag means the same. */
const table: Readonly<Record<string, RuntimeRow>> = {
  cohortextractor: {
    kind: 'engine',
    summary: 'cohorts and measures, by the engine of Vitrine itself',
  },
  python: {
    kind: 'programs',
    summary: 'Python with pandas 1.5',
    image: imageReference('python'),
    sandbox: python,
  },
  jupyter: {
    kind: 'programs',
    summary: 'Python with notebooks',
    image: imageReference('jupyter'),
    sandbox: {
      ...python,
      packageLists: ['python', 'jupyter'],
      modules: ['numpy', 'pandas', 'nbconvert', 'ipykernel'],
    },
  },
  r: {
    kind: 'programs',
    summary: 'R with the packages that studies load most',
    image: imageReference('r'),
    sandbox: { packageLists: ['r'], program: 'Rscript', interactive: 'R', modules: [] },
  },
  'stata-mp': {
    kind: 'programs',
    summary: 'Stata, where a site has a licence',
    image: null,
    sandbox: null,
  },
  sqlrunner: { kind: 'programs', summary: 'SQL against the database', image: null, sandbox: null },
  ehrql: { kind: 'programs', summary: 'dataset definitions', image: null, sandbox: null },
};

/** Every name that means a runtime here, the built-in ones first. */
export function runtimeNames(
  settings: Readonly<Record<string, RuntimeSetting>>,
): readonly string[] {
  return [...new Set([...Object.keys(table), ...Object.keys(settings)])];
}

/** What a name is, in a few words. */
export function runtimeSummary(name: string): string {
  return table[name]?.summary ?? 'set by configuration';
}

/**
 * The runtime of `name:tag`. Null when the name is no runtime, so that it can be a reusable action.
 * Throws `runtime-not-configured` for one that is known and has to be set first.
 */
export function findRuntime(
  name: string,
  tag: string,
  settings: Readonly<Record<string, RuntimeSetting>>,
): Runtime | null {
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  const set = Object.hasOwn(settings, name) ? settings[name]?.image : undefined;
  if (row === undefined && set === undefined) return null;
  if (row?.kind === 'engine') return { kind: 'engine', name, tag };
  const image = set?.replaceAll('{tag}', tag) ?? row?.image ?? null;
  const sandbox = row?.sandbox ?? null;
  if (image === null && sandbox === null) {
    throw runtimeFaults.error('runtime-not-configured', { name });
  }
  return { kind: 'programs', name, tag, image, sandbox };
}
