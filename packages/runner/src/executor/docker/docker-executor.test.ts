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
  test('P1: no network but its own loopback', async () => {
    const { log } = await run(
      await newSpec(python('import os; print(sorted(os.listdir("/sys/class/net")))')),
    );
    expect(log).toContain("['lo']");
  });

  test('it is nobody of the machine’s, without a capability or a way to one', async () => {
    const program =
      'import os; print(os.getuid() != 0, [l for l in open("/proc/self/status") if l[:6] in ("CapEff", "CapBnd", "NoNewP")])';
    const { log } = await run(await newSpec(python(program)));
    expect(log).toContain('True');
    expect(log).toContain(String.raw`'CapBnd:\t0000000000000000\n'`);
    expect(log).toContain(String.raw`'CapEff:\t0000000000000000\n'`);
    expect(log).toContain(String.raw`'NoNewPrivs:\t1\n'`);
  });

  test('it can write to its workspace and to /tmp, and to nothing else', async () => {
    const program = [
      'import os',
      'def can(path):',
      '    try: open(os.path.join(path, "x"), "w").close(); return True',
      '    except OSError: return False',
      'print([p for p in ("/", "/usr", "/etc", "/opt", "/var", "/home", "/inputs", "/workspace", "/tmp") if can(p)])',
    ].join('\n');
    const inputs = join(folder, 'inputs');
    await mkdir(inputs, { recursive: true, mode: 0o777 });
    const { log } = await run(
      await newSpec(python(program), {
        mounts: [{ source: inputs, target: '/inputs', writable: false }],
      }),
    );
    expect(log).toContain("['/workspace', '/tmp']");
  });

  test('it can write what root put into the workspace, and what it writes is seen outside', async () => {
    const spec = await newSpec(['sh', '-c', 'cat in.txt > sub/out.txt; rm in.txt']);
    const workspace = spec.mounts[0]?.source ?? '';
    await mkdir(join(workspace, 'sub'));
    await writeFile(join(workspace, 'in.txt'), 'seen', { mode: 0o600 });
    expect((await run(spec)).execution).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(workspace, 'sub/out.txt'), 'utf8')).toBe('seen');
    expect((await stat(join(workspace, 'sub/out.txt'))).uid).not.toBe(0);
  });

  test('of the environment outside it finds nothing', async () => {
    process.env['VITRINE_TEST_SECRET'] = 'a-canary';
    const { log } = await run(await newSpec(['env']));
    delete process.env['VITRINE_TEST_SECRET'];
    expect(log).not.toContain('a-canary');
    expect(log).toContain('HOME=/tmp');
  });

  test('words reach it as they are: no shell comes between', async () => {
    const { log } = await run(
      await newSpec(python('import sys; print(sys.argv[1:])').concat('a b', '$HOME', '*', ';')),
    );
    expect(log).toContain("['a b', '$HOME', '*', ';']");
  });
});

