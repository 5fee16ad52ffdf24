/**
 * The tables, as Kysely sees them. The migrations beside are what the database has; a test holds the two together.
 *
 * Keys are running numbers. Moments are `timestamptz`, in TypeScript `Date`. JSON columns are written as text made with
 * `JSON.stringify`, because the two drivers serialise arrays differently.
 */
import type {
  JobState,
  RequestStatus,
  ReviewNewsKind,
  SelfTestReport,
  StatusCode,
} from '@vitrine/protocol';
import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';

/** A JSON column: read as a value, written as text. */
type Json<T> = ColumnType<T, string, string>;
/** Null unless said otherwise when inserting. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>;
/** Has a default in the database. */
type Default<T> = ColumnType<T, T | undefined, T>;

export interface Tables {
  readonly organisation: OrganisationTable;
  readonly project: ProjectTable;
  readonly workspace: WorkspaceTable;
  readonly backend: BackendTable;
  readonly agent: AgentTable;
  readonly person: PersonTable;
  readonly identity: IdentityTable;
  readonly membership: MembershipTable;
  readonly session: SessionTable;
  readonly token: TokenTable;
  readonly job_request: JobRequestTable;
  readonly job: JobTable;
  readonly job_event: JobEventTable;
  readonly audit_event: AuditEventTable;
  readonly site_alert: SiteAlertTable;
  readonly outgoing_message: OutgoingMessageTable;
  readonly webhook: WebhookTable;
  readonly action_name: ActionNameTable;
  readonly airlock_token: AirlockTokenTable;
  readonly airlock_grant: AirlockGrantTable;
  readonly release_request: ReleaseRequestTable;
  readonly release: ReleaseTable;
  readonly release_file: ReleaseFileTable;
  readonly release_approval: ReleaseApprovalTable;
  readonly publication: PublicationTable;
  readonly publication_file: PublicationFileTable;
}

export interface OrganisationTable {
  id: Generated<number>;
  slug: string;
  name: string;
  description: Default<string>;
  created_at: Date;
}

export const PROJECT_STATUSES = [
  'ongoing',
  'postponed',
  'retired',
  'ongoing-and-linked',
  'completed-and-linked',
  'completed-and-awaiting',
] as const;

export type ProjectStatus = (typeof PROJECT_STATUSES)[number];

export interface ProjectTable {
  id: Generated<number>;
  slug: string;
  name: string;
  /** Plain digits, or POS-20YY-NNNN; unique where there is one. */
  number: Optional<string>;
  status: Default<ProjectStatus>;
  status_description: Default<string>;
  lead_organisation_id: number;
  created_at: Date;
}

export interface WorkspaceTable {
  id: Generated<number>;
  name: string;
  project_id: number;
  /** Address of the git repository; a local folder in development. */
  repository: string;
  branch: string;
  purpose: Default<string>;
  is_archived: Default<boolean>;
  /** Preset of "send an e-mail" on the form. */
  should_notify: Default<boolean>;
  created_by: Optional<number>;
  created_at: Date;
  updated_at: Date;
}

/** What a job may use, and how much of a pool it takes, by workspace and action. The first rule that matches counts. */
export interface ResourceRule {
  /** Absent: every workspace. */
  readonly workspace?: string;
  /** Regular expression that the whole action name matches; absent: every action. */
  readonly action?: string;
  /** Regular expression that the whole run command matches; absent: every command. */
  readonly command?: string;
  readonly weight?: number;
  readonly cpus?: number;
  readonly memory_bytes?: number;
  readonly wall_clock_seconds?: number;
}

