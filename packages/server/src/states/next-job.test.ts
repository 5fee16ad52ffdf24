/** Every history that agents, people and operators can make of one job. */
import { isFinal, REPORTED_CODES, type Report, STATUS_CODES } from '@vitrine/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobRow } from '../database/schema.ts';
import { SCHEDULING_POLICY } from '../scheduling/policy.ts';
import {
  type Circumstances,
  cancelJob,
  claimJob,
  failDependant,
  holdJob,
  type JobChange,
  judgeReport,
  loseJob,
  resumeJob,
} from './next-job.ts';
import { mayFollow } from './transitions.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);
const start = Date.UTC(2022, 4, 12, 9);

function newJob(): JobRow {
  const at = new Date(start);
  return {
    id: 1,
    identifier: '3uh4s3ep7kte6hfe',
    job_request_id: 1,
    workspace_id: 1,
    backend_id: 1,
    action: 'generate_bp',
    run_command: 'cohortextractor:latest generate_cohort',
    needs: [],
    needs_database: true,
    weight: 1,
    cpus: 2,
    memory_bytes: 4,
    wall_clock_seconds: 60,
    waits_for: [],
    state: 'pending',
    status_code: 'created',
    code_since: at,
    ready_at: at,
    attempt: 0,
    losses: 0,
    retry_cause: null,
    next_attempt_at: null,
    agent: null,
    holds_slot: false,
    claimed_at: null,
    lease_expires_at: null,
    peak_memory_bytes: null,
    cpu_seconds: null,
    image_digest: null,
    created_at: at,
    started_at: null,
    finished_at: null,
    updated_at: at,
    trace_context: null,
    event_hash: '',
  };
}

type Step =
  | {
      readonly kind:
        | 'claim'
        | 'cancel'
        | 'dependency'
        | 'maintenance'
        | 'reboot'
        | 'lose'
        | 'resume';
    }
  | {
      readonly kind: 'report';
      readonly code: Report['status_code'];
      readonly skew: number;
      readonly attempt: number;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'claim' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'cancel' as const,
        'dependency' as const,
        'maintenance' as const,
        'reboot' as const,
        'lose' as const,
        'resume' as const,
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      code: fc.constantFrom(...REPORTED_CODES),
      // Clocks differ, by up to a day.
      skew: fc.integer({ min: -86_400, max: 86_400 }),
      attempt: fc.constantFrom(0, 0, 0, 0, -1, 1),
    }),
  },
);

function take(job: JobRow, one: Step, circumstances: Circumstances): JobChange | null {
  const { now } = circumstances;
  switch (one.kind) {
    case 'claim':
      return job.state === 'pending' && !job.holds_slot
        ? claimJob(job, 'agent', circumstances)
        : null;
    case 'cancel':
      return cancelJob(job, now);
    case 'dependency':
      return failDependant(job, now);
    case 'maintenance':
      return holdJob(job, 'waiting_db_maintenance', now);
    case 'reboot':
      return holdJob(job, 'waiting_on_reboot', now);
    case 'lose':
      return job.holds_slot ? loseJob(job, circumstances) : null;
    case 'resume':
      return resumeJob(job, circumstances);
    case 'report': {
      const at = new Date(Math.floor((now.getTime() + one.skew * 1000) / 1000) * 1000);
      const verdict = judgeReport(
        job,
        'agent',
        {
          job: job.identifier,
          attempt: job.attempt + one.attempt,
          at: at.toISOString(),
          status_code: one.code,
        },
        circumstances,
      );
      return verdict.kind === 'accepted' ? verdict.change : null;
    }
  }
}

test('whatever happens to a job, it stays in order', () => {
  fc.assert(
    fc.property(
      // Servers that share a database have clocks of their own: what comes later may be told by an earlier one.
      fc.array(fc.tuple(step, fc.integer({ min: -2_000, max: 5_000 })), { maxLength: 60 }),
      (steps) => {
        let job = newJob();
        let time = start;
        let latest = start;
        let ended: string | null = null;
        for (const [one, passed] of steps) {
          time += passed;
          latest = Math.max(latest, time);
          const now = new Date(time);
          const circumstances = { now, policy: SCHEDULING_POLICY, maximumMemoryBytes: 16 };
          const change = take(job, one, circumstances);
          if (change === null) continue;
          const { next, events } = change;
          expect(events.length).toBeLessThanOrEqual(1);
          const [event = null] = events;
          if (event !== null) {
            expect(
              mayFollow(job.status_code, event.code),
              `${job.status_code} → ${event.code}`,
            ).toBe(true);
            expect(next.status_code).toBe(event.code);
          }
          job = { ...job, ...next };
          if (ended !== null) expect(job.status_code).toBe(ended);
          if (isFinal(job.status_code)) ended = job.status_code;
          expect(job.state).toBe(STATUS_CODES[job.status_code].state);
          // What the database checks as well.
          expect(job.finished_at !== null).toBe(isFinal(job.status_code));
          if (job.finished_at !== null && job.started_at !== null) {
            expect(job.finished_at.getTime()).toBeGreaterThanOrEqual(job.started_at.getTime());
          }
          if (job.state === 'running') expect(job.holds_slot).toBe(true);
          expect(job.holds_slot).toBe(job.lease_expires_at !== null);
          // Bounds of the retries.
          expect(job.losses).toBeLessThanOrEqual(SCHEDULING_POLICY.maximumLosses);
          expect(job.losses).toBeGreaterThanOrEqual(0);
          expect(job.memory_bytes).toBeLessThanOrEqual(16);
          // A clock that is wrong moves nothing out of the time in which it happened.
          for (const moment of [job.started_at, job.finished_at]) {
            if (moment === null) continue;
            expect(moment.getTime()).toBeGreaterThanOrEqual(job.created_at.getTime());
            expect(moment.getTime()).toBeLessThanOrEqual(latest);
          }
        }
      },
    ),
    { numRuns },
  );
});

test('saying a thing twice changes nothing the second time', () => {
  fc.assert(
    fc.property(fc.constantFrom(...REPORTED_CODES), (status_code) => {
      const circumstances = {
        now: new Date(start),
        policy: SCHEDULING_POLICY,
        maximumMemoryBytes: 4,
      };
      const claimed = { ...newJob(), ...claimJob(newJob(), 'agent', circumstances).next };
      const report = {
        job: claimed.identifier,
        attempt: 1,
        at: '2022-05-12T09:00:00Z',
        status_code,
      };
      const first = judgeReport(claimed, 'agent', report, circumstances);
      if (first.kind !== 'accepted') throw new Error('not accepted');
      const job = { ...claimed, ...first.change.next };
      expect(judgeReport(job, 'agent', report, circumstances).kind).not.toBe('accepted');
    }),
  );
});
