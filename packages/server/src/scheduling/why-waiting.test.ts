import { describe, expect, test } from 'vitest';
import type { BackendRow, JobRow } from '../database/schema.ts';
import { type WaitingFacts, whyWaiting } from './why-waiting.ts';

const now = new Date('2022-05-12T09:30:00Z');
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

const job: JobRow = {
  id: 1,
  identifier: '3uh4s3ep7kte6hfe',
  job_request_id: 1,
  workspace_id: 1,
  backend_id: 1,
  action: 'generate_bp',
  run_command: '',
  needs: [],
  needs_database: false,
  weight: 1,
  cpus: 2,
  memory_bytes: 4,
  wall_clock_seconds: 60,
  waits_for: [],
  state: 'pending',
  status_code: 'created',
  code_since: ago(60),
  ready_at: ago(50),
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
  created_at: ago(60),
  started_at: null,
  finished_at: null,
  updated_at: ago(60),
  trace_context: null,
  event_hash: '',
};

const backend: BackendRow = {
  id: 1,
  slug: 'tpp',
  name: 'TPP',
  is_active: true,
  database_slots: 2,
  other_slots: 3,
  paused_at: null,
  maintenance_at: null,
  maintenance_manual: false,
  draining_at: null,
  last_seen_at: ago(1),
  self_test: null,
  cpus: 2,
  memory_bytes: 4,
  max_memory_bytes: 4,
  wall_clock_seconds: 60,
  resource_rules: [],
  created_at: ago(1000),
};

const why = (
  ofJob: Partial<JobRow>,
  ofBackend: Partial<BackendRow> = {},
  more: Partial<WaitingFacts> = {},
) =>
  whyWaiting({
    job: { ...job, ...ofJob },
    backend: { ...backend, ...ofBackend },
    needs: [],
    place: null,
    isTrialOn: false,
    usualSeconds: null,
    poolSeconds: null,
    maximumLosses: 3,
    now,
    ...more,
  });

const running: Partial<JobRow> = {
  state: 'running',
  status_code: 'executing',
  code_since: ago(10),
  started_at: ago(10),
};

describe('in words', () => {
  test.each([
    ['queue', why({}), 'waiting_on_workers', 'The job waits for a free place on the backend.', 50],
    [
      'queue at the database',
      why({ needs_database: true, weight: 4 }),
      'waiting_on_db_workers',
      'The job waits for a free place at the database; it is resource-intensive and takes 4.',
      50,
    ],
    [
      'one need',
      why(
        { ready_at: null },
        {},
        { needs: [{ action: 'a', state: 'running', otherRequest: null }] },
      ),
      'waiting_on_dependencies',
      'The job waits for a, which is running.',
      60,
    ],
    [
      'needs of another request',
      why(
        { ready_at: null },
        {},
        {
          needs: [
            { action: 'a', state: 'pending', otherRequest: 8355 },
            { action: 'b', state: 'pending', otherRequest: null },
            { action: 'c', state: 'pending', otherRequest: null },
          ],
        },
      ),
      'waiting_on_dependencies',
      'The job waits for a of job request 8355, which has not started, and for 2 more jobs.',
      60,
    ],
    [
      'pause',
      why({}, { paused_at: ago(5) }),
      'paused',
      'The TPP backend is paused; the job starts when it goes on.',
      5,
    ],
    [
      'maintenance',
      why({ needs_database: true }, { maintenance_at: ago(7) }),
      'waiting_db_maintenance',
      'The database of the TPP backend is being maintained; the job starts afterwards.',
      7,
    ],
    [
      'maintenance that does not concern it',
      why({}, { maintenance_at: ago(7) }),
      'waiting_on_workers',
      'The job waits for a free place on the backend.',
      50,
    ],
    [
      'restart',
      why({}, { draining_at: ago(2) }),
      'waiting_on_reboot',
      'The TPP backend is about to restart; the job starts afterwards.',
      2,
    ],
    [
      'another attempt',
      why({
        status_code: 'waiting_on_new_task',
        code_since: ago(1),
        losses: 1,
        attempt: 1,
        retry_cause: 'agent_lost',
        next_attempt_at: ago(-2),
      }),
      'waiting_on_new_task',
      'The backend stopped answering while the job ran. It will be tried again at 09:32:00 UTC (attempt 2 of 3).',
      1,
    ],
    [
      'a place after another attempt',
      why({ status_code: 'waiting_on_new_task', code_since: ago(4), losses: 1, attempt: 1 }),
      'waiting_on_workers',
      'The job waits for a free place on the backend.',
      4,
    ],
    [
      'the stop of the attempt before',
      why({ status_code: 'waiting_on_reboot', code_since: ago(3), holds_slot: true }),
      'waiting_on_reboot',
      'The backend is still stopping the attempt before.',
      3,
    ],
    [
      'a backend that is silent',
      why({}, { last_seen_at: ago(30) }),
      'waiting_on_workers',
      'The job waits for a free place on the backend. The TPP backend has not been heard since 2022-05-12 09:00:00 UTC.',
      50,
    ],
    [
      'a backend that never spoke',
      why({}, { last_seen_at: null }),
      'waiting_on_workers',
      'The job waits for a free place on the backend. The TPP backend has not been heard yet.',
      50,
    ],
    ['running', why(running), 'executing', 'The job is running.', 10],
  ])('%s', (_name, words, code, text, minutes) => {
    expect(words).toMatchObject({ code, words: text, since: ago(minutes).toISOString() });
  });

  test('nothing once it has ended', () => {
    expect(why({ state: 'succeeded', status_code: 'succeeded', finished_at: now })).toBeNull();
  });
});

describe('what to expect', () => {
  test.each([
    ['the end, from how long it usually takes', why(running, {}, { usualSeconds: 1200 }), ago(-10)],
    ['nothing, when it takes longer than usual', why(running, {}, { usualSeconds: 300 }), null],
    ['nothing, when it never succeeded', why(running), null],
    ['the start, in rounds of the pool', why({}, {}, { place: 4, poolSeconds: 600 }), ago(-20)],
    ['no start, when the pool is new', why({}, {}, { place: 4 }), null],
    [
      'no start, while it is paused',
      why({}, { paused_at: ago(1) }, { place: 4, poolSeconds: 600 }),
      null,
    ],
  ])('%s', (_name, words, at) => expect(words?.expected_at).toBe(at?.toISOString() ?? null));
});
