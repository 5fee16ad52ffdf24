import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEvent, requestOf } from './apply.ts';
import type { Command } from './command.ts';
import { quietKinds, type RequestEvent } from './event.ts';
import { partOf } from './standing.ts';
import { statusFacts } from './status.ts';
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
import { transitions } from './transitions.ts';
import { viewOf, visibleEvents } from './view.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 300);

const users = [...Object.keys(people), null];
const paths = ['a.csv', 'b.csv', 'sub/c.png'];
const groups = ['default', 'other'];

type Step = (review: Review) => void;

/** One command of anybody, sensible or not. */
const anyStep: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom(...users),
    fc.constantFrom<Command['do']>(
      'submit',
      'withdraw',
      'submit-review',
      'return',
      'approve',
      'reject',
      'recall',
      'finish',
      'add-file',
      'update-file',
      'move-file',
      'retype-file',
      'withdraw-file',
      'edit-group',
      'vote',
      'request-changes-of-group',
      'comment',
      'publish-comment',
      'delete-comment',
      'uploaded',
    ),
    fc.constantFrom(...paths),
    fc.constantFrom(...groups),
    fc.nat(3),
  )
  .map(([user, kind, path, group, n]) => (review) => {
    const hash = n === 0 ? hashOf('stale') : (review.request.files.get(path)?.hash ?? '');
    const vote = (['approved', 'changes-requested', null, 'approved'] as const)[n] ?? null;
    const fields: Record<string, unknown> = {
      do: kind,
      path,
      group,
      hash,
      vote,
      confirmsPolicy: n > 0,
      isCancelled: n > 1,
      reason: n > 0 ? 'No.' : '',
      file: fileOf(path, `${path} ${n}`, group),
      type: n % 2 === 0 ? 'output' : 'supporting',
      context: 'c',
      controls: 'd',
      id: `${n}`,
      text: 't',
      visibility: n % 2 === 0 ? 'public' : 'private',
    };
    review.try(user, {
      ...fields,
      revision: review.request.revision - (n === 3 && kind === 'approve' ? 1 : 0),
    } as unknown as Command);
  });

/** A whole piece of work, where it is possible, so that runs come to their end. */
const work: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom('submit', 'review', 'review', 'review', 'decide', 'upload'),
    fc.constantFrom(...checkers),
    fc.nat(9),
  )
  .map(([piece, user, n]) => (review) => {
    const files = [...review.request.files.values()].filter(({ type }) => type === 'output');
    if (piece === 'submit') {
      for (const group of review.request.groups.keys()) {
        review.try('ann', { do: 'edit-group', group, context: 'c', controls: 'd' });
        review.try('ann', {
          do: 'comment',
          id: `s${review.events.length}`,
          group,
          text: 't',
          visibility: 'public',
        });
      }
      review.try('ann', { do: 'submit', confirmsPolicy: true });
    } else if (piece === 'review') {
      // Now and then what was voted in an earlier turn is handed in as it is.
      for (const { path, hash, group } of n > 6 ? [] : files) {
        const vote = n > 1 ? 'approved' : 'changes-requested';
        review.try(user, { do: 'vote', path, vote, hash, proof: PROOF });
        if (vote !== 'approved')
          review.try(user, {
            do: 'comment',
            id: `r${review.events.length}`,
            group,
            text: 't',
            visibility: 'public',
          });
      }
      review.try(user, { do: 'submit-review' });
    } else if (piece === 'decide') {
      review.try(user, n > 2 ? { do: 'approve' } : { do: 'return' });
    } else {
      for (const { path, hash } of files) review.try(null, { do: 'uploaded', path, hash });
      review.try(null, { do: 'finish' });
    }
  });

const run: fc.Arbitrary<Review> = fc
  .array(fc.oneof({ arbitrary: work, weight: 5 }, { arbitrary: anyStep, weight: 2 }), {
    minLength: 5,
    maxLength: 60,
  })
  .map((steps) => {
    const review = new Review([fileOf('a.csv'), fileOf('b.csv')]);
    for (const step of steps) step(review);
    return review;
  });

/**
 * Who approved which bytes, told from the events alone and without the code under test: the last vote of each person on the bytes that
 * the file had then, as long as it still has them, of people who handed in a review in the same turn.
 */
function approvalsOf(
  events: readonly RequestEvent[],
): ReadonlyMap<string, { hash: string; by: ReadonlySet<string> }> {
  const hashes = new Map<string, string>();
  const votes = new Map<string, Map<string, string>>();
  let handedIn = new Set<string>();
  for (const event of events) {
    switch (event.kind) {
      case 'file-added':
      case 'file-updated':
        hashes.set(event.file.path, event.file.hash);
        votes.delete(event.file.path);
        break;
      case 'file-moved':
      case 'file-retyped':
      case 'file-withdrawn':
      case 'file-deleted':
        votes.delete(event.path);
        break;
      case 'voted': {
        const ofFile = votes.get(event.path) ?? new Map<string, string>();
        ofFile.set(
          event.by,
          event.vote === 'approved' && event.hash === hashes.get(event.path) ? event.hash : '',
        );
        votes.set(event.path, ofFile);
        break;
      }
      case 'review-submitted':
        handedIn.add(event.by);
        break;
      case 'submitted':
      case 'returned':
      case 'returned-early':
        handedIn = new Set();
    }
  }
  return new Map(
    [...hashes].map(([path, hash]) => [
      path,
      {
        hash,
        by: new Set(
          [...(votes.get(path) ?? [])]
            .filter(([user, seen]) => seen === hash && handedIn.has(user))
            .map(([user]) => user),
        ),
      },
    ]),
  );
}

