import { expect, test } from 'vitest';
import { formatSize } from './size.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [12_345, '12.3 kB'],
  [99_949, '99.9 kB'],
  [99_951, '100 kB'],
  [999_499, '999 kB'],
  [999_501, '1.0 MB'],
  [16 * 1024 * 1024, '16.8 MB'],
  [5e12, '5.0 TB'],
])('%i is %s', (bytes, words) => expect(formatSize(bytes)).toBe(words));
