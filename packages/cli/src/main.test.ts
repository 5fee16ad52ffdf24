import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { makeStudy, type Ran, vitrine } from './testing.ts';

const project = `version: "3.0"
expectations:
  population_size: 100
actions:
  extract:
    run: cohortextractor:latest generate_cohort --study-definition study_definition
    outputs:
      highly_sensitive:
        cohort: output/input.csv
  tables:
    run: python:latest python analysis/tables.py
    needs: [extract]
    outputs:
      moderately_sensitive:
        counts: output/counts.csv
  broken:
    run: python:latest python analysis/broken.py
    needs: [extract]
    outputs:
      moderately_sensitive:
        nothing: output/nothing.csv
  slow:
    run: python:latest python analysis/slow.py
    outputs:
      moderately_sensitive:
        slow: output/slow.csv
`;

const definition = `from cohortextractor import StudyDefinition, patients

study = StudyDefinition(
    default_expectations={
        "date": {"earliest": "2020-01-01", "latest": "2021-01-01"},
        "rate": "uniform",
        "incidence": 0.5,
    },
    population=patients.all(),
    sex=patients.sex(
        return_expectations={"category": {"ratios": {"F": 0.5, "M": 0.5}}}
    ),
)
`;

const files = {
  'project.yaml': project,
  'analysis/study_definition.py': definition,
  'analysis/tables.py':
    'rows = open("output/input.csv").read().splitlines()\nopen("output/counts.csv", "w").write(f"rows\\n{len(rows) - 1}\\n")\n',
  'analysis/broken.py': 'print("about to fail")\nraise SystemExit(3)\n',
  'analysis/slow.py': 'import time\nprint("started", flush=True)\ntime.sleep(600)\n',
};

const made: (() => void)[] = [];
afterEach(() => {
  for (const remove of made.splice(0)) remove();
});

function study(changes: Readonly<Record<string, string>> = {}): string {
  const { folder, remove } = makeStudy({ ...files, ...changes });
  made.push(remove);
  return folder;
}

const json = ({ out }: Ran): Record<string, unknown> => JSON.parse(out);

describe('vitrine run', () => {
  test('runs what is asked and what it needs, and leaves outputs, logs and records', async () => {
    const cwd = study();
    const ran = await vitrine(['run', 'tables'], { cwd });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toContain('output/counts.csv  moderately_sensitive');
    expect(ran.out).toContain('2 actions succeeded.');
    expect(readFileSync(join(cwd, 'output/counts.csv'), 'utf8')).toBe('rows\n100\n');
    const manifest = JSON.parse(readFileSync(join(cwd, 'metadata/manifest.json'), 'utf8'));
    expect(Object.keys(manifest.outputs).toSorted()).toEqual([
      'output/counts.csv',
      'output/input.csv',
    ]);
    const log = await vitrine(['logs', 'tables'], { cwd });
    expect(log).toMatchObject({ code: 0 });
    expect(log.out).toContain('state:      succeeded');
    const again = await vitrine(['run', 'tables', '--json'], { cwd });
    expect(json(again)).toMatchObject({
      ok: true,
      state: 'succeeded',
      reused: [{ action: 'extract' }],
    });
  });

  test('a failure comes last, with its log and the exit code 1; what needs it is not started', async () => {
    const cwd = study();
    const { code, out } = await vitrine(['run', 'run_all', '-c', '1', '--continue-on-error'], {
      cwd,
      // The slow action is the last; it is stopped as soon as it runs.
      interruptAt: 'slow: preparing',
    });
    expect(code).toBe(1);
    expect(out.indexOf('✗ broken')).toBeGreaterThan(out.indexOf('✓ tables'));
    expect(out).toContain('│ about to fail');
    expect(out).toContain('exit code 3');
  });

  test('Ctrl-C ends it with 130, and nothing of the action stays', async () => {
    const cwd = study();
    const { code, out } = await vitrine(['run', 'slow'], { cwd, interruptAt: 'slow: preparing' });
    expect(code).toBe(130);
    expect(out).toContain('was not run');
    expect(existsSync(join(cwd, 'output/slow.csv'))).toBe(false);
    const graph = json(await vitrine(['graph', '--json'], { cwd }));
    expect(graph['actions']).toContainEqual(
      expect.objectContaining({ name: 'slow', state: 'not run' }),
    );
  });

  test('an unknown action is refused with the name that was meant', async () => {
    const ran = await vitrine(['run', 'tabels'], { cwd: study() });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('tables');
  });
});

