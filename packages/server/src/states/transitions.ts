/**
 * The one table of what may follow what in the life of a job (job-runner §2.5).
 *
 * A job goes from created over the stages to an end. Stages may be passed over, because news may come late or together, but
 * never backwards; from any stage a job may go back to waiting, and start again as the next attempt. What has ended stays so.
 */
import { codesOf, isFinal, STATUS_CODES, type StatusCode } from '@vitrine/protocol';

/** Codes that a waiting job has in the database. The other codes of waiting are words for why, found when somebody asks. */
const WAITING = [
  'created',
  'waiting_db_maintenance',
  'waiting_on_reboot',
  'waiting_on_new_task',
] as const satisfies readonly StatusCode[];

const STAGES: readonly StatusCode[] = codesOf('running');

const ENDS: readonly StatusCode[] = [...codesOf('succeeded'), ...codesOf('failed')];

/** Ends of jobs that never started. */
const ENDS_UNSTARTED: readonly StatusCode[] = [
  'dependency_failed',
  'cancelled_by_user',
  'killed_by_admin',
  'stale_codelists',
];

/** Only before the start. */
const NEVER_AFTER_START: ReadonlySet<StatusCode> = new Set([
  'dependency_failed',
  'stale_codelists',
]);

function followersOf(code: StatusCode): readonly StatusCode[] {
  if (isFinal(code)) return [];
  if (STATUS_CODES[code].state === 'pending') {
    if (!(WAITING as readonly StatusCode[]).includes(code)) return [];
    // An agent that was thought lost may come back with the job: whatever it then says of it counts.
    const resumed = code === 'waiting_on_new_task' ? followersOf('initiated') : [];
    return ['initiated', ...resumed, ...ENDS_UNSTARTED];
  }
  return [
    ...STAGES.slice(STAGES.indexOf(code) + 1),
    ...WAITING.filter((waiting) => waiting !== 'created'),
    ...ENDS.filter((end) => !NEVER_AFTER_START.has(end)),
  ];
}

/** For each code, those that may come next. */
export const TRANSITIONS: ReadonlyMap<StatusCode, ReadonlySet<StatusCode>> = new Map(
  (Object.keys(STATUS_CODES) as StatusCode[]).map((code) => [code, new Set(followersOf(code))]),
);

/** Whether a job with the code `from` may get the code `to`. */
export function mayFollow(from: StatusCode, to: StatusCode): boolean {
  return TRANSITIONS.get(from)?.has(to) ?? false;
}

/** Codes that are ever written to a job. */
export const STORED_CODES: readonly StatusCode[] = [...WAITING, ...STAGES, ...ENDS];
