import { expect, test } from 'vitest';
import {
  codesOf,
  isFinal,
  JOB_STATES,
  REPORTED_CODES,
  STATUS_CODES,
  type StatusCode,
  statusLabel,
} from './states.ts';

const codes = Object.keys(STATUS_CODES) as StatusCode[];

test('every code has one state', () => {
  expect(JOB_STATES.flatMap((state) => codesOf(state)).toSorted()).toEqual(codes.toSorted());
});

test.each(codes)('%s', (code) => {
  const { state, blame, by, retried, words, hint } = STATUS_CODES[code];
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(words).toMatch(/^[A-Z].*\.$/);
  if (hint !== null) expect(hint).toMatch(/^[A-Z].*\.$/);
  // Somebody is at fault only where something failed, and everything that failed but a cancellation says who.
  expect(blame !== null).toBe(state === 'failed' && code !== 'cancelled_by_user');
  // Only what is the platform's own fault is tried again without being asked.
  if (retried) expect(blame).toBe('platform');
  expect(isFinal(code)).toBe(state === 'succeeded' || state === 'failed');
  expect(REPORTED_CODES.includes(code as never)).toBe(by === 'agent');
});

test('an agent cannot say that a job waits', () => {
  expect(REPORTED_CODES.filter((code) => STATUS_CODES[code].state === 'pending')).toEqual([]);
});

test.each([
  ['nothing_to_do', 'Nothing to do'],
  ['succeeded', 'Succeeded'],
])('%s is shown as %s', (status, label) => expect(statusLabel(status)).toBe(label));
