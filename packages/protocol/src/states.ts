/**
 * The states of a job and the fixed vocabulary of codes that tell them apart (job-runner §2.5).
 *
 * This table is all that a secure environment can say about a job (promise P3): a code, never a text of its own. The words
 * that people read are these here, the same for everybody.
 */

/** Where a job stands. Cancelled jobs have failed, with the code `cancelled_by_user`. */
export type JobState = 'pending' | 'running' | 'succeeded' | 'failed';

export const JOB_STATES: readonly JobState[] = ['pending', 'running', 'succeeded', 'failed'];

/** Whose fault a failure is; null where nothing is at fault. */
export type JobBlame = 'user' | 'data' | 'platform';

/** Codes that the server sets by itself. */
export type ServerCode =
  | 'created'
  | 'paused'
  | 'waiting_db_maintenance'
  | 'waiting_on_dependencies'
  | 'waiting_on_workers'
  | 'waiting_on_db_workers'
  | 'waiting_on_reboot'
  | 'waiting_on_new_task'
  | 'initiated'
  | 'dependency_failed'
  | 'stale_codelists'
  | 'agent_lost';

/** Codes that an agent may report. */
export type ReportedCode =
  | 'preparing'
  | 'prepared'
  | 'executing'
  | 'executed'
  | 'finalizing'
  | 'finalized'
  | 'succeeded'
  | 'cancelled_by_user'
  | 'killed_by_admin'
  | 'nonzero_exit'
  | 'unmatched_patterns'
  | 'outputs_refused'
  | 'out_of_memory'
  | 'out_of_time'
  | 'out_of_disk'
  | 'too_many_processes'
  | 'definition_invalid'
  | 'command_invalid'
  | 'query_too_complex'
  | 'query_too_slow'
  | 'permission_missing'
  | 'assurance_failed'
  | 'data_file_invalid'
  | 'input_missing'
  | 'data_import_in_progress'
  | 'database_refused'
  | 'workspace_archived'
  | 'repository_refused'
  | 'commit_refused'
  | 'project_refused'
  | 'image_refused'
  | 'action_refused'
  | 'repository_unreachable'
  | 'image_unavailable'
  | 'database_unavailable'
  | 'storage_unavailable'
  | 'internal_error'
  | 'job_error';

/** A code of the fixed vocabulary. */
export type StatusCode = ServerCode | ReportedCode;

/** What one code means. */
export interface StatusMeaning {
  readonly state: JobState;
  readonly blame: JobBlame | null;
  /** Who may set it: the server alone, or an agent in a report. */
  readonly by: 'server' | 'agent';
  /** True where the server tries the job again by itself, within its bounds. */
  readonly retried: boolean;
  /** One sentence for everybody. */
  readonly words: string;
  /** One sentence with the remedy, where the reader has one. */
  readonly hint: string | null;
}

type Row = Omit<StatusMeaning, 'retried'> & { readonly retried?: boolean };

const pending = (words: string): Row => ({
  state: 'pending',
  blame: null,
  by: 'server',
  words,
  hint: null,
});

const stage = (words: string): Row => ({
  state: 'running',
  blame: null,
  by: 'agent',
  words,
  hint: null,
});

const failed = (blame: JobBlame | null, words: string, hint: string | null): Row => ({
  state: 'failed',
  blame,
  by: 'agent',
  words,
  hint,
});

const SEE_LOG = 'Read the log of the action inside the secure environment.';
const TELL_SUPPORT = 'Tell the support team, with the identifier of the job.';

