/** An airlock as a process of its own, for tests that end it: it sends what is approved, and ends by itself once a request is released. */
import { join } from 'node:path';
import type { DatabaseOptions } from '@vitrine/platform';
import { RELEASE_FILE_LIMIT } from '@vitrine/protocol';
import { openAirlockDatabase } from '../database/database.ts';
import { JobServer } from '../job-server/job-server.ts';
import { startAirlock } from '../serve.ts';

/** What the process is told, as JSON, as its only argument. */
export interface AirlockOrder {
  readonly database: DatabaseOptions;
  /** With the copies of files in `copies/`. */
  readonly folder: string;
  readonly jobServer: string;
  /** The request that is waited for. */
  readonly request: string;
}

if (import.meta.main) {
  const order: AirlockOrder = JSON.parse(process.argv[2] ?? '');
  const database = await openAirlockDatabase(order.database);
  const released = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    const row = await database.db
      .selectFrom('release_request')
      .select('status')
      .where('identifier', '=', order.request)
      .executeTakeFirst();
    if (row?.status === 'released') released.resolve();
  };
  database.changes.listen([`request:${order.request}`], () => {
    look().catch(released.reject);
  });
  const running = await startAirlock({
    database,
    workspaces: join(order.folder, 'level4'),
    dataDir: order.folder,
    jobServer: new JobServer({
      server: order.jobServer,
      token: 'vitrine_test',
      patience_seconds: 60,
    }),
    backendName: 'TPP',
    port: 0,
    fileTypes: ['csv', 'txt'],
    fileLimit: RELEASE_FILE_LIMIT,
    development: true,
    // A whole file is one message, so that it can be ended in the middle of one.
    uploadPace: { pieceBytes: RELEASE_FILE_LIMIT, firstPause: 1, longestPause: 2 },
    reportError: (error) => released.reject(error),
  });
  await released.promise;
  await running.close();
  await database.close();
}
