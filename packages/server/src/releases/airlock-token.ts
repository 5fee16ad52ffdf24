/** The single-use token: made on the site, typed by hand inside a remote desktop, where nothing can be pasted. */
import { hashSecret } from '@vitrine/platform';
import type { Queries } from '../database/database.ts';
import { newIdentifier } from '../database/identifiers.ts';

/** How long it can be used, in minutes. */
export const AIRLOCK_TOKEN_MINUTES = 15;

/** Characters a–z2–7: 60 random bits. */
const LENGTH = 12;

/** What is hashed: capitals, hyphens and spaces do not count. */
export function hashAirlockToken(typed: string): string {
  return hashSecret(typed.toLowerCase().replace(/[\s-]/g, ''));
}

/**
 * Makes one and gives it as it is to be shown, once: `abcd-efgh-2345`. One that the person had and has not used is over.
 * @param db the transaction that records the decision
 */
export async function issueAirlockToken(
  db: Queries,
  token: { readonly personId: number; readonly now: Date },
  randomBytes: (count: number) => Uint8Array,
): Promise<string> {
  const { personId, now } = token;
  const secret = newIdentifier(randomBytes).slice(0, LENGTH);
  await db
    .deleteFrom('airlock_token')
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .execute();
  await db
    .insertInto('airlock_token')
    .values({
      hash: hashAirlockToken(secret),
      person_id: personId,
      created_at: now,
      expires_at: new Date(now.getTime() + AIRLOCK_TOKEN_MINUTES * 60_000),
    })
    .execute();
  return secret.replace(/.{4}(?=.)/g, '$&-');
}
