import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DOCUMENT_PATH,
  type RecorderOutcome,
  recorderPythonPath,
  recordStudies,
} from '@vitrine/cohort';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSandboxExecutor } from '../executor/sandbox/sandbox-executor.ts';
import { executorRecorder } from './executor-recorder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vitrine-recorder-'));
  mkdirSync(join(root, 'study'));
  writeFileSync(join(root, 'study', 'note'), 'note');
});
afterEach(() => rmSync(root, { recursive: true }));

const limits = {
  wallClockSeconds: 60,
  memoryBytes: 2 ** 30,
  cpus: 2,
  processes: 64,
  diskBytes: 2 ** 30,
  temporaryBytes: 64 * 2 ** 20,
  logBytes: 2 ** 18,
};

function recorder() {
  const executor = createSandboxExecutor({ stateDir: join(root, 'state'), graceSeconds: 0.2 });
  const scratch = join(root, 'scratch', 'record');
  return executorRecorder({ executor, runtimes: {}, id: 'record-test', scratch, limits });
}

/** Runs a program in the recorder's place; it finds the document's path as its first argument. */
async function record(program: string): Promise<RecorderOutcome> {
  const outcome = await recorder()({
    studyDir: join(root, 'study'),
    pythonPath: recorderPythonPath,
    arguments: ['-c', `import os, sys\npath = sys.argv[1]\n${program}`, DOCUMENT_PATH],
    limits: { wallClockSeconds: 2, memoryBytes: 128 * 2 ** 20, documentBytes: 1000 },
  });
  expect(readdirSync(join(root, 'scratch'))).toEqual([]);
  expect(readdirSync(join(root, 'state'))).toEqual([]);
  return outcome;
}

test('the document comes back, and what was printed', async () => {
  const outcome = await record(`open(path, "w").write(open("note").read() + "é")
import cohortextractor
print("one"); print("two", file=sys.stderr)`);
  expect(outcome).toMatchObject({ exitCode: 0, limit: null, document: 'noteé' });
  expect(outcome.log.trimEnd().split('\n').toSorted()).toEqual(['one', 'two']);
});

test('a study that fails leaves no document and its words', async () => {
  const outcome = await record('raise SystemExit("so it ends")');
  expect(outcome).toEqual({ exitCode: 1, limit: null, document: null, log: 'so it ends' });
});

test.for([
  ['time', 'while True: pass', 'time'],
  ['memory', 'x = []\nwhile True: x.append(bytearray(b"x" * (1 << 23)))', 'memory'],
  ['length, a little', 'open(path, "w").write("x" * 1001)', 'document'],
  [
    'length, without an end',
    'f = open(path, "w")\nwhile True: f.write("x" * (1 << 20))',
    'document',
  ],
  [
    'length, beside the document',
    'for i in range(1000): open(f"/record/{i}", "w").write("x" * (1 << 17))',
    'document',
  ],
] as const)('a limit is met: %s', async ([, program, limit]) => {
  expect(await record(program)).toMatchObject({ limit, document: null });
});

test.for([
  ['a link to a file of the host', 'os.symlink("/etc/passwd", path)'],
  ['a link to the study', 'os.symlink("/workspace/note", path)'],
  ['a folder', 'os.mkdir(path)'],
  ['a pipe that would block its reader', 'os.mkfifo(path)'],
  ['a socket', 'import socket; socket.socket(socket.AF_UNIX).bind(path)'],
  ['a second name of another file', 'open("/record/x", "w").close(); os.link("/record/x", path)'],
  [
    'nothing, among folders without an end',
    'os.chdir("/record")\nfor _ in range(60): os.mkdir("d" * 200); os.chdir("d" * 200)',
  ],
])('P7: %s is no document', async ([, program]) => {
  expect((await record(program ?? '')).document).toBeNull();
});

test('P1: the study is read-only and alone', async () => {
  const outcome = await record(`
for attempt in (lambda: open("note", "w"), lambda: open(${JSON.stringify(join(root, 'study/note'))}), lambda: open("/opt/vitrine/recorder/x", "w")):
    try: attempt(); print("possible")
    except OSError as error: print(error.strerror)`);
  expect(outcome.log).toBe(
    'Read-only file system\nNo such file or directory\nRead-only file system',
  );
  expect(readFileSync(join(root, 'study/note'), 'utf8')).toBe('note');
});

test('a real definition is recorded', async () => {
  mkdirSync(join(root, 'study', 'analysis'));
  writeFileSync(
    join(root, 'study', 'analysis', 'study_definition.py'),
    `from cohortextractor import StudyDefinition, patients
study = StudyDefinition(
    default_expectations={"date": {"earliest": "2019-01-01", "latest": "today"}, "rate": "uniform", "incidence": 0.5},
    population=patients.all(),
    age=patients.age_as_of("2020-01-01", return_expectations={"rate": "universal", "int": {"distribution": "population_ages"}}),
)
`,
  );
  const document = await recordStudies({
    studyDir: join(root, 'study'),
    modules: ['study_definition'],
    params: {},
    run: recorder(),
  });
  expect(document.modules).toHaveLength(1);
});
