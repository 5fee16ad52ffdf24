/** What the sandbox holds beyond the conformance tests: system calls, ownership, tricks with the disk, other machines. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bench, processesWith } from '../conformance/bench.ts';
import { createSandboxExecutor } from './sandbox-executor.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vitrine-sandbox-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

const us = process.getuid?.() ?? -1;

let bench: Bench;
beforeEach(() => {
  bench = new Bench(createSandboxExecutor({ stateDir, graceSeconds: 0.3 }));
});
afterEach(() => bench.close());

/** Calls the kernel directly, by number of x86-64 or of ARM 64. */
const CALL = `
import ctypes, errno, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(x64, arm64, *arguments):
    number = x64 if platform.machine() == "x86_64" else arm64
    result = libc.syscall(number, *arguments)
    return "possible" if result >= 0 else errno.errorcode[ctypes.get_errno()]
`;

describe('system calls', () => {
  test.for([
    ['ptrace', 'call(101, 117, 16, 1, 0, 0)', 'EPERM'],
    ['process_vm_readv', 'call(310, 270, 1, 0, 0, 0, 0, 0)', 'EPERM'],
    ['mount', 'call(165, 40, 0, b"/tmp", b"tmpfs", 0, 0)', 'EPERM'],
    ['unshare of users', 'call(272, 97, 0x10000000)', 'EPERM'],
    ['unshare of the network', 'call(272, 97, 0x40000000)', 'EPERM'],
    ['clone into new users', 'call(56, 220, 0x10000011, 0, 0, 0, 0)', 'EPERM'],
    ['clone3', 'call(435, 435, 0, 0)', 'ENOSYS'],
    ['setns', 'call(308, 268, 0, 0)', 'EPERM'],
    ['keyctl', 'call(250, 219, 0, 0)', 'EPERM'],
    ['add_key', 'call(248, 217, b"user", b"x", b"y", 1, -3)', 'EPERM'],
    ['perf_event_open', 'call(298, 241, 0, 0, 0, 0, 0)', 'EPERM'],
    ['bpf', 'call(321, 280, 0, 0, 0)', 'EPERM'],
    ['userfaultfd', 'call(323, 282, 0)', 'EPERM'],
    ['io_uring_setup', 'call(425, 425, 1, 0)', 'EPERM'],
    ['kexec_load', 'call(246, 104, 0, 0, 0, 0)', 'EPERM'],
    ['open_by_handle_at', 'call(304, 265, 0, 0, 0)', 'EPERM'],
    ['chroot', 'call(161, 51, b"/tmp")', 'EPERM'],
    ['typing into a terminal', 'call(16, 29, 0, 0x5412, b"x")', 'EPERM'],
    ['a socket to the hypervisor', 'call(41, 198, 40, 1, 0)', 'EAFNOSUPPORT'],
    ['a socket of the crypto interface', 'call(41, 198, 38, 5, 0)', 'EAFNOSUPPORT'],
    [
      'a socket of another machine word (x32)',
      'call(0x40000000 | 39, 438)',
      /ENOSYS|EPERM|EBADF|EINVAL/,
    ],
  ] as const)('%s is refused', async ([, attempt, answer]) => {
    const { lines } = await bench.run(`${CALL}print(${attempt})`);
    expect(lines).toEqual([expect.stringMatching(answer)]);
  });

  test('threads, processes, pipes and sockets inside are not', async () => {
    const { lines } = await bench.run(`
import multiprocessing, socket, subprocess, threading
threading.Thread(target=print, args=("thread",)).start()
print(subprocess.run(["sh", "-c", "echo process"], capture_output=True, text=True).stdout.strip())
with multiprocessing.get_context("fork").Pool(2) as pool: print(pool.map(abs, [-1, -2]))
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.send(b"socket")
print(server.accept()[0].recv(9))
print(len(socket.socketpair()))`);
    expect(lines).toEqual(['thread', 'process', '[1, 2]', "b'socket'", '2']);
  });
});

