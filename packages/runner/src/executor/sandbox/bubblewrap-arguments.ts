/** What the program sees, as arguments of bubblewrap. */
import { lstatSync, readlinkSync } from 'node:fs';
import type { ExecutionSpec } from '../executor.ts';

/** User and group of the program as it sees itself; on the host it is another one, see `launch-plan.ts`. */
export const INSIDE_ID = 1000;

/** Descriptors that the supervisor prepares for bubblewrap. */
export const DESCRIPTORS = {
  arguments: 3,
  seccomp: 4,
  status: 5,
  go: 8,
  ready: 9,
  firstInline: 10,
} as const;

/** What the runtimes of the host read below /etc and /var, when it is there. Nothing in it is secret. */
const RUNTIME_CONFIGURATION = [
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/ipython',
  '/etc/java-17-openjdk',
  '/etc/java-21-openjdk',
  '/etc/jupyter',
  '/etc/ld.so.cache',
  '/etc/matplotlibrc',
  '/etc/R',
  '/var/cache/fontconfig',
];

/** Small files that the program finds instead of the host's. */
export const INLINE_FILES: readonly { readonly target: string; readonly text: string }[] = [
  { target: '/etc/passwd', text: `vitrine:x:${INSIDE_ID}:${INSIDE_ID}::/tmp:/bin/sh\n` },
  { target: '/etc/group', text: `vitrine:x:${INSIDE_ID}:\n` },
  { target: '/etc/nsswitch.conf', text: 'passwd: files\ngroup: files\nhosts: files\n' },
  { target: '/etc/hosts', text: '127.0.0.1 localhost sandbox\n::1 localhost sandbox\n' },
];

/** What every program finds in its environment unless the request says otherwise. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
};

/** Folders that are part of /usr on merged systems and stand beside it on others. */
const BESIDE_USR = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/**
 * Arguments of bubblewrap up to the command, which comes after `--`.
 *
 * @param sources where each mount's source, then each host path of the runtime, is found by bubblewrap.
 * @param withSeccomp whether a filter waits on its descriptor. Without one, bubblewrap itself must see to it that no
 *   further user namespace is made inside.
 */
export function bubblewrapArguments(
  spec: ExecutionSpec,
  sources: readonly string[],
  withSeccomp: boolean,
): readonly string[] {
  const temporary = String(Math.floor(spec.limits.temporaryBytes));
  const at = (index: number): string => sources[index] ?? '';
  return [
    ['--unshare-all', '--unshare-user', '--uid', String(INSIDE_ID), '--gid', String(INSIDE_ID)],
    ['--hostname', 'sandbox', '--new-session', '--die-with-parent', '--cap-drop', 'ALL'],
    ['--json-status-fd', String(DESCRIPTORS.status)],
    withSeccomp ? ['--seccomp', String(DESCRIPTORS.seccomp)] : ['--disable-userns'],
    ['--ro-bind', '/usr', '/usr', ...besideUsr()],
    ['--proc', '/proc'],
    ['--dev', '/dev', '--perms', '1777', '--size', temporary, '--tmpfs', '/dev/shm'],
    ['--remount-ro', '/dev'],
    ['--perms', '1777', '--size', temporary, '--tmpfs', '/tmp'],
    ['--perms', '0755', '--dir', '/etc', '--perms', '0755', '--dir', '/var'],
    RUNTIME_CONFIGURATION.flatMap((path) => ['--ro-bind-try', path, path]),
    ['--symlink', '/usr/share/zoneinfo/Etc/UTC', '/etc/localtime', '--symlink', '/tmp', '/var/tmp'],
    INLINE_FILES.flatMap(({ target }, index) => [
      ...['--perms', '0444', '--file', String(DESCRIPTORS.firstInline + index), target],
    ]),
    spec.runtime.hostPaths.flatMap((path, index) => [
      ...['--ro-bind', at(spec.mounts.length + index), path],
    ]),
    spec.mounts.flatMap(({ target, writable }, index) => [
      ...[writable ? '--bind' : '--ro-bind', at(index), target],
    ]),
    ['--remount-ro', '/', '--chdir', '/workspace', '--clearenv'],
    Object.entries({ ...ENVIRONMENT, ...spec.environment }).flatMap(([name, value]) => [
      ...['--setenv', name, value],
    ]),
  ].flat();
}

function besideUsr(): readonly string[] {
  return BESIDE_USR.flatMap((path) => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    if (status.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    return ['--ro-bind', path, path];
  });
}
