import { expect, test } from 'vitest';
import { formatInstant, formatRuntime, instant } from './time.ts';

test.each([
  [null, '-'],
  [0, '-'],
  [-5, '-'],
  [3, '00:00:03'],
  [3.9, '00:00:03'],
  [393_319, '109:15:19'],
])('a runtime of %s seconds reads %s', (seconds, expected) => {
  expect(formatRuntime(seconds)).toBe(expected);
});

test('moments are in UTC, for people and for programs', () => {
  const at = new Date('2022-05-12T23:05:07.123Z');
  expect(formatInstant(at)).toBe('12 May 2022, 23:05:07');
  expect(instant(at).toString()).toContain('datetime="2022-05-12T23:05:07.123Z"');
});
