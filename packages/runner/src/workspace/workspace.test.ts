import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, watch, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WorkspaceStore } from './store.ts';
import {
  type Files,
  makeFolder,
  openWorkspace,
  readFiles,
  removeFolder,
  runJob,
  type TestJob,
  writeFiles,
} from './testing.ts';
import { listTree } from './tree.ts';

let root: string;
let local: WorkspaceStore;
let secure: { readonly level3: string; readonly level4: string };

beforeEach(async () => {
  root = await makeFolder();
  local = { level3: join(root, 'study'), level4: null };
  secure = { level3: join(root, 'high'), level4: join(root, 'medium') };
  for (const path of [local.level3, secure.level3, secure.level4]) await mkdir(path);
});
afterEach(() => removeFolder(root));

const TABLES = { 'output/*.csv': 'moderately_sensitive' } as const;
const EXTRACT = { 'output/*.csv': 'highly_sensitive' } as const;

/** Runs jobs one after the other; each writes the files given. */
async function run(
  store: WorkspaceStore,
  ...jobs: readonly (Partial<TestJob> & { files: Files })[]
) {
  const workspace = await openWorkspace(store);
  for (const [index, { files, ...job }] of jobs.entries()) {
    await runJob(workspace, {
      job: `job-${index}`,
      action: 'tables',
      outputs: TABLES,
      run: (folder) => writeFiles(folder, files),
      ...job,
    });
  }
  await workspace.close();
  const { manifest, history } = workspace;
  return { manifest, history };
}

async function readJson(...path: readonly string[]): Promise<unknown> {
  return JSON.parse(await readFile(join(...path), 'utf8'));
}

describe('on a researcher’s machine', () => {
  test('outputs, log, history and manifest are in the study, and nothing else', async () => {
    const { manifest, history } = await run(local, { files: { 'output/a.csv': 'n,m\n1,2\n' } });
    expect(await readFiles(local.level3)).toEqual({ 'output/a.csv': 'n,m\n1,2\n' });
    expect(await readJson(local.level3, 'metadata/manifest.json')).toEqual(manifest);
    expect(await readJson(local.level3, 'metadata/history.json')).toEqual(history);
    expect(await readFile(join(local.level3, 'metadata/tables.log'), 'utf8')).toBe(
      'log of job-0\n',
    );
    expect(manifest.outputs['output/a.csv']).toEqual({
      level: 'moderately_sensitive',
      job_id: 'job-0',
      job_request: 'request',
      action: 'tables',
      user: null,
      repo: null,
      commit: null,
      size: 8,
      timestamp: 0,
      content_hash: '30a518b0ca9df9f696d3adb232f53835909d2a30ed9f4632d8a95fdf83f07adc',
      excluded: false,
      message: null,
      row_count: 1,
      col_count: 2,
      disclosure: {
        passes: false,
        counts: { 'small-count': 2 },
        findings: [
          expect.objectContaining({
            rule: 'small-count',
            place: expect.objectContaining({ cell: 'A2' }),
          }),
          expect.objectContaining({
            rule: 'small-count',
            place: expect.objectContaining({ cell: 'B2' }),
          }),
        ],
      },
      out_of_date_action: false,
      out_of_date_output: false,
    });
    const { entries } = await listTree(join(local.level3, '.vitrine'));
    expect(entries.map(({ path }) => path)).toEqual(['.gitignore']);
  });

  test('outputs that the action no longer makes are removed', async () => {
    const { manifest } = await run(
      local,
      { files: { 'output/a.csv': '1', 'output/b.csv': '2' } },
      { files: { 'output/b.csv': '3' } },
    );
    expect(await readFiles(local.level3)).toEqual({ 'output/b.csv': '3' });
    expect(Object.keys(manifest.outputs)).toEqual(['output/b.csv']);
  });

  test('but not those that somebody changed by hand', async () => {
    await run(local, { files: { 'output/a.csv': '1', 'output/b.csv': '2' } });
    await writeFile(join(local.level3, 'output/a.csv'), 'mine');
    await run(local, { files: { 'output/b.csv': '3' } });
    expect(await readFiles(local.level3)).toEqual({ 'output/a.csv': 'mine', 'output/b.csv': '3' });
  });

  test('a job that failed leaves its log and every earlier output', async () => {
    const { history } = await run(local, { files: { 'output/a.csv': '1' } }, { files: {} });
    expect(await readFiles(local.level3)).toEqual({ 'output/a.csv': '1' });
    expect(await readFile(join(local.level3, 'metadata/tables.log'), 'utf8')).toBe(
      'log of job-1\n',
    );
    expect(history.jobs['tables']).toMatchObject({ job: 'job-1', state: 'failed' });
  });

  test('an output folder that is a link is refused, and nothing has changed', async () => {
    await mkdir(join(root, 'elsewhere'));
    await symlink('../elsewhere', join(local.level3, 'output'));
    await expect(run(local, { files: { 'output/a.csv': '1' } })).rejects.toThrow(
      'output is where outputs go, but it is not a folder of the workspace itself.',
    );
    expect(await readFiles(join(root, 'elsewhere'))).toEqual({});
  });

  test('an output that has the name of a folder is refused', async () => {
    await mkdir(join(local.level3, 'output/a.csv'), { recursive: true });
    await expect(run(local, { files: { 'output/a.csv': '1' } })).rejects.toThrow(
      'output/a.csv is an output, but there is a folder of that name.',
    );
  });

  test.each(['../../evil', '/etc/cron', 'a/b', '.hidden', 'spaces are fine', 'naïve'])(
    'the log of an action called %s stays among the logs',
    async (action) => {
      await run(local, { action, files: { 'output/a.csv': '1' } });
      const { entries } = await listTree(join(local.level3, 'metadata'));
      expect(entries.filter(({ path }) => path.endsWith('.log'))).toHaveLength(1);
      expect(entries.every(({ path }) => !path.includes('/'))).toBe(true);
    },
  );
});

