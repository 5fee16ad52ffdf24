import { expect, test } from 'vitest';
import { releasePathSchema } from './release-messages.ts';

test.each([
  ['output/table.csv', true],
  ['output/Übersicht 1.csv', true],
  ['../table.csv', false],
  ['output\\table.csv', false],
  ['output/a\nb.csv', false],
  ['output/\u202Egnp.csv', false],
  ['output/a\u200B\u200C\u200B.csv', false],
  ['output/a\u{E0041}\u{E0042}.csv', false],
  ['output/a\u{E0101}.csv', false],
  ['output/a\u2028b.csv', false],
])('P7: %j as the path of a released file: %s', (path, isTaken) => {
  expect(releasePathSchema.safeParse(path).success).toBe(isTaken);
});
