/** Weaknesses of the review as it was done before (cli-review-and-docs §2.11, §2.14), each closed and held closed here. */
import { describe, expect, test } from 'vitest';
import { decideCreate } from './decide.ts';
import { partOf } from './standing.ts';
import {
  checkers,
  circumstancesOf,
  fileOf,
  hashOf,
  NOW,
  PROOF,
  people,
  Review,
} from './testing.ts';
import { viewOf, visibleEvents } from './view.ts';

const confirmed = (user: string, at: number) => ({
  actor: {
    user,
    standing: {
      kind: 'confirmed',
      rights: people[user] ?? { isChecker: false, readsAll: false, projects: new Map() },
      at,
    } as const,
  },
});

function submitted(): Review {
  const review = new Review();
  review.submit();
  return review;
}

describe('revocation fails closed', () => {
  test.each([
    [
      'the job server refused or did not answer',
      { actor: { user: 'carl', standing: { kind: 'unconfirmed' } as const } },
    ],
    ['its word is fifteen minutes old', confirmed('carl', NOW - 15 * 60_000)],
    ['its word is from the future', confirmed('carl', NOW + 1)],
  ])('%s', (_name, change) => {
    const review = submitted();
    for (const command of [{ do: 'submit-review' }, { do: 'return' }, { do: 'approve' }] as const) {
      expect(review.refusals('carl', command, change)).toEqual(['review-rights-unconfirmed']);
    }
    const create = {
      do: 'create',
      id: 'R2',
      workspace: 'workspace',
      project: 'project',
      file: fileOf('a.csv'),
    } as const;
    expect(
      decideCreate(create, { ...circumstancesOf(null, 'ann'), ...change }).refusals?.[0]?.code,
    ).toBe('review-rights-unconfirmed');
  });

  test('a word that is a little younger counts', () => {
    expect(
      submitted().refusals('carl', { do: 'return' }, confirmed('carl', NOW - 15 * 60_000 + 1)),
    ).toEqual([]);
  });

  test('an author who lost the project is nobody’s checker either', () => {
    const review = submitted();
    const rights = { isChecker: true, readsAll: false, projects: new Map() };
    const change = {
      actor: { user: 'ann', standing: { kind: 'confirmed', rights, at: NOW } as const },
    };
    const hash = review.request.files.get('a.csv')?.hash ?? '';
    expect(
      review.refusals(
        'ann',
        { do: 'vote', path: 'a.csv', vote: 'approved', hash, proof: PROOF },
        change,
      ),
    ).toEqual(['review-not-allowed']);
  });
});

describe('roles do not leak', () => {
  test.each(['pip', 'rob', 'sam'])('%s, who may only look, comments in no phase', (user) => {
    const comment = {
      do: 'comment',
      id: 'x',
      group: 'default',
      text: 'Fine.',
      visibility: 'public',
    } as const;
    const review = new Review();
    expect(review.refusals(user, comment)).toEqual(['review-not-allowed']);
    review.submit();
    expect(review.refusals(user, comment)).toEqual(['review-not-allowed']);
    review.review('carl', 'approved');
    review.review('cora', 'approved');
    expect(review.refusals(user, comment)).toEqual(['review-not-allowed']);
  });

  test('authors and members write public comments, in their own phase, and none under review', () => {
    const review = new Review();
    for (const user of ['ann', 'mia']) {
      const words = { do: 'comment', group: 'default', text: 'Fine.' } as const;
      expect(review.refusals(user, { ...words, id: `${user}1`, visibility: 'private' })).toEqual([
        'review-not-allowed',
      ]);
      expect(review.refusals(user, { ...words, id: `${user}2`, visibility: 'public' })).toEqual([]);
    }
    review.submit();
    const late = {
      do: 'comment',
      id: 'late',
      group: 'default',
      text: 'Please.',
      visibility: 'public',
    } as const;
    for (const user of ['ann', 'mia'])
      expect(review.refusals(user, late)).toEqual(['review-not-allowed']);
  });

  test('comments are changed by who wrote them, in the turn in which they did', () => {
    const review = submitted();
    review.must('carl', {
      do: 'comment',
      id: 'c',
      group: 'default',
      text: 'Hm.',
      visibility: 'private',
    });
    expect(review.refusals('cora', { do: 'publish-comment', id: 'c' })).toEqual([
      'review-comment-refused',
    ]);
    expect(review.refusals('cora', { do: 'delete-comment', id: 'c' })).toEqual([
      'review-comment-refused',
    ]);
    review.must('cora', { do: 'return' });
    review.must('ann', { do: 'submit', confirmsPolicy: false });
    expect(review.refusals('carl', { do: 'delete-comment', id: 'c' })).toEqual([
      'review-comment-refused',
    ]);
  });
});

