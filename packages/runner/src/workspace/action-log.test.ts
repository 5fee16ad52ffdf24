import { expect, test } from 'vitest';
import { actionLogPath, formatActionLog, logTail } from './action-log.ts';
import type { CollectedFile } from './collect.ts';

const file: CollectedFile = {
  path: 'output/a.csv',
  level: 'moderately_sensitive',
  size: 0,
  hash: '',
  staged: '0',
  level4: null,
};

const log = (files: readonly CollectedFile[], hint: string | null = null): string =>
  formatActionLog('2026-01-02T03:04:05Z said\n', {
    job: {
      job: 'job-1',
      request: 'request-1',
      action: 'tables',
      state: 'succeeded',
      started: '',
      finished: '',
      commit: null,
      outputs: [],
    },
    image: 'python:latest',
    exitCode: 0,
    message: 'Completed.',
    hint,
    limits: [],
    files,
    warnings: [],
  });

test.each([
  ['tables', 'metadata/tables.log'],
  ['tables v2', 'metadata/tables v2.log'],
  ['../tables', 'metadata/%2E.%2Ftables.log'],
  ['', 'metadata/.log'],
])('the log of %j is %s', (action, path) => {
  expect(actionLogPath(action)).toBe(path);
});

test.each([
  ['\n', '{a}'],
  ['\u001b', '{1b}'],
  ['\u202e', '{202e}'],
  ['\u2028', '{2028}'],
])('the character %j of a name cannot be taken for the log itself', (character, shown) => {
  const text = log([{ ...file, path: `output/${character}state: failed.csv` }]);
  expect(text).toContain(`  output/\\u${shown}state: failed.csv  moderately_sensitive\n`);
  expect(text).not.toContain(`${character}state: failed`);
  // A file that nobody declared is named by the hint.
  const hinted = log([], `Did you mean output/${character}state: failed.csv?`);
  expect(hinted).not.toContain(`${character}state: failed`);
});

test('very many outputs are listed', () => {
  const many = Array.from({ length: 200_000 }, () => file);
  expect(log(many).split('\n').length).toBeGreaterThan(200_000);
});

test('the end of what was printed comes without times, and is empty when nothing was', () => {
  const printed = '2026-01-02T03:04:05.678Z one\n2026-01-02T03:04:05Z two\nthree\n';
  expect(logTail(printed, 2)).toEqual(['two', 'three']);
  expect(logTail('\n', 2)).toEqual([]);
});
