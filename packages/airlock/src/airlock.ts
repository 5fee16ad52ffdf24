import type { DisclosureSettings } from '@vitrine/disclosure';
import type { OperatorLog } from '@vitrine/platform';
import type { Database, Queries } from './database/database.ts';
import type { CopyFindings } from './findings/copy-findings.ts';
import type { JobServer } from './job-server/job-server.ts';
import type { FileCopies } from './store/file-copies.ts';
import type { RequestStore } from './store/request-store.ts';
import type { Uploads } from './upload/uploads.ts';
import type { StudyCode } from './workspace-files/study-code.ts';
import type { WorkspaceFolders } from './workspace-files/workspace-folders.ts';

/** What requests to the airlock need. */
export interface Airlock {
  readonly database: Database;
  readonly db: Queries;
  /** Name of the backend, as people know it. */
  readonly backendName: string;
  /** Level 4 of all workspaces, for reading only. */
  readonly workspaces: WorkspaceFolders;
  /** The code of studies at the commits that made their files. */
  readonly code: StudyCode;
  /** The bytes of what is in release requests. */
  readonly copies: FileCopies;
  /** What the disclosure checks say of those bytes. */
  readonly findings: CopyFindings;
  readonly requests: RequestStore;
  readonly jobServer: JobServer;
  /** Approved files on their way, and recalls. */
  readonly uploads: Uploads;
  /** Thresholds of the disclosure checks. */
  readonly disclosure: DisclosureSettings;
  /** Extensions that may leave, without their dots. */
  readonly fileTypes: readonly string[];
  /** Most bytes of one file of a release. */
  readonly fileLimit: number;
  readonly clock: () => Date;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Cookies without TLS. Only where somebody tries it on their own machine. */
  readonly development: boolean;
  /** Told when the airlock stops: what waits gives up. */
  readonly stopping: AbortSignal;
  readonly log?: OperatorLog | undefined;
}
