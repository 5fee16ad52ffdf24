/** What Docker adds to the tests that every executor passes (docker-conformance.test.ts). */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Execution, ExecutionSpec, Executor, Limits, Mount } from '../executor.ts';
import { containerName } from './container.ts';
import { createDockerExecutor } from './docker-executor.ts';
import { connect, type Engine, type EngineAddress } from './engine.ts';
import { testEngine, testImageOn } from './test-engine.ts';

const limits: Limits = {
  wallClockSeconds: 60,
  memoryBytes: 200 * 2 ** 20,
  cpus: 1,
  processes: 64,
  diskBytes: 50 * 2 ** 20,
  temporaryBytes: 10 * 2 ** 20,
  logBytes: 100_000,
};

let address: EngineAddress;
let engine: Engine;
let image: string;
let folder: string;
let executor: Executor;
const started: string[] = [];
let count = 0;

beforeAll(async () => {
  address = await testEngine();
  engine = connect(address);
  image = await testImageOn(address);
  folder = await mkdtemp(join(tmpdir(), 'docker-executor-'));
  executor = newExecutor();
}, 120_000);

afterAll(async () => {
  for (const id of started) await executor.remove(id);
  await rm(folder, { recursive: true, force: true });
});

/** Another process of Vitrine: the same state folder, nothing in memory. */
function newExecutor(): Executor {
  return createDockerExecutor({ address, stateDir: join(folder, 'state') });
}

async function newSpec(
  command: readonly string[],
  change: { limits?: Partial<Limits>; mounts?: readonly Mount[]; image?: string } = {},
): Promise<ExecutionSpec> {
  count += 1;
  const id = `docker-test-${process.pid}-${count}`;
  started.push(id);
  const workspace = join(folder, id);
  await mkdir(workspace);
  return {
    id,
    runtime: { image: change.image ?? image, hostPaths: [] },
    command,
    mounts: [{ source: workspace, target: '/workspace', writable: true }, ...(change.mounts ?? [])],
    environment: { HOME: '/tmp' },
    limits: { ...limits, ...change.limits },
    labels: { action: 'a test' },
  };
}

async function run(spec: ExecutionSpec): Promise<{ execution: Execution; log: string }> {
  await executor.start(spec);
  const execution = await executor.wait(spec.id);
  return { execution, log: await executor.log(spec.id) };
}

const python = (program: string): readonly string[] => ['python3', '-c', program];
const endless = ['sleep', '1000'];

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.catch((thrown: unknown) => thrown);
  return error instanceof FaultError ? error.diagnostics[0]?.code : String(error);
}

