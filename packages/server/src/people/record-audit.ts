import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Tables } from '../database/schema.ts';

/** A decision of a person. */
export interface Decision {
  /** User name; null for the system itself. */
  readonly actor: string | null;
  /** Kebab-case: `role-given`. */
  readonly kind: string;
  readonly target?: readonly [kind: string, name: string];
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Whoever appends holds the lock of this number: any two fixed ones that nothing else uses. */
const AUDIT_LOCK = 7_463_202;

/** What the first decision follows. */
const BEGINNING = 'vitrine';

/** SHA-256 over a decision and the hash of the one before it (promise P6). */
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

/** Appends a decision in the transaction that carries it out: neither is there without the other. */
export async function recordDecision(
  tx: Transaction<Tables>,
  at: Date,
  decision: Decision,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(${AUDIT_LOCK})`.execute(tx);
  const last = await tx
    .selectFrom('audit_event')
    .select('hash')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  await tx
    .insertInto('audit_event')
    .values({
      at,
      actor: decision.actor,
      kind: decision.kind,
      target_kind: decision.target?.[0] ?? null,
      target: decision.target?.[1] ?? null,
      details: JSON.stringify(sorted(decision.details ?? {})),
      hash: auditHash(last?.hash ?? BEGINNING, at, decision),
    })
    .execute();
}

/** In one order, because JSON in the database keeps none. */
function sorted(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether every decision fits the one before it; the key of the first that does not, else null. */
export async function findBrokenDecision(tx: Transaction<Tables>): Promise<number | null> {
  let previous = BEGINNING;
  let after = 0;
  for (;;) {
    const rows = await tx
      .selectFrom('audit_event')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(1000)
      .execute();
    if (rows.length === 0) return null;
    for (const { id, at, actor, kind, target_kind, target, details, hash } of rows) {
      const decision: Decision = {
        actor,
        kind,
        ...(target_kind === null ? {} : { target: [target_kind, target ?? ''] }),
        details,
      };
      if (auditHash(previous, at, decision) !== hash) return id;
      previous = hash;
      after = id;
    }
  }
}
