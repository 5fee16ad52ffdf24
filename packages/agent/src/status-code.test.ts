import type { Action } from '@vitrine/pipeline';
import { REPORTED_CODES } from '@vitrine/protocol';
import type { Ending } from '@vitrine/runner';
import { expect, test } from 'vitest';
import { coarseUsage, codeOfEnding, codeOfFailure } from './status-code.ts';

const NO_USAGE = { peakMemoryBytes: null, cpuSeconds: null, imageDigest: null };

function action(name: string, ...words: readonly string[]): Action {
  return {
    name: 'a',
    run: { raw: '', image: { name, tag: 'v1' }, arguments: words },
    needs: [],
    outputs: [],
    config: null,
    dummyDataFile: null,
    place: {},
  };
}

function ending(change: Partial<Ending>): Ending {
  return { attempt: 1, reason: null, exitCode: 0, limit: null, usage: NO_USAGE, ...change };
}

const program = action('python', 'a.py');
const cohort = action('cohortextractor', 'generate_cohort');
const dataset = action('ehrql', 'generate-dataset', 'a.py');

test.each<[string, Partial<Ending>, Action, string]>([
  ['success', {}, program, 'succeeded'],
  ['success at the limit of the log', { limit: 'log' }, program, 'succeeded'],
  ['memory', { reason: 'limit', limit: 'memory', exitCode: 137 }, program, 'out_of_memory'],
  ['time', { reason: 'limit', limit: 'time', exitCode: 137 }, program, 'out_of_time'],
  [
    'processes',
    { reason: 'limit', limit: 'processes', exitCode: 1 },
    program,
    'too_many_processes',
  ],
  ['disk', { reason: 'limit', limit: 'disk', exitCode: 1 }, program, 'out_of_disk'],
  ['too many outputs', { reason: 'limit' }, program, 'outputs_refused'],
  ['patterns', { reason: 'unmatched-patterns' }, program, 'unmatched_patterns'],
  ['a program chose 3', { reason: 'nonzero-exit', exitCode: 3 }, program, 'nonzero_exit'],
  ['a program chose 10', { reason: 'nonzero-exit', exitCode: 10 }, program, 'nonzero_exit'],
  ['a definition', { reason: 'nonzero-exit', exitCode: 1 }, cohort, 'definition_invalid'],
  ['a command', { reason: 'nonzero-exit', exitCode: 2 }, cohort, 'command_invalid'],
  [
    'a moment of the database',
    { reason: 'nonzero-exit', exitCode: 3 },
    cohort,
    'database_unavailable',
  ],
  [
    'records built anew',
    { reason: 'nonzero-exit', exitCode: 4 },
    cohort,
    'data_import_in_progress',
  ],
  ['the database', { reason: 'nonzero-exit', exitCode: 5 }, cohort, 'database_refused'],
  ['an import', { reason: 'nonzero-exit', exitCode: 4 }, dataset, 'data_import_in_progress'],
  ['a permission', { reason: 'nonzero-exit', exitCode: 12 }, dataset, 'permission_missing'],
  ['any other', { reason: 'nonzero-exit', exitCode: 99 }, dataset, 'nonzero_exit'],
])('%s', (_, change, of, code) => {
  expect(codeOfEnding(ending(change), of)).toBe(code);
  expect(REPORTED_CODES).toContain(code);
});

test.each([
  ['input-missing', 'refused', 'input_missing'],
  ['code-too-large', 'refused', 'out_of_disk'],
  ['reusable-not-on-main', 'refused', 'image_refused'],
  ['storage-failed', 'platform', 'storage_unavailable'],
  ['action-interrupted', 'platform', 'internal_error'],
  ['anything-else', 'refused', 'job_error'],
] as const)('the fault %s', (fault, reason, code) => {
  const diagnostics = [
    { code: fault, blame: 'user', severity: 'error', message: '', hint: '' },
  ] as const;
  const moment = new Date(0);
  const result = {
    state: 'failed',
    reason,
    job: '',
    action: '',
    startedAt: moment,
    finishedAt: moment,
    message: '',
    hint: null,
    usage: NO_USAGE,
    limits: [],
    logFile: null,
    diagnostics,
    exitCode: null,
    tail: [],
    tailIsCut: false,
    unmatched: [],
    didYouMean: [],
  } as const;
  expect(codeOfFailure(result)).toBe(code);
});

test.each([
  [null, null, { peak_memory_bytes: null, cpu_seconds: null }],
  [1, 0.01, { peak_memory_bytes: 2 ** 20, cpu_seconds: 1 }],
  [2 ** 30 + 1, 59.2, { peak_memory_bytes: 2 ** 30 + 2 ** 26, cpu_seconds: 60 }],
  [2 ** 30, 60, { peak_memory_bytes: 2 ** 30, cpu_seconds: 60 }],
])('T6: memory of %s bytes and %s seconds are told coarsely', (bytes, seconds, told) => {
  const usage = { peakMemoryBytes: bytes, cpuSeconds: seconds, imageDigest: null };
  expect(coarseUsage(usage)).toEqual({ ...told, image_digest: null });
});