describe('in a secure environment', () => {
  test('patient-level outputs stay at level 3; tables are at both', async () => {
    await run(
      secure,
      { action: 'cohort', outputs: EXTRACT, files: { 'output/input.csv': 'patient_id\n1\n' } },
      { files: { 'output/table.csv': 'n\n7\n' } },
    );
    expect(Object.keys(await readFiles(secure.level3))).toEqual([
      'output/input.csv',
      'output/table.csv',
    ]);
    expect(Object.keys(await readFiles(secure.level4))).toEqual(['output/table.csv']);
    expect(await readJson(secure.level4, 'metadata/manifest.json')).toEqual(
      await readJson(secure.level3, 'metadata/manifest.json'),
    );
    expect(await readFile(join(secure.level4, 'metadata/tables.log'), 'utf8')).toMatch(/job-1/);
  });

  test('a refused file is replaced by a note, and comes back when it is well', async () => {
    const bad = 'patient_id\n1\n';
    const { manifest } = await run(secure, { files: { 'output/a.csv': bad } });
    expect(await readFiles(secure.level4)).toEqual({
      'output/a.csv.txt': 'output/a.csv is not shown here.\nThe file has a patient_id column.\n',
    });
    expect(manifest.outputs['output/a.csv']).toMatchObject({
      excluded: true,
      message: 'The file has a patient_id column.',
    });
    await run(secure, { files: { 'output/a.csv': 'n\n' } });
    expect(await readFiles(secure.level4)).toEqual({ 'output/a.csv': 'n\n' });
    await run(secure, { files: { 'output/a.csv': bad } });
    expect(Object.keys(await readFiles(secure.level4))).toEqual(['output/a.csv.txt']);
  });

  test('a note never takes the place of an output of that name', async () => {
    await run(secure, {
      outputs: { 'output/a.*': 'moderately_sensitive' },
      files: { 'output/a.csv': 'patient_id\n1\n', 'output/a.csv.txt': 'real' },
    });
    expect(await readFiles(secure.level4)).toEqual({ 'output/a.csv.txt': 'real' });
  });

  test('a file that is labelled more strictly loses its copy', async () => {
    await run(
      secure,
      { files: { 'output/a.csv': 'n\n' } },
      { outputs: EXTRACT, files: { 'output/a.csv': 'n\n' } },
    );
    expect(await readFiles(secure.level4)).toEqual({});
  });

  test('even when the records of it are lost', async () => {
    await run(secure, { files: { 'output/a.csv': 'n\n' } });
    await removeFolder(join(secure.level3, 'metadata'));
    await run(secure, { outputs: EXTRACT, files: { 'output/a.csv': 'n\n' } });
    expect(await readFiles(secure.level4)).toEqual({});
  });

  test('outputs that are no longer made are marked and stay', async () => {
    const { manifest } = await run(
      secure,
      { files: { 'output/a.csv': 'a\n', 'output/b.csv': 'b\n' } },
      { files: { 'output/b.csv': 'b\n' } },
    );
    expect(Object.keys(await readFiles(secure.level4))).toEqual(['output/a.csv', 'output/b.csv']);
    expect(manifest.outputs['output/a.csv']).toMatchObject({ out_of_date_output: true });
    expect(manifest.outputs['output/b.csv']).toMatchObject({ out_of_date_output: false });
  });

  test('a failed job publishes its log only', async () => {
    const good = { 'output/a.csv': 'n\n1\n' };
    await run(secure, { files: good }, { files: {} });
    expect(await readFiles(secure.level4)).toEqual(good);
    expect(await readFile(join(secure.level4, 'metadata/tables.log'), 'utf8')).toBe(
      'log of job-1\n',
    );
  });
});

