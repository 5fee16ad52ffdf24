/** P4, inside: a file leaves only with two approvals by two people who are not its author, on exactly the bytes they saw. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signApproval } from '@vitrine/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PATHS, plain, Reviewing } from '../pages/requests/reviewing.testing.ts';

let review: Reviewing;
beforeAll(async () => {
  review = await Reviewing.open();
});
beforeEach(async () => {
  await review.reset();
  await review.make();
  await review.explain();
  await review.submit();
});
afterAll(async () => await review[Symbol.asyncDispose]());

const [AGES = '', REGIONS = ''] = PATHS;

/** What the button says no with. */
async function refusal(user = 'tim'): Promise<string> {
  const answer = await review.do(user, 'approve');
  expect(answer.status).not.toBe(303);
  expect(await review.status()).not.toBe('approved');
  return plain(await answer.text());
}

test('no approval, one, or two of one person release nothing', async () => {
  await refusal();
  await review.review('rev', 'approved');
  await refusal();
  // The same person with another session is the same person.
  const again = await review.site.signIn('rev');
  const page = await (await review.site.get('/requests', again)).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const revision = String(await review.revision());
  const second = await fetch(`${review.site.running.url}/requests/${review.id}/submit-review`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: again },
    body: new URLSearchParams({ csrf, revision }),
  });
  expect(second.status).not.toBe(303);
  await refusal();
  expect(await review.status()).toBe('partially-reviewed');
});

test('votes that were not handed in count for nothing', async () => {
  for (const user of ['ray', 'tim']) {
    for (const path of PATHS) await review.vote(user, path, 'approved');
  }
  await review.review('rev', 'approved');
  await refusal();
});

test('each file needs two: approvals of another file do not help', async () => {
  await review.review('rev', 'approved');
  await review.vote('ray', AGES, 'approved');
  await review.vote('ray', REGIONS, 'changes-requested');
  await review.comment('ray', 'Not this one.');
  await review.must('ray', 'submit-review');
  const said = await refusal();
  expect(said).toContain(`${REGIONS} does not have two approvals.`);
  expect(said).not.toContain(`${AGES} does not have`);
});

test('an author who is a checker approves neither by votes nor by the button', async () => {
  await review.reset();
  await review.make('cyd');
  await review.explain('cyd');
  await review.submit('cyd');
  await review.review('rev', 'approved');
  const hash = await review.hashOf(AGES);
  const own = await review.do('cyd', 'vote', { path: AGES, hash, vote: 'approved' });
  expect(own.status).toBe(403);
  await review.review('ray', 'approved');
  expect((await review.do('cyd', 'approve')).status).toBe(403);
  await review.must('rev', 'approve');
});

test('approvals of bytes that were replaced are gone', async () => {
  await review.review('rev', 'approved');
  await review.review('ray', 'changes-requested');
  await review.must('ray', 'return');
  const seen = await review.hashOf(AGES);
  await review.site.write({
    [AGES]: { text: 'age,people\n18-39,999\n' },
    [REGIONS]: { text: 'region,people\nNorth,105\nSouth,95\n' },
  });
  await review.post('ann', '/workspaces/bp-trends/update', { path: AGES });
  await review.comment('ann', 'New numbers.');
  await review.must('ann', 'submit');
  // A page that still shows the old bytes approves nothing.
  const old = await review.do('rev', 'vote', { path: AGES, hash: seen, vote: 'approved' });
  expect(old.status).toBe(409);
  const handedIn = await review.do('rev', 'submit-review');
  expect(plain(await handedIn.text())).toContain('1 of the output files have no vote of yours.');
});

test('copies that were changed on the disk after the reviews do not leave', async () => {
  await review.review('rev', 'approved');
  await review.review('ray', 'approved');
  const hash = await review.hashOf(AGES);
  const copy = join(review.site.folder, 'airlock', 'copies', hash.slice(0, 2), hash);
  const bytes = await review.site.running.airlock.copies.bytes(hash);
  await chmod(copy, 0o600);
  await writeFile(copy, 'age,people\n18-39,1\n');
  try {
    expect(await refusal()).toContain(`The bytes of ${AGES} are not those that are recorded.`);
  } finally {
    await writeFile(copy, bytes);
  }
  await review.must('tim', 'approve');
});

test('each approval carries a proof by the key of the reviewer’s grant, of these bytes in this request', async () => {
  await review.review('rev', 'approved');
  await review.review('ray', 'approved');
  const stored = await review.site.running.airlock.requests.read(review.id);
  for (const reviewer of ['rev', 'ray']) {
    const session = await review.site.database.db
      .selectFrom('session')
      .select(['approval_key', 'grant'])
      .where('username', '=', reviewer)
      .execute();
    for (const { path, hash, reviews } of stored?.request.files.values() ?? []) {
      const proof = reviews.get(reviewer)?.proof;
      const signed = {
        release: review.id,
        workspace: 'bp-trends',
        author: 'ann',
        reviewer,
        path,
        sha256: hash,
      };
      const signatures = session.map(({ approval_key }) => signApproval(approval_key, signed));
      expect(signatures, `${reviewer} ${path}`).toContain(proof?.signature);
      expect(proof?.grant).toBe(session[0]?.grant);
    }
  }
  // Whoever asks for changes signs nothing.
  await review.vote('rev', AGES, 'changes-requested');
  const after = await review.site.running.airlock.requests.read(review.id);
  expect(after?.request.files.get(AGES)?.reviews.get('rev')?.proof).toBeNull();
});

test('keys and signatures stand on no page', async () => {
  await review.review('rev', 'approved');
  const { db } = review.site.database;
  const keys = await db.selectFrom('session').select('approval_key').execute();
  const stored = await review.site.running.airlock.requests.read(review.id);
  const signatures = [...(stored?.request.files.values() ?? [])].flatMap(({ reviews }) =>
    [...reviews.values()].flatMap(({ proof }) => proof?.signature ?? []),
  );
  const pages = [
    await review.page('rev'),
    await review.page('rev', `/requests/${review.id}/files/${AGES}`),
  ].join('\n');
  const secrets = [...keys.map(({ approval_key }) => approval_key), ...signatures];
  expect(secrets.length).toBeGreaterThan(2);
  for (const secret of secrets) expect(pages.includes(secret)).toBe(false);
});
