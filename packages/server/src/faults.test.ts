import { expect, test } from 'vitest';
import { faults } from './faults.ts';

test.each(Object.entries(faults.kinds))('%s is documented', (code, kind) => {
  expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(kind.summary).toMatch(/^[A-Z].*\.$/);
});