test('outputs of actions that left the project are marked until they return', async () => {
  await run(local, { files: { 'output/a.csv': '1' } });
  for (const [actions, outOfDate] of [
    [new Set(['other']), true],
    [new Set(['tables']), false],
  ] as const) {
    const workspace = await openWorkspace(local);
    await workspace.noteActions(actions);
    await workspace.close();
    expect(await readJson(local.level3, 'metadata/manifest.json')).toMatchObject({
      outputs: { 'output/a.csv': { out_of_date_action: outOfDate } },
    });
  }
});

test.each([
  ['not JSON', '{', /manifest\.json cannot be read: it is not JSON/],
  ['another shape', '{"workspace":"x","outputs":{"a.csv":{}}}', /outputs\.a\.csv/],
])('a manifest that is %s is refused, not overwritten', async (_name, text, message) => {
  await writeFiles(local.level3, { 'metadata/manifest.json': text });
  await expect(openWorkspace(local)).rejects.toThrow(message);
  expect(await readFile(join(local.level3, 'metadata/manifest.json'), 'utf8')).toBe(text);
});

test('a manifest of the first tools, which had no hashes, is moved aside', async () => {
  const text = '{"files":{"logs/a.log":{"created_by_action":"a"}},"actions":{}}';
  await writeFiles(local.level3, { 'metadata/manifest.json': text });
  const workspace = await openWorkspace(local);
  expect(workspace.manifest.outputs).toEqual({});
  await workspace.close();
  expect(await readFile(join(local.level3, 'metadata/manifest.json.old'), 'utf8')).toBe(text);
});