test('nothing is approved without two approvals of two checkers who are not its author, on exactly the same bytes', () => {
  let approved = 0;
  fc.assert(
    fc.property(run, ({ events }) => {
      for (const at of events.keys()) if (events[at]?.kind === 'approved') holds(events, at);
    }),
    { numRuns },
  );
  // The property would be empty if runs never came so far.
  if (numRuns >= 300) expect(approved).toBeGreaterThan(0);

  function holds(events: readonly RequestEvent[], at: number): void {
    approved += 1;
    const before = events.slice(0, at);
    const approvals = approvalsOf(before);
    const outputs = [...requestOf(before).files.values()].filter(({ type }) => type === 'output');
    expect(outputs.length).toBeGreaterThan(0);
    for (const { path, hash } of outputs) {
      const approval = approvals.get(path);
      expect(approval?.hash).toBe(hash);
      expect(
        [...(approval?.by ?? [])].filter((user) => checkers.includes(user)).length,
      ).toBeGreaterThanOrEqual(2);
      expect(approval?.by.has('ann')).toBe(false);
    }
    // The bytes that were approved are the bytes that go: nothing can change them unless the approval is taken back.
    for (const event of events.slice(at + 1)) {
      if (event.kind === 'recalled') return;
      expect(['file-uploaded', 'released']).toContain(event.kind);
      if (event.kind === 'file-uploaded') expect(event.hash).toBe(approvals.get(event.path)?.hash);
    }
  }
});

describe('in every run', () => {
  test('the author never votes, and only checkers review', () => {
    fc.assert(
      fc.property(run, ({ events }) => {
        for (const { kind, by } of events) {
          if (
            [
              'voted',
              'review-submitted',
              'returned',
              'returned-early',
              'approved',
              'recalled',
              'rejected',
            ].includes(kind)
          ) {
            expect(checkers).toContain(by);
          }
          if (
            ['submitted', 'withdrawn', 'file-added', 'file-updated', 'group-edited'].includes(kind)
          )
            expect(by).toBe('ann');
        }
      }),
      { numRuns },
    );
  });

  test('a status changes only along the table, and a person hands in once a turn', () => {
    fc.assert(
      fc.property(run, ({ events }) => {
        let request = requestOf(events.slice(0, 1));
        for (const event of events.slice(1)) {
          const next = applyEvent(request, event);
          if (next.status !== request.status) {
            const row = transitions.find(
              ({ from, to }) => from === request.status && to === next.status,
            );
            expect(row, `${request.status} to ${next.status}`).toBeDefined();
          }
          if (event.kind === 'review-submitted') expect(request.submitted).not.toContain(event.by);
          expect(new Set(next.submitted).size).toBe(next.submitted.length);
          expect(statusFacts[request.status].final).toBe(false);
          request = next;
        }
        expect(request).toEqual(requestOf(events));
      }),
      { numRuns },
    );
  });

  test('before reviews are consolidated no view shows what another reviewer does', () => {
    fc.assert(
      fc.property(run, fc.nat(100), ({ events }, cut) => {
        const seen = events.slice(0, 1 + Math.floor((cut / 100) * (events.length - 1)));
        const request = requestOf(seen);
        const { phase } = statusFacts[request.status];
        if (phase !== 'independent' && phase !== 'consolidating') return;
        const from = seen.findLastIndex(({ kind }) => kind === 'submitted');
        for (const user of Object.keys(people)) {
          const part = partOf(user, people[user] ?? null, request);
          if (part === 'checker' && phase === 'consolidating') continue;
          // The same history, in which the others did nothing quiet: the view has to be the same.
          const others = seen.filter(
            (event, at) => at < from || event.by === user || !quietKinds.has(event.kind),
          );
          expect(viewOf(requestOf(others), user, part)).toEqual(viewOf(request, user, part));
          const told = visibleEvents(seen, request, user, part);
          const ofOthers = seen
            .slice(from)
            .filter(
              (event) => event.by !== user && event.by !== 'ann' && quietKinds.has(event.kind),
            );
          expect(ofOthers.filter((event) => told.includes(event))).toEqual([]);
        }
      }),
      { numRuns },
    );
  });

  test('without confirmed rights nobody does anything, and strangers see nothing', () => {
    fc.assert(
      fc.property(run, fc.constantFrom(...Object.keys(people)), ({ request }, user) => {
        for (const standing of [
          { kind: 'unconfirmed' } as const,
          { kind: 'confirmed', rights: people['carl'] ?? never(), at: NOW - 15 * 60_000 } as const,
        ]) {
          const review = Object.assign(Object.create(Review.prototype), { events: [], request });
          const change = { ...circumstancesOf(request, user), actor: { user, standing } };
          expect(review.refusals(user, { do: 'submit-review' }, change)).toEqual([
            'review-rights-unconfirmed',
          ]);
        }
        expect(viewOf(request, 'sam', partOf('sam', people['sam'] ?? null, request))).toBeNull();
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });
});

function never(): never {
  throw new Error('unreachable');
}
