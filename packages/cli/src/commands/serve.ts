import { join, resolve } from 'node:path';
import { logLine, type OperatorLog } from '@vitrine/platform';
import {
  type Database,
  GitSourceHost,
  openDatabase,
  type RunningServer,
  type ServerOptions,
  type ServerSettings,
  serverSettings,
  startServer,
  watchLeases,
} from '@vitrine/server';
import type { CommandResult } from '../command.ts';
import { cliFaults } from '../faults.ts';
import { whyNotListening } from '../listening.ts';
import type { Terminal } from '../output/terminal.ts';
import { makeOwnFolder } from '../own-folder.ts';
import { untilToldToStop } from '../signals.ts';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  /** Folder of the embedded database, of released files and of copies of repositories. */
  readonly data: string;
  readonly publicUrl?: string | undefined;
  readonly development: boolean;
}

/** `vitrine serve`: the job server, until it is told to stop. */
export async function serve(terminal: Terminal, options: ServeOptions): Promise<CommandResult> {
  const data = resolve(options.data);
  const url = process.env['DATABASE_URL'];
  // Before anything is opened: what is wrong with a setting is said at once.
  const settings = serverSettings(process.env);
  const signIn = signInFrom(process.env);
  await makeOwnFolder(data);
  const database = await openDatabase({ url: url || null, dataDir: url ? null : data });
  try {
    const server = await listen(terminal, {
      ...options,
      database,
      data,
      settings,
      signIn: { ...signIn, firstAdministrator: settings.firstAdministrator },
    });
    try {
      terminal.err(`Vitrine answers at ${server.url} (database: ${database.kind}).\n`);
      await untilToldToStop(() => process.exit(1));
    } finally {
      await server.close();
    }
  } finally {
    await database.close();
  }
  return {};
}

export interface ListenOptions {
  readonly database: Database;
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly development: boolean;
  readonly publicUrl?: string | undefined;
  readonly signIn?: ServerOptions['signIn'];
  readonly settings?: ServerSettings;
}

/**
 * Starts the server with all that goes on beside requests.
 * @throws FaultError port-taken, port-forbidden, host-unknown
 */
export async function listen(terminal: Terminal, options: ListenOptions): Promise<RunningServer> {
  const { database, data, port, host, development, publicUrl, signIn, settings } = options;
  const sourceHost = new GitSourceHost({
    cacheDir: join(data, 'repositories'),
    allowFolders: development,
  });
  const log: OperatorLog = (entry) => {
    // Every answer would be too much of a good thing; the metrics count them.
    if (entry.level !== 'info') terminal.err(`${logLine(entry, new Date())}\n`);
  };
  const reportError = (error: unknown, reference: string): void => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log({ level: 'error', event: 'server-failed', facts: { reference, reason } });
  };
  const server = await startServer({
    database,
    sourceHost,
    releases: join(data, 'releases'),
    port,
    host,
    development,
    reportError,
    log,
    telling: settings?.telling ?? { email: null, privateWebhooks: development },
    codelistSite: settings?.codelistSite,
    releaseBytes: settings?.releaseBytes,
    tracing: settings?.tracing,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(signIn === undefined ? {} : { signIn }),
  }).catch((error: unknown) => {
    throw whyNotListening(error, { host, port });
  });
  const stopping = new AbortController();
  const watching = watchLeases(server.site, stopping.signal, (error) =>
    reportError(error, 'leases'),
  );
  return {
    ...server,
    close: async () => {
      stopping.abort();
      await watching;
      await server.close();
    },
  };
}

/**
 * Ways to sign in, from the environment: secrets are not for the command line, where others can read them.
 * @throws FaultError sign-in-setting-invalid
 */
export function signInFrom(
  environment: Readonly<Record<string, string | undefined>>,
): NonNullable<ServerOptions['signIn']> {
  const read = (name: string): string => environment[`VITRINE_${name}`] ?? '';
  const issuer = read('OIDC_ISSUER');
  const github = read('GITHUB_CLIENT_ID');
  const expect = (isRight: boolean, name: string, expected: string): void => {
    if (!isRight) {
      throw cliFaults.error('sign-in-setting-invalid', { name: `VITRINE_${name}`, expected });
    }
  };
  if (issuer !== '') {
    expect(
      /^https?:$/.test(URL.parse(issuer)?.protocol ?? ''),
      'OIDC_ISSUER',
      'the address of the provider',
    );
    expect(read('OIDC_CLIENT_ID') !== '', 'OIDC_CLIENT_ID', 'set where VITRINE_OIDC_ISSUER is');
  }
  if (github !== '') {
    expect(
      read('GITHUB_CLIENT_SECRET') !== '',
      'GITHUB_CLIENT_SECRET',
      'set where VITRINE_GITHUB_CLIENT_ID is',
    );
  }
  return {
    oidc:
      issuer === ''
        ? null
        : {
            issuer,
            clientId: read('OIDC_CLIENT_ID'),
            clientSecret: read('OIDC_CLIENT_SECRET'),
            label: read('OIDC_LABEL') || new URL(issuer).hostname,
          },
    github: github === '' ? null : { clientId: github, clientSecret: read('GITHUB_CLIENT_SECRET') },
  };
}
