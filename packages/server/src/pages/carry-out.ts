import { type Decision, recordDecision } from '@vitrine/platform';
import type { Transaction } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { Call } from '../http/route.ts';

/** Does what somebody has decided, and writes down that they did: in one transaction, neither without the other. */
export async function carryOut<T>(
  call: Call,
  decision: Omit<Decision, 'actor'>,
  work: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return await call.site.db.transaction().execute(async (tx) => {
    const done = await work(tx);
    await recordDecision(tx, call.now, { ...decision, actor: call.person?.username ?? null });
    return done;
  });
}

/** A key in an address; 0, which nothing has, for all that is none. */
export function keyOf(text: string | undefined): number {
  return /^[1-9]\d{0,8}$/.test(text ?? '') ? Number(text) : 0;
}

/** What somebody searches for, from the address: bounded, and without what no text in the database holds. */
export function searchOf(call: Call, name = 'q'): string {
  return (call.http.req.query(name) ?? '').replaceAll('\0', '').trim().slice(0, 100);
}

/** The pattern of `ilike` for texts that hold this one. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
