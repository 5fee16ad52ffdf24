/** The checks that every executor makes before it starts anything. */
import type { ExecutionSpec, Limits } from './executor.ts';
import { executorFaults } from './faults.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Longest text of one argument or variable that Linux passes to a program (MAX_ARG_STRLEN). */
const LONGEST_ARGUMENT = 131_071;

/** Refuses ids that could be a path or an option, with `execution-id-invalid`. */
export function checkId(id: string): void {
  if (!ID.test(id)) throw executorFaults.error('execution-id-invalid', { id });
}

/** Refuses a malformed request, with `execution-id-invalid` or `execution-spec-invalid`. */
export function checkSpec(spec: ExecutionSpec): void {
  checkId(spec.id);
  const reason = faultOf(spec);
  if (reason !== null)
    throw executorFaults.error('execution-spec-invalid', { id: spec.id, reason });
}

function faultOf(spec: ExecutionSpec): string | null {
  if (spec.command.length === 0 || spec.command[0] === '') return 'it has no command';
  if (spec.mounts[0]?.target !== '/workspace') return 'its first mount is not /workspace';
  const texts = [
    ...spec.command,
    ...spec.runtime.hostPaths,
    ...spec.mounts.flatMap(({ source, target }) => [source, target]),
    ...Object.values(spec.environment),
  ];
  if (texts.some((text) => text.includes('\0'))) return 'one of its texts holds a NUL character';
  if (texts.some((text) => Buffer.byteLength(text) > LONGEST_ARGUMENT)) {
    return 'one of its texts is longer than 128 KiB';
  }
  for (const path of [...spec.mounts.map(({ source }) => source), ...spec.runtime.hostPaths]) {
    if (!isPlainPath(path)) return `${JSON.stringify(path)} is not an absolute path of the host`;
  }
  const targets = spec.mounts.map(({ target }) => target);
  for (const target of targets) {
    if (!isPlainPath(target))
      return `${JSON.stringify(target)} is not an absolute path to mount at`;
  }
  if (new Set(targets).size < targets.length) return 'two of its mounts have the same target';
  for (const name of Object.keys(spec.environment)) {
    if (!VARIABLE.test(name)) return `${JSON.stringify(name)} cannot name a variable`;
  }
  return faultOfLimits(spec.limits);
}

function faultOfLimits(limits: Limits): string | null {
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value <= 0) return `its limit ${name} is not a positive number`;
  }
  return null;
}

/** Absolute, below the root, with no empty, `.` or `..` part. */
function isPlainPath(path: string): boolean {
  const [first, ...parts] = path.split('/');
  return first === '' && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