export interface BackendTable {
  id: Generated<number>;
  slug: string;
  name: string;
  is_active: Default<boolean>;
  /** Size of the pool of jobs that read the database, in weights. */
  database_slots: Default<number>;
  /** Size of the pool of all other jobs. */
  other_slots: Default<number>;
  /** No new jobs start while set; since when. */
  paused_at: Optional<Date>;
  /** Jobs that read the database are stopped and held while set; since when. */
  maintenance_at: Optional<Date>;
  /** True where an operator, not the database itself, has set the maintenance. */
  maintenance_manual: Default<boolean>;
  /** Every job is stopped and held while set, so that the machine can restart; since when. */
  draining_at: Optional<Date>;
  /** When any of its agents was last heard; behind by up to five seconds. */
  last_seen_at: Optional<Date>;
  /** The newest isolation self-test of any of its agents. */
  self_test: ColumnType<SelfTestReport | null, string | null | undefined, string | null>;
  cpus: Default<number>;
  memory_bytes: Default<number>;
  /** Most memory that a job may get; above `memory_bytes`, a job that ran out of memory is tried again with more. */
  max_memory_bytes: Default<number>;
  wall_clock_seconds: Default<number>;
  resource_rules: ColumnType<readonly ResourceRule[], string | undefined, string>;
  created_at: Date;
}

/** A program inside a backend that asks for jobs. Rows come by themselves when one first asks. */
export interface AgentTable {
  id: Generated<number>;
  backend_id: number;
  name: string;
  version: Optional<string>;
  self_test: ColumnType<SelfTestReport | null, string | null | undefined, string | null>;
  first_seen_at: Date;
  last_seen_at: Date;
}

export interface PersonTable {
  id: Generated<number>;
  username: string;
  name: string;
  email: Optional<string>;
  is_disabled: Default<boolean>;
  /** False where the person wants no e-mail at all, whatever a job request says. */
  wants_email: Default<boolean>;
  created_at: Date;
  last_signed_in_at: Optional<Date>;
}

/** A way to sign in. */
export interface IdentityTable {
  id: Generated<number>;
  person_id: number;
  /** For example `github`, or the issuer of an OpenID provider. */
  provider: string;
  subject: string;
  created_at: Date;
}

/** A role of a person, everywhere or within one organisation, project or backend. */
export interface MembershipTable {
  id: Generated<number>;
  person_id: number;
  role: string;
  /** Which of the three keys is set; `global` where none is. */
  scope: 'global' | 'organisation' | 'project' | 'backend';
  organisation_id: Optional<number>;
  project_id: Optional<number>;
  backend_id: Optional<number>;
  created_by: Optional<number>;
  created_at: Date;
}

export interface SessionTable {
  /** SHA-256 of the secret in the cookie, hexadecimal. */
  hash: string;
  person_id: number;
  created_at: Date;
  expires_at: Date;
}

/** A bearer token, of a person or of a backend. */
export interface TokenTable {
  id: Generated<number>;
  /** SHA-256 of the secret, hexadecimal. */
  hash: string;
  /** The first characters, so that people can tell their tokens apart. */
  prefix: string;
  label: string;
  person_id: Optional<number>;
  backend_id: Optional<number>;
  scopes: readonly string[];
  created_by: Optional<number>;
  created_at: Date;
  expires_at: Date;
  revoked_at: Optional<Date>;
  last_used_at: Optional<Date>;
}

export interface JobRequestTable {
  id: Generated<number>;
  /** The running number in titles and addresses. */
  number: Default<number>;
  identifier: string;
  workspace_id: number;
  backend_id: number;
  requested_by: number;
  commit: string;
  /** The branch of the workspace at that time. */
  branch: string;
  requested_actions: readonly string[];
  force_run_dependencies: boolean;
  will_notify: boolean;
  /** The whole project.yaml at the commit. */
  project_definition: string;
  codelists_ok: boolean;
  /** What became of each action that was asked for or needed, in words; in the order of the plan. */
  plan: ColumnType<readonly PlanLine[], string | undefined, string>;
  client_key: Optional<string>;
  /** What the person should know although the request was taken: for example that codelists could not be checked. */
  warning: Optional<string>;
  created_at: Date;

  /** From here on derived from its jobs, in the transaction that changes one of them. */
  status: RequestStatus;
  status_message: Optional<string>;
  started_at: Optional<Date>;
  finished_at: Optional<Date>;
  runtime_seconds: Default<number>;
  pending_jobs: Default<number>;
  running_jobs: Default<number>;
  succeeded_jobs: Default<number>;
  failed_jobs: Default<number>;
  /** When any of its jobs last changed. */
  updated_at: Date;
}

