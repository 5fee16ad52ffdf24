/** Who is told what of the review of outputs, by e-mail. Nothing in it was chosen or computed by a study (promise P3). */
import type { ReviewNewsKind } from '@vitrine/protocol';
import { sql, type Transaction } from 'kysely';
import type { Tables } from '../database/schema.ts';
import { ROLE_NAMES, ROLES } from '../people/roles.ts';
import { putMessages } from './write-messages.ts';

export interface ReviewTold {
  readonly event: 'release-request.news';
  readonly release_request: string;
  readonly kind: ReviewNewsKind;
  readonly workspace: string;
  readonly backend: string;
  readonly author: string;
}

export interface SignedInTold {
  readonly event: 'airlock.signed-in';
  readonly username: string;
  readonly backend: string;
  readonly at: string;
}

export type AirlockTold = ReviewTold | SignedInTold;

/** Who hears of each piece of news. */
const readers: Readonly<Record<ReviewNewsKind, 'author' | 'checkers' | 'nobody'>> = {
  submitted: 'checkers',
  'partially-reviewed': 'nobody',
  reviewed: 'nobody',
  returned: 'author',
  approved: 'author',
  rejected: 'author',
  released: 'author',
  withdrawn: 'nobody',
};

const sentences: Readonly<Record<ReviewNewsKind, string>> = {
  submitted: 'A release request was submitted and waits for reviewers.',
  'partially-reviewed': 'A release request has one of its two reviews.',
  reviewed: 'A release request has both its reviews.',
  returned: 'Your release request came back to you: sign in to the airlock to see what is asked.',
  approved: 'Your release request was approved; its files are about to leave.',
  rejected: 'Your release request was rejected.',
  released: 'The files of your release request have been released.',
  withdrawn: 'A release request was withdrawn.',
};

const checkerRoles = ROLE_NAMES.filter((name) => {
  const { permissions, scopes } = ROLES[name];
  return scopes.includes('global') && permissions.includes('release_file_upload');
});

/**
 * Writes the e-mails that a piece of news comes to: people who want none, or whose account is disabled, get none.
 * @param number of the news: the same one writes nothing new
 */
export async function writeReviewMessages(
  tx: Transaction<Tables>,
  told: ReviewTold,
  number: number,
  now: Date,
): Promise<void> {
  const who = readers[told.kind];
  if (who === 'nobody') return;
  const { rows } = await sql<{ readonly id: number; readonly email: string }>`
    select id, email from person
    where email is not null and wants_email and not is_disabled
      and ${
        who === 'author'
          ? sql`username = ${told.author}`
          : sql`username <> ${told.author} and exists (select from membership m
              where m.person_id = person.id and m.scope = 'global' and m.role = any(${checkerRoles}::text[]))`
      }
    order by id`.execute(tx);
  await putMessages(
    tx,
    rows.map(({ id, email }) => ({
      kind: 'email',
      recipient: email,
      subject: `${told.kind}: [${told.workspace}] release request`,
      body: JSON.stringify(told),
      unique_key: `review ${told.release_request} ${number} ${id}`,
      created_at: now,
      next_attempt_at: now,
    })),
  );
}

/** Tells somebody that their single-use token was used: it may not have been by them. */
export async function writeSignedIn(
  tx: Transaction<Tables>,
  { personId, grant, told }: { personId: number; grant: string; told: SignedInTold },
  now: Date,
): Promise<void> {
  const person = await tx
    .selectFrom('person')
    .select('email')
    .where('id', '=', personId)
    .where('wants_email', '=', true)
    .executeTakeFirst();
  if (!person?.email) return;
  await putMessages(tx, [
    {
      kind: 'email',
      recipient: person.email,
      subject: `signed in: [${told.backend}] airlock`,
      body: JSON.stringify(told),
      unique_key: `signed-in ${grant}`,
      created_at: now,
      next_attempt_at: now,
    },
  ]);
}

export function airlockWordsOf(told: AirlockTold, publicUrl: string): string {
  if (told.event === 'airlock.signed-in') {
    return [
      `Your single-use token was used to sign in to the airlock of ${told.backend}, at ${told.at}.`,
      '',
      'If that was not you, tell the staff at once.',
      '',
      `${publicUrl}/account`,
      '',
    ].join('\n');
  }
  return [
    sentences[told.kind],
    '',
    `Workspace: ${told.workspace}`,
    `Backend: ${told.backend}`,
    `Author: ${told.author}`,
    `Release request: ${told.release_request}`,
    '',
    `${publicUrl}/workspaces/${encodeURIComponent(told.workspace)}`,
    '',
    'You get this because your account asks for e-mail; it can be switched off there.',
    '',
  ].join('\n');
}
