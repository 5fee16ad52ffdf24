import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  link,
  mkdir,
  rename,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestJob } from './testing.ts';
import {
  collectJob,
  makeFolder,
  openWorkspace,
  removeFolder,
  runJob,
  writeFiles,
} from './testing.ts';
import { removeTree } from './tree.ts';
import type { Workspace } from './workspace.ts';

let root: string;
let workspace: Workspace;

beforeEach(async () => {
  root = await makeFolder();
  workspace = await openWorkspace({ level3: root, level4: null });
});
afterEach(async () => {
  await workspace.close();
  await removeFolder(root);
});

const MODERATE = { 'output/*.csv': 'moderately_sensitive' } as const;

async function collect(job: Partial<TestJob>) {
  const { collection } = await collectJob(workspace, {
    job: 'job',
    action: 'tables',
    outputs: MODERATE,
    run: () => {},
    ...job,
  });
  if (collection.kind !== 'collected') return collection;
  const files = collection.files.map(({ path, level }) => [path, level]);
  const warnings = collection.warnings.map(({ message }) => message);
  return { files: Object.fromEntries(files), warnings };
}

/** An earlier action with one patient-level output. */
async function makeInput() {
  await runJob(workspace, {
    job: 'first',
    action: 'cohort',
    outputs: { 'output/input.csv': 'highly_sensitive' },
    run: (folder) => writeFiles(folder, { 'output/input.csv': 'patient_id\n1\n' }),
  });
  return [{ action: 'cohort', declaresOutputs: true }];
}

describe('what a job made', () => {
  test('the strictest level wins where patterns overlap', async () => {
    const run = (folder: string) =>
      writeFiles(folder, { 'output/a.csv': 'a\n', 'output/b.csv': 'b\n', 'output/sub/c.csv': '' });
    const outputs = { ...MODERATE, 'output/a.*': 'highly_sensitive' } as const;
    expect(
      await collect({ outputs: { ...outputs, 'output/a.csv': 'highly_sensitive' }, run }),
    ).toEqual({
      files: { 'output/a.csv': 'highly_sensitive', 'output/b.csv': 'moderately_sensitive' },
      warnings: [],
    });
  });

  test('a pattern without a file fails the job and names the new files that nobody declared', async () => {
    await writeFiles(root, { 'code/analysis/a.py': '' });
    const run = (folder: string) =>
      writeFiles(folder, {
        'output/tabel.csv': '',
        '__pycache__/a.pyc': '',
        'analysis/a.py': 'new',
      });
    const outputs = { 'output/table.csv': 'moderately_sensitive' } as const;
    expect(await collect({ outputs, run })).toEqual({
      kind: 'unmatched',
      patterns: [{ pattern: 'output/table.csv', level: 'moderately_sensitive' }],
      didYouMean: ['analysis/a.py', 'output/tabel.csv'],
      warnings: [],
    });
  });

  test('names with spaces, newlines and other alphabets', async () => {
    const run = (folder: string) =>
      writeFiles(folder, { 'output/a b.csv': '', 'output/a\nb.csv': '', 'output/表.csv': '' });
    const { files } = (await collect({ run })) as { files: object };
    expect(Object.keys(files)).toEqual(['output/a\nb.csv', 'output/a b.csv', 'output/表.csv']);
  });

  test('files that the program made unreadable to itself', async () => {
    const run = async (folder: string) => {
      await writeFiles(folder, { 'output/a.csv': 'a\n' });
      chmodSync(join(folder, 'output/a.csv'), 0);
      chmodSync(join(folder, 'output'), 0);
    };
    expect(await collect({ run })).toMatchObject({ files: { 'output/a.csv': expect.anything() } });
  });
});

describe('inputs are never relabelled', () => {
  test.each<[string, (input: string, folder: string) => Promise<unknown>]>([
    ['left alone', async () => {}],
    ['touched', (input) => utimes(input, new Date(), new Date())],
    ['written again with the same bytes', (input) => writeFile(input, 'patient_id\n1\n')],
    [
      'moved away and back',
      async (input) => {
        await rename(input, `${input}.away`);
        await rename(`${input}.away`, input);
      },
    ],
  ])('%s', async (_name, change) => {
    const needs = await makeInput();
    const run = async (folder: string) => {
      await change(join(folder, 'output/input.csv'), folder);
      await writeFiles(folder, { 'output/own.csv': 'n\n7\n' });
    };
    expect(await collect({ needs, run })).toMatchObject({
      files: { 'output/own.csv': 'moderately_sensitive' },
    });
  });

  test('a pattern that only an unchanged input matches is not met', async () => {
    const needs = await makeInput();
    expect(await collect({ needs })).toMatchObject({ kind: 'unmatched' });
  });

  test('a changed input keeps its level', async () => {
    const needs = await makeInput();
    const run = (folder: string) => appendFile(join(folder, 'output/input.csv'), '2\n');
    expect(await collect({ needs, run })).toEqual({
      files: { 'output/input.csv': 'highly_sensitive' },
      warnings: [
        'output/input.csv is kept as highly_sensitive: it was highly_sensitive when the action got it from cohort.',
      ],
    });
  });

  test.each([
    ['copied', copyFile],
    ['moved', rename],
  ])('an input that is %s under another name keeps its level', async (_name, change) => {
    const needs = await makeInput();
    const run = (folder: string) =>
      change(join(folder, 'output/input.csv'), join(folder, 'output/table.csv'));
    expect(await collect({ needs, run })).toMatchObject({
      files: { 'output/table.csv': 'highly_sensitive' },
      warnings: [expect.stringMatching(/same bytes as output\/input\.csv/)],
    });
  });
});

