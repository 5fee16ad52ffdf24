import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DelimitedTable } from './read-delimited.ts';
import { tableChanges, tableChangesView, textChangesView } from './version-changes.ts';

const table = (columns: readonly string[], ...rows: readonly string[][]): DelimitedTable => ({
  columns,
  rows,
  hasMoreRows: false,
  hiddenColumns: 0,
});

test('rows that changed, came and went, and columns', () => {
  const before = table(['group', 'n', 'old'], ['a', '10', 'x'], ['b', '20', 'x'], ['c', '30', 'x']);
  const after = table(['group', 'new', 'n'], ['a', '1', '10'], ['b', '1', '25'], ['d', '1', '5']);
  const changes = tableChanges(before, after);
  expect(changes).toMatchObject({
    columns: ['group', 'n'],
    addedColumns: ['new'],
    removedColumns: ['old'],
    rows: [
      { kind: 'changed', row: 2, before: ['b', '20'], after: ['b', '25'] },
      { kind: 'changed', row: 3, before: ['c', '30'], after: ['d', '5'] },
    ],
  });
  const page = tableChangesView('a.csv', changes).toString();
  expect(page).toContain('<del class="diff-removed">20</del> <ins class="diff-added">25</ins>');
  expect(page).toContain('2 rows differ');
});

test('what is said of rows is enough to make the new version of the old one', () => {
  const rows = fc.array(
    fc.constantFrom('1', '2', '3').map((cell) => [cell]),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(rows, rows, (before, after) => {
      const { rows: changes } = tableChanges(table(['a'], ...before), table(['a'], ...after));
      const removed = new Set<number>();
      const there = new Map<number, readonly string[]>();
      for (const change of changes ?? []) {
        if (change.kind === 'removed') removed.add(change.row);
        else there.set(change.row, change.kind === 'changed' ? change.after : change.cells);
      }
      const count = (kind: string): number =>
        (changes ?? []).filter((change) => change.kind === kind).length;
      expect(before.length - count('removed') + count('added')).toBe(after.length);
      for (const [row, cells] of there) expect(after[row - 1]).toEqual(cells);
    }),
  );
});

test('lines that changed, with markup in them and in the name', () => {
  const page = textChangesView('out/<b>.txt', 'one\ntwo\n', 'one\n<script>\n').toString();
  expect(page).toContain('out/&lt;b&gt;.txt');
  expect(page).toContain('+&lt;script&gt;');
  expect(page).toContain('-two');
  expect(page).not.toContain('<script');
});

test('versions with nothing in common are not compared without end', () => {
  const lines = (from: number): string =>
    Array.from({ length: 10_000 }, (_, n) => `${from + n}`).join('\n');
  expect(textChangesView('a', lines(0), lines(20_000)).toString()).toContain(
    'too little in common',
  );
  const rows = (from: number): string[][] =>
    Array.from({ length: 5000 }, (_, n) => [`${from + n}`]);
  const { rows: changes } = tableChanges(table(['a'], ...rows(0)), table(['a'], ...rows(9000)));
  expect(changes).toBeNull();
});
