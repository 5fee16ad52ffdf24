import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, type OperatorLog, type ReportError } from '@vitrine/platform';
import { createApp } from './app.ts';
import type { CodelistSite } from './codelists/codelist-site.ts';
import type { Database } from './database/database.ts';
import { Metrics } from './operations/metrics.ts';
import type { Tracing } from './operations/tracing.ts';
import { type SignInSettings, signInMethods } from './people/sign-in/methods.ts';
import { cleanReleases } from './releases/clean-releases.ts';
import { FolderReleaseStore } from './releases/folder-store.ts';
import { SCHEDULING_POLICY, type SchedulingPolicy } from './scheduling/policy.ts';
import type { Site } from './site.ts';
import type { SourceHost } from './source-host/source-host.ts';
import { deliverMessages, NO_TELLING, type TellingSettings } from './telling/deliver-messages.ts';

export interface ServerOptions {
  readonly database: Database;
  readonly sourceHost: SourceHost;
  /**
   * Folder of released files. Without, they live as long as this server: for trying the site and for tests.
   */
  readonly releases?: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  /** Address of the interface to listen at; this machine only, unless told. */
  readonly host?: string;
  /** Sign-in without a password and cookies without TLS: for trying the site, never for real data. */
  readonly development?: boolean;
  readonly siteName?: string;
  /** Where browsers reach the site, where a proxy stands before it. */
  readonly publicUrl?: string;
  readonly signIn?: SignInSettings;
  readonly policy?: SchedulingPolicy;
  readonly clock?: () => Date;
  /** How people are told that job requests have finished; without, they are not. */
  readonly telling?: TellingSettings;
  readonly codelistSite?: CodelistSite | undefined;
  /** Most bytes of one release. */
  readonly releaseBytes?: number | undefined;
  readonly tracing?: Tracing | undefined;
  readonly log?: OperatorLog | undefined;
  /** Told of what went wrong on our side; nothing is told unless somebody listens. */
  readonly reportError?: ReportError;
}

export interface RunningServer {
  /** Where it can be reached: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** All that the functions of the job server need, for who runs in the same process. */
  readonly site: Site;
  /** Takes no more requests, lets those under way end, and gives up what only waits. The database stays open. */
  close(): Promise<void>;
}

/**
 * Starts to answer.
 * @throws Error when the port is taken
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const stopping = new AbortController();
  let url = options.publicUrl ?? '';
  const ownFolder = join(tmpdir(), `vitrine-releases-${randomUUID()}`);
  const site: Site = {
    database: options.database,
    db: options.database.db,
    clock: options.clock ?? (() => new Date()),
    randomBytes,
    sourceHost: options.sourceHost,
    policy: options.policy ?? SCHEDULING_POLICY,
    development: options.development ?? false,
    name: options.siteName ?? 'Vitrine',
    publicUrl: () => url,
    signIn: signInMethods(options.signIn ?? {}),
    metrics: new Metrics(),
    releases: new FolderReleaseStore(options.releases ?? ownFolder),
    stopping: stopping.signal,
    codelistSite: options.codelistSite,
    privateWebhooks: options.telling?.privateWebhooks ?? false,
    releaseBytes: options.releaseBytes,
    tracing: options.tracing,
    log: options.log,
  };
  const reportError = options.reportError ?? (() => {});
  await cleanReleases(site);
  const app = createApp(site, reportError);
  const listening = await listen(app, { port: options.port, host: options.host ?? '127.0.0.1' });
  if (url === '') url = listening.url;
  const delivering = deliverMessages(
    { ...site, telling: options.telling ?? NO_TELLING },
    stopping.signal,
    (error) => reportError(error, 'messages'),
  );
  return {
    url: listening.url,
    site,
    close: async () => {
      stopping.abort();
      await listening.close();
      await delivering;
      await options.tracing?.close();
      await rm(ownFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