const rows: Readonly<Record<StatusCode, Row>> = {
  created: pending('The job has been created.'),
  paused: pending('The backend is paused; the job starts when it goes on.'),
  waiting_db_maintenance: pending('The database is being maintained; the job starts afterwards.'),
  waiting_on_dependencies: pending('The job waits for jobs whose outputs it needs.'),
  waiting_on_workers: pending('The job waits for a free place on the backend.'),
  waiting_on_db_workers: pending('The job waits for a free place at the database.'),
  waiting_on_reboot: pending('The backend is about to restart; the job starts again afterwards.'),
  waiting_on_new_task: pending('The platform failed to run the job and will try it again.'),

  initiated: { ...stage('The job has been handed to the backend.'), by: 'server' },
  preparing: stage('The backend is preparing the code and the inputs of the job.'),
  prepared: stage('The job is prepared and about to start.'),
  executing: stage('The job is running.'),
  executed: stage('The program of the job has ended.'),
  finalizing: stage('The outputs of the job are being checked and stored.'),
  finalized: stage('The outputs of the job have been stored.'),

  succeeded: {
    state: 'succeeded',
    blame: null,
    by: 'agent',
    words: 'The job completed successfully.',
    hint: null,
  },

  dependency_failed: {
    ...failed('user', 'The job was not started because a job that it needs failed.', null),
    by: 'server',
    hint: 'Look at the job that failed first.',
  },
  cancelled_by_user: failed(null, 'The job was cancelled.', null),
  killed_by_admin: failed('platform', 'An operator stopped the job.', 'Run it again later.'),
  stale_codelists: {
    ...failed('user', 'The codelists of the study are out of date.', null),
    by: 'server',
    hint: 'Update them with `opensafely codelists update`, commit, and run the job again.',
  },
  nonzero_exit: failed('user', 'The job ended with an error.', SEE_LOG),
  unmatched_patterns: failed(
    'user',
    'The job ended well, but outputs that project.yaml declares were not made.',
    SEE_LOG,
  ),
  outputs_refused: failed(
    'user',
    'The job made outputs that may not be stored: links, devices, or paths outside the workspace.',
    SEE_LOG,
  ),
  out_of_memory: failed(
    'user',
    'The job ran out of memory.',
    'Read fewer columns or rows at a time.',
  ),
  out_of_time: failed(
    'user',
    'The job ran longer than it may and was stopped.',
    'Let it do less at a time, or ask for more time.',
  ),
  out_of_disk: failed(
    'user',
    'The job wrote more than it may, or its code is larger than that.',
    'Write less, or compressed files, and keep data out of the repository.',
  ),
  too_many_processes: failed(
    'user',
    'The job started more processes than it may.',
    'Start fewer parallel workers.',
  ),
  definition_invalid: failed(
    'user',
    'The definition of the cohort could not be read.',
    'Run the action locally with `vitrine run`; it names the fault and its place.',
  ),
  command_invalid: failed(
    'user',
    'The command of the action is not valid.',
    'Run the action locally with `vitrine run`.',
  ),
  query_too_complex: failed(
    'user',
    'The query is too complex for the database.',
    'Ask the support team how to simplify it.',
  ),
  query_too_slow: failed(
    'user',
    'The query went on too slowly to finish.',
    'Ask the support team how to simplify it.',
  ),
  permission_missing: failed(
    'user',
    'The project has no permission for data that the definition uses.',
    'Ask for the permission, or leave the data out.',
  ),
  assurance_failed: failed(
    'user',
    'The assurance tests of the definition failed.',
    'Run them locally with `vitrine run`.',
  ),
  data_file_invalid: failed(
    'data',
    'A data file that the definition reads is not valid.',
    'Check the file with `vitrine check`.',
  ),
  input_missing: failed(
    'data',
    'Outputs of an earlier job, which this one needs, are no longer in the workspace.',
    'Run the request again with force run dependencies.',
  ),
  data_import_in_progress: failed(
    'data',
    'New data is being imported into the database.',
    'Run the job again in a few hours.',
  ),
  database_refused: failed('data', 'The database refused the query.', TELL_SUPPORT),
  workspace_archived: failed(
    'user',
    'The workspace has been archived inside the secure environment.',
    'Ask an operator to bring it back.',
  ),
  repository_refused: failed(
    'user',
    'The backend does not run code of this repository.',
    'Ask the operators of the backend to allow it.',
  ),
  commit_refused: failed(
    'user',
    'The commit is not on a branch that the backend allows.',
    'Merge it into the branch of the workspace.',
  ),
  project_refused: failed(
    'user',
    'The project.yaml at this commit is not valid.',
    'Check it with `vitrine check`.',
  ),
  image_refused: failed(
    'user',
    'The backend does not run this image or reusable action.',
    'Use an image that the documentation lists.',
  ),
  action_refused: failed(
    'user',
    'The backend does not allow this action in this workspace.',
    'Ask the operators of the backend to allow it.',
  ),
  repository_unreachable: {
    ...failed('platform', 'The code could not be fetched.', TELL_SUPPORT),
    retried: true,
  },
  image_unavailable: {
    ...failed('platform', 'The image could not be fetched.', TELL_SUPPORT),
    retried: true,
  },
  database_unavailable: {
    ...failed('platform', 'The database failed for a moment.', TELL_SUPPORT),
    retried: true,
  },
  storage_unavailable: {
    ...failed('platform', 'The storage of the backend could not take the outputs.', TELL_SUPPORT),
    retried: true,
  },
  agent_lost: {
    ...failed('platform', 'The backend stopped answering while the job ran.', TELL_SUPPORT),
    by: 'server',
    retried: true,
  },
  internal_error: {
    ...failed('platform', 'The platform failed to run the job.', TELL_SUPPORT),
    retried: true,
  },
  job_error: failed('platform', 'The platform cannot run this job.', TELL_SUPPORT),
};

/** Every code with its meaning. */
export const STATUS_CODES: Readonly<Record<StatusCode, StatusMeaning>> = Object.fromEntries(
  Object.entries(rows).map(([code, row]) => [code, { retried: false, ...row }]),
) as Record<StatusCode, StatusMeaning>;

const all = Object.keys(rows) as StatusCode[];

/** All codes of one state, in the order of the table. */
export function codesOf(state: JobState): readonly StatusCode[] {
  return all.filter((code) => STATUS_CODES[code].state === state);
}

/** The codes that an agent may report, in the order of the table. */
export const REPORTED_CODES: readonly ReportedCode[] = all.filter(
  (code): code is ReportedCode => STATUS_CODES[code].by === 'agent',
);

/** Whether nothing can happen to a job any more. */
export function isFinal(code: StatusCode): boolean {
  const { state } = STATUS_CODES[code];
  return state === 'succeeded' || state === 'failed';
}

/** Where a job request stands, derived from its jobs (job-server §3.2). */
export type RequestStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'nothing_to_do';

export const REQUEST_STATUSES: readonly RequestStatus[] = [
  'pending',
  'running',
  'succeeded',
  'failed',
  'nothing_to_do',
];

/** `nothing_to_do` → `Nothing to do`. */
export function statusLabel(status: string): string {
  const words = status.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
