/**
 * Release requests in the database. A command is one transaction: the request is locked and read, the core decides, and its events
 * are written to the hash-chained log together with all that follows from them, or nothing is.
 */

import { FaultError } from '@vitrine/pipeline';
import {
  announce,
  type Decision,
  inTransaction,
  isDuplicate,
  recordDecisions,
} from '@vitrine/platform';
import { REVIEW_NEWS, type ReviewNewsKind } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Database, Queries, Topic } from '../database/database.ts';
import type { Tables } from '../database/schema.ts';
import { airlockFaults } from '../faults.ts';
import { applyEvents, requestOf } from '../review/apply.ts';
import type { Circumstances, Command, CreateCommand, OfferedFile } from '../review/command.ts';
import type { Answer } from '../review/decide.ts';
import { decideAll, decideCreateAll, type Step } from '../review/decide-all.ts';
import type { Happening, RequestEvent } from '../review/event.ts';
import { outputsOf, type ReleaseRequest } from '../review/request.ts';

/** What the target of a request's decisions is called in the log. */
const TARGET = 'release-request';

/** What a command depends on that the store does not know itself. */
export type Surroundings = Omit<Circumstances, 'activeRequest' | 'releasedHashes'>;

/** A request with all that happened to it. */
export interface StoredRequest {
  readonly request: ReleaseRequest;
  readonly events: readonly RequestEvent[];
}

interface Kept extends StoredRequest {
  /** Number of its newest event in the log. */
  readonly last: number;
}

/** Most requests that are kept in memory. */
const MOST_KEPT = 200;

export class RequestStore {
  readonly #database: Database;
  /** Least recently used first. Events only grow, so that a kept request is brought up to date, never read anew. */
  readonly #kept = new Map<string, Kept>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** A request; null where there is none of that name. */
  async read(identifier: string): Promise<StoredRequest | null> {
    return await this.#load(this.#database.db, identifier);
  }

