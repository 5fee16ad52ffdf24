import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFiles } from '../workspace/testing.ts';
import type { ActionResult } from './action-result.ts';
import type { RunResult } from './run-pipeline.ts';
import { projectOf, TestStudy } from './testing.ts';

const DEFINITION = `
from cohortextractor import StudyDefinition, patients

study = StudyDefinition(
    index_date="2021-01-01",
    default_expectations={"date": {"earliest": "2020-01-01", "latest": "2021-01-01"}, "rate": "uniform"},
    population=patients.all(),
    sex=patients.sex(return_expectations={"rate": "universal", "category": {"ratios": {"M": 0.5, "F": 0.5}}}),
)
`;

const COUNT = `
import csv, collections, pathlib
rows = list(csv.DictReader(open("output/input.csv")))
counts = collections.Counter(row["sex"] for row in rows)
with open("output/counts.csv", "w") as file:
    writer = csv.writer(file)
    writer.writerow(["sex", "n"])
    writer.writerows(sorted(counts.items()))
print("counted", sum(counts.values()))
`;

const COHORT_STUDY = {
  'project.yaml': projectOf({
    cohort: {
      run: 'cohortextractor:latest generate_cohort --study-definition study_definition',
      highly: ['output/input.csv'],
    },
    counts: {
      run: 'python:latest python analysis/count.py',
      needs: ['cohort'],
      moderately: ['output/counts.csv'],
    },
    undeclared: { run: 'python:latest analysis/count.py', moderately: ['output/others.csv'] },
  }),
  'analysis/study_definition.py': DEFINITION,
  'analysis/count.py': COUNT,
  'codelists/codelists.txt': '',
};

function failed(result: RunResult, action: string): Extract<ActionResult, { state: 'failed' }> {
  const found = result.results.find((candidate) => candidate.action === action);
  if (found?.state !== 'failed') throw new Error(`${action}: ${JSON.stringify(found)}`);
  return found;
}

/** States and reasons by action. */
function statesOf(result: RunResult): Readonly<Record<string, string>> {
  return Object.fromEntries(
    result.results.map((one) => [one.action, one.state === 'failed' ? one.reason : one.state]),
  );
}

describe('a study with a cohort', () => {
  test('runs from definition to table, and reuses what is there', async () => {
    await using study = await TestStudy.make(COHORT_STUDY);
    const first = await study.run(['counts']);
    expect(first.message).toBe('2 actions succeeded.');
    const files = await readFiles(study.folder);
    expect(files['output/counts.csv']).toMatch(/^sex,n\r\nF,\d+\r\nM,\d+\r\n$/);
    expect(files['output/input.csv']?.trim().split('\n')).toHaveLength(101);
    const log = await readFile(join(study.folder, 'metadata/counts.log'), 'utf8');
    expect(log).toMatch(/^\d{4}-\S+Z counted 100\n\naction: +counts\nstate: +succeeded\n/);
    expect(log).toMatch(/commit: +working tree\nimage: +python:latest\nexit code: +0\n/);
    expect(log).toMatch(/output\/counts\.csv {2}moderately_sensitive\n$/);

    const second = await study.run(['counts']);
    expect(statesOf(second)).toEqual({ counts: 'succeeded' });
    expect(second.reused).toMatchObject([{ action: 'cohort' }]);

    await rm(join(study.folder, 'output/input.csv'));
    expect(statesOf(await study.run(['counts']))).toEqual({
      cohort: 'succeeded',
      counts: 'succeeded',
    });
    const forced = await study.run(['counts'], { forceRunDependencies: true });
    expect(Object.keys(statesOf(forced))).toEqual(['cohort', 'counts']);
  });

  test('an action does not see what it did not declare, and is told whose it is', async () => {
    await using study = await TestStudy.make(COHORT_STUDY);
    const result = await study.run(['cohort', 'undeclared'], { concurrency: 1 });
    const { reason, exitCode, hint, tail } = failed(result, 'undeclared');
    expect({ reason, exitCode }).toEqual({ reason: 'nonzero-exit', exitCode: 1 });
    expect(hint).toBe(
      'output/input.csv is an output of cohort; add cohort to the needs of this action.',
    );
    expect(tail.at(-1)).toMatch(/FileNotFoundError/);
  });

  test('a fault of the definition is told with its line, and nothing is published', async () => {
    await using study = await TestStudy.make({
      ...COHORT_STUDY,
      'analysis/study_definition.py': `${DEFINITION}\nraise ValueError("no good")\n`,
    });
    const result = await study.run(['counts']);
    expect(statesOf(result)).toEqual({ cohort: 'nonzero-exit', counts: 'dependency' });
    expect(failed(result, 'cohort').tail.join('\n')).toMatch(
      /no good.*\n.*analysis\/study_definition\.py:11/,
    );
    expect(await readFiles(join(study.folder, 'output'))).toEqual({});
  });
});

