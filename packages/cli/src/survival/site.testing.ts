/** A site with one study, one backend and one researcher, and the job requests of tests. */
import { randomBytes } from 'node:crypto';
import {
  type Context,
  type CreatedJobRequest,
  createJobRequest,
  type Database,
  GitSourceHost,
  issueToken,
  SCHEDULING_POLICY,
} from '@vitrine/server';

/** Sources of the study are copied below `copies`. */
export function contextOn(database: Database, copies: string): Context {
  return {
    database,
    clock: () => new Date(),
    randomBytes,
    sourceHost: new GitSourceHost({ cacheDir: copies, allowFolders: true }),
    policy: SCHEDULING_POLICY,
  };
}

export interface Filled {
  /** Of the backend `tpp`. */
  readonly token: string;
  readonly researcher: number;
}

/** Fills an empty database. */
export async function fillSite({ database: { db } }: Context, repository: string): Promise<Filled> {
  const created_at = new Date();
  const organisation = await db
    .insertInto('organisation')
    .values({ slug: 'o', name: 'O', created_at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const project = await db
    .insertInto('project')
    .values({ slug: 'p', name: 'P', lead_organisation_id: organisation.id, created_at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const person = await db
    .insertInto('person')
    .values({ username: 'researcher', name: 'Researcher', created_at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const backend = await db
    .insertInto('backend')
    .values({ slug: 'tpp', name: 'TPP', created_at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const workspace = { name: 'study', repository, branch: 'main', created_at };
  await db
    .insertInto('workspace')
    .values({ ...workspace, project_id: project.id, updated_at: created_at })
    .execute();
  const token = await issueToken(db, {
    owner: { backendId: backend.id },
    label: 'agent',
    scopes: ['agent'],
    createdBy: null,
    now: created_at,
  });
  return { token, researcher: person.id };
}

/** Asks for actions by name: what has succeeded before runs again. */
export async function ask(
  context: Context,
  { researcher }: Filled,
  actions: readonly string[],
): Promise<CreatedJobRequest> {
  return await createJobRequest(context, {
    workspace: 'study',
    backend: 'tpp',
    requestedBy: researcher,
    actions,
  });
}
