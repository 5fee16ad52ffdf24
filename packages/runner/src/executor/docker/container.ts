/** What the engine is asked to run: an execution's specification as a container. Pure. */
import type { ContainerCreateOptions } from 'dockerode';
import type { ExecutionSpec, Limits, Mount } from '../executor.ts';

/** Labels that Vitrine reads back: what must hold for a container is known from the engine alone. */
export const label = {
  id: 'vitrine.execution',
  wallClockSeconds: 'vitrine.limit.wall-clock-seconds',
  diskBytes: 'vitrine.limit.disk-bytes',
  logBytes: 'vitrine.limit.log-bytes',
  processes: 'vitrine.limit.processes',
  /** Bytes that lay in the writable mounts before the start. */
  diskBefore: 'vitrine.disk-before-bytes',
} as const;

/** The container's name on the engine. */
export function containerName(id: string): string {
  return `vitrine-${id}`;
}

/** What is known besides the specification when a container is made. */
export interface Circumstances {
  /** Content id of the image, so that a tag that moves meanwhile changes nothing. */
  readonly imageId: string;
  /** The image's own entry point. */
  readonly entrypoint: readonly string[];
  /** Where the image keeps coreutils' `timeout`, or null. */
  readonly timeoutPath: string | null;
  readonly user: UserInside;
  readonly diskBefore: number;
}

/** Who the program is inside. */
export interface UserInside {
  readonly uid: number;
  readonly gid: number;
  /** Rootless Podman: the person's own number outside is the same inside. */
  readonly keepId: boolean;
}

/** What every program finds unless the specification says otherwise, as in the sandbox. PATH is the image's. */
const environment: Readonly<Record<string, string>> = { HOME: '/tmp', LANG: 'C.UTF-8', TZ: 'UTC' };

const init = 1;
const keeper = 1;

/**
 * The container: no network, read-only root, no capability, no new privilege, every limit set.
 *
 * The wall clock is kept inside the container by coreutils' `timeout` as the parent of the program, so that it holds
 * while nobody watches. Its death ends the container; a program that stops it with SIGSTOP is caught by `inspect`.
 */
export function containerOptions(spec: ExecutionSpec, now: Circumstances): ContainerCreateOptions {
  const { limits } = spec;
  const guard =
    now.timeoutPath === null
      ? []
      : [now.timeoutPath, '--signal=KILL', String(limits.wallClockSeconds)];
  return {
    name: containerName(spec.id),
    Image: now.imageId,
    Entrypoint: [...guard, ...now.entrypoint],
    Cmd: [...spec.command],
    Env: Object.entries({ ...environment, ...spec.environment }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    User: `${now.user.uid}:${now.user.gid}`,
    WorkingDir: spec.mounts[0]?.target ?? '/',
    Hostname: 'vitrine',
    NetworkDisabled: true,
    OpenStdin: false,
    Tty: false,
    Labels: {
      ...spec.labels,
      [label.id]: spec.id,
      [label.wallClockSeconds]: String(limits.wallClockSeconds),
      [label.diskBytes]: String(limits.diskBytes),
      [label.logBytes]: String(limits.logBytes),
      [label.processes]: String(limits.processes),
      [label.diskBefore]: String(now.diskBefore),
    },
    HostConfig: {
      NetworkMode: 'none',
      IpcMode: 'private',
      ...(now.user.keepId ? { UsernsMode: 'keep-id' } : {}),
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      Tmpfs: {
        '/tmp': `rw,nosuid,nodev,exec,mode=1777,size=${limits.temporaryBytes}`,
      },
      ShmSize: Math.min(limits.temporaryBytes, 64 * 1024 ** 2),
      Mounts: spec.mounts.map(bind),
      Memory: Math.floor(limits.memoryBytes),
      MemorySwap: Math.floor(limits.memoryBytes),
      NanoCpus: Math.round(limits.cpus * 1e9),
      PidsLimit: limits.processes + init + (now.timeoutPath === null ? 0 : keeper),
      Ulimits: [...ulimits(limits)],
      // Two files: what is kept lies between one and two times the limit, whenever it is cut.
      LogConfig: {
        Type: 'json-file',
        Config: { 'max-size': String(limits.logBytes), 'max-file': '2' },
      },
    },
  };
}

function bind(
  mount: Mount,
): NonNullable<NonNullable<ContainerCreateOptions['HostConfig']>['Mounts']>[number] {
  return {
    Type: 'bind',
    Source: mount.source,
    Target: mount.target,
    ReadOnly: !mount.writable,
    BindOptions: { Propagation: 'rprivate' },
  };
}

/** What the kernel itself holds, watched or not. */
function* ulimits(limits: Limits): Generator<{ Name: string; Soft: number; Hard: number }> {
  // 1 and not 0: a core pattern that pipes to a program of the host ignores 0, and a core holds patients' data.
  yield { Name: 'core', Soft: 1, Hard: 1 };
  yield { Name: 'fsize', Soft: limits.diskBytes, Hard: limits.diskBytes };
  // No process can use more processor time than this before the wall clock ends it.
  const seconds = Math.ceil(limits.wallClockSeconds * Math.max(limits.cpus, 1)) + 60;
  yield { Name: 'cpu', Soft: seconds, Hard: seconds };
}