/** A study of Python scripts, each action the words after `python:v2 python -c`. */
function scripts(actions: Parameters<typeof projectOf>[0]): Promise<TestStudy> {
  return TestStudy.make({ 'project.yaml': projectOf(actions, 4) });
}

const python = (code: string) => `python:v2 python -c '${code}'`;
const write = (path: string) =>
  python(`import os; os.makedirs("output", exist_ok=True); open("${path}", "w").write("n\\n1\\n")`);

describe('failures', () => {
  test('the first failure ends the run; what depended on it is told apart from the rest', async () => {
    await using study = await scripts({
      bad: { run: python('print("so far"); raise SystemExit(3)'), moderately: ['output/bad.csv'] },
      after: { run: write('output/after.csv'), needs: ['bad'], moderately: ['output/after.csv'] },
      other: { run: write('output/other.csv'), moderately: ['output/other.csv'] },
    });
    const stopped = await study.run(['run_all'], { concurrency: 1 });
    expect(statesOf(stopped)).toEqual({
      bad: 'nonzero-exit',
      after: 'dependency',
      other: 'cancelled',
    });
    expect(stopped).toMatchObject({
      state: 'failed',
      message: '0 actions succeeded, 1 failed, 2 were not run.',
    });
    expect(failed(stopped, 'bad')).toMatchObject({
      exitCode: 3,
      tail: ['so far'],
      tailIsCut: false,
    });
    const log = await readFile(join(study.folder, 'metadata/bad.log'), 'utf8');
    expect(log).toMatch(/exit code: +3/);
    const through = await study.run(['run_all'], { continueOnError: true });
    expect(statesOf(through)).toEqual({
      bad: 'nonzero-exit',
      after: 'dependency',
      other: 'succeeded',
    });
  });

  test('a failed run leaves the outputs of the last good one', async () => {
    await using study = await TestStudy.make({
      'project.yaml': projectOf({ a: { run: 'python:v2 a.py', moderately: ['output/a.csv'] } }, 4),
      'a.py': 'import os\nos.mkdir("output")\nopen("output/a.csv", "w").write("good")',
    });
    await study.run(['a']);
    await writeFile(
      join(study.folder, 'a.py'),
      'import os\nos.mkdir("output")\nopen("output/a.csv", "w").write("bad")\nraise SystemExit(1)',
    );
    expect(statesOf(await study.run(['a']))).toEqual({ a: 'nonzero-exit' });
    expect(await readFile(join(study.folder, 'output/a.csv'), 'utf8')).toBe('good');
  });

  test('a pattern that matches nothing names what was made instead', async () => {
    await using study = await scripts({
      a: { run: write('output/tabel.csv'), moderately: ['output/table.csv'] },
    });
    expect(failed(await study.run(['a']), 'a')).toMatchObject({
      reason: 'unmatched-patterns',
      unmatched: ['output/table.csv'],
      didYouMean: ['output/tabel.csv'],
      hint: 'Did you mean one of these, which nobody declared: output/tabel.csv?',
    });
  });

  test.each([
    ['time', 'while True: pass', { wallClockSeconds: 1 }, /longer than its limit of 1 s/],
    ['memory', 'x = "x" * 10**9', { memoryBytes: 200 * 1024 ** 2 }, /exit code|out of memory/],
  ])('the limit of %s', async (_name, code, change, message) => {
    await using study = await scripts({ a: { run: python(code), moderately: ['output/a.csv'] } });
    const { limits } = study.request([]);
    const result = await study.run(['a'], { limits: { ...limits, ...change } });
    expect(failed(result, 'a').message).toMatch(message);
  });

  test('a file that may not be seen at level 4 is told, and does not fail the action', async () => {
    await using study = await scripts({
      a: {
        run: python('open("a.csv", "w").write("patient_id\\n1\\n")'),
        moderately: ['a.csv'],
      },
    });
    expect((await study.run(['a'])).results).toMatchObject([
      {
        state: 'succeeded',
        message: 'Completed successfully with 1 output, but 1 may not be seen at level 4.',
        outputs: [{ path: 'a.csv', refusal: 'The file has a patient_id column.' }],
      },
    ]);
  });

  test.each([
    ['no project', {}, ['a'], /There is no project\.yaml in/],
    ['a bad project', { 'project.yaml': 'version: 9' }, ['a'], /version/],
    ['an unknown action', COHORT_STUDY, ['cohorts'], /There is no action “?"?cohorts/],
  ])('%s is refused before anything runs', async (_name, files, requested, message) => {
    await using study = await TestStudy.make(files as Record<string, string>);
    await expect(study.run(requested)).rejects.toThrow(message);
  });
});

describe('many at one time', () => {
  test('independent actions run side by side', async () => {
    await using study = await scripts({
      a: { run: write('output/a.csv'), moderately: ['output/a.csv'] },
      b: { run: write('output/b.csv'), moderately: ['output/b.csv'] },
    });
    const { events } = await study.run(['run_all'], { concurrency: 2 });
    const order = events.flatMap((event) => {
      if (event.kind === 'finished') return ['finished'];
      return event.kind === 'progress' && event.progress.stage === 'preparing' ? ['preparing'] : [];
    });
    expect(order).toEqual(['preparing', 'preparing', 'finished', 'finished']);
    expect(events.filter(({ kind }) => kind === 'waiting')).toMatchObject([{ on: [] }, { on: [] }]);
  });

  test('two runs in one study: the second is told to wait', async () => {
    await using study = await scripts({
      a: { run: write('output/a.csv'), moderately: ['output/a.csv'] },
    });
    let second: Promise<unknown> = Promise.resolve();
    const first = study.run(['a'], {
      onEvent: ({ kind }) => {
        if (kind === 'planned') second = study.run(['a']).catch((error: unknown) => error);
      },
    });
    expect((await first).state).toBe('succeeded');
    expect(String(await second)).toMatch(/Another run \(process \d+, since .*\) is working in/);
  });

  test('stopping ends every program and leaves the study as it was', async () => {
    await using study = await scripts({
      a: { run: python('import time; time.sleep(60)'), moderately: ['output/a.csv'] },
      b: { run: write('output/b.csv'), needs: ['a'], moderately: ['output/b.csv'] },
    });
    const stop = new AbortController();
    const result = await study.run(['b'], {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === 'progress' && event.progress.stage === 'running') stop.abort();
      },
    });
    expect(statesOf(result)).toEqual({ a: 'cancelled', b: 'cancelled' });
    expect(result.state).toBe('cancelled');
    for (const { job } of result.results) {
      expect(await study.executor.inspect(job)).toEqual({ state: 'absent' });
    }
    expect(Object.keys(await readFiles(study.folder))).toEqual(['project.yaml']);
    const history: unknown = JSON.parse(
      await readFile(join(study.folder, 'metadata/history.json'), 'utf8'),
    );
    expect(history).toEqual({ jobs: {}, running: {} });
  });

  test('what a killed run left behind is stopped and forgotten by the next', async () => {
    await using study = await scripts({
      a: { run: python('import time; time.sleep(600)'), moderately: ['output/a.csv'] },
      b: { run: write('output/b.csv'), moderately: ['output/b.csv'] },
    });
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'testing-run.ts'), study.root, 'a'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const closed = once(child, 'close');
    const [job] = (await Promise.race([
      once(child.stdout, 'data'),
      closed.then(() => Promise.reject(new Error('the run ended before it was killed'))),
    ])) as [Buffer];
    child.kill('SIGKILL');
    await closed;
    expect(await study.executor.inspect(String(job))).toMatchObject({ state: 'running' });
    const { state, events, diagnostics } = await study.run(['b']);
    expect(state).toBe('succeeded');
    const told = expect.objectContaining({ code: 'leftover-cleaned' });
    expect(diagnostics).toContainEqual(told);
    expect(events).toContainEqual({ kind: 'noticed', diagnostic: told });
    expect(await study.executor.inspect(String(job))).toEqual({ state: 'absent' });
  });
});

