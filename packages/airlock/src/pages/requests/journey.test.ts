/** Whole reviews over HTTP, by the forms of the pages. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { PATHS, plain, Reviewing } from './reviewing.testing.ts';

let review: Reviewing;
beforeAll(async () => {
  review = await Reviewing.open();
});
beforeEach(async () => {
  await review.reset();
  await review.make();
});
afterAll(async () => await review[Symbol.asyncDispose]());

const [AGES = '', REGIONS = ''] = PATHS;

test('two approvals release, from a draft of which everything that is missing is told', async () => {
  const draft = plain(await review.page('ann'));
  expect(draft).toContain('The group “tables” lacks its context or controls.');
  expect(await review.page('ann')).toMatch(/<button[^>]*disabled[^>]*>Submit for review/);
  await review.explain();
  expect(plain(await review.page('ann'))).toContain('Population and its size Registered adults');
  // Without the confirmation of the rules it stays a draft.
  expect((await review.do('ann', 'submit')).status).toBe(422);
  await review.submit();
  expect(plain(await review.page('rev'))).toContain('2 of the output files have no vote of yours.');
  await review.review('rev', 'approved');
  expect(await review.status()).toBe('partially-reviewed');
  await review.review('ray', 'approved');
  expect(plain(await review.page('tim'))).toContain('rev, ray');
  await review.must('tim', 'approve');
  expect(await review.status()).toBe('approved');
  expect(plain(await review.page('ann'))).toContain('Files sent 0 of 2');
  expect(await review.page('ann')).not.toContain('Recall the approval');
  expect((await review.do('ann', 'recall')).status).toBe(403);
  // The job server of this test confirms nothing: then nothing more is sent, until somebody asks for it.
  const held = await review.do('ray', 'recall');
  expect(plain(await held.text())).toContain('Nothing more is sent');
  expect(plain(await review.page('ann'))).toContain('Try again now');
  await review.must('ann', 'retry-upload');
  expect((await review.do('col', 'retry-upload')).status).toBe(403);
});

test('a third checker breaks a tie', async () => {
  await review.explain();
  await review.submit();
  await review.review('rev', 'approved');
  await review.review('ray', 'changes-requested');
  expect(plain(await review.page('rev'))).toContain('Disagreement');
  expect(plain(await review.page('rev'))).toContain(`${AGES} does not have two approvals.`);
  expect((await review.do('rev', 'approve')).status).toBe(422);
  await review.review('tim', 'approved');
  await review.must('rev', 'approve');
  expect(await review.status()).toBe('approved');
});

test('a return is answered, mended, compared with the version before, and submitted again', async () => {
  await review.explain();
  await review.submit();
  await review.review('rev', 'approved');
  await review.review('ray', 'changes-requested');
  await review.must('rev', 'return');
  const returned = plain(await review.page('ann'));
  expect(returned).toContain('ray asks for rounding.');
  expect(returned).toContain('Nobody has answered in the group “tables”.');
  await review.site.write({
    [AGES]: { text: 'age,people\n18-39,125\n40-64,260\n' },
    [REGIONS]: { text: 'region,people\nNorth,105\nSouth,95\n' },
  });
  const updated = await review.post('ann', '/workspaces/bp-trends/update', { path: AGES });
  expect(updated.status).toBe(303);
  await review.comment('ann', 'Rounded now.');
  await review.must('ann', 'submit');
  const file = plain(await review.page('ray', `/requests/${review.id}/files/${AGES}`));
  expect(file).toContain('Compared with the version of an earlier turn');
  expect(file).toContain('1 row differs');
  await review.review('rev', 'approved');
  await review.review('ray', 'approved');
  await review.must('ray', 'approve');
  expect(await review.status()).toBe('approved');
});

test('an early return takes the votes and comments of the turn back', async () => {
  await review.explain();
  await review.submit();
  await review.review('rev', 'changes-requested');
  await review.must('ray', 'return');
  expect(await review.status()).toBe('returned');
  expect(await review.page('ann')).not.toContain('rev asks for rounding.');
  await review.must('ann', 'submit');
  expect(plain(await review.page('rev', `/requests/${review.id}/files/${AGES}`))).toContain(
    'To be judged again',
  );
});

test('a rejection has a reason, which its author reads', async () => {
  await review.explain();
  await review.submit();
  await review.review('rev', 'changes-requested');
  await review.review('ray', 'changes-requested');
  expect((await review.do('ray', 'reject', { reason: ' ' })).status).toBe(422);
  await review.must('ray', 'reject', { reason: 'It is one row per patient.' });
  expect(plain(await review.page('ann'))).toContain('It is one row per patient.');
  expect(plain(await review.page('ann'))).toContain('Rejected');
});

test('an author withdraws', async () => {
  await review.must('ann', 'withdraw');
  expect(plain(await review.page('ann'))).toContain('Withdrawn');
  await review.make();
  expect(await review.status()).toBe('pending');
});

test('files are moved, made supporting and taken out, several at once or none', async () => {
  await review.must('ann', 'move-files', [
    ['path', AGES],
    ['path', REGIONS],
    ['group', 'second'],
  ]);
  await review.must('ann', 'make-supporting', { path: REGIONS });
  const page = plain(await review.page('ann'));
  expect(page).toContain('Group “second”');
  expect(page).toContain('Supporting');
  const refused = await review.do('ann', 'withdraw-files', [
    ['path', AGES],
    ['path', 'output/none.csv'],
  ]);
  expect(refused.status).toBe(422);
  expect(await review.page('ann')).toContain(AGES);
  await review.must('ann', 'withdraw-files', { path: REGIONS });
  expect(plain(await review.page('ann'))).not.toContain(`${REGIONS} Supporting`);
});

test('who saw an older state changes nothing, is told what is new, and loses no text', async () => {
  const old = await review.revision();
  await review.explain();
  const late = await review.post('ann', `/requests/${review.id}/edit-group`, {
    revision: String(old),
    group: 'tables',
    variables: 'What the second tab says.',
  });
  expect(late.status).toBe(409);
  const told = plain(await late.text());
  expect(told).toContain('changed context and controls of the group “tables”');
  expect(told).toContain('What the second tab says.');
  expect(await review.page('ann')).not.toContain('What the second tab says.');
});

test('a second click does nothing, and says what the first one did', async () => {
  await review.explain();
  const revision = String(await review.revision());
  const click = () =>
    review.post('ann', `/requests/${review.id}/submit`, { revision, policy: 'yes' });
  const answers = await Promise.all([click(), click()]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const { events } = (await review.site.running.airlock.requests.read(review.id)) ?? {};
  expect(events?.filter(({ kind }) => kind === 'submitted')).toHaveLength(1);
  const comment = { id: 'a'.repeat(16), group: 'tables', text: 'Once.', visibility: 'public' };
  await Promise.all([review.do('rev', 'comment', comment), review.do('rev', 'comment', comment)]);
  expect((await review.page('rev')).split('Once.')).toHaveLength(2);
});

test('an author votes on nothing, and a reviewer hands in once', async () => {
  await review.explain();
  await review.submit();
  const hash = await review.hashOf(AGES);
  for (const user of ['ann', 'col', 'pip', 'rob']) {
    const answer = await review.do(user, 'vote', { path: AGES, hash, vote: 'approved' });
    expect(answer.status, user).toBe(403);
  }
  const other = await review.do('rev', 'vote', {
    path: AGES,
    hash: 'f'.repeat(64),
    vote: 'approved',
  });
  expect(other.status).toBe(409);
  await review.review('rev', 'approved');
  expect((await review.do('rev', 'submit-review')).status).not.toBe(303);
  expect(await review.status()).toBe('partially-reviewed');
});

test('only reviewers take files away, and it is written down', async () => {
  await review.explain();
  await review.submit();
  const path = `/requests/${review.id}/download/${AGES}`;
  expect((await review.get('ann', path)).status).toBe(403);
  expect((await review.get('pip', path)).status).toBe(403);
  const answer = await review.get('rev', path);
  expect(await answer.text()).toContain('18-39,120');
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  const logged = await review.site.database.db
    .selectFrom('audit_event')
    .select(['actor', 'details'])
    .where('kind', '=', 'file-downloaded')
    .where('target', 'like', `${review.id}%`)
    .execute();
  expect(logged).toEqual([{ actor: 'rev', details: { hash: await review.hashOf(AGES) } }]);
});

test('a group is sent back for all that was not judged, and never approved as one', async () => {
  await review.explain();
  await review.submit();
  await review.vote('rev', AGES, 'approved');
  await review.must('rev', 'request-changes-of-group', { group: 'tables' });
  const page = plain(await review.page('rev'));
  expect(page).toContain('Changes requested');
  expect(page).toContain('Approved');
  expect(await review.page('rev')).not.toMatch(/approve-group|Approve all/);
});

test('the dashboard counts what somebody may see, and says what the checks had found in what came back', async () => {
  await review.site.write({ [AGES]: { text: 'age,people\n18-39,123\n40-64,3\n' } });
  await review.post('ann', '/workspaces/bp-trends/update', { path: AGES });
  await review.explain();
  await review.submit();
  await review.checked();
  await review.review('rev', 'changes-requested');
  await review.review('ray', 'approved');
  await review.must('rev', 'return');
  const shown = plain(await review.page('ann', '/turnaround'));
  expect(shown).toContain('1 request that you may see');
  expect(shown).toContain('1 return after two reviews, 0 early.');
  expect(shown).toContain('A count of few people 1');
  expect(shown).toContain('100 %');
  expect(plain(await review.page('stranger', '/turnaround'))).toContain('0 requests');
});
