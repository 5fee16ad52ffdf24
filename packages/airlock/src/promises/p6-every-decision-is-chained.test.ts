/** P6, inside: every command leaves its entries in the chained log, and a log that was tampered with is found out. */
import { findBrokenDecision } from '@vitrine/platform';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATHS, Reviewing } from '../pages/requests/reviewing.testing.ts';

let review: Reviewing;
beforeAll(async () => {
  review = await Reviewing.open();
});
afterAll(async () => await review[Symbol.asyncDispose]());

const [AGES = '', REGIONS = ''] = PATHS;

async function entries(): Promise<readonly { readonly id: number; readonly kind: string }[]> {
  return await review.site.database.db
    .selectFrom('audit_event')
    .select(['id', 'kind', 'actor'])
    .orderBy('id')
    .execute();
}

test('every form that is let leaves an entry of its kind, and one that is refused leaves none', async () => {
  await review.make();
  const leaves = async (
    user: string,
    command: string,
    fields: Readonly<Record<string, string>>,
    kinds: readonly string[],
  ): Promise<void> => {
    const before = await entries();
    await review.must(user, command, fields);
    const written = (await entries()).slice(before.length);
    expect(written.map(({ kind }) => kind)).toEqual(kinds);
    expect(written.every((entry) => 'actor' in entry && entry.actor === user)).toBe(true);
  };
  expect((await entries()).map(({ kind }) => kind)).toEqual([
    'request-created',
    'request-file-added',
    'request-file-added',
  ]);
  await leaves('ann', 'move-files', { path: REGIONS, group: 'other' }, ['request-file-moved']);
  await leaves('ann', 'make-supporting', { path: REGIONS }, ['request-file-retyped']);
  await leaves('ann', 'withdraw-files', { path: REGIONS }, ['request-file-deleted']);
  const text = { group: 'tables', variables: 'Ages.', threshold: '7.' };
  await leaves('ann', 'edit-group', text, ['request-group-edited']);
  await leaves('ann', 'submit', { policy: 'yes' }, ['request-submitted']);
  const vote = { path: AGES, hash: await review.hashOf(AGES) };
  await leaves('rev', 'vote', { ...vote, vote: 'approved' }, ['request-voted']);
  await leaves('rev', 'vote', { ...vote, vote: 'none' }, ['request-voted']);
  await leaves('rev', 'request-changes-of-group', { group: 'tables' }, ['request-voted']);
  const comment = { id: 'c'.repeat(16), group: 'tables', text: 'Why?', visibility: 'private' };
  await leaves('rev', 'comment', comment, ['request-commented']);
  await leaves('rev', 'publish-comment', { id: comment.id }, ['request-comment-published']);
  await leaves('rev', 'submit-review', {}, ['request-review-submitted']);
  await leaves('rev', 'delete-comment', { id: comment.id }, ['request-comment-deleted']);
  await leaves('ray', 'return', {}, ['request-returned-early']);
  await leaves('ann', 'withdraw-files', { path: AGES }, ['request-file-withdrawn']);
  const before = await entries();
  expect((await review.do('rev', 'vote', { ...vote, vote: 'approved' })).status).not.toBe(303);
  expect((await review.do('ann', 'submit')).status).not.toBe(303);
  expect(await entries()).toEqual(before);
  await leaves('ann', 'withdraw', {}, ['request-withdrawn']);
  await review.make();
  await review.explain();
  await review.submit();
  await review.review('rev', 'changes-requested');
  await review.review('ray', 'changes-requested');
  await leaves('ray', 'return', {}, ['request-returned']);
  await review.comment('ann', 'Answered.');
  await review.must('ann', 'submit');
  await review.review('rev', 'approved');
  await review.review('ray', 'approved');
  await leaves('tim', 'approve', {}, ['request-approved']);
  expect(await findBrokenDecision(review.site.database.db)).toBeNull();
});

describe('who can write to the database', () => {
  test('is refused changes and deletions by the table itself', async () => {
    const { db } = review.site.database;
    await expect(sql`update audit_event set actor = 'eve'`.execute(db)).rejects.toThrow(
      'append-only',
    );
    await expect(sql`delete from audit_event`.execute(db)).rejects.toThrow('append-only');
  });

  test.each([
    ['when', sql`at = at + interval '1 second'`],
    ['who', sql`actor = 'eve'`],
    ['that it was nobody', sql`actor = null`],
    ['what', sql`kind = 'request-approved'`],
    ['of which kind of thing', sql`target_kind = 'something'`],
    ['of what', sql`target = 'aaaaaaaaaaaaaaaa'`],
    ['how', sql`details = details || '{"vote": "approved", "text": "forged"}'`],
    ['its hash', sql`hash = repeat('0', 64)`],
  ])('and who takes that away and changes %s is found out', async (_, change) => {
    const { db } = review.site.database;
    const all = await entries();
    const changed = all[Math.floor(all.length / 2)]?.id ?? 0;
    await db
      .transaction()
      .execute(async (tx) => {
        await sql`alter table audit_event disable trigger audit_event_append_only`.execute(tx);
        await sql`update audit_event set ${change} where id = ${changed}`.execute(tx);
        expect(await findBrokenDecision(tx)).toBe(changed);
        throw new Undone();
      })
      .catch(expectUndone);
    expect(await findBrokenDecision(db)).toBeNull();
  });

  test('and who leaves an entry out, or adds one that nobody decided, is found out', async () => {
    const { db } = review.site.database;
    const all = await entries();
    const gone = all[Math.floor(all.length / 2)]?.id ?? 0;
    const next = all[Math.floor(all.length / 2) + 1]?.id ?? 0;
    await db
      .transaction()
      .execute(async (tx) => {
        await sql`alter table audit_event disable trigger audit_event_append_only`.execute(tx);
        await sql`delete from audit_event where id = ${gone}`.execute(tx);
        expect(await findBrokenDecision(tx)).toBe(next);
        throw new Undone();
      })
      .catch(expectUndone);
    await db
      .transaction()
      .execute(async (tx) => {
        const inserted = await sql<{ readonly id: number }>`
          insert into audit_event (at, actor, kind, target_kind, target, details, hash)
          select at, actor, 'request-approved', target_kind, target, details, hash from audit_event
          order by id desc limit 1 returning id
        `.execute(tx);
        expect(await findBrokenDecision(tx)).toBe(inserted.rows[0]?.id);
        throw new Undone();
      })
      .catch(expectUndone);
    expect(await findBrokenDecision(db)).toBeNull();
  });
});

/** Takes a transaction back. */
class Undone extends Error {}

function expectUndone(error: unknown): void {
  if (!(error instanceof Undone)) throw error;
}