describe('a program', () => {
  test('that does not exist ends with 127, and the log names it', async () => {
    const { execution, lines } = await bench.finish(bench.spec(['no-such-program', 'x']));
    expect(execution.exitCode).toBe(127);
    expect(lines.join()).toContain('no-such-program: not found');
  });

  test('that ends well when it is asked to ends with its own code', async () => {
    const id = await bench.start(
      bench.python(`
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
open("ready", "w").close()
while True: signal.pause()`),
    );
    await bench.appears('ready');
    await bench.executor.stop(id);
    expect(await bench.executor.inspect(id)).toMatchObject({ exitCode: 7, limit: null });
  });

  test('finds only the usual descriptors and nothing of the host in the process before it', async () => {
    const { lines } = await bench.run(`
import os
print(sorted(int(n) for n in os.listdir("/proc/self/fd"))[:3], [n for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n) and int(n) > 8])
print("bind" + " " in open("/proc/1/cmdline").read().replace("\\0", " "), open("/proc/1/environ", "rb").read() if os.access("/proc/1/environ", os.R_OK) else b"")
print(os.environ["PWD"], sorted(os.environ))`);
    expect(lines).toEqual([
      '[0, 1, 2] []',
      "False b''",
      "/workspace ['HOME', 'LANG', 'PATH', 'PWD', 'TZ']",
    ]);
  });

  test('runs with a setup that cannot be made: a fault, and nothing remains', async () => {
    const spec = bench.python('pass', {
      mounts: [{ source: bench.scratch, target: '/usr/made-up', writable: false }],
    });
    await expect(bench.executor.start(spec)).rejects.toSatisfy(
      (error) => error instanceof FaultError && error.diagnostics[0]?.code === 'sandbox-failed',
    );
    expect(await bench.executor.inspect(spec.id)).toEqual({ state: 'absent' });
    expect(readdirSync(stateDir).filter((name) => name.includes(spec.id))).toEqual([]);
  });
});

describe('files', () => {
  test('come back with their owner, readable, and with no set-id bit', async () => {
    await bench.run(`
import os
open("set-id", "w").close(); os.chmod("set-id", 0o6777)
os.mkdir("closed"); open("closed/file", "w").close(); os.chmod("closed/file", 0); os.chmod("closed", 0)
os.symlink("/etc/passwd", "link")
os.mkfifo("pipe")`);
    const mode = (name: string): string =>
      (lstatSync(join(bench.workspace, name)).mode & 0o7777).toString(8);
    expect([mode('set-id'), mode('closed'), mode('closed/file')]).toEqual(['777', '700', '400']);
    for (const name of ['set-id', 'closed', 'closed/file', 'link', 'pipe']) {
      expect(lstatSync(join(bench.workspace, name)).uid).toBe(us);
    }
    expect(lstatSync('/etc/passwd').uid).toBe(0);
  });

  test('that have another name outside are not the program’s to change', async () => {
    const outside = join(bench.scratch, 'outside');
    writeFileSync(outside, 'original', { mode: us === 0 ? 0o644 : 0o444 });
    linkSync(outside, join(bench.workspace, 'linked'));
    const { lines } = await bench.run(`
print(open("linked").read())
try: open("linked", "a").write("!")
except PermissionError: print("refused")`);
    expect(lines).toEqual(['original', 'refused']);
    expect(readFileSync(outside, 'utf8')).toBe('original');
    expect(lstatSync(outside).uid).toBe(us);
  });

  test('that only we may read are read, and stay ours', async () => {
    const closed = join(bench.scratch, 'closed');
    mkdirSync(join(closed, 'study'), { recursive: true, mode: 0o700 });
    writeFileSync(join(closed, 'study', 'data'), 'data', { mode: 0o600 });
    const { lines } = await bench.run('print(open("/inputs/data").read())', {
      mounts: [{ source: join(closed, 'study'), target: '/inputs', writable: false }],
    });
    expect(lines).toEqual(['data']);
    expect(lstatSync(join(closed, 'study', 'data')).uid).toBe(us);
  });

  test('belong to another user on the host while a root executor runs the job', async () => {
    await bench.start(bench.python('import signal; open("ready", "w").close(); signal.pause()'));
    await bench.appears('ready');
    const owner = lstatSync(join(bench.workspace, 'ready')).uid;
    if (us === 0) expect(owner).toBeGreaterThanOrEqual(60_000);
    else expect(owner).toBe(us);
  });
});

describe('the disk', () => {
  const limits = { diskBytes: 8 * 2 ** 20 };

  test.for([
    [
      'a file without a name',
      'import os\nf = [open(f"f{i}", "wb") for i in range(8)]\n[os.unlink(f"f{i}") for i in range(8)]\nfor x in f: x.write(b"x" * (4 << 20)); x.flush()\nimport signal; signal.pause()',
    ],
    [
      'folders deeper than a path',
      'import os\nwhile True:\n    os.mkdir("d" * 250); os.chdir("d" * 250)',
    ],
    ['empty files', 'import itertools\nfor i in itertools.count(): open(f"f{i}", "w").close()'],
    [
      'a folder that it closes',
      'import os\nos.mkdir("c"); os.chmod("c", 0o300)\nfor i in range(10**6): open(f"c/f{i}", "wb").write(b"x" * (1 << 18))',
    ],
  ] as const)('is not filled by %s', async ([, program]) => {
    const { execution } = await bench.run(program, { limits });
    expect(execution).toMatchObject({ limit: 'disk' });
    execFileSync('rm', ['-rf', bench.workspace]);
  });

  test('is not filled through shared memory', async () => {
    const { lines } = await bench.run(
      'f = open("/dev/shm/big", "wb")\ntry:\n    while True: f.write(b"x" * (1 << 20))\nexcept OSError as e: print(e.strerror)',
      { limits: { temporaryBytes: 2 ** 20 } },
    );
    expect(lines[0]).toBe('No space left on device');
  });

  test('may be written over without an end', async () => {
    const { execution } = await bench.run(
      'for i in range(40): open("same", "wb").write(b"x" * (1 << 20))',
      { limits },
    );
    expect(execution).toMatchObject({ exitCode: 0, limit: null });
  });
});