describe('vitrine check', () => {
  test('all in order', async () => {
    const ran = await vitrine(['check', '--json'], { cwd: study() });
    expect(ran.code).toBe(0);
    expect(json(ran)).toMatchObject({
      ok: true,
      actions: ['extract', 'tables', 'broken', 'slow'],
      definitions: [{ module: 'study_definition', columns: 2 }],
    });
  });

  test('faults of the project and of a definition are told together, with their places', async () => {
    const cwd = study({
      'project.yaml': project.replace('needs: [extract]', 'needs: [extrct]'),
      'analysis/study_definition.py': definition.replace('patients.sex(', 'patients.sexx('),
    });
    const { code, err } = await vitrine(['check'], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(/^project\.yaml:12:13 {2}error {2}.*extrct/m);
    expect(err).toMatch(/^analysis\/study_definition\.py:10 {2}error {2}.*sexx/m);
  });

  test('an action that loads a definition that is not there is a fault of project.yaml', async () => {
    const cwd = study({ 'project.yaml': project.replace('-definition study', '-definition stdy') });
    const { code, out, err } = await vitrine(['check'], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ project\.yaml: 1 fault$/m);
    expect(err).toMatch(/^project\.yaml:5:3 {2}error {2}.*stdy_definition/m);
  });

  test('an action that runs a script that is not there is a fault of project.yaml', async () => {
    const cwd = study({
      'project.yaml': project
        .replace('analysis/tables.py', './analysis/Tables.py')
        .replace('analysis/broken.py', 'output/made-2.py')
        .replace(/$/, '      highly_sensitive:\n        script: output/made-*.py\n'),
    });
    const { code, err } = await vitrine(['check'], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(
      /^project\.yaml:\d+:3 {2}error {2}The action “tables” runs analysis\/Tables\.py/m,
    );
    expect(err).toContain('Did you mean analysis/tables.py? Upper and lower case count.');
    expect(err).not.toContain('made-2.py');
  });

  test('a definition that reads what another action makes is no fault before that has run', async () => {
    const cwd = study({
      'analysis/study_definition.py': `open("output/counts.csv")\n${definition}`,
    });
    const ran = await vitrine(['check'], { cwd });
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('The action “tables” makes this file.');
  });

  test('a folder without project.yaml', async () => {
    const { folder, remove } = makeStudy({ 'readme.txt': '' });
    made.push(remove);
    const ran = await vitrine(['check', '--json'], { cwd: folder });
    expect(ran.code).toBe(1);
    expect(json(ran)).toMatchObject({ ok: false, diagnostics: [{ code: 'project-not-found' }] });
  });
});

test('vitrine exec: a command in the isolation of an action, with its own exit code', async () => {
  const cwd = study();
  const program =
    'import os, socket; print(os.getcwd()); socket.create_connection(("127.0.0.1", 9))';
  const ran = await vitrine(['exec', 'python:v2', 'python', '-c', program], { cwd });
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('/workspace');
  expect(ran.out).toContain('ConnectionRefusedError');
});

test('vitrine cohort: the words of a run line on the current folder', async () => {
  const cwd = study();
  const words = ['cohort', 'generate_cohort', '--expectations-population=5', '--output-format=csv'];
  const ran = await vitrine(words, { cwd });
  expect(ran).toMatchObject({ code: 0, out: 'Dummy data seed: 1\n' });
  expect(readFileSync(join(cwd, 'output/input.csv'), 'utf8').split('\n')).toHaveLength(7);
});

test('vitrine doctor: what runs actions here, and that the isolation holds', async () => {
  const ran = await vitrine(['doctor', '--json'], { cwd: study() });
  expect(ran.code).toBe(0);
  const { ok, runtimes, isolation } = json(ran);
  expect(ok).toBe(true);
  expect(runtimes).toContainEqual(expect.objectContaining({ name: 'python', executor: 'sandbox' }));
  expect(isolation).not.toContainEqual(expect.objectContaining({ passed: false }));
});

describe('wrong usage ends with 2 and says what was meant', () => {
  test.each([
    [['runn', 'x'], /Did you mean run\?/],
    [['run'], /missing required argument 'action'/],
    [['run', 'x', '--concurrency', '0'], /whole number from 1 up/],
    [['run', 'x', '--memory', 'lots'], /“lots” is not a size/],
    [['exec', '--env', 'x', 'python', 'true'], /does not set a variable/],
    [['exec', 'cohortextractor', 'true'], /runs no programs/],
    [['help', 'runn'], /unknown command 'runn'/],
    [['serve', '--data', 'project.yaml'], /project\.yaml cannot be made or written \(EEXIST\)/],
    [['serve', '--public-url', 'jobs.example.org'], /an address such as https:/],
    [['demo', '--folder', '.'], /holds “analysis”, which no demo made/],
  ])('vitrine %j', async (words, message) => {
    const ran = await vitrine(words, { cwd: study() });
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(message);
  });
});

test.each([[[]], [['--version']], [['--help']], [['help', 'run']], [['help', 'cohort']]])(
  'vitrine %j ends with 0',
  async (words) => {
    const ran = await vitrine(words, { cwd: study() });
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).not.toBe('');
  },
);

test('vitrine help: commands of commands, too, and no line wider than a terminal', async () => {
  const cwd = study();
  const check = await vitrine(['help', 'disclosure', 'check'], { cwd });
  expect(check.out).toContain('Usage: vitrine disclosure check [options] <path...>');
  expect(check.out).not.toContain('default: false');
  const all = await vitrine(['--help'], { cwd });
  expect(all.out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('a reader that goes away is no failure', async () => {
  const { err, code } = await vitrine(['--help'], { cwd: study(), unread: true });
  expect({ err, code }).toEqual({ err: '', code: 0 });
});
