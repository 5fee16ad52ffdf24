import { expect, test } from 'vitest';
import { jobId } from './job-id.ts';

test('an id is 16 characters of base 32', () => {
  expect(jobId('request', 'action')).toMatch(/^[a-z2-7]{16}$/);
});

test('it depends on request and action alone', () => {
  expect(jobId('r', 'a')).toBe(jobId('r', 'a'));
  expect(new Set([jobId('r', 'a'), jobId('r', 'b'), jobId('s', 'a')]).size).toBe(3);
});

test('SHA-1 of an empty request and action, as base 32 has it', () => {
  // printf '\n' | sha1sum | cut -c1-20 | xxd -r -p | base32
  expect(jobId('', '')).toBe('vxedwgphsnerwhdo');
});