describe('without control groups', () => {
  beforeEach(async () => {
    await bench.close();
    bench = new Bench(createSandboxExecutor({ stateDir, graceSeconds: 0.3, cgroups: 'none' }));
  });

  test.for([
    ['one process', 'x = []\nwhile True: x.append(bytearray(b"x" * (4 << 20)))', [1, 137]],
    [
      'several together',
      'import os, signal\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(b"x" * (32 << 20)); signal.pause()\nos.wait()',
      [137],
    ],
  ] as const)('memory is held for %s', async ([, program, codes]) => {
    const { execution } = await bench.run(program, { limits: { memoryBytes: 96 * 2 ** 20 } });
    expect(codes).toContain(execution.exitCode);
    if (execution.exitCode === 137) expect(execution.limit).toBe('memory');
  });

  test('processes are held', async () => {
    const { lines } = await bench.run(
      'import os, signal\nmade = 0\ntry:\n    while made < 1000:\n        if os.fork() == 0: signal.pause()\n        made += 1\nexcept OSError: print(made)',
      { limits: { processes: 20 } },
    );
    expect(Number(lines[0])).toBeLessThanOrEqual(20);
    expect(Number(lines[0])).toBeGreaterThan(10);
  });

  test('daemons end, and time is held', async () => {
    const marker = `loose-${process.pid}`;
    const { execution } = await bench.run(
      'import os, signal\nsignal.signal(15, signal.SIG_IGN)\nif os.fork() == 0: os.setsid()\nwhile True: signal.pause()',
      { limits: { wallClockSeconds: 0.5 } },
      marker,
    );
    expect(execution).toMatchObject({ limit: 'time', exitCode: 137 });
    expect(processesWith(marker)).toEqual([]);
  });
});

test('another user than root has the same isolation', async () => {
  const uid = us === 0 ? 65_534 : us;
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-rootless-'));
  if (us === 0) chownSync(folder, uid, uid);
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const program = `
    import { createSandboxExecutor } from ${JSON.stringify(at('./sandbox-executor.ts'))};
    import { isolationSelfTest } from ${JSON.stringify(at('../self-test.ts'))};
    const executor = createSandboxExecutor({ stateDir: process.argv[1] + '/state' });
    console.log(JSON.stringify(await isolationSelfTest(executor, { scratchDir: process.argv[1] })));
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(us === 0 ? { uid, gid: uid } : {}),
    cwd: '/',
    env: {},
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  rmSync(folder, { recursive: true });
  const results: readonly { check: string; passed: boolean; detail: string }[] = JSON.parse(output);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results.length).toBeGreaterThan(15);
});

test.for([
  [
    'a state folder that cannot be made',
    { stateDir: '/dev/null/state' },
    'executor-state-unwritable',
  ],
  ['a state folder that is a file', { stateDir: '/etc/passwd' }, 'executor-state-unwritable'],
  ['no bubblewrap', { stateDir, bubblewrap: '/no/bwrap' }, 'sandbox-unavailable'],
  ['no Python', { stateDir, python: '/no/python3' }, 'sandbox-unavailable'],
] as const)('%s is a fault of the platform', async ([, options, code]) => {
  const fault = await createSandboxExecutor(options)
    .start(bench.python('pass'))
    .catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(FaultError);
  if (!(fault instanceof FaultError)) return;
  expect(fault.diagnostics[0]).toMatchObject({ code, blame: 'platform' });
});

test('a workspace behind a link is the folder that the link names', async () => {
  const link = join(bench.scratch, 'link');
  symlinkSync(bench.workspace, link);
  const spec = bench.python('open("here", "w").close()');
  await bench.finish({ ...spec, mounts: [{ source: link, target: '/workspace', writable: true }] });
  expect(readdirSync(bench.workspace)).toEqual(['here']);
});
