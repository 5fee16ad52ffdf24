/** An airlock for tests: real database, real folders, and a job server that says what a test says. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { httpFaults, newSecret, type OperatorLog, problemOf } from '@vitrine/platform';
import {
  type AirlockGrant,
  type AirlockRights,
  type AirlockWorkspace,
  airlockRightsRequestSchema,
  airlockSignInSchema,
} from '@vitrine/protocol';
import { type Database, openAirlockDatabase } from './database/database.ts';
import { JobServer } from './job-server/job-server.ts';
import { beginSession } from './people/session.ts';
import { type RunningAirlock, startAirlock } from './serve.ts';

/** What an output of a test is; the rest of its record is filled in. */
export interface TestOutput {
  readonly text: string | Uint8Array;
  readonly action?: string;
  readonly job?: string;
  /** What else stands in its record of the manifest. */
  readonly record?: Readonly<Record<string, unknown>>;
}

export const COMMIT = '318f6ab000000000000000000000000000000000';
export const JOB: string = 'j'.repeat(16);

const WORKSPACE: AirlockWorkspace = {
  name: 'bp-trends',
  project: 'blood-pressure',
  project_name: 'Blood pressure',
  organisation_name: 'A university',
  repository: 'https://example.org/bp-trends',
  branch: 'main',
  is_open: true,
};

/**
 * ann and col belong to the project, and pip looks at it; rev, ray and tim check outputs; cyd does both; rob may read everything; stranger
 * nothing.
 */
export const PEOPLE: Readonly<
  Record<string, Pick<AirlockRights, 'is_checker' | 'roles'> & { readonly reads_all?: boolean }>
> = {
  ann: { is_checker: false, roles: { 'blood-pressure': 'developer' } },
  col: { is_checker: false, roles: { 'blood-pressure': 'collaborator' } },
  rev: { is_checker: true, roles: {} },
  ray: { is_checker: true, roles: {} },
  tim: { is_checker: true, roles: {} },
  cyd: { is_checker: true, roles: { 'blood-pressure': 'developer' } },
  pip: { is_checker: false, roles: { 'blood-pressure': 'copilot' } },
  rob: { is_checker: false, roles: {}, reads_all: true },
  stranger: { is_checker: false, roles: {} },
};

export class TestAirlock implements AsyncDisposable {
  readonly running: RunningAirlock;
  readonly database: Database;
  readonly folder: string;
  /** People whom the job server refuses from now on. */
  readonly refused: Set<string>;
  readonly #dispose: () => Promise<void>;

  private constructor(
    running: RunningAirlock,
    database: Database,
    folder: string,
    refused: Set<string>,
    dispose: () => Promise<void>,
  ) {
    this.running = running;
    this.database = database;
    this.folder = folder;
    this.refused = refused;
    this.#dispose = dispose;
  }