describe('reusable actions', () => {
  async function makeAction(study: TestStudy, files: Readonly<Record<string, string>>) {
    const folder = join(study.root, 'actions/count-lines');
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
        cwd: folder,
      });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'action');
    git('tag', 'v1');
    return git;
  }

  const SCRIPT =
    'import sys; open("lines.txt", "w").write(f"{len(open(sys.argv[1]).readlines())}")';
  const USE = {
    make: { run: write('output/a.csv'), highly: ['output/a.csv'] },
    count: { run: 'count-lines:v1 output/a.csv', needs: ['make'], moderately: ['lines.txt'] },
  };
  const FILES = { 'action.yaml': 'run: python:v2 python count.py', 'count.py': SCRIPT };

  test('run their own code on the study’s inputs', async () => {
    await using study = await scripts(USE);
    await makeAction(study, FILES);
    expect(statesOf(await study.run(['count']))).toEqual({ make: 'succeeded', count: 'succeeded' });
    expect(await readFile(join(study.folder, 'lines.txt'), 'utf8')).toBe('2');
  });

  test('come from the address of an organisation as well, and stay when it is gone', async () => {
    await using study = await scripts(USE);
    await makeAction(study, FILES);
    const reusableActions = {
      sources: [`file://${join(study.root, 'actions')}`],
      cacheFolder: join(study.root, 'cache'),
    };
    expect((await study.run(['count'], { reusableActions })).state).toBe('succeeded');
    await rm(join(study.root, 'actions'), { recursive: true });
    expect((await study.run(['count'], { reusableActions })).state).toBe('succeeded');
  });

  test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    ['an unknown name', FILES, 'count-words:v1', /count-words is not found in/],
    ['an unknown version', FILES, 'count-lines:v2', /has no tag or branch v2/],
    ['no action.yaml', { 'count.py': '' }, 'count-lines:v1', /it has no file action\.yaml/],
    ['no run', { 'action.yaml': 'name: x' }, 'count-lines:v1', /action\.yaml has no run command/],
    ['no YAML', { 'action.yaml': '{' }, 'count-lines:v1', /action\.yaml cannot be read/],
    [
      'an unknown runtime',
      { 'action.yaml': 'run: perl:v5 x' },
      'count-lines:v1',
      /runs on perl:v5, which is no runtime/,
    ],
    [
      'the database',
      { 'action.yaml': 'run: ehrql:v1 generate-dataset x' },
      'count-lines:v1',
      /it would use the database/,
    ],
  ])('refused: %s', async (_name, files, image, message) => {
    await using study = await scripts({ ...USE, count: { ...USE.count, run: `${image} a` } });
    await makeAction(study, files);
    const result = failed(await study.run(['count']), 'count');
    expect(result.reason).toBe('refused');
    expect(result.message).toMatch(message);
    expect(result.hint).not.toBe('');
  });

  test('refused: a version that was never merged', async () => {
    await using study = await scripts({ ...USE, count: { ...USE.count, run: 'count-lines:v2 a' } });
    const git = await makeAction(study, FILES);
    git('checkout', '-qb', 'mine');
    git('commit', '-qm', 'mine', '--allow-empty');
    git('tag', 'v2');
    git('checkout', '-q', 'main');
    expect(failed(await study.run(['count']), 'count').message).toMatch(
      /is not merged to its main/,
    );
  });
});