describe('what a study brings along under our names', () => {
  test.each(['metadata', '.vitrine', '.vitrine/jobs', '.vitrine/staging', '.vitrine/journals'])(
    '%s as a link is refused, and nothing is written or removed there',
    async (path) => {
      await writeFiles(join(root, 'mine'), {
        'jobs/a.txt': 'a',
        'staging/b.txt': 'b',
        'c.txt': 'c',
      });
      await mkdir(join(local.level3, dirname(path)), { recursive: true });
      await symlink(join(root, 'mine'), join(local.level3, path));
      await expect(openWorkspace(local)).rejects.toThrow(
        /it is not a folder of the workspace itself/,
      );
      expect(Object.keys(await readFiles(join(root, 'mine')))).toEqual([
        'c.txt',
        'jobs/a.txt',
        'staging/b.txt',
      ]);
    },
  );

  const finished = {
    job: 'job-1',
    request: 'r',
    action: 'a',
    state: 'succeeded',
    started: '',
    finished: '',
    commit: null,
    outputs: [],
  };
  const journal = { job: 'job-1', moves: [], removals: [], outputs: {}, finished };
  const record = {
    level: 'highly_sensitive',
    job_id: 'job-1',
    action: 'a',
    size: 0,
    timestamp: 0,
    content_hash: '',
  };
  const running = { job: '../..', action: 'a', started: '', executor: 'sandbox' };

  test.each<[string, string, object]>([
    ['a job id', 'metadata/history.json', { jobs: {}, running: { '../..': running } }],
    ['another job id', 'metadata/history.json', { jobs: {}, running: { x: running } }],
    [
      'the path of an output',
      'metadata/manifest.json',
      { workspace: 'w', outputs: { '../x.csv': {} } },
    ],
    ['the job of a journal', '.vitrine/journals/x.json', { ...journal, job: '../../..' }],
    [
      'a removal',
      '.vitrine/journals/x.json',
      { ...journal, removals: [{ tree: 'level3', path: '../mine.txt' }] },
    ],
    [
      'the goal of a move',
      '.vitrine/journals/x.json',
      { ...journal, moves: [{ tree: 'level3', staged: '1', path: '/etc/x' }] },
    ],
    [
      'a move to git’s folder',
      '.vitrine/journals/x.json',
      { ...journal, moves: [{ tree: 'level3', staged: '1', path: '.git/hooks/pre-commit' }] },
    ],
    [
      'a move to our records',
      '.vitrine/journals/x.json',
      { ...journal, moves: [{ tree: 'level3', staged: '1', path: 'metadata/history.json' }] },
    ],
    [
      'a removal in git’s folder',
      '.vitrine/journals/x.json',
      { ...journal, removals: [{ tree: 'level3', path: '.git/index' }] },
    ],
    [
      'an output of the manifest in git’s folder',
      'metadata/manifest.json',
      { workspace: 'w', outputs: { '.git/config': record } },
    ],
    [
      'the source of a move',
      '.vitrine/journals/x.json',
      { ...journal, moves: [{ tree: 'level3', staged: '../../../../mine.txt', path: 'x' }] },
    ],
  ])('%s that leads where no output may stand is refused', async (_name, file, record) => {
    await writeFiles(root, { 'mine.txt': 'mine' });
    await writeFiles(local.level3, { [file]: JSON.stringify(record) });
    await expect(openWorkspace(local)).rejects.toThrow(/cannot be read/);
    expect(await readFile(join(root, 'mine.txt'), 'utf8')).toBe('mine');
  });
});

test('a publication that fails half-way is carried through by the next to open, even if it was given up', async () => {
  const workspace = await openWorkspace(local);
  const job = {
    job: 'job-0',
    action: 'tables',
    outputs: TABLES,
    run: (folder: string) => writeFiles(folder, { 'output/a.csv': 'new' }),
  };
  // History cannot be written while a folder stands in its place.
  await mkdir(join(local.level3, 'metadata/history.json/x'), { recursive: true });
  await expect(runJob(workspace, job)).rejects.toThrow();
  await workspace.abandon('job-0').catch(() => {});
  await workspace.close();
  await removeFolder(join(local.level3, 'metadata/history.json'));
  const next = await openWorkspace(local);
  await next.close();
  expect(await readFiles(local.level3)).toEqual({ 'output/a.csv': 'new' });
  expect(next.history.jobs['tables']).toMatchObject({ job: 'job-0', state: 'succeeded' });
});

