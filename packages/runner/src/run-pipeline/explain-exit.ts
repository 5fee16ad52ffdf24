/**
 * What to tell a researcher about a program that did not end well (cli-review-and-docs §1.7). Pure.
 */
import { dirname } from 'node:path/posix';
import type { LimitName, Limits } from '../executor/executor.ts';

export interface Exit {
  readonly exitCode: number;
  readonly limit: LimitName | null;
  readonly limits: Limits;
  /** The end of what it printed. */
  readonly tail: readonly string[];
  /** True for an action that may reach a database: its exit codes 3, 4 and 5 have a meaning. */
  readonly isDatabaseAction: boolean;
  /** Action that a path is an output of, where that action is not among the needs; otherwise null. */
  readonly undeclaredProducer: (path: string) => string | null;
  /** True for a path that the action declares as an output of its own. */
  readonly isOwnOutput: (path: string) => boolean;
}

export interface Explanation {
  readonly message: string;
  readonly hint: string | null;
}

/** Explains a program's end by its limit, its exit code, or what it printed last. */
export function explainExit(exit: Exit): Explanation {
  if (exit.limit !== null && exit.limit !== 'log') return EXPLAIN_LIMIT[exit.limit](exit.limits);
  const message = `The program ended with exit code ${exit.exitCode}.`;
  const byCode = EXIT_CODES[exit.exitCode];
  if (byCode !== undefined) return byCode;
  const byDatabase = exit.isDatabaseAction ? DATABASE_EXIT_CODES[exit.exitCode] : undefined;
  if (byDatabase !== undefined) return byDatabase;
  return { message, hint: hintFromTail(exit) };
}

const DISK_SETTINGS = 'the setting limits.disk (limits.temporary for /tmp)';

function diskLimits({ diskBytes, temporaryBytes }: Limits): string {
  return `${formatGigabytes(diskBytes)} in the workspace, ${formatGigabytes(temporaryBytes)} in /tmp`;
}

const EXPLAIN_LIMIT: Readonly<Record<Exclude<LimitName, 'log'>, (limits: Limits) => Explanation>> =
  {
    time: ({ wallClockSeconds }) => ({
      message: `The program ran longer than its limit of ${formatDuration(wallClockSeconds)} and was stopped.`,
      hint: 'Let it do less at a time, or raise the setting limits.wallClock.',
    }),
    memory: ({ memoryBytes }) => ({
      message: `The program ran out of memory (limit for this job: ${formatGigabytes(memoryBytes)}).`,
      hint: 'Read fewer columns or rows at a time, or give it more with --memory.',
    }),
    processes: ({ processes }) => ({
      message: `The program tried to run more than ${processes} processes and threads at one time.`,
      hint: 'Start fewer parallel workers, or raise the setting limits.processes.',
    }),
    disk: (limits) => ({
      message: `The program wrote more than its limit: ${diskLimits(limits)}.`,
      hint: `Write less, or compressed files, or raise ${DISK_SETTINGS}.`,
    }),
  };

const EXIT_CODES: Readonly<Record<number, Explanation>> = {
  126: {
    message: 'The program could not be started (exit code 126).',
    hint: 'Check that the file named in the run command is a script that the runtime can read.',
  },
  127: {
    message: 'The program of the run command was not found (exit code 127).',
    hint: 'Check the spelling of the run command, and that the runtime has that program.',
  },
  134: {
    message: 'The program gave up on itself (exit code 134, aborted).',
    hint: 'Look at the end of the log; often memory ran out inside a library.',
  },
  137: {
    message: 'The program was killed (exit code 137).',
    hint: 'An operator stopped it, or the machine ran out of memory; try to use less.',
  },
  139: {
    message: 'The program crashed (exit code 139, segmentation fault).',
    hint: 'A compiled library failed; try with less data to find the place.',
  },
  143: {
    message: 'The program was asked to stop (exit code 143).',
    hint: 'An operator or the machine stopped it; run it again.',
  },
};

const DATABASE_EXIT_CODES: Readonly<Record<number, Explanation>> = {
  3: {
    message: 'The database failed for a moment (exit code 3).',
    hint: 'Run the action again.',
  },
  4: {
    message: 'New data is being imported into the database (exit code 4).',
    hint: 'Run the action again in a few hours.',
  },
  5: {
    message: 'The database refused the query (exit code 5).',
    hint: 'Ask for support; give the id of the job.',
  },
};

const MODULE_MISSING =
  /ModuleNotFoundError: No module named '([^']+)'|there is no package called [‘'"]([^’'"]+)/;

/** What Python, Rscript and nbconvert say when the file that they were to run is not there. */
const SCRIPT_MISSING =
  /can't open file '([^']+)'|^Fatal error: cannot open file '([^']+)'|pattern '([^']+)' matched no files/;

/** /tmp may be empty again by the time that anybody looks, so the program's own words count. */
const DISK_FULL = /No space left on device|Disk quota exceeded|File too large/;

/** Docker forgets that a program met its limit of processes when it ends at once. */
const PROCESSES_REFUSED = /Resource temporarily unavailable|can't start new thread/;

const FILE_MISSING = /No such file|does not exist|non-existent|cannot open/i;

function hintFromTail(exit: Exit): string | null {
  for (const line of exit.tail.toReversed()) {
    const hint = hintFromLine(line, exit);
    if (hint !== null) return hint;
  }
  return null;
}

function hintFromLine(line: string, exit: Exit): string | null {
  const { undeclaredProducer, isOwnOutput, limits } = exit;
  if (DISK_FULL.test(line)) {
    return `The limits are ${diskLimits(limits)}: write less, or raise ${DISK_SETTINGS}.`;
  }
  if (PROCESSES_REFUSED.test(line)) {
    return `The limit is ${limits.processes} processes and threads: start fewer parallel workers, or raise the setting limits.processes.`;
  }
  const missing = firstGroup(MODULE_MISSING, line);
  if (missing !== null) {
    return `The runtime has no package ${missing}, and a module of your own of that name was not found beside the script.`;
  }
  const script = firstGroup(SCRIPT_MISSING, line);
  if (script !== null) {
    return `The study has no file ${inWorkspace(script)}; check the spelling of the run command.`;
  }
  for (const path of pathsIn(line)) {
    const producer = undeclaredProducer(path);
    if (producer !== null) {
      return `${path} is an output of ${producer}; add ${producer} to the needs of this action.`;
    }
    if (isOwnOutput(path) && FILE_MISSING.test(line)) {
      return `The folder ${dirname(path)} may not be there at the start: let the program make it before it writes ${path}.`;
    }
  }
  return null;
}

/** The first group of an expression that took part in a match. */
function firstGroup(expression: RegExp, line: string): string | null {
  return (
    expression
      .exec(line)
      ?.slice(1)
      .find((group) => group !== undefined) ?? null
  );
}

/** Things in a line that look like files of the workspace. */
function pathsIn(line: string): readonly string[] {
  const words = line.match(/[^\s'"‘’“”`(),:;]+\/[^\s'"‘’“”`(),:;]+/g) ?? [];
  return words.map((word) => inWorkspace(word).replace(/\.$/, ''));
}

function inWorkspace(path: string): string {
  return path.replace(/^(?:\/workspace\/|\.\/)/, '');
}

/** `4 GB`, `1.5 GB`: binary, as the flag --memory takes it. */
function formatGigabytes(bytes: number): string {
  return `${Number((bytes / 1024 ** 3).toFixed(2))} GB`;
}

/** `90 s`, `15 min`, `2 h 30 min`. */
function formatDuration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
