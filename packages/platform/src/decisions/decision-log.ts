/**
 * The log of decisions: append-only, and chained by hashes (promise P6). Each entry's hash covers the hash of the entry before
 * it, so that none can be changed, left out or put in between without all later ones not fitting.
 */
import { createHash } from 'node:crypto';
import { type QueryExecutorProvider, sql } from 'kysely';

/** A decision of a person, or of the system itself. */
export interface Decision {
  /** User name; null for the system itself. */
  readonly actor: string | null;
  /** Kebab-case: `role-given`. */
  readonly kind: string;
  readonly target?: readonly [kind: string, name: string];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A decision as it stands in the log. */
export interface LoggedDecision extends Decision {
  /** Counts up; there may be gaps. */
  readonly id: number;
  readonly at: Date;
  readonly hash: string;
}

/** The table of an application's log. */
export interface AuditEventTable {
  readonly id: number;
  readonly at: Date;
  readonly actor: string | null;
  readonly kind: string;
  readonly target_kind: string | null;
  readonly target: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** Statements that make the table, for the first migration of an application. `refuse_change` must be there. */
export const decisionLogTable: readonly string[] = [
  `create table audit_event (
       id bigint generated always as identity primary key,
       at timestamptz not null,
       actor text,
       kind text not null,
       target_kind text,
       target text,
       details jsonb not null,
       hash text not null
     )`,
  `create index audit_event_target on audit_event (target_kind, target, id desc)`,
];

/** A function for triggers of tables that only grow. */
export const refuseChange: string = `create function refuse_change() returns trigger language plpgsql as $$
     begin
       raise exception '% is append-only', tg_table_name;
     end $$`;

/** Statement that makes a table refuse changes of its rows. */
export function appendOnly(table: string): string {
  return `create trigger ${table}_append_only before update or delete on ${table} for each row execute function refuse_change()`;
}

/** Whoever appends holds the lock of this number: any two fixed ones that nothing else uses. */
const AUDIT_LOCK = 7_463_202;

/** What the first decision follows. */
export const BEGINNING = 'vitrine';

/** SHA-256 over a decision and the hash of the one before it. */
export function auditHash(previous: string, at: Date, decision: Decision): string {
  const { actor, kind, target, details = {} } = decision;
  const fields = [
    previous,
    at.toISOString(),
    actor,
    kind,
    target?.[0] ?? null,
    target?.[1] ?? null,
  ];
  return createHash('sha256')
    .update(JSON.stringify([...fields, sorted(details)]))
    .digest('hex');
}

/**
 * Appends decisions in the transaction that carries them out: neither is there without the other. `tx` must be a transaction.
 * @returns the hash of the last one, which covers all before it
 */
export async function recordDecisions(
  tx: QueryExecutorProvider,
  at: Date,
  decisions: readonly Decision[],
): Promise<string> {
  await sql`select pg_advisory_xact_lock(${AUDIT_LOCK})`.execute(tx);
  let previous = await headOfLog(tx);
  const rows = decisions.map((decision) => {
    previous = auditHash(previous, at, decision);
    return {
      actor: decision.actor,
      kind: decision.kind,
      target_kind: decision.target?.[0] ?? null,
      target: decision.target?.[1] ?? null,
      details: sorted(decision.details ?? {}),
      hash: previous,
    };
  });
  if (rows.length > 0) {
    await sql`
      insert into audit_event (at, actor, kind, target_kind, target, details, hash)
      select ${at}::timestamptz, actor, kind, target_kind, target, details, hash
      from rows from (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as (actor text, kind text, target_kind text, target text, details jsonb, hash text)) with ordinality
        as entry (actor, kind, target_kind, target, details, hash, place)
      order by place
    `.execute(tx);
  }
  return previous;
}

/** Appends one decision (see `recordDecisions`). */
export async function recordDecision(
  tx: QueryExecutorProvider,
  at: Date,
  decision: Decision,
): Promise<string> {
  return await recordDecisions(tx, at, [decision]);
}

/** The hash of the newest decision, which covers all before it. */
export async function headOfLog(db: QueryExecutorProvider): Promise<string> {
  const { rows } = await sql<{
    readonly hash: string;
  }>`select hash from audit_event order by id desc limit 1`.execute(db);
  return rows[0]?.hash ?? BEGINNING;
}

/** Every decision after an entry, oldest first, read in pages. */
export async function* decisionsAfter(
  db: QueryExecutorProvider,
  entry = 0,
): AsyncGenerator<LoggedDecision> {
  let after = entry;
  for (;;) {
    const { rows } = await sql<AuditEventTable>`
      select id, at, actor, kind, target_kind, target, details, hash from audit_event
      where id > ${after} order by id limit 1000
    `.execute(db);
    if (rows.length === 0) return;
    for (const { target_kind, target, ...row } of rows) {
      yield { ...row, ...(target_kind === null ? {} : { target: [target_kind, target ?? ''] }) };
      after = row.id;
    }
  }
}

/** In one order at every depth, because JSON in the database keeps none. What JSON has no form for is left out. */
function sorted(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain: unknown = JSON.parse(JSON.stringify(details));
  return inOrder(plain) as Readonly<Record<string, unknown>>;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
}
