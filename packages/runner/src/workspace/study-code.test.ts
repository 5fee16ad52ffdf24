import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CodeLimits, type CodeSource, copyStudyCode } from './study-code.ts';
import { listTree } from './tree.ts';

let folder: string;
let study: string;
let target: string;

const LIMITS: CodeLimits = { bytes: 2 ** 20, files: 2000 };

const isOutput = (path: string) => path.startsWith('output/');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-code-'));
  study = join(folder, 'study');
  target = join(folder, 'target');
  await write({
    'project.yaml': 'version: 5',
    'analysis/deep/model.py': 'print(1)',
    'analysis/run me.sh': '#!/bin/sh',
    'metadata/old.log': 'log',
    'analysis/metadata/kept.txt': 'kept',
    'output/input.csv': 'patient_id',
    '.vitrine/lock': 'lock',
    '.hidden': 'kept',
  });
  await chmod(join(study, 'analysis/run me.sh'), 0o755);
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(study, path)), { recursive: true });
    await writeFile(join(study, path), text);
  }
}

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
  return execFileSync('git', ['-C', study, ...identity, ...args], { encoding: 'utf8' }).trim();
}

function commitAll(): CodeSource {
  git('init', '-q');
  git('add', '-A', '-f');
  git('commit', '-qm', 'study');
  return { kind: 'commit', repository: study, commit: git('rev-parse', 'HEAD') };
}

async function copiedPaths() {
  const { entries } = await listTree(target);
  return entries.map(({ path, kind }) => (kind === 'file' ? path : `${path} (${kind})`));
}

const CODE = [
  '.hidden',
  'analysis/deep/model.py',
  'analysis/metadata/kept.txt',
  'analysis/run me.sh',
  'project.yaml',
];

describe.each([
  ['the working tree', (): CodeSource => ({ kind: 'folder', path: study })],
  ['a commit', commitAll],
])('from %s', (_name, makeSource) => {
  test('code comes, outputs and records do not', async () => {
    expect(await copyStudyCode(makeSource(), target, isOutput, LIMITS)).toEqual([]);
    expect(await copiedPaths()).toEqual(CODE);
    expect(await readFile(join(target, 'analysis/deep/model.py'), 'utf8')).toBe('print(1)');
  });

  test('links stay when they lead to code, and are left out when they lead elsewhere', async () => {
    const links = {
      'to-file': 'analysis/deep/model.py',
      'analysis/to-folder': 'deep',
      'to-passwd': '/etc/passwd',
      'to-sibling': '../other',
      'to-output': 'output/input.csv',
      'analysis/up': '../..',
      'analysis/round': 'to-folder/../../../../etc/passwd',
      dangling: 'nothing',
      loop: 'loop',
      absolute: join(study, 'project.yaml'),
    };
    for (const [path, to] of Object.entries(links)) await symlink(to, join(study, path));
    const warnings = await copyStudyCode(makeSource(), target, isOutput, LIMITS);
    expect(await copiedPaths()).toEqual(
      [...CODE, 'analysis/to-folder (link)', 'to-file (link)'].toSorted(),
    );
    expect(warnings.map(({ place }) => place?.file).toSorted()).toEqual(
      Object.keys(links)
        .filter((path) => !['to-file', 'analysis/to-folder'].includes(path))
        .toSorted(),
    );
  });
});

test('a pipe in the working tree is left out', async () => {
  execFileSync('mkfifo', [join(study, 'pipe')]);
  const warnings = await copyStudyCode({ kind: 'folder', path: study }, target, isOutput, LIMITS);
  expect(warnings.map(({ message }) => message)).toEqual([
    'pipe is left out: it is a device, pipe or socket.',
  ]);
  expect(await copiedPaths()).toEqual(CODE);
});

test('what is copied can be changed without changing the study', async () => {
  await copyStudyCode({ kind: 'folder', path: study }, target, isOutput, LIMITS);
  await writeFile(join(target, 'project.yaml'), 'changed');
  expect(await readFile(join(study, 'project.yaml'), 'utf8')).toBe('version: 5');
});

test('a commit is what was committed, not what lies in the folder', async () => {
  const source = commitAll();
  await writeFile(join(study, 'project.yaml'), 'uncommitted');
  await copyStudyCode(source, target, isOutput, LIMITS);
  expect(await readFile(join(target, 'project.yaml'), 'utf8')).toBe('version: 5');
});

test('attributes of the study do not hide code from those who run it', async () => {
  await write({ '.gitattributes': 'project.yaml export-ignore\n' });
  await copyStudyCode(commitAll(), target, isOutput, LIMITS);
  expect(await copiedPaths()).toEqual(['.gitattributes', ...CODE]);
});

test.each([
  ['HEAD', /not a full hash/],
  ['--help', /not a full hash/],
  ['0'.repeat(40), /cannot be read from the repository/],
])('commit %s is refused', async (commit, message) => {
  commitAll();
  const source: CodeSource = { kind: 'commit', repository: study, commit };
  await expect(copyStudyCode(source, target, isOutput, LIMITS)).rejects.toThrow(message);
});

/** Ten folders in each of ten folders, and so on: some kilobytes of git that are ten thousand million files. */
function bomb(): string {
  const make = (entries: string): string =>
    execFileSync('git', ['-C', study, 'mktree'], { input: entries, encoding: 'utf8' }).trim();
  let tree = make(`100644 blob ${git('hash-object', '-w', 'project.yaml')}\tfile\n`);
  for (let depth = 0; depth < 10; depth += 1) {
    const names = Array.from({ length: 10 }, (_, i) => `${i}${'d'.repeat(200)}`);
    tree = make(names.map((name) => `040000 tree ${tree}\t${name}\n`).join(''));
  }
  return git('commit-tree', '-m', 'bomb', tree);
}

test.each<[string, RegExp, Partial<CodeLimits>, () => string]>([
  ['many files', /it has 5 files, and 4 are allowed/, { files: 4 }, () => git('rev-parse', 'HEAD')],
  ['much in them', /it has 35 bytes, and 34/, { bytes: 34 }, () => git('rev-parse', 'HEAD')],
  ['more files than can be listed', /list of its files is too long/, {}, bomb],
])(
  'P8: a commit with %s is refused before anything is written',
  async (_, message, few, commit) => {
    commitAll();
    const source: CodeSource = { kind: 'commit', repository: study, commit: commit() };
    const copied = copyStudyCode(source, target, isOutput, { ...LIMITS, ...few });
    await expect(copied).rejects.toThrow(message);
    expect(await copiedPaths()).toEqual([]);
  },
);

test('a thousand files in a thousand folders arrive', async () => {
  const files = Array.from({ length: 1000 }, (_, i) => [`many/${i}/${i}.txt`, `${i}`] as const);
  await write(Object.fromEntries(files));
  await copyStudyCode({ kind: 'folder', path: study }, target, isOutput, LIMITS);
  expect(await copiedPaths()).toHaveLength(1000 + CODE.length);
});