describe('what a program finds', () => {
  test('it can write what root put into the workspace, and what it writes is seen outside', async () => {
    const spec = await newSpec(['sh', '-c', 'cat in.txt > sub/out.txt; rm in.txt']);
    const workspace = spec.mounts[0]?.source ?? '';
    await mkdir(join(workspace, 'sub'));
    await writeFile(join(workspace, 'in.txt'), 'seen', { mode: 0o600 });
    expect((await run(spec)).execution).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(workspace, 'sub/out.txt'), 'utf8')).toBe('seen');
    expect((await stat(join(workspace, 'sub/out.txt'))).uid).not.toBe(0);
  });

  test('the image that it ran in is told by its content, not by its tag', async () => {
    const { execution } = await run(await newSpec(['true']));
    if (execution.state !== 'exited') throw new Error('it has not ended');
    expect(execution.usage.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

describe('P8: limits', () => {
  test.each<[string, readonly string[], Partial<Limits>, object]>([
    [
      'memory of a child, which the program survives',
      ['sh', '-c', 'python3 -c "x = b\'1\' * 400_000_000"; exit 7'],
      {},
      { exitCode: 7, limit: 'memory' },
    ],
    [
      'processes',
      python(
        'import os, time\ntry:\n  while os.fork(): pass\n  time.sleep(60)\nexcept OSError: time.sleep(2); os._exit(5)',
      ),
      {},
      { exitCode: 5, limit: 'processes' },
    ],
  ])('%s', async (_name, command, change, expected) => {
    const { execution } = await run(await newSpec(command, { limits: change }));
    expect(execution).toMatchObject({ state: 'exited', ...expected });
  });

  test('no single file grows beyond the disk limit, whether anybody looks or not', async () => {
    const spec = await newSpec([
      'sh',
      '-c',
      'head -c 100 /dev/zero > small; head -c 90000000 /dev/zero > big',
    ]);
    await executor.start(spec);
    // Nobody but the kernel watches until it has ended.
    await engine.patient.getContainer(containerName(spec.id)).wait();
    const size = (await stat(join(spec.mounts[0]?.source ?? '', 'big'))).size;
    expect(size).toBeLessThanOrEqual(limits.diskBytes);
  });

  test('the wall clock holds while no process of Vitrine is there', async () => {
    const spec = await newSpec(endless, { limits: { wallClockSeconds: 1 } });
    await executor.start(spec);
    await engine.patient.getContainer(containerName(spec.id)).wait();
    expect(await newExecutor().inspect(spec.id)).toMatchObject({ exitCode: 137, limit: 'time' });
  });

  test('a program that stops its keeper is ended by the next look', async () => {
    const program =
      'import os, signal, time\nos.kill(os.getppid(), signal.SIGSTOP)\nprint("stopped it", flush=True)\ntime.sleep(1000)';
    const spec = await newSpec(python(program), { limits: { wallClockSeconds: 1 } });
    await executor.start(spec);
    expect(await executor.wait(spec.id)).toMatchObject({ exitCode: 137, limit: 'time' });
  });

  test('a program that kills its keeper ends itself', async () => {
    const program =
      'import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(1000)';
    const { execution } = await run(await newSpec(python(program)));
    expect(execution).toMatchObject({ state: 'exited', exitCode: 137, limit: null });
  });

  test('a log over its limit keeps its end', async () => {
    const { log } = await run(await newSpec(python('for i in range(20_000): print("line", i)')));
    expect(Buffer.byteLength(log)).toBeLessThanOrEqual(limits.logBytes + 200);
    expect(log).toContain('earlier lines were dropped');
    expect(log).toMatch(/line 19999\n$/);
  });
});

describe('P5: every step can be done again, by another process', () => {
  test('a container that was made but not started is started by the next call', async () => {
    const spec = await newSpec(['echo', 'late']);
    const other = await newSpec(endless);
    await executor.start(other);
    // As after a kill between the two steps: the engine has a container that never ran.
    const made = await engine.quick.getContainer(containerName(other.id)).inspect();
    await engine.quick.createContainer({
      name: containerName(spec.id),
      Image: made.Image,
      Cmd: [...spec.command],
      Labels: made.Config.Labels,
    });
    await executor.stop(other.id);
    expect(await executor.inspect(spec.id)).toEqual({ state: 'absent' });
    expect((await run(spec)).log).toMatch(/Z late\n$/);
  });

  test('nothing holds up the end of the process that ran it', async () => {
    const spec = await newSpec(['true']);
    const program = `
      import { createDockerExecutor } from ${JSON.stringify(import.meta.resolve('./docker-executor.ts'))};
      const spec = ${JSON.stringify(spec)};
      const executor = createDockerExecutor(${JSON.stringify({ address, stateDir: join(folder, 'state') })});
      await executor.start(spec);
      console.log((await executor.wait(spec.id)).state);
      await executor.remove(spec.id);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
      // Less than the time after which a connection that was left open is given up.
      { timeout: 50_000 },
    );
    expect(stdout).toBe('exited\n');
  }, 180_000);
});

describe('P9: what cannot run is refused before anything runs', () => {
  test('an image that is not there', async () => {
    const spec = await newSpec(['true'], { image: 'vitrine/nothing:latest' });
    expect(await codeOf(executor.start(spec))).toBe('image-absent');
    expect(await executor.inspect(spec.id)).toEqual({ state: 'absent' });
  });

  test('an engine that is not there', async () => {
    const nowhere = createDockerExecutor({
      address: { kind: 'socket', path: join(folder, 'no.sock') },
      stateDir: folder,
    });
    expect(await codeOf(nowhere.inspect('a'))).toBe('engine-absent');
    expect(await codeOf(nowhere.start(await newSpec(['true'])))).toBe('engine-absent');
  });
});
