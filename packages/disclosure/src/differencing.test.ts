import { expect, test } from 'vitest';
import { checkFile } from './check-file.ts';
import { checkDifferencing, releasedCounts } from './differencing.ts';
import { DISCLOSURE_SETTINGS } from './settings.ts';
import type { Table } from './table/table.ts';

function tableOf(text: string): Table {
  const tables: Table[] = [];
  checkFile(
    { path: 'a.csv', bytes: new TextEncoder().encode(text) },
    DISCLOSURE_SETTINGS,
    (table) => tables.push(table),
  );
  const [table] = tables;
  if (table === undefined) throw new Error('no table');
  return table;
}

const before = 'region,sex,n\nEast,F,40\nEast,M,[REDACTED]\nLondon,F,100\nLondon,M,20\n';

test.each([
  ['the same table', before, 0],
  ['a difference of many', 'region,sex,n\nEast,F,80\n', 0],
  ['a difference of few', 'region,sex,n\nEast,F,45\n', 1],
  ['columns in another order', 'sex,n,region\nF,45,East\n', 1],
  ['a cell that was redacted', 'region,sex,n\nEast,M,10\n', 1],
  ['a cell that was shown', 'region,sex,n\nLondon,M,[REDACTED]\n', 1],
  ['other labels', 'region,sex,n\nWest,F,45\n', 0],
  ['another count', 'region,sex,deaths\nEast,F,45\n', 0],
])('%s', (_name, text, found) => {
  const released = releasedCounts([{ path: 'released.csv', table: tableOf(before) }]);
  const { counts, findings } = checkDifferencing(
    { path: 'a.csv', table: tableOf(text) },
    released,
    DISCLOSURE_SETTINGS,
  );
  expect(counts.differencing ?? 0).toBe(found);
  for (const { message } of findings) expect(message).toContain('released.csv');
});