describe('bytes', () => {
  test('are compared with the manifest before they are taken', () => {
    const review = new Review();
    const file = { ...fileOf('b.csv'), recordedHash: hashOf('other') };
    expect(review.refusals('ann', { do: 'add-file', file })).toEqual(['review-bytes-changed']);
    expect(review.request.files.has('b.csv')).toBe(false);
  });

  test('that changed in the store between review and release do not leave', () => {
    const review = submitted();
    review.review('carl', 'approved');
    review.review('cora', 'approved');
    const storedHashes = new Map([['a.csv', hashOf('tampered')]]);
    expect(review.refusals('carl', { do: 'approve' }, { storedHashes })).toEqual([
      'review-bytes-changed',
    ]);
    expect(review.refusals('carl', { do: 'approve' }, { storedHashes: new Map() })).toEqual([
      'review-bytes-changed',
    ]);
    expect(review.refusals('carl', { do: 'approve' })).toEqual([]);
  });

  test('other than those on the screen cannot be voted on', () => {
    const vote = {
      do: 'vote',
      path: 'a.csv',
      vote: 'approved',
      hash: hashOf('older'),
      proof: PROOF,
    } as const;
    expect(submitted().refusals('carl', vote)).toEqual(['review-bytes-changed']);
  });

  test('that are new have no reviews', () => {
    const review = submitted();
    review.review('carl', 'approved');
    review.review('cora', 'approved');
    review.must('cyd', { do: 'return' });
    review.must('ann', { do: 'update-file', file: fileOf('a.csv', 'new') });
    expect(review.request.files.get('a.csv')?.reviews.size).toBe(0);
  });

  test.each([
    { do: 'move-file', path: 'a.csv', group: 'other' },
    { do: 'retype-file', path: 'a.csv', type: 'output' },
  ] as const)('that stand in another place have no reviews: $do', (command) => {
    const review = submitted();
    review.review('carl', 'approved');
    review.review('cora', 'approved');
    review.must('cyd', { do: 'return' });
    expect(review.request.files.get('a.csv')?.reviews.size).toBe(2);
    review.must('ann', command);
    expect(review.request.files.get('a.csv')?.reviews.size).toBe(0);
  });

  test('that were released before are only supporting', () => {
    const releasedHashes = new Set([hashOf('b.csv')]);
    const review = new Review();
    const file = fileOf('b.csv');
    expect(review.refusals('ann', { do: 'add-file', file }, { releasedHashes })).toEqual([
      'review-file-released',
    ]);
    review.must(
      'ann',
      { do: 'add-file', file: { ...file, type: 'supporting' } },
      { releasedHashes },
    );
    expect(
      review.refusals(
        'ann',
        { do: 'retype-file', path: 'b.csv', type: 'output' },
        { releasedHashes },
      ),
    ).toEqual(['review-file-released']);
  });
});

