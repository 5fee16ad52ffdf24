import { expect, test } from 'vitest';
import type { RequestEvent } from './event.ts';
import { Review } from './testing.ts';
import { turnaroundOf } from './turnaround.ts';

/** The events with an hour between any two that are not of one kind of work. */
function hourly(events: readonly RequestEvent[]): RequestEvent[] {
  return events.map((event, at) => ({ ...event, at: at * 3_600_000 }));
}

const hours = (milliseconds: number | null) =>
  milliseconds === null ? null : milliseconds / 3_600_000;

test('time is counted for who has the request', () => {
  const review = new Review();
  review.submit();
  review.must('carl', { do: 'return' });
  review.must('ann', { do: 'submit', confirmsPolicy: false });
  review.review('carl', 'approved');
  review.review('cora', 'approved');
  review.must('cyd', { do: 'approve' });
  const { path, hash } = [...review.request.files.values()][0] ?? { path: '', hash: '' };
  review.must(null, { do: 'uploaded', path, hash });
  review.must(null, { do: 'finish' });
  const events = hourly(review.events);
  const kinds = events.map(({ kind }) => kind);
  expect(kinds).toEqual([
    'created',
    'file-added',
    'group-edited',
    'submitted',
    'returned-early',
    'submitted',
    'voted',
    'review-submitted',
    'voted',
    'review-submitted',
    'approved',
    'file-uploaded',
    'released',
  ]);
  const { held, firstAnswer, toRelease, submissions } = turnaroundOf(events, 1e15);
  expect([held.author, held.reviewer, held.system].map(hours)).toEqual([4, 6, 2]);
  expect([hours(firstAnswer), hours(toRelease), submissions]).toEqual([1, 9, 2]);
});

test('an open request is held until now', () => {
  const review = new Review();
  review.submit();
  const events = hourly(review.events);
  const { held, firstAnswer, toRelease } = turnaroundOf(
    events,
    (events.at(-1)?.at ?? 0) + 7_200_000,
  );
  expect([hours(held.reviewer), firstAnswer, toRelease]).toEqual([2, null, null]);
});