export interface PlanLine {
  readonly action: string;
  readonly kind: 'run' | 'reuse';
  /** Words that follow the action's name. */
  readonly reason: string;
  /** Identifier of the job that runs it or whose outputs are reused. */
  readonly job: string | null;
}

/** A job. Written by `states/change-job.ts` alone once it is there. */
export interface JobTable {
  id: Generated<number>;
  identifier: string;
  job_request_id: number;
  workspace_id: number;
  backend_id: number;
  action: string;
  run_command: string;
  /** Names of the actions whose outputs it reads. */
  needs: readonly string[];
  needs_database: boolean;
  weight: number;
  cpus: number;
  memory_bytes: number;
  wall_clock_seconds: number;
  /** Jobs that must succeed first, of this request or of earlier ones. */
  waits_for: readonly number[];
  state: JobState;
  status_code: StatusCode;
  /** Since when it has that code, by the server's clock. */
  code_since: Date;
  /** Since when nothing that it needs is missing; null while it waits for other jobs. */
  ready_at: Optional<Date>;
  /** Number of times that it was handed to an agent. */
  attempt: Default<number>;
  /** How many attempts were lost to the platform; bounded. */
  losses: Default<number>;
  /** What made the last attempt fail, where it is or was tried again. */
  retry_cause: Optional<StatusCode>;
  /** Not to be handed out before. */
  next_attempt_at: Optional<Date>;
  /** Name of the agent that holds it. */
  agent: Optional<string>;
  /**
   * True from when it is handed out until its agent says that nothing of it runs any more. It takes its place in the pool
   * that long, also when it has been cancelled meanwhile.
   */
  holds_slot: Default<boolean>;
  claimed_at: Optional<Date>;
  lease_expires_at: Optional<Date>;
  peak_memory_bytes: Optional<number>;
  cpu_seconds: Optional<number>;
  /** Content id of the image that the last attempt ran in; null where it was none, or the agent told none. */
  image_digest: Optional<string>;
  created_at: Date;
  started_at: Optional<Date>;
  finished_at: Optional<Date>;
  updated_at: Date;
  /** W3C trace context of the request that created it. */
  trace_context: Optional<string>;
  /** Hash of its newest event. */
  event_hash: string;
}

/** What happened to a job; never changed. Each row's hash covers the row before it (promise P6). */
export interface JobEventTable {
  id: Generated<number>;
  job_id: number;
  job_request_id: number;
  attempt: number;
  status_code: StatusCode;
  /** The code that led to it, where a failure is tried again. */
  cause: Optional<StatusCode>;
  /** When it happened, by the clock of who says so, bounded by ours. */
  at: Date;
  /** When we wrote it. */
  recorded_at: Date;
  agent: Optional<string>;
  hash: string;
}

/** A decision of a person; never changed, hash-chained as a whole. */
export interface AuditEventTable {
  id: Generated<number>;
  at: Date;
  /** User name, which stays readable when the person is gone; null for the system itself. */
  actor: Optional<string>;
  kind: string;
  /** What it was about, for example `project` and its slug. */
  target_kind: Optional<string>;
  target: Optional<string>;
  details: Json<Readonly<Record<string, unknown>>>;
  hash: string;
}

export interface SiteAlertTable {
  id: Generated<number>;
  level: 'danger' | 'info' | 'success' | 'warning';
  title: string;
  message: string;
  created_by: Optional<number>;
  created_at: Date;
  updated_at: Date;
  ends_at: Optional<Date>;
}

/** E-mail and webhooks that are still to be sent, or were: written with the change that they tell of, sent afterwards. */
export interface OutgoingMessageTable {
  id: Generated<number>;
  kind: 'email' | 'webhook';
  /** Address of either. */
  recipient: string;
  subject: string;
  body: string;
  /** The same message is not written twice. */
  unique_key: string;
  created_at: Date;
  /** Not to be tried before; null once it was sent or given up. */
  next_attempt_at: Optional<Date>;
  attempts: Default<number>;
  sent_at: Optional<Date>;
  last_error: Optional<string>;
  webhook_id: Optional<number>;
  given_up_at: Optional<Date>;
}