  static async open(
    outputs: Readonly<Record<string, TestOutput>> = {},
    more: {
      readonly database?: Database;
      readonly clock?: () => Date;
      readonly log?: OperatorLog;
      /** Address of a job server instead of the small one here. */
      readonly jobServer?: string;
    } = {},
  ): Promise<TestAirlock> {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-airlock-'));
    const database = more.database ?? (await openAirlockDatabase({ url: null, dataDir: null }));
    const refused = new Set<string>();
    const server = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        const message: unknown = JSON.parse(await text(request));
        const said = answerOf(request.url ?? '', message, refused);
        const problem = problemOf(
          httpFaults.error('permission-needed', { permission: 'x' }).diagnostics,
        );
        response
          .writeHead(said === null ? 403 : 200, { 'content-type': 'application/json' })
          .end(JSON.stringify(said ?? problem));
      };
      answer().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await mkdir(join(folder, 'level4', WORKSPACE.name, 'metadata'), { recursive: true });
    const running = await startAirlock({
      database,
      workspaces: join(folder, 'level4'),
      dataDir: join(folder, 'airlock'),
      jobServer: new JobServer({
        server: more.jobServer ?? `http://127.0.0.1:${port}`,
        token: 'vitrine_test',
        patience_seconds: 60,
      }),
      backendName: 'TPP',
      port: 0,
      fileTypes: ['csv', 'txt', 'html', 'json', 'svg', 'png', 'jpg', 'jpeg', 'md', 'log'],
      fileLimit: 16 * 1024 * 1024,
      development: true,
      reportError: (error) => {
        throw error;
      },
      ...(more.clock === undefined ? {} : { clock: more.clock }),
      log: more.log,
    });
    const opened = new TestAirlock(running, database, folder, refused, async () => {
      await running.close();
      if (more.database === undefined) await database.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    });
    await opened.write(outputs);
    return opened;
  }

  /** Puts outputs into the workspace as the agent does, and nothing but these into its manifest. */
  async write(outputs: Readonly<Record<string, TestOutput>>): Promise<void> {
    const root = join(this.folder, 'level4', WORKSPACE.name);
    const records: Record<string, object> = {};
    for (const [path, output] of Object.entries(outputs)) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, output.text);
      const bytes = Buffer.from(output.text);
      records[path] = {
        level: 'moderately_sensitive',
        job_id: output.job ?? JOB,
        action: output.action ?? 'make_tables',
        repo: WORKSPACE.repository,
        commit: COMMIT,
        size: bytes.byteLength,
        timestamp: 1_650_000_000,
        content_hash: createHash('sha256').update(bytes).digest('hex'),
        ...output.record,
      };
    }
    const manifest = { workspace: WORKSPACE.name, repo: WORKSPACE.repository, outputs: records };
    await writeFile(join(root, 'metadata', 'manifest.json'), JSON.stringify(manifest));
  }

  /** The cookie of somebody who is signed in. */
  async signIn(user: string): Promise<string> {
    const { airlock } = this.running;
    const secret = await beginSession(airlock.db, grantOf(user), airlock.clock());
    return `vitrine_airlock=${secret}`;
  }

  /** Asks for a page as somebody. */
  async get(path: string, cookie?: string): Promise<Response> {
    return await fetch(`${this.running.url}${path}`, {
      headers: { accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) },
      redirect: 'manual',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose();
  }
}

/** What a job server says to an airlock, but of releases; null where it refuses. */
export function answerOf(
  url: string,
  message: unknown,
  refused: ReadonlySet<string>,
): object | null {
  switch (url) {
    case '/api/airlock/v1/sign-in': {
      const { username } = airlockSignInSchema.parse(message);
      return refused.has(username) || !(username in PEOPLE) ? null : grantOf(username);
    }
    case '/api/airlock/v1/rights': {
      const { grant } = airlockRightsRequestSchema.parse(message);
      const user = Object.keys(PEOPLE).find((name) => grantIdOf(name) === grant);
      return user === undefined || refused.has(user) ? null : rightsOf(user);
    }
    default:
      return { done: true };
  }
}

/** Identifier of the grant of a person: the same each time. */
function grantIdOf(user: string): string {
  return user.padEnd(16, 'a').slice(0, 16);
}

function grantOf(user: string): AirlockGrant {
  return {
    grant: grantIdOf(user),
    approval_key: newSecret(),
    expires_at: `${new Date(Date.now() + 12 * 3_600_000).toISOString().slice(0, 19)}Z`,
    rights: rightsOf(user),
  };
}

function rightsOf(user: string): AirlockRights {
  const { is_checker, roles, reads_all = false } = PEOPLE[user] ?? { is_checker: false, roles: {} };
  const sees = is_checker || reads_all || WORKSPACE.project in roles;
  return {
    username: user,
    name: user.charAt(0).toUpperCase() + user.slice(1),
    is_checker,
    reads_all,
    roles,
    workspaces: sees ? [WORKSPACE] : [],
  };
}
