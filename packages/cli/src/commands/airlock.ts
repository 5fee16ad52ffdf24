import {
  type AirlockSettings,
  JobServer,
  openAirlockDatabase,
  type RunningAirlock,
  readAirlockSettings,
  startAirlock,
} from '@vitrine/airlock';
import { lockFolder, logLine, type OperatorLog } from '@vitrine/platform';
import type { CommandResult } from '../command.ts';
import { whyNotListening } from '../listening.ts';
import type { Terminal } from '../output/terminal.ts';
import { makeOwnFolder } from '../own-folder.ts';
import { untilToldToStop } from '../signals.ts';

export interface AirlockCommandOptions {
  /** File of the settings. */
  readonly config: string;
  readonly development: boolean;
  readonly json: boolean;
}

/** `vitrine airlock`: the review of outputs, until it is told to stop. */
export async function airlock(
  terminal: Terminal,
  { config, development, json }: AirlockCommandOptions,
): Promise<CommandResult> {
  // Before anything is opened: what is wrong with a setting is said at once.
  const settings = await readAirlockSettings(config, process.env);
  const { databaseUrl: url, data } = settings;
  // What lies there signs approvals: nobody else is to read it.
  await makeOwnFolder(data, 0o700);
  // The embedded database locks the folder itself. Two airlocks that share copies could recall and send at one time.
  const unlock = url === null ? async (): Promise<void> => {} : await lockFolder(data);
  try {
    const database = await openAirlockDatabase({ url, dataDir: url === null ? data : null });
    try {
      const running = await listen(terminal, settings, database, development);
      try {
        const { kind } = database;
        if (json) terminal.out(`${JSON.stringify({ url: running.url, database: kind })}\n`);
        else terminal.err(`The airlock answers at ${running.url} (database: ${kind}).\n`);
        await untilToldToStop(() => process.exit(1));
      } finally {
        await running.close();
      }
    } finally {
      await database.close();
    }
  } finally {
    await unlock();
  }
  return {};
}

async function listen(
  terminal: Terminal,
  settings: AirlockSettings,
  database: Awaited<ReturnType<typeof openAirlockDatabase>>,
  development: boolean,
): Promise<RunningAirlock> {
  const { server, token, patience_seconds, data, port, host, workspaces } = settings;
  const log: OperatorLog = (entry) => {
    // Of what goes well the database tells; the log is for what needs somebody.
    if (entry.level !== 'info') terminal.err(`${logLine(entry, new Date())}\n`);
  };
  return await startAirlock({
    database,
    workspaces,
    dataDir: data,
    jobServer: new JobServer({ server, token, patience_seconds }),
    backendName: settings.backend_name,
    fileTypes: settings.file_types,
    fileLimit: settings.file_limit,
    disclosure: settings.disclosure,
    port,
    host,
    development,
    log,
    reportError: (error, reference) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log({ level: 'error', event: 'airlock-failed', facts: { reference, reason } });
    },
  }).catch((error: unknown) => {
    throw whyNotListening(error, { host, port });
  });
}
