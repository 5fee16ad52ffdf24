/** For tests: a workspace with outputs inside a backend, its author, reviewers who are signed in, and a release of what they approved. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FaultError } from '@vitrine/pipeline';
import {
  type AirlockGrant,
  type AnnouncedFile,
  type ReleaseAnnouncement,
  type ReleaseApproval,
  type ReleaseFileStanding,
  type ReleaseStanding,
  signApproval,
  wholeSecond,
} from '@vitrine/protocol';
import type { Context } from '../context.ts';
import type { Database } from '../database/database.ts';
import { newIdentifier } from '../database/identifiers.ts';
import {
  COMMIT,
  given,
  type TestBackend,
  TestServer,
  type TestWorkspace,
} from '../job-server.testing.ts';
import type { RoleName, RoleScope } from '../people/roles.ts';
import { issueAirlockToken } from './airlock-token.ts';
import { announceRelease } from './announce-release.ts';
import { FolderReleaseStore } from './folder-store.ts';
import { receiveFile } from './receive-file.ts';
import type { ReleaseStore } from './release-store.ts';
import { signInToAirlock } from './sign-in-to-airlock.ts';

export const AUTHOR = 'researcher';
export const CHECKERS = ['checker-1', 'checker-2', 'checker-3'] as const;

export class ReleaseScene {
  readonly server: TestServer;
  readonly database: Database;
  readonly context: Context & { readonly releases: ReleaseStore };
  readonly folder: string;
  readonly backend: TestBackend;
  readonly workspace: TestWorkspace;
  /** A job that has succeeded. */
  readonly job: string;
  /** By user name. */
  readonly grants: Map<string, AirlockGrant> = new Map();

  private constructor(
    fields: Pick<
      ReleaseScene,
      'server' | 'database' | 'context' | 'folder' | 'backend' | 'workspace' | 'job'
    >,
  ) {
    this.server = fields.server;
    this.database = fields.database;
    this.context = fields.context;
    this.folder = fields.folder;
    this.backend = fields.backend;
    this.workspace = fields.workspace;
    this.job = fields.job;
  }

  /** @param database empty; it is closed with the scene */
  static async open(database: Database): Promise<ReleaseScene> {
    const server = new TestServer(database);
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-releases-'));
    const context = { ...server.context, releases: new FolderReleaseStore(folder) };
    const backend = await server.backend();
    const workspace = await server.workspace({ make_table: [] });
    const job = await succeededJob(server, workspace, backend);
    const scene = new ReleaseScene({
      server,
      database,
      context,
      folder,
      backend,
      workspace,
      job,
    });
    await scene.give(AUTHOR, 'project-developer', 'project');
    for (const name of CHECKERS) {
      await scene.person(name);
      await scene.give(name, 'output-checker', 'global');
      await scene.signIn(name);
    }
    return scene;
  }

  async close(): Promise<void> {
    await this.database.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** A job of another workspace or backend, which has succeeded. */
  async otherJob(
    workspace: TestWorkspace = this.workspace,
    backend: TestBackend = this.backend,
  ): Promise<string> {
    return await succeededJob(this.server, workspace, backend);
  }

  async person(username: string): Promise<number> {
    const row = await this.database.db
      .insertInto('person')
      .values({
        username,
        name: username,
        email: `${username}@example.org`,
        created_at: this.server.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return row.id;
  }

  async personId(username: string): Promise<number> {
    const row = await this.database.db
      .selectFrom('person')
      .select('id')
      .where('username', '=', username)
      .executeTakeFirstOrThrow();
    return row.id;
  }

  async give(username: string, role: RoleName, scope: RoleScope): Promise<void> {
    const project = await this.database.db
      .selectFrom('workspace')
      .select('project_id')
      .where('id', '=', this.workspace.id)
      .executeTakeFirstOrThrow();
    await this.database.db
      .insertInto('membership')
      .values({
        person_id: await this.personId(username),
        role,
        scope,
        project_id: scope === 'project' ? project.project_id : null,
        created_at: this.server.now,
      })
      .execute();
  }

  async takeRoles(username: string): Promise<void> {
    const id = await this.personId(username);
    await this.database.db.deleteFrom('membership').where('person_id', '=', id).execute();
  }

  async token(username: string): Promise<string> {
    const token = { personId: await this.personId(username), now: this.server.now };
    return await issueAirlockToken(this.database.db, token, this.context.randomBytes);
  }

  /** Signs somebody in; from then on they approve with what they were given. */
  async signIn(username: string, backend: TestBackend = this.backend): Promise<AirlockGrant> {
    const token = await this.token(username);
    const grant = await signInToAirlock(this.context, backend, { username, token });
    this.grants.set(username, grant);
    return grant;
  }

  approval(
    release: string,
    file: Pick<AnnouncedFile, 'path' | 'sha256'>,
    reviewer: string,
  ): ReleaseApproval {
    const grant = given(this.grants.get(reviewer));
    const signed = { release, workspace: this.workspace.name, author: AUTHOR, reviewer, ...file };
    return {
      reviewer,
      grant: grant.grant,
      at: wholeSecond(this.server.now),
      signature: signApproval(grant.approval_key, signed),
    };
  }

  /** A release of the texts by their paths, each approved by two. */
  announcement(texts: Readonly<Record<string, string>> = TEXTS): ReleaseAnnouncement {
    const release = newIdentifier(this.context.randomBytes);
    return {
      release,
      workspace: this.workspace.name,
      author: AUTHOR,
      released_by: CHECKERS[2],
      files: Object.entries(texts).map(([path, text]) => {
        const sha256 = sha256Of(text);
        return {
          path,
          size: Buffer.byteLength(text),
          sha256,
          job: this.job,
          commit: COMMIT,
          approvals: [CHECKERS[0], CHECKERS[1]].map((reviewer) =>
            this.approval(release, { path, sha256 }, reviewer),
          ),
        };
      }),
    };
  }

  async announce(announcement: ReleaseAnnouncement): Promise<ReleaseStanding> {
    return await announceRelease(this.context, this.backend, announcement);
  }

  /** Codes of what is wrong with an announcement; none where it is taken. */
  async refusal(announcement: ReleaseAnnouncement): Promise<readonly string[]> {
    return await codesOf(this.announce(announcement));
  }

  async send(
    release: string,
    text: string,
    { sha256 = sha256Of(text), offset = 0 }: { sha256?: string; offset?: number } = {},
  ): Promise<ReleaseFileStanding> {
    const bytes = new Blob([text]).stream();
    return await receiveFile(this.context, this.backend, { release, sha256, offset, bytes });
  }

  /** What is kept under a hash; null for nothing. */
  async kept(sha256: string): Promise<string | null> {
    const stream = await this.context.releases.open(sha256);
    return stream === null ? null : await text(stream);
  }

  /** Kinds of decisions about a release, oldest first. */
  async decisions(target: string): Promise<readonly string[]> {
    const rows = await this.database.db
      .selectFrom('audit_event')
      .select('kind')
      .where('target', '=', target)
      .orderBy('id')
      .execute();
    return rows.map(({ kind }) => kind);
  }
}

export const TEXTS: Readonly<Record<string, string>> = {
  'output/table.csv': 'age,count\n40,10\n',
  'output/figures/line.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};

export function sha256Of(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Codes of the faults that some work ends with; none where it succeeds. */
export async function codesOf(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    if (error instanceof FaultError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
}

async function succeededJob(
  server: TestServer,
  workspace: TestWorkspace,
  backend: TestBackend,
): Promise<string> {
  const request = await server.ask(workspace, backend, ['make_table'], {
    forceRunDependencies: true,
  });
  const agent = server.agent(backend);
  const { tasks } = await agent.claim();
  for (const task of tasks) await agent.report(task, 'succeeded');
  const [job] = await server.jobs(request);
  return given(job).identifier;
}