describe('P8: limits', () => {
  test.each<[string, readonly string[], Partial<Limits>, object]>([
    ['time', endless, { wallClockSeconds: 1 }, { exitCode: 137, limit: 'time' }],
    ['memory', python('x = b"1" * 400_000_000'), {}, { exitCode: 137, limit: 'memory' }],
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
    [
      'disk, in many files',
      ['sh', '-c', 'i=0; while :; do head -c 1000000 /dev/zero > $i; i=$((i + 1)); done'],
      {},
      { exitCode: 137, limit: 'disk' },
    ],
    ['log', python('for i in range(20_000): print("line", i)'), {}, { exitCode: 0, limit: 'log' }],
    ['none', ['true'], {}, { exitCode: 0, limit: null }],
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

  test('/tmp has its size', async () => {
    const { log } = await run(
      await newSpec(['sh', '-c', 'head -c 20000000 /dev/zero > /tmp/big || echo full']),
    );
    expect(log).toContain('No space left');
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

  test('what was used is told', async () => {
    const program =
      'import time\nx = b"1" * 60_000_000\nend = time.time() + 0.5\nwhile time.time() < end: pass';
    const { execution } = await run(await newSpec(python(program)));
    const usage = execution.state === 'exited' ? execution.usage : null;
    expect(usage?.peakMemoryBytes).toBeGreaterThan(60_000_000);
    expect(usage?.cpuSeconds).toBeGreaterThan(0.05);
    expect(await newExecutor().inspect(started.at(-1) ?? '')).toMatchObject({ usage });
  });
});

describe('P5: every step can be done again, by another process', () => {
  test('starting twice runs it once', async () => {
    const spec = await newSpec(['sh', '-c', 'echo once >> ran; sleep 1000']);
    await Promise.all([executor.start(spec), newExecutor().start(spec)]);
    await newExecutor().start(spec);
    await executor.stop(spec.id);
    await executor.start(spec);
    expect(await readFile(join(spec.mounts[0]?.source ?? '', 'ran'), 'utf8')).toBe('once\n');
    expect(await executor.inspect(spec.id)).toMatchObject({ state: 'exited' });
  });

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

  test('what was never there, or is gone, is absent', async () => {
    const id = 'docker-test-never';
    expect(await executor.inspect(id)).toEqual({ state: 'absent' });
    expect(await executor.wait(id)).toEqual({ state: 'absent' });
    expect(await executor.log(id)).toBe('');
    await executor.stop(id);
    await executor.remove(id);
    const spec = await newSpec(endless);
    await executor.start(spec);
    await executor.remove(spec.id);
    await executor.remove(spec.id);
    expect(await executor.inspect(spec.id)).toEqual({ state: 'absent' });
  });

  test('stopping ends every process at once, and again is no fault', async () => {
    const spec = await newSpec(['sh', '-c', 'trap "" TERM; sleep 1000 & sleep 1000']);
    await executor.start(spec);
    expect(await executor.inspect(spec.id)).toMatchObject({ state: 'running' });
    await executor.stop(spec.id);
    await executor.stop(spec.id);
    expect(await executor.inspect(spec.id)).toMatchObject({ exitCode: 137, limit: null });
  });

  test('another process waits for what this one started', async () => {
    const spec = await newSpec(['sh', '-c', 'sleep 0.3; exit 3']);
    await executor.start(spec);
    expect(await newExecutor().wait(spec.id)).toMatchObject({ exitCode: 3 });
  });

  test('waiting can be given up, and the program runs on', async () => {
    const spec = await newSpec(endless);
    await executor.start(spec);
    const reason = new Error('Ctrl-C');
    await expect(executor.wait(spec.id, AbortSignal.abort(reason))).rejects.toBe(reason);
    const later = new AbortController();
    const waiting = executor.wait(spec.id, later.signal);
    later.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await executor.inspect(spec.id)).toMatchObject({ state: 'running' });
    await executor.stop(spec.id);
  });

  test.each([
    [0, ['true']],
    [3, ['sh', '-c', 'exit 3']],
    [127, ['no-such-program']],
    [139, ['sh', '-c', 'kill -SEGV $$']],
  ])('exit code %i', async (exitCode, command) => {
    expect((await run(await newSpec(command))).execution).toMatchObject({ exitCode });
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
      { timeout: 20_000 },
    );
    expect(stdout).toBe('exited\n');
  }, 30_000);

  test('each line of the log has its time in front', async () => {
    const { log } = await run(await newSpec(['sh', '-c', 'echo one; echo two >&2; printf three']));
    const lines = log.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[1]).toSorted()).toEqual(['one', 'three', 'two']);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z /);
  });
});

describe('P9: what cannot run is refused before anything runs', () => {
  test('an image that is not there', async () => {
    const spec = await newSpec(['true'], { image: 'vitrine/nothing:latest' });
    expect(await codeOf(executor.start(spec))).toBe('image-absent');
    expect(await executor.inspect(spec.id)).toEqual({ state: 'absent' });
  });

  test('a folder that is not there', async () => {
    const source = join(folder, 'nowhere');
    const spec = await newSpec(['true'], {
      mounts: [{ source, target: '/inputs', writable: false }],
    });
    expect(await codeOf(executor.start(spec))).toBe('mount-source-missing');
  });

  test('an id that is a path', async () => {
    const spec = await newSpec(['true']);
    expect(await codeOf(executor.start({ ...spec, id: '../x' }))).toBe('execution-id-invalid');
    expect(await codeOf(executor.inspect('a/b'))).toBe('execution-id-invalid');
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
