import { describe, expect, test } from 'vitest';
import type { TransitionCommand } from './command.ts';
import { requestStatuses, statusFacts } from './status.ts';
import { fileOf, Review } from './testing.ts';
import { transitionOf, transitions } from './transitions.ts';

const commands: readonly TransitionCommand[] = [
  { do: 'submit', confirmsPolicy: true },
  { do: 'withdraw' },
  { do: 'submit-review' },
  { do: 'return' },
  { do: 'approve' },
  { do: 'reject', reason: 'It is not what the project is for.' },
  { do: 'recall', isCancelled: false },
  { do: 'recall', isCancelled: true },
  { do: 'finish' },
];

/** A request in each status, as people bring it there. */
const roads: Readonly<Record<(typeof requestStatuses)[number], () => Review>> = {
  pending: () => new Review(),
  submitted: () => after('pending', (review) => review.submit()),
  'partially-reviewed': () => after('submitted', (review) => review.review('carl', 'approved')),
  reviewed: () => after('partially-reviewed', (review) => review.review('cora', 'approved')),
  returned: () => after('submitted', (review) => review.must('carl', { do: 'return' })),
  approved: () => after('reviewed', (review) => review.must('carl', { do: 'approve' })),
  rejected: () =>
    after('reviewed', (review) => review.must('cora', { do: 'reject', reason: 'No.' })),
  released: () =>
    after('approved', (review) => {
      for (const { path, hash } of review.request.files.values())
        review.must(null, { do: 'uploaded', path, hash });
      review.must(null, { do: 'finish' });
    }),
  withdrawn: () => after('pending', (review) => review.must('ann', { do: 'withdraw' })),
};

function after(status: keyof typeof roads, step: (review: Review) => void): Review {
  const review = roads[status]();
  step(review);
  return review;
}

test.each(requestStatuses)('%s can be reached', (status) => {
  expect(roads[status]().request.status).toBe(status);
});

describe('from every status, every command by everybody', () => {
  const everybody = ['ann', 'carl', 'cora', 'cyd', 'mia', 'pip', 'rob', 'sam', null] as const;
  test.each(requestStatuses)('%s', (status) => {
    for (const command of commands) {
      for (const user of everybody) {
        const review = roads[status]();
        const row = transitionOf(command.do, status);
        const answer = review.try(user, command);
        if (answer.events === undefined) {
          expect(review.request.status).toBe(status);
          continue;
        }
        expect(row, `${command.do} by ${user} in ${status}`).toBeDefined();
        expect(review.request.status).toBe(row?.to);
        if (row?.by === 'author') expect(user).toBe('ann');
        else if (row?.by === 'system') expect(user).toBeNull();
        else expect(['carl', 'cora', 'cyd']).toContain(user);
      }
    }
  });
});

test('final statuses have no way out, all others have one', () => {
  for (const status of requestStatuses) {
    const ways = transitions.filter(({ from }) => from === status);
    expect(ways.length === 0, status).toBe(statusFacts[status].final);
  }
});

