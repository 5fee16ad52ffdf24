import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type FileTree,
  type FolderNode,
  fileTree,
  type ListedFile,
  type TreeRequest,
} from './file-tree.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 200);

const listed = (path: string, change: Partial<ListedFile> = {}): ListedFile => ({
  path,
  level: 'moderately_sensitive',
  hash: `hash of ${path}`,
  size: 1,
  excluded: false,
  outOfDateOutput: false,
  outOfDateAction: false,
  checked: null,
  ...change,
});

const treeOf = (files: readonly ListedFile[], change: Partial<TreeRequest> = {}): FileTree =>
  fileTree({
    files,
    inRequest: new Map(),
    releasedHashes: new Set(),
    fileTypes: ['csv', 'png'],
    showOutOfDate: false,
    ...change,
  });

function pathsOf({ children }: FolderNode): readonly (readonly [string, string])[] {
  return children.flatMap((node) =>
    node.kind === 'folder' ? pathsOf(node) : [[node.path, node.state] as const],
  );
}

test.each<readonly [string, ListedFile, Partial<TreeRequest>, string]>([
  ['new', listed('a.csv'), {}, 'unreleased'],
  ['named with what nobody sees', listed('a\u200b.csv'), {}, 'invalid'],
  ['named in other letters', listed('größe/図.csv'), {}, 'unreleased'],
  [
    'in the request',
    listed('a.csv'),
    { inRequest: new Map([['a.csv', { hash: 'hash of a.csv', type: 'output' }]]) },
    'under-review',
  ],
  [
    'made anew since',
    listed('a.csv'),
    { inRequest: new Map([['a.csv', { hash: 'older', type: 'output' }]]) },
    'updated',
  ],
  [
    'taken back',
    listed('a.csv'),
    { inRequest: new Map([['a.csv', { hash: 'hash of a.csv', type: 'withdrawn' }]]) },
    'withdrawn',
  ],
  [
    'released under another name',
    listed('a.csv', { hash: 'h' }),
    { releasedHashes: new Set(['h']) },
    'released',
  ],
  ['of a type that may not leave', listed('a.exe'), {}, 'invalid'],
])('%s', (_name, file, change, state) => {
  expect(pathsOf(treeOf([file], change).root)).toEqual([[file.path, state]]);
});

test('only what may be seen is there', () => {
  const files = [
    listed('a.csv'),
    listed('high.csv', { level: 'highly_sensitive' }),
    listed('dropped.csv', { outOfDateOutput: true }),
    listed('refused.csv', { excluded: true }),
    listed('old.csv', { outOfDateAction: true }),
    listed('../out.csv'),
    listed('/etc/passwd.csv'),
    listed('a/./b.csv'),
    listed('a//b.csv'),
  ];
  const hidden = treeOf(files);
  expect(pathsOf(hidden.root)).toEqual([
    ['a.csv', 'unreleased'],
    ['refused.csv.txt', 'invalid'],
  ]);
  expect(hidden.outOfDate).toBe(1);
  expect(pathsOf(treeOf(files, { showOutOfDate: true }).root)).toContainEqual([
    'old.csv',
    'unreleased',
  ]);
});

test('folders come first, each in the order of names, with their files counted by state', () => {
  const { root } = treeOf([
    listed('b.csv'),
    listed('z/y/a.csv'),
    listed('z/a.exe'),
    listed('a.csv'),
  ]);
  expect(root.children.map(({ name }) => name)).toEqual(['z', 'a.csv', 'b.csv']);
  expect(root.states).toEqual({ unreleased: 3, invalid: 1 });
  expect(root.children[0]).toMatchObject({ path: 'z', states: { unreleased: 1, invalid: 1 } });
});

test('ten thousand files, and one name that is a file and a folder', () => {
  const files = Array.from({ length: 10_000 }, (_, at) => listed(`output/${at % 100}/${at}.csv`));
  expect(treeOf(files).root.states).toEqual({ unreleased: 10_000 });
  const both = treeOf([listed('a.csv'), listed('a.csv/b.csv')]);
  expect(pathsOf(both.root)).toHaveLength(2);
});

test('every file that may be seen stands in the tree once, and is counted in each folder above it', () => {
  const name = fc.constantFrom('a', 'b', 'c.csv', '__proto__', 'constructor');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), (paths) => {
      const { root } = treeOf(paths.map((one) => listed(one)));
      expect(
        pathsOf(root)
          .map(([one]) => one)
          .toSorted(),
      ).toEqual(paths.toSorted());
      const count = (folder: FolderNode): number => {
        const below = folder.children.reduce(
          (sum, node) => sum + (node.kind === 'folder' ? count(node) : 1),
          0,
        );
        expect(Object.values(folder.states).reduce((sum, one) => sum + one, 0)).toBe(below);
        return below;
      };
      expect(count(root)).toBe(paths.length);
    }),
    { numRuns },
  );
});