describe('changes are whole and never overwrite one another', () => {
  test('two tabs: what was decided on an older page is refused', () => {
    const review = submitted();
    const { revision } = review.request;
    review.must('carl', { do: 'return' });
    review.must('ann', { do: 'submit', confirmsPolicy: false });
    expect(review.refusals('cora', { do: 'return', revision })).toEqual(['review-outdated']);
  });

  test('a double click writes once', () => {
    const review = new Review();
    for (const group of review.request.groups.keys()) {
      review.must('ann', { do: 'edit-group', group, context: 'c', controls: 'd' });
    }
    const submit = {
      do: 'submit',
      confirmsPolicy: true,
      revision: review.request.revision,
    } as const;
    review.must('ann', submit);
    expect(review.refusals('ann', submit)).toEqual(['review-outdated']);
    expect(review.events.filter(({ kind }) => kind === 'submitted')).toHaveLength(1);
  });

  test('one command, one list of events, of one person at one moment', () => {
    const review = submitted();
    const answer = review.try('carl', { do: 'return' });
    expect(answer.events).toEqual([{ kind: 'returned-early', by: 'carl', at: NOW }]);
  });
});

test('what an early return took back is never hidden from checkers once it is over', () => {
  const review = submitted();
  review.review('carl', 'changes-requested');
  const blind = visibleEvents(review.events, review.request, 'cora', 'checker');
  expect(blind.some(({ by }) => by === 'carl')).toBe(false);
  review.must('cora', { do: 'return' });
  const after = visibleEvents(review.events, review.request, 'cora', 'checker');
  expect(after).toEqual(review.events);
  expect(
    visibleEvents(review.events, review.request, 'ann', 'author').some(
      ({ kind }) => kind === 'voted',
    ),
  ).toBe(false);
});

test('an archived workspace can only be looked at', () => {
  const review = submitted();
  expect(review.refusals('carl', { do: 'return' }, { isOpen: false })).toEqual([
    'review-workspace-closed',
  ]);
  expect(viewOf(review.request, 'carl', 'checker')).not.toBeNull();
});

test('a second active request of the author in the workspace is refused and named', () => {
  const command = {
    do: 'create',
    id: 'R2',
    workspace: 'workspace',
    project: 'project',
    file: fileOf('a.csv'),
  } as const;
  const answer = decideCreate(command, circumstancesOf(null, 'ann', { activeRequest: 'R1' }));
  expect(answer.refusals?.map(({ message }) => message).join()).toMatch(/R1/);
});

describe('what each sees', () => {
  test('that reviewers disagree is shown to checkers and not to the author', () => {
    const review = submitted();
    review.review('carl', 'approved');
    review.review('cora', 'changes-requested');
    const decisionFor = (user: string) => {
      const part = partOf(user, people[user] ?? null, review.request);
      return viewOf(review.request, user, part)?.files[0]?.decision;
    };
    expect(decisionFor('cyd')).toBe('conflicted');
    expect(decisionFor('ann')).toBeNull();
    review.must('cyd', { do: 'return' });
    expect(decisionFor('cyd')).toBe('conflicted');
    for (const user of ['ann', 'mia', 'pip', 'rob'])
      expect(decisionFor(user)).toBe('changes-requested');
  });

  test('private comments are for checkers alone, in every phase', () => {
    const review = submitted();
    review.must('carl', {
      do: 'comment',
      id: 'p',
      group: 'default',
      text: 'Between us.',
      visibility: 'private',
    });
    review.review('carl', 'approved');
    review.review('cora', 'approved');
    const sees = (user: string) => {
      const part = partOf(user, people[user] ?? null, review.request);
      return viewOf(review.request, user, part)?.comments.some(({ id }) => id === 'p') ?? false;
    };
    for (const step of [() => {}, () => review.must('cyd', { do: 'approve' })]) {
      step();
      for (const user of checkers) expect(sees(user)).toBe(true);
      for (const user of ['ann', 'mia', 'pip', 'rob', 'sam']) expect(sees(user)).toBe(false);
    }
  });
});
