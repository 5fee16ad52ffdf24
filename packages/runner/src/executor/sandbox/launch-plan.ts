/**
 * Everything that the supervisor must know to run one job, as the text of the file `plan`. Policy is made here; the
 * supervisor only carries it out.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, readFileSync, realpathSync } from 'node:fs';
import type { ExecutionSpec } from '../executor.ts';
import { executorFaults } from '../faults.ts';
import { bubblewrapArguments, DESCRIPTORS, INLINE_FILES } from './bubblewrap-arguments.ts';
import type { JobCgroups } from './cgroups.ts';

/** What this machine gives to work with. */
export interface LaunchMeans {
  readonly bubblewrap: string;
  readonly withSeccomp: boolean;
  /** Null where no control group can be made for the job. */
  readonly cgroups: JobCgroups | null;
  /** How long processes have between being asked to end and being ended. */
  readonly graceSeconds: number;
  /** User to run as; null when we are not root and it must be our own. */
  readonly hostUid: number | null;
}

/** Where sources are bound in a private mount namespace, for a job's user who may not reach them by their paths. */
const STAGE = '/mnt';

const { go, ready } = DESCRIPTORS;

/**
 * Says that the sandbox stands, waits for leave, then becomes the program: `"$@"` is not read as shell language. When the
 * supervisor dies meanwhile there is no leave.
 */
const STARTER = `echo >&${ready} && read -r go <&${go} && exec ${go}<&- ${ready}>&- && exec "$@"`;

/**
 * The plan as `key=value` records, each ended by NUL:
 *
 * - `exec` (program and arguments of bubblewrap), `argument` (what it reads from a descriptor, so that nobody reads it
 *   from its command line), `inline` (texts of small files), `uid`; when we are root `stage`, `stageAt`, `mapped`
 * - `writable` and `owner`: the writable mounts and whose they were
 * - `cgroup`, `set`, `setIfThere`, `oom`, `refusedProcesses`, `peak`, `cpu`, `cpuUnit`
 * - `milliseconds`, `graceMilliseconds`, `disk`, `fileSize`, `log`; where no control group holds them also `dataSize`,
 *   `residentSize`, `processors`
 *
 * @throws FaultError `mount-source-missing`
 */
export function launchPlan(spec: ExecutionSpec, means: LaunchMeans): string {
  const { limits } = spec;
  const { cgroups, hostUid } = means;
  const paths = [...spec.mounts.map(({ source }) => source), ...spec.runtime.hostPaths];
  const real = paths.map((path) => realSource(spec.id, path));
  const staged = hostUid !== null;
  const sources = staged ? real.map((_, index) => `${STAGE}/${index}`) : real;
  const writable = spec.mounts.flatMap(({ writable: may }, index) =>
    may ? [real[index] ?? ''] : [],
  );
  const outermost = writable.filter(
    (path) => !writable.some((other) => path !== other && path.startsWith(`${other}/`)),
  );

  const records: (readonly [string, string | number])[] = [];
  const add = (key: string, ...values: readonly (string | number)[]): void => {
    for (const value of values) records.push([key, value]);
  };
  add('exec', means.bubblewrap, '--args', String(DESCRIPTORS.arguments), '--');
  add('exec', '/bin/sh', '-c', STARTER, 'sandbox');
  if (!holds(cgroups, 'pids.max')) {
    // Inside, after bubblewrap made the user namespace: there the count begins at nothing (Linux 5.14).
    add('exec', 'prlimit', `--nproc=${Math.ceil(limits.processes)}`, '--');
  }
  add('exec', ...spec.command);
  add('argument', ...bubblewrapArguments(spec, sources, means.withSeccomp));
  add('inline', ...INLINE_FILES.map(({ text }) => text));
  if (hostUid !== null) add('uid', hostUid);
  if (staged) {
    add('stage', ...real);
    add('stageAt', STAGE);
    add('mapped', ...spec.mounts.flatMap(({ writable: may }, index) => (may ? [] : [index])));
  }
  for (const path of new Set(outermost)) {
    const { uid, gid } = lstatSync(path);
    add('writable', path);
    add('owner', `${uid}:${gid}`);
  }
  add('milliseconds', Math.ceil(limits.wallClockSeconds * 1000));
  add('graceMilliseconds', Math.ceil(means.graceSeconds * 1000));
  add('disk', Math.floor(limits.diskBytes));
  add('fileSize', Math.floor(Math.max(limits.diskBytes, limits.temporaryBytes)));
  add('log', Math.floor(limits.logBytes));
  if (!holds(cgroups, 'memory.')) {
    add('dataSize', Math.floor(limits.memoryBytes));
    add('residentSize', Math.floor(limits.memoryBytes));
  }
  if (!holds(cgroups, '/cpu.')) add('processors', Math.max(1, Math.ceil(limits.cpus)));
  add('cgroup', ...(cgroups?.folders ?? []));
  for (const { file, value, ifThere } of cgroups?.settings ?? []) {
    add(ifThere ? 'setIfThere' : 'set', `${file}=${value}`);
  }
  for (const [key, value] of Object.entries(cgroups?.counters ?? {})) add(key, value);
  return records.map(([key, value]) => `${key}=${value}\0`).join('');
}

function holds(cgroups: JobCgroups | null, file: string): boolean {
  return cgroups?.settings.some((setting) => setting.file.includes(file)) ?? false;
}

function realSource(id: string, source: string): string {
  try {
    const path = realpathSync(source);
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    throw executorFaults.error('mount-source-missing', { id, source });
  }
}

/** First of a range that no distribution and not systemd gives to anyone (systemd.io/UIDS-GIDS). */
const FIRST_JOB_UID = 1_900_000_000;
const JOB_UIDS = 200_000_000;

/**
 * The host's user for one job when we are root: always the same for the same job, another one for each, so that not even
 * two jobs side by side are the same user. In a container that maps few users, the last one mapped.
 */
export function jobUid(
  key: string,
  uidMap: string = readFileSync('/proc/self/uid_map', 'utf8'),
): number {
  const uid = FIRST_JOB_UID + (createHash('sha256').update(key).digest().readUInt32BE() % JOB_UIDS);
  const ranges = uidMap
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const mapped = ranges.some(([first = 0, , count = 0]) => uid >= first && uid < first + count);
  if (mapped) return uid;
  return Math.max(...ranges.map(([first = 0, , count = 0]) => first + count - 1));
}
