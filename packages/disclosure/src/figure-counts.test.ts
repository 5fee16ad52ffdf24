import { expect, test } from 'vitest';
import { checkFile } from './check-file.ts';
import { checkFigureCounts } from './figure-counts.ts';
import { DISCLOSURE_SETTINGS } from './settings.ts';
import type { Table } from './table/table.ts';

function tablesOf(text: string): readonly Table[] {
  const tables: Table[] = [];
  const bytes = new TextEncoder().encode(text);
  checkFile({ path: 'a.csv', bytes }, DISCLOSURE_SETTINGS, (table) => tables.push(table));
  return tables;
}

const figure = { path: 'output/rates.png', tables: [] };
const counts = {
  path: 'output/counts.csv',
  tables: tablesOf('region,count\nEast,40\nLondon,100\n'),
};
const rates = {
  path: 'output/rates.csv',
  tables: tablesOf('region,rate\nEast,0.41\nLondon,0.52\n'),
};

test.each([
  ['a figure alone', [figure], ['output/rates.png']],
  ['a figure beside its counts', [figure, counts], []],
  ['a figure beside rates', [figure, rates], ['output/rates.png']],
  ['every figure is told', [figure, { path: 'b.SVG', tables: [] }], ['output/rates.png', 'b.SVG']],
  ['tables alone', [rates], []],
])('%s', (_name, files, told) => {
  const reports = checkFigureCounts(files, DISCLOSURE_SETTINGS);
  expect(reports.map(({ path }) => path)).toEqual(told);
  for (const { passes, counts: found } of reports) {
    expect(passes).toBe(true);
    expect(found).toEqual({ 'missing-counts': 1 });
  }
});
