import type { OperatorLog } from '@vitrine/platform';
import type { CodelistSite } from './codelists/codelist-site.ts';
import type { Database } from './database/database.ts';
import type { Tracing } from './operations/tracing.ts';
import type { SchedulingPolicy } from './scheduling/policy.ts';
import type { SourceHost } from './source-host/source-host.ts';

/** All that the functions of the job server need from outside. */
export interface Context {
  readonly database: Database;
  /** Now. */
  readonly clock: () => Date;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly sourceHost: SourceHost;
  readonly policy: SchedulingPolicy;
  /** Where codelists are checked; without, they are not. */
  readonly codelistSite?: CodelistSite | undefined;
  /** Whether webhooks may go to private networks; no, unless told. */
  readonly privateWebhooks?: boolean | undefined;
  /** Most bytes that the files of one release may have together; `RELEASE_TOTAL_LIMIT`, unless told. */
  readonly releaseBytes?: number | undefined;
  /** Without, nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** Told what happens, for the operator. */
  readonly log?: OperatorLog | undefined;
}