describe('only regular files inside the workspace, with one name', () => {
  const secret = '/etc/passwd';

  test.each<[string, RegExp, (folder: string) => unknown]>([
    ['a link out', /symbolic link/, (folder) => symlink(secret, join(folder, 'output/x.csv'))],
    ['a link inside', /symbolic link/, (folder) => symlink('ok.csv', join(folder, 'output/x.csv'))],
    [
      'a hard link to an input',
      /hard link/,
      (folder) => link(join(folder, 'output/input.csv'), join(folder, 'output/x.csv')),
    ],
    [
      'a pipe',
      /device, pipe or socket/,
      (folder) => execFileSync('mkfifo', [join(folder, 'output/x.csv')]),
    ],
  ])('%s', async (_name, reason, attack) => {
    const needs = await makeInput();
    const run = async (folder: string) => {
      await writeFiles(folder, { 'output/ok.csv': 'n\n1\n' });
      await attack(folder);
    };
    const outcome = await collect({ needs, run });
    expect(outcome).toMatchObject({ files: { 'output/ok.csv': 'moderately_sensitive' } });
    expect(outcome).not.toHaveProperty(['files', 'output/x.csv']);
    const outputs = { 'output/x.csv': 'moderately_sensitive' } as const;
    expect(await collect({ job: 'alone', needs, outputs, run })).toMatchObject({
      kind: 'unmatched',
      warnings: [{ code: 'output-refused', message: expect.stringMatching(reason) }],
    });
  });

  test.each([
    '.git/config.worktree',
    'code/.GIT/x.csv',
    '.vitrine/journals/x.json',
    'metadata/x.csv',
    'project.yaml',
    'vitrine.json',
  ])('%s is no place for an output', async (path) => {
    const outputs = { [path]: 'highly_sensitive', 'o/*.csv': 'highly_sensitive' } as const;
    const run = (folder: string) => writeFiles(folder, { [path]: '', 'o/a.csv': '' });
    expect(await collect({ outputs, run })).toMatchObject({
      kind: 'unmatched',
      patterns: [{ pattern: path }],
      warnings: [{ code: 'output-refused', message: expect.stringContaining('or git keeps') }],
    });
  });

  test('a folder that is a link is not entered', async () => {
    const run = async (folder: string) => {
      await mkdir(join(folder, 'real'));
      await writeFile(join(folder, 'real/a.csv'), '');
      await symlink('real', join(folder, 'output'));
    };
    expect(await collect({ run })).toMatchObject({
      kind: 'unmatched',
      didYouMean: ['output', 'real/a.csv'],
    });
  });

  test('patterns that lead out match nothing', async () => {
    await writeFiles(root, { '.vitrine/jobs/job/outside.csv': 'other job' });
    const outputs = { '../outside.csv': 'moderately_sensitive' } as const;
    expect(await collect({ outputs })).toMatchObject({ kind: 'unmatched' });
  });

  test('a name that is not UTF-8 is nobody’s output', async () => {
    const run = async (folder: string) => {
      await writeFiles(folder, { 'output/ok.csv': '' });
      writeFileSync(
        Buffer.concat([
          Buffer.from(join(folder, 'output/')),
          Buffer.from([0xff, 0x2e, 0x63, 0x73, 0x76]),
        ]),
        '',
      );
    };
    expect(await collect({ run })).toMatchObject({ files: { 'output/ok.csv': expect.anything() } });
  });

  test('folders nested beyond the longest path', async () => {
    const run = async (folder: string) => {
      await writeFiles(folder, { 'output/ok.csv': '' });
      const script = 'import os\nfor _ in range(3000):\n os.mkdir("dd"); os.chdir("dd")';
      execFileSync('python3', ['-c', script], { cwd: folder });
    };
    expect(await collect({ run })).toMatchObject({ files: { 'output/ok.csv': expect.anything() } });
    await removeTree(workspace.jobFolder('job'));
    expect(() => readFileSync(workspace.jobFolder('job'))).toThrow(/ENOENT/);
  });
});

describe('limits', () => {
  const many = (count: number) => (folder: string) => {
    mkdirSync(join(folder, 'output'));
    for (let i = 0; i < count; i += 1) writeFileSync(join(folder, `output/${i}.csv`), '');
  };

  test('thousands of files are collected', async () => {
    const { files } = (await collect({ run: many(3000) })) as { files: object };
    expect(Object.keys(files)).toHaveLength(3000);
  });

  test.each([
    [{ entries: 100 }, /more than 100 files and folders/],
    [{ files: 100 }, /made 200 outputs; the limit is 100/],
  ])('%j', async (limits, message) => {
    const collection = await collect({ run: many(200), limits });
    expect(collection).toMatchObject({ kind: 'limit', message: expect.stringMatching(message) });
  });

  test('holes in a file count as bytes', async () => {
    const run = async (folder: string) => {
      await writeFiles(folder, { 'output/a.csv': '' });
      await truncate(join(folder, 'output/a.csv'), 2 ** 42);
    };
    const collection = await collect({ run });
    expect(collection).toMatchObject({ kind: 'limit', message: expect.stringMatching(/bytes/) });
  });
});

test('setting the times of a file back does not hide that it is new', async () => {
  const run = async (folder: string) => {
    await writeFiles(folder, { 'output/a.csv': '' });
    utimesSync(join(folder, 'output/a.csv'), 0, 0);
  };
  expect(await collect({ run })).toMatchObject({ files: { 'output/a.csv': expect.anything() } });
});