describe('what each change needs', () => {
  test('a submission: an output, context and controls of every group, the policy confirmed', () => {
    const review = new Review();
    expect(review.refusals('ann', { do: 'submit', confirmsPolicy: false })).toEqual([
      'review-group-unexplained',
      'review-policy-unconfirmed',
    ]);
    review.must('ann', { do: 'retype-file', path: 'a.csv', type: 'supporting' });
    expect(review.refusals('ann', { do: 'submit', confirmsPolicy: true })).toContain(
      'review-no-output',
    );
  });

  test('a review: every output judged, changes explained, once', () => {
    const review = new Review([fileOf('a.csv'), fileOf('b.csv')]);
    review.submit();
    const [a] = [...review.request.files.values()];
    review.must('carl', {
      do: 'vote',
      path: 'a.csv',
      vote: 'changes-requested',
      hash: a?.hash ?? '',
      proof: null,
    });
    expect(review.refusals('carl', { do: 'submit-review' })).toEqual([
      'review-votes-missing',
      'review-comment-missing',
    ]);
    review.review('carl', 'changes-requested');
    expect(review.refusals('carl', { do: 'submit-review' })).toEqual(['review-submitted-already']);
    expect(review.request.status).toBe('partially-reviewed');
  });

  test('a return: a public comment of this turn in every group that is not settled', () => {
    const review = new Review();
    review.submit();
    review.review('carl', 'approved');
    const file = [...review.request.files.values()][0];
    review.must('cora', {
      do: 'vote',
      path: 'a.csv',
      vote: 'changes-requested',
      hash: file?.hash ?? '',
      proof: null,
    });
    const comment = {
      do: 'comment',
      id: 'c',
      group: 'default',
      text: 'Why?',
      visibility: 'private',
    } as const;
    review.must('cora', comment);
    review.must('cora', { do: 'submit-review' });
    expect(review.refusals('cora', { do: 'return' })).toEqual(['review-comment-missing']);
    review.must('cora', { do: 'publish-comment', id: 'c' });
    review.must('cora', { do: 'return' });
    expect([...review.request.toAnswer]).toEqual(['default']);
  });

  test('a resubmission: the author’s own public answer; approvals persist, requests for changes become undecided', () => {
    const review = new Review();
    review.submit();
    review.review('carl', 'approved');
    review.review('cora', 'changes-requested');
    review.must('carl', { do: 'return' });
    const again = { do: 'submit', confirmsPolicy: false } as const;
    expect(review.refusals('ann', again)).toEqual(['review-answer-missing']);
    // A colleague's comment is none of the author's.
    review.must('mia', {
      do: 'comment',
      id: 'm',
      group: 'default',
      text: 'Hm.',
      visibility: 'public',
    });
    expect(review.refusals('ann', again)).toEqual(['review-answer-missing']);
    review.must('ann', {
      do: 'comment',
      id: 'a',
      group: 'default',
      text: 'It is.',
      visibility: 'public',
    });
    review.must('ann', again);
    const reviews = [...review.request.files.values()][0]?.reviews;
    expect([reviews?.get('carl')?.vote, reviews?.get('cora')?.vote]).toEqual([
      'approved',
      'undecided',
    ]);
    // What persists still has to be handed in anew.
    expect(review.refusals('carl', { do: 'approve' })).toEqual(['review-wrong-status']);
    review.must('carl', { do: 'submit-review' });
    review.review('cora', 'approved');
    review.must('cyd', { do: 'approve' });
  });

  test('an early return takes the votes of the turn back and needs no answer', () => {
    const review = new Review();
    review.submit();
    review.review('carl', 'changes-requested');
    review.must('cora', { do: 'return' });
    expect([...(review.request.files.get('a.csv')?.reviews.values() ?? [])]).toMatchObject([
      { vote: 'undecided' },
    ]);
    expect(review.request.comments).toMatchObject([{ discarded: true }]);
    review.must('ann', { do: 'submit', confirmsPolicy: false });
    expect(review.request.turn).toBe(3);
  });

  test('a third checker breaks a tie', () => {
    const review = new Review();
    review.submit();
    review.review('carl', 'approved');
    review.review('cora', 'changes-requested');
    expect(review.refusals('cyd', { do: 'approve' })).toEqual(['review-not-approved']);
    review.review('cyd', 'approved');
    review.must('cora', { do: 'approve' });
  });

  test('an approval: types that may leave, and a rejection: a reason', () => {
    const review = new Review([fileOf('a.exe')]);
    review.submit();
    review.review('carl', 'approved');
    review.review('cora', 'approved');
    expect(review.refusals('carl', { do: 'approve' })).toEqual(['review-file-type']);
    expect(review.refusals('carl', { do: 'reject', reason: ' ' })).toEqual(['review-text-missing']);
  });

  test('a recall takes the approval back, from its author never', () => {
    const review = roads.approved();
    const { path, hash } = [...review.request.files.values()][0] ?? { path: '', hash: '' };
    review.must(null, { do: 'uploaded', path, hash });
    const recall = { do: 'recall', isCancelled: false } as const;
    expect(review.refusals('ann', recall)).toEqual(['review-not-allowed']);
    // What must not leave is stopped also when the workspace is closed.
    review.must('cyd', recall, { isOpen: false });
    expect(review.request).toMatchObject({ status: 'reviewed', submitted: ['carl', 'cora'] });
    expect([...review.request.files.values()]).toMatchObject([
      { released: null, uploadedAt: null },
    ]);
    expect(review.refusals(null, { do: 'finish' })).toEqual(['review-wrong-status']);
    // The job server knows nothing of it: it can be approved again, and is sent again as a whole.
    review.must('carl', { do: 'approve' });
    expect(review.refusals(null, { do: 'finish' })).toEqual(['review-file-missing']);
  });

  test('what the job server has given up leaves under that name never', () => {
    const review = roads.approved();
    review.must('cora', { do: 'recall', isCancelled: true });
    expect(review.refusals('carl', { do: 'approve' })).toEqual(['review-recalled']);
    review.must('carl', {
      do: 'vote',
      path: 'a.csv',
      vote: 'changes-requested',
      hash: review.request.files.get('a.csv')?.hash ?? '',
      proof: null,
    });
    review.must('carl', {
      do: 'comment',
      id: 'c',
      group: 'default',
      text: 'No.',
      visibility: 'public',
    });
    review.must('carl', { do: 'return' });
    expect(review.refusals('ann', { do: 'submit', confirmsPolicy: true })).toContain(
      'review-recalled',
    );
    review.must('ann', { do: 'withdraw' });
  });

  test('the end: every output uploaded, each upload told once', () => {
    const review = roads.approved();
    expect(review.refusals(null, { do: 'finish' })).toEqual(['review-file-missing']);
    const { path, hash } = [...review.request.files.values()][0] ?? { path: '', hash: '' };
    expect(review.refusals(null, { do: 'uploaded', path, hash: 'other' })).toEqual([
      'review-bytes-changed',
    ]);
    review.must(null, { do: 'uploaded', path, hash });
    const before = review.events.length;
    review.must(null, { do: 'uploaded', path, hash });
    expect(review.events).toHaveLength(before);
    review.must(null, { do: 'finish' });
    expect(review.request.status).toBe('released');
  });
});
