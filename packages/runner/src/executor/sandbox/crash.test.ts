/** P5: whatever is killed, the truth is on disk, nothing keeps running and nothing runs twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { Bench, processesWith } from '../conformance/bench.ts';
import type { ExecutionSpec } from '../executor.ts';
import { createJobFolder, readCounters, readStarted } from './job-folder.ts';
import { createSandboxExecutor } from './sandbox-executor.ts';
import { seccompFilter } from './seccomp.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vitrine-sandbox-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

const READY_THEN_GO = `
import os, sys
os.mkdir("made")
open("made/mine", "w").write("x")
open("ready", "w").close()
print("began", flush=True)
while not os.path.exists("go"): pass
print("done")
raise SystemExit(4)`;

let bench: Bench;
beforeEach(() => {
  bench = new Bench(createSandboxExecutor({ stateDir, graceSeconds: 0.3 }));
});
afterEach(() => bench.close());

/** A process of its own that starts the job; it ends or is killed as soon as it said so. */
async function startElsewhere(spec: ExecutionSpec, then: 'is killed' | 'ends'): Promise<void> {
  const module = fileURLToPath(new URL('./sandbox-executor.ts', import.meta.url));
  const program = `
    import { createSandboxExecutor } from ${JSON.stringify(module)};
    await createSandboxExecutor({ stateDir: process.argv[1] }).start(JSON.parse(process.argv[2]));
    console.log('started');
    ${then === 'is killed' ? 'setInterval(() => {}, 1000);' : ''}
  `;
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '-e', program, stateDir, JSON.stringify(spec)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  if (then === 'is killed') child.kill('SIGKILL');
  await once(child, 'exit');
}

test.for(['is killed', 'ends'] as const)('a job goes on when its caller %s', async (then) => {
  const spec = bench.python(READY_THEN_GO);
  await startElsewhere(spec, then);
  await bench.appears('ready');
  expect(await bench.executor.inspect(spec.id)).toMatchObject({ state: 'running' });
  writeFileSync(join(bench.workspace, 'go'), '');
  expect(await bench.executor.wait(spec.id)).toMatchObject({ state: 'exited', exitCode: 4 });
  expect(await bench.executor.log(spec.id)).toMatch(/Z began\n.*Z done\n$/);
});

test('a job dies with its supervisor, and what it held is given back', async () => {
  const spec = bench.python(READY_THEN_GO, {}, `orphan-${process.pid}`);
  await bench.start(spec);
  await bench.appears('ready');
  const started = await readStarted(join(stateDir, spec.id));
  const group = (await readCounters(join(stateDir, spec.id)))?.peak?.replace(/\/[^/]*$/, '');
  process.kill(started?.pid ?? 0, 'SIGKILL');
  const execution = await bench.executor.wait(spec.id);
  expect(execution).toMatchObject({
    state: 'exited',
    exitCode: 137,
    limit: null,
    interrupted: true,
  });
  expect(processesWith(`orphan-${process.pid}`)).toEqual([]);
  expect(lstatSync(join(bench.workspace, 'made/mine')).uid).toBe(process.getuid?.());
  if (group !== undefined) expect(existsSync(group)).toBe(false);
  expect(await bench.executor.inspect(spec.id)).toEqual(execution);
  await bench.executor.start(spec);
  expect(await bench.executor.inspect(spec.id)).toEqual(execution);
});

test('a folder that was made and never started is started by the next who asks', async () => {
  const before = bench.python('open("runs", "a").write("x")');
  await bench.finish(before);
  const spec = { ...before, id: `${before.id}-again` };
  const plan = readFileSync(join(stateDir, before.id, 'plan'), 'utf8').replaceAll(
    before.id,
    spec.id,
  );
  const seccomp = seccompFilter(process.arch);
  await createJobFolder(stateDir, spec.id, { plan, request: {}, seccomp });
  expect(await bench.executor.inspect(spec.id)).toEqual({ state: 'absent' });
  expect((await bench.finish(spec)).execution.exitCode).toBe(0);
  expect(readFileSync(join(bench.workspace, 'runs'), 'utf8')).toBe('xx');
  await bench.executor.remove(spec.id);
});

test('a reused pid is not taken for a supervisor', async () => {
  const spec = bench.python('pass');
  await bench.finish(spec);
  const folder = join(stateDir, spec.id);
  rmSync(join(folder, 'exited'));
  const record = JSON.parse(readFileSync(join(folder, 'started'), 'utf8'));
  writeFileSync(join(folder, 'started'), JSON.stringify({ ...record, pid: process.pid }));
  expect(await bench.executor.wait(spec.id)).toMatchObject({ state: 'exited', exitCode: 137 });
});

test('a record torn by a crash of the machine counts as none', async () => {
  const spec = bench.python('pass');
  await bench.finish(spec);
  writeFileSync(join(stateDir, spec.id, 'exited'), '{"startedAt": "20');
  expect(await bench.executor.wait(spec.id)).toMatchObject({ state: 'exited', exitCode: 137 });
});
