/**
 * What every executor must do, as tests: `describeExecutor` is called by the tests of each implementation. The programs are
 * real ones that misbehave; nothing is imitated.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Execution, ExecutionSpec, Executor, Limits, Mount } from './executor.ts';
import { isolationSelfTest } from './self-test.ts';

export interface ConformanceOptions {
  readonly runtime?: ExecutionSpec['runtime'];
  /** Python 3 inside. Default `python3`. */
  readonly python?: string;
  /** How many jobs are started at the same time. Default 50. */
  readonly parallel?: number;
}

/** Roomy enough for every program below that is not about limits. */
export const conformanceLimits: Limits = {
  wallClockSeconds: 60,
  memoryBytes: 256 * 2 ** 20,
  cpus: 2,
  processes: 64,
  diskBytes: 64 * 2 ** 20,
  temporaryBytes: 16 * 2 ** 20,
  logBytes: 2 ** 20,
};

/** A finished program: how it ended and what it printed, without the times. */
export interface Finished {
  readonly execution: Extract<Execution, { state: 'exited' }>;
  readonly lines: readonly string[];
}

export interface Request {
  readonly id?: string;
  readonly limits?: Partial<Limits>;
  readonly mounts?: readonly Mount[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Makes requests around one workspace folder, and cleans up after them. */
export class Bench {
  readonly scratch: string = mkdtempSync(join(tmpdir(), 'vitrine-executor-'));
  readonly workspace: string = join(this.scratch, 'workspace');
  readonly executor: Executor;
  readonly #options: ConformanceOptions;
  readonly #started = new Set<string>();

  constructor(executor: Executor, options: ConformanceOptions = {}) {
    this.executor = executor;
    this.#options = options;
    mkdirSync(this.workspace);
  }

  spec(command: readonly string[], request: Request = {}): ExecutionSpec {
    const id = request.id ?? `test-${randomBytes(8).toString('hex')}`;
    this.#started.add(id);
    return {
      id,
      runtime: this.#options.runtime ?? { image: '', hostPaths: [] },
      command,
      mounts: [
        { source: this.workspace, target: '/workspace', writable: true },
        ...(request.mounts ?? []),
      ],
      environment: request.environment ?? {},
      limits: { ...conformanceLimits, ...request.limits },
      labels: {},
    };
  }

  /** A request for a Python program. */
  python(program: string, request: Request = {}, ...words: readonly string[]): ExecutionSpec {
    return this.spec([this.#options.python ?? 'python3', '-c', program, ...words], request);
  }

  async start(spec: ExecutionSpec): Promise<string> {
    await this.executor.start(spec);
    return spec.id;
  }

  async finish(spec: ExecutionSpec): Promise<Finished> {
    await this.executor.start(spec);
    const execution = await this.executor.wait(spec.id);
    if (execution.state !== 'exited') throw new Error(`it is ${execution.state}`);
    return { execution, lines: withoutTimes(await this.executor.log(spec.id)) };
  }

  run(program: string, request: Request = {}, ...words: readonly string[]): Promise<Finished> {
    return this.finish(this.python(program, request, ...words));
  }

  /** Text of a file of the workspace once a program has put it there. */
  async appears(name: string): Promise<string> {
    const path = join(this.workspace, name);
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(dirname(path), (_, changed) => {
      if (changed === basename(path)) resolve();
    });
    try {
      if (!existsSync(path)) await promise;
    } finally {
      watcher.close();
    }
    return readFileSync(path, 'utf8');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#started].filter(isPlainId).map((id) => this.executor.remove(id)));
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

function isPlainId(id: string): boolean {
  return /^\w[\w-]{0,63}$/.test(id);
}

function withoutTimes(log: string): readonly string[] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice(line.indexOf(' ') + 1));
}

/** Pids on this machine whose command line holds the text. */
export function processesWith(text: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

/** Writes its text to a file of the workspace, whole, so that a watcher never sees half of it. */
const TELL = `
import os
def tell(name, text):
    with open(name + ".new", "w") as file:
        file.write(text)
    os.rename(name + ".new", name)
`;

/** Prints what came of an attempt: "refused" and the error, or "possible". */
const TRY = `
import errno, os, socket
def attempt(name, action):
    try:
        action()
        print(name, "possible")
    except OSError as error:
        print(name, "refused", errno.errorcode.get(error.errno, error.errno))
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(5)
        s.connect(address)
`;

/** A program that runs until it is ended. */
const FOR_EVER = `${TELL}
import signal
tell("ready", str(os.getpid()))
signal.pause()
`;

/**
 * The tests of an executor.
 *
 * @param makeExecutor called several times: each executor it makes sees the jobs of the others, as one does that is made
 *   after a crash.
 */
export function describeExecutor(
  name: string,
  makeExecutor: () => Executor | Promise<Executor>,
  options: ConformanceOptions = {},
): void {
  describe(`${name} executor`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = new Bench(await makeExecutor(), options);
    });
    afterEach(() => bench.close());

    describe('runs a program', () => {
      test.for([
        ['normally', 'pass', 0],
        ['with a code', 'raise SystemExit(3)', 3],
        ['by a fault of its own', 'raise KeyError', 1],
        ['by SIGTERM', 'import os; os.kill(os.getpid(), 15)', 143],
        ['by SIGSEGV', 'import os; os.kill(os.getpid(), 11)', 139],
        ['by SIGKILL', 'import os; os.kill(os.getpid(), 9)', 137],
      ] as const)('that ends %s', async ([, program, exitCode]) => {
        const { execution } = await bench.run(program);
        expect(execution).toMatchObject({ exitCode, limit: null });
        expect(execution.finishedAt.getTime()).toBeGreaterThanOrEqual(
          execution.startedAt.getTime(),
        );
      });

      test('with exactly the words it was given', async () => {
        const words = ['$HOME', 'a b', '', '"; exit 7', "'", '*', 'é', '--', '\n'];
        const { lines } = await bench.run('import sys; print(sys.argv[1:])', {}, ...words);
        expect(lines).toEqual([`['$HOME', 'a b', '', '"; exit 7', "'", '*', 'é', '--', '\\n']`]);
      });

      test('in /workspace, with nothing on standard input', async () => {
        const { lines } = await bench.run(
          'import os, sys; print(os.getcwd(), repr(sys.stdin.read()))',
        );
        expect(lines).toEqual(["/workspace ''"]);
      });

      test('with the given environment and no other', async () => {
        process.env['VITRINE_CONFORMANCE_SECRET'] = 'secret';
        const { lines } = await bench.run(
          'import os; [print(f"{k}={v}") for k, v in os.environ.items()]',
          {
            environment: { STUDY: 'a=b "c" $D', PATH: '/usr/local/bin:/usr/bin:/bin' },
          },
        );
        delete process.env['VITRINE_CONFORMANCE_SECRET'];
        expect(lines).toContain('STUDY=a=b "c" $D');
        expect(lines.join()).not.toContain('SECRET');
        const own = Object.keys(process.env).filter((key) =>
          lines.some((line) => line.startsWith(`${key}=`)),
        );
        expect(['PATH', 'HOME', 'LANG', 'TZ', 'PWD', 'HOSTNAME']).toEqual(
          expect.arrayContaining(own),
        );
      });

      test('that uses its private /tmp and home', async () => {
        const { execution } = await bench.run(
          'import os, tempfile; tempfile.mkstemp(); open(os.path.expanduser("~/x"), "w").write("x")',
        );
        expect(execution.exitCode).toBe(0);
      });

      test('and says what it used', async () => {
        const { execution } = await bench.run(
          'x = bytearray(80 << 20)\nfor i in range(3_000_000): pass\nimport time, os\nfor i in range(0, len(x), 4096): x[i] = 1\nwhile time.process_time() < 0.7: pass',
        );
        expect(execution.usage.cpuSeconds).toBeGreaterThan(0.4);
        expect(execution.usage.peakMemoryBytes).toBeGreaterThan(80 * 2 ** 20);
        expect(execution.usage.peakMemoryBytes).toBeLessThan(conformanceLimits.memoryBytes * 1.1);
      });

      test('and is seen running meanwhile', async () => {
        const id = await bench.start(bench.python(FOR_EVER));
        await bench.appears('ready');
        const execution = await bench.executor.inspect(id);
        expect(execution).toMatchObject({ state: 'running', startedAt: expect.any(Date) });
      });
    });

    describe('keeps a log', () => {
      test('of both streams, each line with its time', async () => {
        const { execution } = await bench.finish(
          bench.python(
            'import sys; print("out", flush=True); print("err", file=sys.stderr); print("ünended", end="")',
            {
              id: 'log-of-streams',
              environment: { PYTHONIOENCODING: 'utf-8' },
            },
          ),
        );
        const log = await bench.executor.log('log-of-streams');
        expect(log.split('\n')).toHaveLength(4);
        for (const line of log.trimEnd().split('\n')) {
          expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z (out|err|ünended)$/);
          const time = Date.parse(line.split(' ')[0] ?? '');
          expect(time).toBeGreaterThan(execution.startedAt.getTime() - 1000);
          expect(time).toBeLessThan(execution.finishedAt.getTime() + 1000);
        }
      });

      test('that can be read while it runs', async () => {
        const id = await bench.start(bench.python(`print("first", flush=True)${FOR_EVER}`));
        await bench.appears('ready');
        expect(await bench.executor.log(id)).toContain('first');
      });

      test('within its limit, without holding up the program', async () => {
        const logBytes = 100_000;
        const { execution, lines } = await bench.run(
          `for i in range(300000): print("line", i)\nprint("last")`,
          { id: 'log-flood', limits: { logBytes } },
        );
        expect(execution).toMatchObject({ exitCode: 0, limit: 'log' });
        const kept = Buffer.byteLength(await bench.executor.log('log-flood'));
        expect(kept).toBeLessThan(logBytes * 1.2);
        expect(lines.at(-1)).toBe('last');
      });
    });

    describe('gives files', () => {
      test('and takes them back, readable', async () => {
        writeFileSync(join(bench.workspace, 'in.txt'), 'in');
        const { execution } = await bench.run(
          'import os; text = open("in.txt").read(); os.makedirs("a/b"); open("a/b/out.txt", "w").write(text + "out"); open("in.txt", "a").write("!")',
        );
        expect(execution.exitCode).toBe(0);
        expect(readFileSync(join(bench.workspace, 'a/b/out.txt'), 'utf8')).toBe('inout');
        expect(readFileSync(join(bench.workspace, 'in.txt'), 'utf8')).toBe('in!');
      });

      test('read-only where it was asked for', async () => {
        const inputs = join(bench.scratch, 'inputs');
        mkdirSync(inputs);
        writeFileSync(join(inputs, 'data'), 'data');
        writeFileSync(join(bench.scratch, 'one-file'), 'one');
        const { lines } = await bench.run(
          `${TRY}
print(open("/inputs/data").read(), open("/etc/one-file").read())
attempt("append", lambda: open("/inputs/data", "a"))
attempt("create", lambda: open("/inputs/new", "w"))
attempt("delete", lambda: os.unlink("/inputs/data"))
attempt("mode", lambda: os.chmod("/inputs/data", 0o777))
attempt("file", lambda: open("/etc/one-file", "a"))`,
          {
            mounts: [
              { source: inputs, target: '/inputs', writable: false },
              { source: join(bench.scratch, 'one-file'), target: '/etc/one-file', writable: false },
            ],
          },
        );
        expect(lines[0]).toBe('data one');
        for (const line of lines.slice(1)) expect(line).toMatch(/refused (EROFS|EPERM|EACCES)$/);
        expect(lines).toHaveLength(6);
      });
    });

    describe('P1: shuts the program off', () => {
      let listener: Server;
      let port: number;
      let reached: number;
      beforeAll(async () => {
        listener = createServer((socket) => {
          reached += 1;
          socket.destroy();
        });
        await new Promise<void>((resolve) => listener.listen(0, '0.0.0.0', resolve));
        const address = listener.address();
        port = typeof address === 'object' && address !== null ? address.port : 0;
      });
      beforeEach(() => {
        reached = 0;
      });
      afterAll(() => {
        listener.close();
      });

      test('from every network, the machine itself included', async () => {
        const { lines } = await bench.run(
          `${TRY}
port = ${port}
attempt("loopback", lambda: connect(socket.AF_INET, ("127.0.0.1", port)))
attempt("loopback6", lambda: connect(socket.AF_INET6, ("::1", port)))
attempt("any", lambda: connect(socket.AF_INET, ("0.0.0.0", port)))
attempt("internet", lambda: connect(socket.AF_INET, ("192.0.2.1", 443)))
attempt("metadata", lambda: connect(socket.AF_INET, ("169.254.169.254", 80)))
attempt("name", lambda: socket.getaddrinfo("example.org", 443))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("packet", lambda: socket.socket(17, socket.SOCK_RAW))`,
        );
        expect(lines.filter((line) => !line.includes('refused'))).toEqual([]);
        expect(lines).toHaveLength(8);
        expect(reached).toBe(0);
      });

      test('from sockets that have a name and no file', async () => {
        const { lines } = await bench.run(
          `${TRY}
names = [line.split()[-1] for line in open("/proc/net/unix").read().splitlines()[1:] if "@" in line]
print("names", names)
attempt("abstract", lambda: connect(socket.AF_UNIX, "\\0vitrine-conformance"))`,
        );
        expect(lines).toEqual(['names []', 'abstract refused ECONNREFUSED']);
      });

      test('from files outside, also through links', async () => {
        const secret = join(bench.scratch, 'secret');
        writeFileSync(secret, 'secret');
        symlinkSync(secret, join(bench.workspace, 'by-path'));
        symlinkSync('../secret', join(bench.workspace, 'by-parent'));
        symlinkSync('/proc/1/root/etc/shadow', join(bench.workspace, 'by-process'));
        const { lines } = await bench.run(
          `${TRY}
import sys
os.symlink("/etc/shadow", "made-inside")
os.symlink("/", "root")
paths = [sys.argv[1], "by-path", "by-parent", "by-process", "made-inside", "root" + sys.argv[1], "/etc/shadow", "../secret"]
for path in paths: attempt(path, lambda: open(path).read())
for path in ["/root", "/home", "/work", "/mnt", "/run", "/sys/fs/cgroup", "/var/lib", "/var/run/docker.sock"]:
    print(path, os.listdir(path) if os.path.isdir(path) and os.access(path, os.R_OK) else "no")`,
          {},
          secret,
        );
        const attempts = lines.slice(0, 8);
        expect(attempts.filter((line) => !line.includes('refused'))).toEqual([]);
        expect(lines.join()).not.toContain(`${basename(bench.scratch)}/workspace`);
      });

      test('from changing what it runs on', async () => {
        const { lines } = await bench.run(
          `${TRY}
for path in ["/new", "/usr/new", "/usr/bin/new", "/etc/new", "/dev/new", "/proc/new", "/var/new"]:
    attempt(path, lambda: open(path, "w"))
for path in ["/etc/passwd", "/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger", "/sys/kernel/mm/ksm/run", "/sys/fs/cgroup/cgroup.procs"]:
    attempt(path, lambda: open(path, "a").write("1"))
attempt("chmod", lambda: os.chmod("/usr/bin/env", 0o777))
attempt("memory", lambda: open("/dev/mem", "rb"))
attempt("device", lambda: os.mknod("/tmp/disk", 0o60600, os.makedev(254, 0)))
attempt("device here", lambda: os.mknod("disk", 0o60600, os.makedev(254, 0)))`,
        );
        expect(lines.filter((line) => !line.includes('refused'))).toEqual([]);
        expect(lines).toHaveLength(18);
      });

      test('from being root, and from becoming it', async () => {
        const { lines } = await bench.run(
          `${TRY}
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(os.getuid() != 0, os.geteuid() != 0, status["NoNewPrivs"], int(status["CapEff"], 16), int(status["CapPrm"], 16), int(status["CapBnd"], 16))
attempt("setuid", lambda: os.setuid(0))
attempt("setgid", lambda: os.setgid(0))
attempt("setgroups", lambda: os.setgroups([0]))
attempt("chroot", lambda: os.chroot("/tmp"))
attempt("chown", lambda: (open("mine", "w").close(), os.chown("mine", 0, 0)))`,
        );
        expect(lines[0]).toBe('True True 1 0 0 0');
        expect(lines.slice(1).filter((line) => !line.includes('refused'))).toEqual([]);
      });

      test('from other processes', async () => {
        const { lines } = await bench.run(
          `import os
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print(len(pids) <= 6, os.getpid() < 50)
print(any(str(${process.pid}) == str(pid) for pid in pids))`,
        );
        expect(lines).toEqual(['True True', 'False']);
      });
    });

    describe('P8: holds the limit of', () => {
      test('memory', async () => {
        const { execution } = await bench.run(
          'chunks = []\nwhile True: chunks.append(bytearray(b"x" * (8 << 20)))',
          { limits: { memoryBytes: 96 * 2 ** 20 } },
        );
        expect(execution).toMatchObject({ limit: 'memory' });
        expect(execution.exitCode).not.toBe(0);
      });

      test('processes, against a fork bomb', async () => {
        const { execution, lines } = await bench.run(
          `import os, signal
made = 0
try:
    for _ in range(1000):
        if os.fork() == 0: signal.pause()
        made += 1
except OSError as error:
    print(made, error.errno)`,
          { limits: { processes: 20 } },
        );
        expect(execution).toMatchObject({ exitCode: 0, limit: 'processes' });
        const [made, errno] = (lines[0] ?? '').split(' ').map(Number);
        expect(errno).toBe(11);
        expect(made).toBeLessThanOrEqual(21);
        expect(made).toBeGreaterThanOrEqual(10);
      });

      test.for([
        ['one file', 'f = open("big", "wb")\nwhile True: f.write(b"x" * (1 << 20))'],
        [
          'many files',
          'import itertools\nfor i in itertools.count():\n    with open(f"f{i}", "wb") as f: f.write(b"x" * (1 << 18))',
        ],
      ] as const)('disk, against %s', async ([, program]) => {
        const { execution } = await bench.run(program, {
          limits: { diskBytes: 8 * 2 ** 20, wallClockSeconds: 30 },
        });
        expect(execution.limit).toBe('disk');
        expect(execution.exitCode).not.toBe(0);
      });

      test('temporary space', async () => {
        const { execution, lines } = await bench.run(
          `${TRY}
def fill():
    with open("/tmp/big", "wb") as f:
        while True: f.write(b"x" * (1 << 20))
attempt("fill", fill)
print(os.path.getsize("/tmp/big") <= 4 << 20)`,
          { limits: { temporaryBytes: 4 * 2 ** 20 } },
        );
        expect(lines).toEqual(['fill refused ENOSPC', 'True']);
        expect(execution.exitCode).toBe(0);
      });

      test.for([
        ['sleeps', FOR_EVER],
        ['spins', 'while True: pass'],
        [
          'ignores SIGTERM',
          `import signal\nsignal.signal(15, signal.SIG_IGN)\nwhile True: signal.pause()`,
        ],
      ] as const)('time, for one that %s', async ([, program]) => {
        const { execution } = await bench.run(program, { limits: { wallClockSeconds: 1 } });
        expect(execution.limit).toBe('time');
        expect(execution.exitCode).toBeGreaterThan(128);
      });
    });

    describe('leaves nothing running', () => {
      const daemons = `${TELL}
import subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.Popen([sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()", sys.argv[1]], start_new_session=True)
        tell("ready", "")
        import signal
        signal.pause()
    os._exit(0)
os.wait()
while not os.path.exists("ready"): pass
`;
      test('when the program left daemons behind', async () => {
        const marker = `daemon-${randomBytes(8).toString('hex')}`;
        await bench.run(daemons, {}, marker);
        expect(processesWith(marker)).toEqual([]);
      });

      test('when it is stopped', async () => {
        const marker = `stopped-${randomBytes(8).toString('hex')}`;
        const id = await bench.start(
          bench.python(`${daemons}\nimport signal; signal.pause()`, {}, marker),
        );
        await bench.appears('ready');
        expect(processesWith(marker).length).toBeGreaterThan(0);
        await bench.executor.stop(id);
        expect(processesWith(marker)).toEqual([]);
        const execution = await bench.executor.inspect(id);
        expect(execution).toMatchObject({ state: 'exited', limit: null });
      });

      test('when it is removed while it runs', async () => {
        const marker = `removed-${randomBytes(8).toString('hex')}`;
        const id = await bench.start(bench.python(FOR_EVER, {}, marker));
        await bench.appears('ready');
        await bench.executor.remove(id);
        expect(processesWith(marker)).toEqual([]);
        expect(await bench.executor.inspect(id)).toEqual({ state: 'absent' });
        expect(await bench.executor.log(id)).toBe('');
      });
    });

    describe('P5: can be asked twice', () => {
      const once = 'open("runs", "a").write("x")';

      test('to start: the program runs once', async () => {
        const spec = bench.python(once);
        await Promise.all([bench.executor.start(spec), bench.executor.start(spec)]);
        await bench.executor.wait(spec.id);
        await bench.executor.start(spec);
        await bench.executor.wait(spec.id);
        expect(readFileSync(join(bench.workspace, 'runs'), 'utf8')).toBe('x');
      });

      test('to stop and to remove, also what was never there', async () => {
        const spec = bench.python('pass');
        await bench.executor.stop(spec.id);
        await bench.executor.remove(spec.id);
        expect(await bench.executor.inspect(spec.id)).toEqual({ state: 'absent' });
        expect(await bench.executor.wait(spec.id)).toEqual({ state: 'absent' });
        await bench.finish(spec);
        await bench.executor.stop(spec.id);
        await bench.executor.stop(spec.id);
        expect(await bench.executor.inspect(spec.id)).toMatchObject({
          state: 'exited',
          exitCode: 0,
        });
        await bench.executor.remove(spec.id);
        await bench.executor.remove(spec.id);
        expect(await bench.executor.inspect(spec.id)).toEqual({ state: 'absent' });
      });

      test('by another executor, as after a crash', async () => {
        const id = await bench.start(
          bench.python(`${TELL}
tell("ready", "")
while not os.path.exists("go"): pass
print("done")
raise SystemExit(5)`),
        );
        await bench.appears('ready');
        const other = await makeExecutor();
        expect(await other.inspect(id)).toMatchObject({ state: 'running' });
        const waiting = other.wait(id);
        writeFileSync(join(bench.workspace, 'go'), '');
        expect(await waiting).toMatchObject({ state: 'exited', exitCode: 5 });
        expect(await other.log(id)).toMatch(/Z done\n$/);
      });

      test('to wait, and the one wait given up', async () => {
        const id = await bench.start(bench.python(FOR_EVER));
        await bench.appears('ready');
        const giveUp = new AbortController();
        const waiting = bench.executor.wait(id, giveUp.signal);
        giveUp.abort(new Error('given up'));
        await expect(waiting).rejects.toThrow('given up');
        expect(await bench.executor.inspect(id)).toMatchObject({ state: 'running' });
      });

      test('for many jobs at once', async () => {
        const many = Array.from({ length: options.parallel ?? 50 }, (_, index) => index);
        const codes = await Promise.all(
          many.map(async (index) => {
            const { execution, lines } = await bench.run(
              `print(${index})\nraise SystemExit(${index})`,
            );
            return [execution.exitCode, lines.join()];
          }),
        );
        expect(codes).toEqual(many.map((index) => [index, String(index)]));
      });
    });

    describe('P9: refuses', () => {
      test.for([
        '',
        '.',
        '..',
        '../x',
        'a/b',
        '/etc',
        '.hidden',
        '-x',
        'a b',
        'é',
        'a\n',
        'x'.repeat(65),
        'a;b',
        'a.b',
      ])('the id %j', async (id) => {
        const { executor } = bench;
        for (const ask of [
          () => executor.start(bench.python('pass', { id })),
          () => executor.inspect(id),
          () => executor.log(id),
          () => executor.stop(id),
          () => executor.remove(id),
        ]) {
          expect(await codeOf(ask)).toBe('execution-id-invalid');
        }
      });

      test.for<readonly [string, Partial<ExecutionSpec>]>([
        ['no command', { command: [] }],
        ['no workspace', { mounts: [] }],
        [
          'a workspace elsewhere',
          { mounts: [{ source: '/tmp', target: '/elsewhere', writable: false }] },
        ],
        [
          'a source that is not absolute',
          { mounts: [{ source: 'tmp', target: '/workspace', writable: false }] },
        ],
        [
          'a source with ..',
          { mounts: [{ source: '/tmp/../etc', target: '/workspace', writable: false }] },
        ],
        ['a variable that is none', { environment: { 'A=B': 'c' } }],
        ['a NUL', { command: ['python3', 'a\0b'] }],
        ['no time', { limits: { ...conformanceLimits, wallClockSeconds: 0 } }],
        [
          'endless memory',
          { limits: { ...conformanceLimits, memoryBytes: Number.POSITIVE_INFINITY } },
        ],
      ])('%s', async ([, change]) => {
        const spec = { ...bench.python('pass'), ...change };
        expect(await codeOf(() => bench.executor.start(spec))).toBe('execution-spec-invalid');
        expect(await bench.executor.inspect(spec.id)).toEqual({ state: 'absent' });
      });

      test('a mount whose source is not there', async () => {
        const mounts = [
          { source: join(bench.scratch, 'absent'), target: '/absent', writable: false },
        ];
        const spec = bench.python('pass', { mounts });
        expect(await codeOf(() => bench.executor.start(spec))).toBe('mount-source-missing');
        expect(await bench.executor.inspect(spec.id)).toEqual({ state: 'absent' });
      });
    });

    test('P12: passes the isolation self-test', async () => {
      chmodSync(bench.scratch, 0o755);
      const results = await isolationSelfTest(bench.executor, {
        ...options,
        scratchDir: bench.scratch,
      });
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length).toBeGreaterThan(15);
    });
  });
}

async function codeOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.diagnostics[0]?.code;
  }
}