test('a job that is cut off leaves a trace, and can be forgotten', async () => {
  const workspace = await openWorkspace(local);
  const running = { job: 'job-0', action: 'tables', started: 'now', executor: 'sandbox' } as const;
  await workspace.begin(running);
  await writeFiles(workspace.jobFolder('job-0'), { 'workspace/a.csv': 'half' });
  await workspace.close();
  const next = await openWorkspace(local);
  expect(Object.values(next.history.running)).toEqual([running]);
  await next.abandon('job-0');
  await next.close();
  expect(await readJson(local.level3, 'metadata/history.json')).toEqual({ jobs: {}, running: {} });
  const { entries } = await listTree(join(local.level3, '.vitrine'));
  expect(entries.map(({ path }) => path)).toEqual(['.gitignore']);
});

/**
 * A process is killed at some moment while it replaces forty outputs by forty others. Whatever the moment, after the
 * workspace was opened again the outputs and the manifest are those of before or those of after, never a mixture.
 */
test('a kill at any moment leaves the old state or the new one', async () => {
  const count = 40;
  const before = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`output/${i}.csv`, `old,${i}\n`]),
  );
  const after = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`output/${i + 20}.csv`, `new,${i}\n`]),
  );
  await run(secure, { files: before });
  const script = join(import.meta.dirname, 'testing-publish.ts');
  const seen = { before: 0, after: 0 };
  // Moments are spread over the whole of one publication, measured first.
  const whole = await publishAndKill(script, null);
  for (const share of [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]) {
    await run(secure, { files: before });
    await publishAndKill(script, whole * share);
    const workspace = await openWorkspace(secure);
    await workspace.close();
    const high = await readFiles(secure.level3);
    const current = (path: string) =>
      workspace.manifest.outputs[path]?.out_of_date_output === false;
    const outputs = Object.fromEntries(Object.entries(high).filter(([path]) => current(path)));
    const isNew = outputs['output/59.csv'] !== undefined;
    expect(outputs).toEqual(isNew ? after : before);
    const level4 = await readFiles(secure.level4);
    for (const [path, text] of Object.entries(outputs)) expect(level4[path]).toBe(text);
    expect(await readJson(secure.level4, 'metadata/manifest.json')).toEqual(workspace.manifest);
    const { entries } = await listTree(join(secure.level3, '.vitrine'));
    expect(entries.map(({ path }) => path)).toEqual(['.gitignore']);
    seen[isNew ? 'after' : 'before'] += 1;
  }
  expect(seen.before).toBeGreaterThan(0);

  async function publishAndKill(file: string, milliseconds: number | null): Promise<number> {
    const child = spawn(
      process.execPath,
      [file, secure.level3, secure.level4, JSON.stringify(after)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    const start = performance.now();
    const kill =
      milliseconds === null ? null : setTimeout(() => child.kill('SIGKILL'), milliseconds);
    await closed;
    if (kill !== null) clearTimeout(kill);
    return performance.now() - start;
  }
});

test('a kill right after the journal is written is carried through by the next to come', async () => {
  await run(secure, { files: { 'output/old.csv': 'old\n' } });
  const journals = join(secure.level3, '.vitrine/journals');
  await mkdir(journals, { recursive: true });
  const after = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`output/${i}.csv`, `new,${i}\n`]),
  );
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'testing-publish.ts'),
      secure.level3,
      secure.level4,
      JSON.stringify(after),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const closed = once(child, 'close');
  for await (const { filename } of watch(journals)) {
    if (filename?.endsWith('.json') === true) break;
  }
  child.kill('SIGKILL');
  await closed;
  const workspace = await openWorkspace(secure);
  await workspace.close();
  expect(await readFiles(secure.level3)).toEqual({ ...after, 'output/old.csv': 'old\n' });
  expect(await readFiles(secure.level4)).toEqual({ ...after, 'output/old.csv': 'old\n' });
  expect(workspace.manifest.outputs['output/old.csv']).toMatchObject({ out_of_date_output: true });
  expect(workspace.history.jobs['tables']).toMatchObject({ job: 'killed', state: 'succeeded' });
});
