/** The demo's airlock, on the level 4 files that the demo's agent makes. */
import { join } from 'node:path';
import {
  JobServer,
  openAirlockDatabase,
  type RunningAirlock,
  startAirlock,
} from '@vitrine/airlock';
import { level4FileTypes } from '@vitrine/pipeline';
import type { ReportError } from '@vitrine/platform';
import { RELEASE_FILE_LIMIT } from '@vitrine/protocol';
import { whyNotListening } from '../listening.ts';
import type { DemoFiles } from './demo-folder.ts';

export interface DemoAirlock extends AsyncDisposable {
  readonly running: RunningAirlock;
}

export async function startDemoAirlock(
  server: string,
  token: string,
  { folder, agent }: DemoFiles,
  place: { readonly host: string; readonly port: number; readonly reportError: ReportError },
): Promise<DemoAirlock> {
  const dataDir = join(folder, 'airlock');
  const database = await openAirlockDatabase({ url: null, dataDir });
  try {
    const running = await startAirlock({
      ...place,
      database,
      dataDir,
      workspaces: join(agent, 'level4/workspaces'),
      jobServer: new JobServer({ server, token, patience_seconds: 30 }),
      backendName: 'TPP',
      fileTypes: level4FileTypes,
      fileLimit: RELEASE_FILE_LIMIT,
      development: true,
    }).catch((error: unknown) => {
      throw whyNotListening(error, place);
    });
    return {
      running,
      [Symbol.asyncDispose]: async () => {
        await running.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
