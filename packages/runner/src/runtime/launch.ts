/** From the words of a run line to what an executor is asked to run. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recorderPythonPath } from '@vitrine/cohort';
import type { Mount } from '../executor/executor.ts';
import { runtimeFaults } from './faults.ts';
import { imageReference, type Runtime } from './runtimes.ts';

type ProgramRuntime = Extract<Runtime, { kind: 'programs' }>;

/** What an `ExecutionSpec` needs from a runtime. */
export interface Launch {
  readonly runtime: { readonly image: string; readonly hostPaths: readonly string[] };
  readonly command: readonly string[];
  /** To be added after the workspace. */
  readonly mounts: readonly Mount[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface LaunchCircumstances {
  readonly executor: 'docker' | 'sandbox';
  /** Host path of what becomes `/workspace`. */
  readonly workspace: string;
  readonly cpus: number;
  /** `expectations` for a run on dummy data. */
  readonly backend: string;
}

/** Where set-up puts the Python packages that Debian lacks. */
export const pythonExtras: string = fileURLToPath(
  new URL('../../../../.vitrine/python-extras', import.meta.url),
);

const programs = fileURLToPath(new URL('./bin', import.meta.url));
const programsInside = '/opt/vitrine/bin';
const extrasInside = '/opt/vitrine/python';

/** Scripts share modules with definitions, so they import it too, for its codelists. */
const cohortextractor: Mount = {
  source: recorderPythonPath,
  target: '/opt/vitrine/cohortextractor',
  writable: false,
};

/** Where the sandbox looks for programs. Not /usr/local: what a machine's owner put there is no part of a runtime. */
const searchPath: readonly { readonly inside: string; readonly outside: string }[] = [
  { inside: programsInside, outside: programs },
  { inside: '/usr/bin', outside: '/usr/bin' },
  { inside: '/bin', outside: '/bin' },
];

/**
 * How the words after the image run.
 *
 * In an image, the image's own entry point decides. The sandbox follows the same rule (cli-review-and-docs §5.1): a first
 * word that is a real program is run, anything else is a file for the runtime's own program, so that
 * `python:v2 python a.py` and `python:v2 a.py` do the same.
 */
export function launchOf(
  runtime: ProgramRuntime,
  words: readonly string[],
  circumstances: LaunchCircumstances,
): Launch {
  const environment = environmentOf(circumstances);
  const { image, sandbox } = runtime;
  if (circumstances.executor === 'docker') {
    if (image === null) throw runtimeFaults.error('runtime-not-configured', { name: runtime.name });
    // An image of a site has packages of its own, cohortextractor among them.
    const ours = sandbox?.program === 'python' && image === imageReference(runtime.name);
    return {
      runtime: { image, hostPaths: [] },
      command: words,
      mounts: ours ? [cohortextractor] : [],
      environment: ours
        ? { ...environment, PYTHONPATH: `${extrasInside}:${cohortextractor.target}` }
        : environment,
    };
  }
  if (sandbox === null) throw runtimeFaults.error('runtime-not-configured', { name: runtime.name });
  const libraries =
    sandbox.program === 'python'
      ? [
          ...(existsSync(pythonExtras)
            ? [{ source: pythonExtras, target: extrasInside, writable: false }]
            : []),
          cohortextractor,
        ]
      : [];
  const [first] = words;
  const own =
    first === undefined
      ? [sandbox.interactive]
      : isProgram(first, circumstances.workspace)
        ? []
        : [sandbox.program];
  return {
    runtime: { image: image ?? '', hostPaths: [] },
    command: [...own, ...words],
    mounts: [{ source: programs, target: programsInside, writable: false }, ...libraries],
    environment: {
      ...environment,
      PATH: searchPath.map(({ inside }) => inside).join(':'),
      ...(libraries.length > 0
        ? { PYTHONPATH: libraries.map(({ target }) => target).join(':') }
        : {}),
    },
  };
}

/** The same in every runtime: what is not for Python means nothing to R. All caches lie in the private /tmp. */
function environmentOf({ backend, cpus }: LaunchCircumstances): Readonly<Record<string, string>> {
  const threads = String(Math.max(1, Math.floor(cpus)));
  return {
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    OPENSAFELY_BACKEND: backend,
    XDG_CACHE_HOME: '/tmp/cache',
    MPLBACKEND: 'Agg',
    MPLCONFIGDIR: '/tmp/matplotlib',
    IPYTHONDIR: '/tmp/ipython',
    JUPYTER_CONFIG_DIR: '/tmp/jupyter/config',
    JUPYTER_DATA_DIR: '/tmp/jupyter/data',
    JUPYTER_RUNTIME_DIR: '/tmp/jupyter/runtime',
    PYTHONDONTWRITEBYTECODE: '1',
    // Else every notebook's log begins with eight lines about a debugger that nobody asked for.
    PYDEVD_DISABLE_FILE_VALIDATION: '1',
    // A program that is killed at a limit has then said all that it had to say.
    PYTHONUNBUFFERED: '1',
    // Libraries otherwise start a thread for every processor of the machine, and then wait for each other.
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    NUMEXPR_MAX_THREADS: threads,
  };
}

/** True for a word that names a program on the search path, or an executable file of the workspace. */
function isProgram(word: string, workspace: string): boolean {
  if (word === '') return false;
  if (!word.includes('/'))
    return searchPath.some(({ outside }) => isExecutable(join(outside, word)));
  return isExecutable(word.startsWith('/') ? word : join(workspace, word));
}

/** The executable bit is not enough: on Windows every file of a checkout has it. ELF, or a script with `#!`. */
function isExecutable(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    accessSync(path, constants.X_OK);
    const file = openSync(path, 'r');
    try {
      const start = Buffer.alloc(4);
      readSync(file, start);
      const text = start.toString('latin1');
      return text.startsWith('#!') || text === '\x7fELF';
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