  /**
   * Makes a request with its first file, and more at once if there are.
   * @throws FaultError with every reason against it
   */
  async create(
    command: CreateCommand,
    surroundings: Surroundings,
    more: readonly OfferedFile[] = [],
  ): Promise<ReleaseRequest> {
    try {
      return await inTransaction(this.#database, async (tx) => {
        const { workspace } = command;
        const author = surroundings.actor?.user ?? '';
        const active = await tx
          .selectFrom('release_request')
          .select('identifier')
          .where('workspace', '=', workspace)
          .where('author', '=', author)
          .where('status', 'in', [
            'pending',
            'submitted',
            'partially-reviewed',
            'reviewed',
            'returned',
          ])
          .where('recalled_at', 'is', null)
          .executeTakeFirst();
        const events = eventsOf(
          decideCreateAll(command, more, {
            ...surroundings,
            activeRequest: active?.identifier ?? null,
            releasedHashes: await releasedHashes(tx, workspace),
          }),
        );
        const request = requestOf(events);
        await tx
          .insertInto('release_request')
          .values({
            identifier: request.id,
            workspace,
            project: request.project,
            author: request.author,
            status: request.status,
            outputs: outputsOf(request).length,
            created_at: new Date(request.createdAt),
            status_since: new Date(request.createdAt),
          })
          .execute();
        await this.#append(tx, request.id, events);
        return request;
      });
    } catch (error) {
      // Two tabs at once: the database lets one of them.
      if (!isDuplicate(error)) throw error;
      throw airlockFaults.error('review-already-active', { id: command.id });
    }
  }

  /**
   * Carries a command out.
   * @throws FaultError request-unknown, or every reason against it
   */
  async execute(
    identifier: string,
    command: Command,
    surroundings: Surroundings,
  ): Promise<ReleaseRequest> {
    return await this.executeAll(identifier, command.revision, [command], surroundings);
  }

  /**
   * Carries several commands out one upon the other, all of them or none.
   * @param revision of the request as it was shown
   * @throws FaultError request-unknown, or every reason against any of them
   */
  async executeAll(
    identifier: string,
    revision: number,
    steps: readonly Step[],
    surroundings: Surroundings,
  ): Promise<ReleaseRequest> {
    return await inTransaction(this.#database, async (tx) => {
      await sql`select 1 from release_request where identifier = ${identifier} for update`.execute(
        tx,
      );
      const stored = await this.#load(tx, identifier);
      if (stored === null) throw airlockFaults.error('request-unknown', { id: identifier });
      const before = stored.request;
      const events = eventsOf(
        decideAll(before, revision, steps, {
          ...surroundings,
          activeRequest: null,
          releasedHashes: await releasedHashes(tx, before.workspace),
        }),
      );
      const after = applyEvents(before, events);
      if (events.length === 0) return after;
      await this.#append(tx, identifier, events);
      await this.#project(tx, before, after, events);
      return after;
    });
  }

  /** What lists, searches and the job server need to know of the change. */
  async #project(
    tx: Transaction<Tables>,
    before: ReleaseRequest,
    after: ReleaseRequest,
    events: readonly RequestEvent[],
  ): Promise<void> {
    const at = new Date(events[0]?.at ?? 0);
    await tx
      .updateTable('release_request')
      .set({
        status: after.status,
        outputs: outputsOf(after).length,
        ...(before.status === after.status ? {} : { status_since: at }),
        ...(before.status === 'approved' && after.status === 'reviewed' ? { recalled_at: at } : {}),
      })
      .where('identifier', '=', after.id)
      .execute();
    if (before.status === after.status) return;
    if (before.status === 'approved') {
      await tx.deleteFrom('upload').where('request', '=', after.id).execute();
    }
    if (after.status === 'released') {
      const files = outputsOf(after).map(({ path, hash }) => ({
        workspace: after.workspace,
        path,
        sha256: hash,
        request: after.id,
        released_at: at,
      }));
      await tx.insertInto('released_file').values(files).execute();
    }
    if (after.status === 'approved') {
      const total = outputsOf(after).reduce((sum, { size }) => sum + size, 0);
      await tx
        .insertInto('upload')
        .values({ request: after.id, total_bytes: total, next_attempt_at: at })
        .execute();
    }
    if (isNews(after.status)) {
      await sql`
        insert into news (request, number, kind, workspace, author, at)
        select ${after.id}, 1 + coalesce(max(number), 0), ${after.status}, ${after.workspace}, ${after.author}, ${at}
        from news where request = ${after.id}
      `.execute(tx);
    }
  }

  async #append(
    tx: Transaction<Tables>,
    identifier: string,
    events: readonly RequestEvent[],
  ): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    await recordDecisions(
      tx,
      new Date(first.at),
      events.map((event) => decisionOf(identifier, event)),
    );
    const topics: readonly Topic[] = [`request:${identifier}`, 'requests', 'sending'];
    await announce(tx, topics);
  }

  /** In a transaction only before it writes: what it may yet take back must not be kept. */
  async #load(db: Queries, identifier: string): Promise<StoredRequest | null> {
    const kept = this.#kept.get(identifier);
    const { rows } = await sql<{
      readonly id: number;
      readonly at: Date;
      readonly actor: string | null;
      readonly kind: string;
      readonly details: Readonly<Record<string, unknown>>;
    }>`
      select id, at, actor, kind, details from audit_event
      where target_kind = ${TARGET} and target = ${identifier} and id > ${kept?.last ?? 0} order by id
    `.execute(db);
    if (rows.length === 0 && kept === undefined) return null;
    const fresh = rows.map(
      // The log holds what was written here, and refuses every change (promise P6).
      ({ at, actor, kind, details }): RequestEvent =>
        ({
          ...details,
          kind: kind.replace(/^request-/, ''),
          by: actor ?? 'system',
          at: at.getTime(),
        }) as RequestEvent,
    );
    const request = kept === undefined ? requestOf(fresh) : applyEvents(kept.request, fresh);
    const stored = {
      request,
      events: [...(kept?.events ?? []), ...fresh],
      last: rows.at(-1)?.id ?? kept?.last ?? 0,
    };
    this.#keep(identifier, stored);
    return stored;
  }

  #keep(identifier: string, stored: Kept): void {
    const kept = this.#kept.get(identifier);
    if (kept !== undefined && kept.last > stored.last) return;
    this.#kept.delete(identifier);
    this.#kept.set(identifier, stored);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

function decisionOf(identifier: string, event: RequestEvent): Decision {
  const { kind, by, at: _, ...details } = event;
  return {
    actor: by === 'system' ? null : by,
    kind: `request-${kind}` satisfies `request-${Happening['kind']}`,
    target: [TARGET, identifier],
    details,
  };
}

function eventsOf(answer: Answer): readonly RequestEvent[] {
  if (answer.refusals !== undefined) throw new FaultError(answer.refusals);
  return answer.events;
}

function isNews(status: string): status is ReviewNewsKind {
  return (REVIEW_NEWS as readonly string[]).includes(status);
}

/** SHA-256 of everything that was released from a workspace, or is on its way. */
export async function releasedHashes(db: Queries, workspace: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('released_file')
    .select('sha256')
    .where('workspace', '=', workspace)
    .execute();
  return new Set(rows.map(({ sha256 }) => sha256));
}
