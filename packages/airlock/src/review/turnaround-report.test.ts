import { expect, test } from 'vitest';
import type { RequestEvent } from './event.ts';
import { Review } from './testing.ts';
import { medianOf, turnaroundReport } from './turnaround-report.ts';

const HOUR = 3_600_000;

test.each([
  [[], null],
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
] as const)('the median of %j is %j', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

/** The events an hour apart, the first submission at a moment. */
function from(review: Review, submitted: string): readonly RequestEvent[] {
  const at = review.events.findIndex(({ kind }) => kind === 'submitted');
  return review.events.map((event, index) => ({
    ...event,
    at: Date.parse(submitted) + (index - at) * HOUR,
  }));
}

function returned(): Review {
  const review = new Review();
  review.submit();
  review.review('carl', 'approved');
  review.review('cora', 'changes-requested');
  review.must('cora', { do: 'return' });
  return review;
}

test('months are those of the first submission, empty ones between them included', () => {
  const early = new Review();
  early.submit();
  early.must('carl', { do: 'return' });
  early.must('ann', { do: 'withdraw' });
  const draft = new Review();
  const report = turnaroundReport(
    [from(early, '2026-01-31T23:00:00Z'), from(returned(), '2026-03-02T10:00:00Z'), draft.events],
    Date.parse('2026-03-02T20:00:00Z'),
  );
  expect(report.map(({ month, submitted, returned: back }) => [month, submitted, back])).toEqual([
    ['2026-01', 1, 1],
    ['2026-02', 0, 0],
    ['2026-03', 1, 1],
  ]);
  expect(report[0]?.withdrawn).toBe(1);
  expect(report[1]).toMatchObject({ firstAnswer: null, toRelease: null });
  // Handed in, voted, commented and returned: six events after the submission.
  expect((report[2]?.firstAnswer ?? 0) / HOUR).toBe(6);
  expect((report[2]?.held.reviewer ?? 0) / HOUR).toBe(6);
});

test('without a submission there is no month', () => {
  expect(turnaroundReport([new Review().events], 0)).toEqual([]);
});
