/** Which mechanism holds each limit on this machine, for `vitrine doctor`. */
import type { Limits } from '../executor.ts';
import { type CgroupHome, type Controller, findCgroupHome } from './cgroups.ts';

/**
 * How well a limit holds: `kernel` – it cannot be passed; `watched` – the supervisor looks every quarter of a second
 * (less often where looking takes long) and ends the job; `partly` – the kernel holds it for each process alone.
 */
export type Strength = 'kernel' | 'watched' | 'partly';

export interface LimitMechanism {
  readonly mechanism: string;
  readonly strength: Strength;
}

export type LimitReport = Readonly<Record<keyof Limits, LimitMechanism>>;

/** Finds out; makes and removes an empty control group on the way. */
export async function probeLimits(cgroups: 'auto' | 'none' = 'auto'): Promise<LimitReport> {
  return limitReport(cgroups === 'none' ? null : await findCgroupHome());
}

/** The report for a machine where control groups are made there, or nowhere. */
export function limitReport(home: CgroupHome | null): LimitReport {
  const held = (controller: Controller, otherwise: LimitMechanism): LimitMechanism =>
    home?.folders[controller] === undefined
      ? otherwise
      : {
          mechanism: `control group version ${home.version}, ${controller}`,
          strength: 'kernel',
        };
  return {
    wallClockSeconds: { mechanism: "the supervisor's clock", strength: 'watched' },
    memoryBytes: held('memory', {
      mechanism: 'RLIMIT_DATA for each process, the sum of resident memory watched',
      strength: 'partly',
    }),
    cpus: held('cpu', { mechanism: 'bound to whole processors', strength: 'kernel' }),
    processes: held('pids', { mechanism: 'RLIMIT_NPROC in a user namespace', strength: 'kernel' }),
    diskBytes: {
      mechanism: 'RLIMIT_FSIZE for each file, the sum of all watched',
      strength: 'watched',
    },
    temporaryBytes: { mechanism: 'size of the private /tmp, and of /dev/shm', strength: 'kernel' },
    logBytes: { mechanism: 'the supervisor keeps the first and last halves', strength: 'kernel' },
  };
}