/** An address that is told when job requests finish: those of its person, or all of a workspace. */
export interface WebhookTable {
  id: Generated<number>;
  person_id: number;
  workspace_id: Optional<number>;
  url: string;
  /** What messages are signed with; it has to be readable for that. */
  secret: string;
  created_at: Date;
  ended_at: Optional<Date>;
}

/** A name of an action that was ever asked for. */
export interface ActionNameTable {
  name: string;
}

/** What a person types to get into the airlock of a backend: used once, and soon over. */
export interface AirlockTokenTable {
  id: Generated<number>;
  hash: string;
  person_id: number;
  created_at: Date;
  expires_at: Date;
  used_at: Optional<Date>;
  /** Where it was used. */
  backend_id: Optional<number>;
}

/** Somebody was let into the airlock of a backend. The key stays, because the approvals that it signed are checked with it. */
export interface AirlockGrantTable {
  id: Generated<number>;
  identifier: string;
  person_id: number;
  backend_id: number;
  approval_key: string;
  issued_at: Date;
  expires_at: Date;
  ended_at: Optional<Date>;
}

/** What is known outside of a release request under review: its status, and nothing of what is in it. */
export interface ReleaseRequestTable {
  id: Generated<number>;
  identifier: string;
  workspace_id: number;
  backend_id: number;
  author_id: number;
  status: ReviewNewsKind;
  /** Number of the newest news. */
  news: number;
  first_submitted_at: Date;
  status_since: Date;
}

/** Files that leave, or have left, a backend together. Nobody sees any of it before all bytes are here. */
export interface ReleaseTable {
  id: Generated<number>;
  /** Of its release request. */
  identifier: string;
  workspace_id: number;
  backend_id: number;
  author_id: number;
  released_by: number;
  /** SHA-256 of the announcement: the same one again is no new release. */
  announcement_hash: string;
  state: 'receiving' | 'released' | 'cancelled';
  announced_at: Date;
  released_at: Optional<Date>;
  cancelled_at: Optional<Date>;
}

export interface ReleaseFileTable {
  id: Generated<number>;
  release_id: number;
  path: string;
  /** Bytes. */
  size: number;
  sha256: string;
  job_id: number;
  commit: string;
  /** When all its bytes were here and fitted. */
  received_at: Optional<Date>;
  /** Taken back after the release: its bytes are gone, its name stays. */
  withdrawn_at: Optional<Date>;
  withdrawn_by: Optional<number>;
  withdrawal_reason: Optional<string>;
}

/** A reviewer's approval of the bytes of a file, verified before the release was accepted. */
export interface ReleaseApprovalTable {
  release_file_id: number;
  reviewer_id: number;
  grant_id: number;
  approved_at: Date;
  signature: string;
}

/** A set of released files under a stable address. */
export interface PublicationTable {
  id: Generated<number>;
  identifier: string;
  workspace_id: number;
  title: string;
  description: Default<string>;
  state: 'draft' | 'public' | 'withdrawn' | 'discarded';
  prepared_by: number;
  prepared_at: Date;
  published_by: Optional<number>;
  published_at: Optional<Date>;
  withdrawn_by: Optional<number>;
  withdrawn_at: Optional<Date>;
  withdrawal_reason: Optional<string>;
}

export interface PublicationFileTable {
  publication_id: number;
  release_file_id: number;
}

export type JobRow = Selectable<JobTable>;
export type NewJob = Insertable<JobTable>;
export type JobRequestRow = Selectable<JobRequestTable>;
export type BackendRow = Selectable<BackendTable>;
export type WorkspaceRow = Selectable<WorkspaceTable>;
export type OutgoingMessageRow = Selectable<OutgoingMessageTable>;
