import { expect, test } from 'vitest';
import type { Step } from './decide-all.ts';
import { eventsSince, isRepeat } from './repeat.ts';
import { circumstancesOf, hashOf, PROOF, Review } from './testing.ts';

const edit = (context: string): Step => ({
  do: 'edit-group',
  group: 'default',
  context,
  controls: 'c',
});

test('the same of the same person at the same revision is a repeat', () => {
  const review = new Review();
  const { revision } = review.request;
  review.must('ann', { do: 'edit-group', group: 'default', context: 'one', controls: 'c' });
  const repeats = (user: string, step: Step, seen = revision): boolean =>
    isRepeat(review.events, seen, [step], circumstancesOf(review.request, user));
  expect(repeats('ann', edit('one'))).toBe(true);
  expect(repeats('ann', edit('two'))).toBe(false);
  expect(repeats('carl', edit('one'))).toBe(false);
  expect(repeats('ann', edit('one'), revision + 1)).toBe(false);
  expect(repeats('ann', edit('one'), -5)).toBe(false);
});

test('votes and comments in between change nothing', () => {
  const review = new Review();
  review.submit();
  const { revision } = review.request;
  const hash = hashOf('a.csv');
  review.must('carl', { do: 'vote', path: 'a.csv', vote: 'approved', hash, proof: PROOF });
  review.must('carl', { do: 'submit-review' });
  const circumstances = circumstancesOf(review.request, 'carl');
  expect(eventsSince(review.events, revision).map(({ kind }) => kind)).toEqual([
    'review-submitted',
  ]);
  expect(isRepeat(review.events, revision, [{ do: 'submit-review' }], circumstances)).toBe(true);
  expect(isRepeat(review.events, revision, [{ do: 'return' }], circumstances)).toBe(false);
});
