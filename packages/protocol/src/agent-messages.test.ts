import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  heartbeatRequestSchema,
  reportsRequestSchema,
  tasksRequestSchema,
} from './agent-messages.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);
const job = '3uh4s3ep7kte6hfe';
const at = '2022-05-12T09:30:00Z';
const report = { job, attempt: 1, at, status_code: 'executing' };

describe('P3: what an agent can say', () => {
  test('a state', () => {
    expect(reportsRequestSchema.safeParse({ agent: 'a', reports: [report] }).success).toBe(true);
  });

  test.each([
    ['text beside it', { message: 'patient 4711 has a rash' }],
    ['a name of a file', { file: 'output/input.csv' }],
    ['an exit code', { exit_code: 17 }],
    ['a code of its own', { status_code: 'patient_4711' }],
    ['a code of the server', { status_code: 'waiting_on_new_task' }],
    ['a moment finer than a second', { at: '2022-05-12T09:30:00.471Z' }],
    ['a moment of another zone', { at: '2022-05-12T09:30:00+04:71' }],
    ['half a second of processor time', { usage: { peak_memory_bytes: 1, cpu_seconds: 0.5 } }],
    ['more seconds than are kept', { usage: { peak_memory_bytes: 1, cpu_seconds: 2 ** 31 } }],
    ['another kind of use', { usage: { peak_memory_bytes: 1, cpu_seconds: 1, rows: 4711 } }],
    ['a job by another name', { job: 'patient-4711' }],
    ['attempt nought', { attempt: 0 }],
  ])('not %s', (_name, more) => {
    const reports = [{ ...report, ...more }];
    expect(reportsRequestSchema.safeParse({ agent: 'a', reports }).success).toBe(false);
  });

  test('a failed check by its name only', () => {
    const beat = { agent: 'a', jobs: [], version: '0.1.0' };
    const tested = (failed: readonly string[]): boolean =>
      heartbeatRequestSchema.safeParse({ ...beat, self_test: { passed: false, failed } }).success;
    expect(tested(['not-root'])).toBe(true);
    expect(tested(['patient 4711'])).toBe(false);
  });
});

test('whatever else comes is refused, not a crash', () => {
  fc.assert(
    fc.property(fc.anything(), (message) => {
      for (const schema of [reportsRequestSchema, heartbeatRequestSchema, tasksRequestSchema]) {
        expect(schema.safeParse(message).success).toBe(false);
      }
    }),
    { numRuns },
  );
});
