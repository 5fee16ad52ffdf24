import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DISCLOSURE_SETTINGS, type DisclosureSettings } from '@vitrine/disclosure';
import { listen, type OperatorLog, type ReportError } from '@vitrine/platform';
import type { Airlock } from './airlock.ts';
import { createAirlockApp } from './app.ts';
import type { Database } from './database/database.ts';
import { CopyFindings } from './findings/copy-findings.ts';
import type { JobServer } from './job-server/job-server.ts';
import { FileCopies } from './store/file-copies.ts';
import { RequestStore } from './store/request-store.ts';
import { sendNews } from './upload/send-news.ts';
import { type UploadPace, Uploads } from './upload/uploads.ts';
import { StudyCode } from './workspace-files/study-code.ts';
import { WorkspaceFolders } from './workspace-files/workspace-folders.ts';

export interface AirlockOptions {
  readonly database: Database;
  /** Folder of level 4, with one folder a workspace; only read. */
  readonly workspaces: string;
  /** Folder of the airlock's own files. */
  readonly dataDir: string;
  readonly jobServer: JobServer;
  readonly backendName: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Address of the interface to listen at; this machine only, unless told. */
  readonly host?: string;
  /** Thresholds of the disclosure checks; those of the documentation, unless told. */
  readonly disclosure?: DisclosureSettings;
  /** Extensions that may leave, without their dots. */
  readonly fileTypes: readonly string[];
  /** Most bytes of one file of a release. */
  readonly fileLimit: number;
  /** Cookies without TLS: for trying it, never for real data. */
  readonly development?: boolean;
  readonly clock?: () => Date;
  readonly uploadPace?: UploadPace;
  readonly log?: OperatorLog | undefined;
  /** Told of what went wrong on our side; nothing is told unless somebody listens. */
  readonly reportError?: ReportError;
}

export interface RunningAirlock {
  /** Where it can be reached: `http://127.0.0.1:8001`. */
  readonly url: string;
  readonly airlock: Airlock;
  /** Takes no more requests, lets those under way end, and gives up what only waits. The database stays open. */
  close(): Promise<void>;
}

/**
 * Starts to answer.
 * @throws Error when the port is taken
 */
export async function startAirlock(options: AirlockOptions): Promise<RunningAirlock> {
  const stopping = new AbortController();
  const { database, jobServer, backendName, fileTypes, fileLimit, log } = options;
  const copies = await FileCopies.open(join(options.dataDir, 'copies'));
  const requests = new RequestStore(database);
  const disclosure = options.disclosure ?? DISCLOSURE_SETTINGS;
  const clock = options.clock ?? ((): Date => new Date());
  const { db } = database;
  const site = { database, db, requests, copies, jobServer, fileTypes, clock, log };
  const airlock: Airlock = {
    ...site,
    backendName,
    workspaces: new WorkspaceFolders(options.workspaces),
    code: new StudyCode(join(options.dataDir, 'code')),
    findings: new CopyFindings(copies, database.db, disclosure),
    uploads: new Uploads(site, options.uploadPace),
    disclosure,
    fileLimit,
    randomBytes,
    development: options.development ?? false,
    stopping: stopping.signal,
  };
  const reportError = options.reportError ?? ((): void => {});
  const app = createAirlockApp(airlock, reportError);
  const listening = await listen(app, { port: options.port, host: options.host ?? '127.0.0.1' });
  const sending = Promise.all([
    airlock.uploads.run(stopping.signal, (error) => reportError(error, 'uploads')),
    sendNews(airlock, stopping.signal, (error) => reportError(error, 'news')),
  ]);
  return {
    url: listening.url,
    airlock,
    close: async () => {
      stopping.abort();
      await listening.close();
      await sending;
    },
  };
}
