/**
 * The isolation self-test (promise P12): tries, from inside, what must not be possible. Run at the start of an agent and by
 * `vitrine doctor`; it asks an executor for one short program and judges what that program reports.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ExecutionSpec, Executor } from './executor.ts';

export interface SelfTestResult {
  readonly check: string;
  readonly passed: boolean;
  /** What was seen, one sentence or less. */
  readonly detail: string;
}

export interface SelfTestOptions {
  /** Default: no image, no extra paths, which suits the sandbox. */
  readonly runtime?: ExecutionSpec['runtime'];
  /** The Python 3 inside. Default `python3`. */
  readonly python?: string;
  /** Name of the execution; what an earlier one of that name left is removed. Default a new name. */
  readonly id?: string;
  /** Where the test makes its folders. Default the system's. */
  readonly scratchDir?: string;
}

/** Each attempt prints what came of it; `ok` says whether the isolation held. */
const PROGRAM = `
import ctypes, errno, json, os, socket, sys
port, secret, variables = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
shared = sorted(set(variables) & set(os.environ) - {"PATH", "HOME", "LANG", "TZ", "PWD", "HOSTNAME"})
def refused(attempt):
    try:
        return [False, "it was possible: %r" % (attempt(),)]
    except OSError as error:
        return [True, error.strerror or str(error)]
def connect(family, address):
    def attempt():
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(3)
            s.connect(address)
    return attempt
def status(key):
    with open("/proc/self/status") as f:
        return next(line.split(":")[1].strip() for line in f if line.startswith(key + ":"))
def links():
    names = sorted(os.listdir("/sys/class/net")) if os.path.isdir("/sys/class/net") else [n for _, n in socket.if_nameindex()]
    return [set(names) <= {"lo"}, ", ".join(names) or "none"]
def unshare():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
own = status("Uid").split()
processes = [int(n) for n in os.listdir("/proc") if n.isdigit()]
print(json.dumps({
    "network-interfaces": links(),
    "network-internet": refused(connect(socket.AF_INET, ("192.0.2.1", 443))),
    "network-host": refused(connect(socket.AF_INET, ("127.0.0.1", port))),
    "network-hypervisor": refused(connect(getattr(socket, "AF_VSOCK", 40), (2, 1024))),
    "files-outside": refused(lambda: open(secret).read(1)),
    "files-shadow": refused(lambda: open("/etc/shadow").read(1)),
    "root-read-only": refused(lambda: open("/written", "w")),
    "programs-read-only": refused(lambda: open("/usr/bin/written", "w")),
    "kernel-settings": refused(lambda: open("/proc/sys/kernel/hostname", "w").write("x")),
    "inputs-read-only": refused(lambda: open("/inputs/written", "w")),
    "workspace-writable": [open("/workspace/written", "w").write("x") == 1, "a file was written"],
    "not-root": [int(own[0]) != 0 and int(own[1]) != 0, "user " + own[0]],
    "no-capabilities": [int(status("CapEff"), 16) == 0 and int(status("CapBnd"), 16) == 0, status("CapEff")],
    "no-new-privileges": [status("NoNewPrivs") == "1", "no_new_privs " + status("NoNewPrivs")],
    "system-calls-filtered": [status("Seccomp") == "2", "seccomp mode " + status("Seccomp")],
    "no-new-namespaces": refused(unshare),
    "processes-hidden": [len(processes) <= 6, "%d processes to be seen" % len(processes)],
    "environment-clean": [not shared, "shared with the host: " + (", ".join(shared) or "none")],
}))
`;

const report: z.ZodType<Record<string, [boolean, string]>> = z.record(
  z.string(),
  z.tuple([z.boolean(), z.string()]),
);

/**
 * Tries the isolation of an executor. Never throws for what it finds: an executor that cannot run the test fails it.
 */
export async function isolationSelfTest(
  executor: Executor,
  options: SelfTestOptions = {},
): Promise<readonly SelfTestResult[]> {
  const id = options.id ?? `selftest-${randomBytes(6).toString('hex')}`;
  const scratch = await mkdtemp(join(options.scratchDir ?? tmpdir(), `${id}-`));
  const [workspace, inputs] = [join(scratch, 'workspace'), join(scratch, 'inputs')];
  const listener = createServer((socket) => socket.destroy());
  try {
    await Promise.all([mkdir(workspace), mkdir(inputs), writeFile(join(scratch, 'secret'), 'x')]);
    const port = await new Promise<number>((resolve) =>
      listener.listen(0, '127.0.0.1', () => resolve(portOf(listener.address()))),
    );
    if (options.id !== undefined) await executor.remove(id);
    await executor.start({
      id,
      runtime: options.runtime ?? { image: '', hostPaths: [] },
      command: [
        options.python ?? 'python3',
        '-I',
        '-c',
        PROGRAM,
        String(port),
        join(scratch, 'secret'),
        Object.keys(process.env).join(','),
      ],
      mounts: [
        { source: workspace, target: '/workspace', writable: true },
        { source: inputs, target: '/inputs', writable: false },
      ],
      environment: {},
      limits: {
        wallClockSeconds: 30,
        memoryBytes: 256 * 2 ** 20,
        cpus: 1,
        processes: 16,
        diskBytes: 2 ** 20,
        temporaryBytes: 2 ** 20,
        logBytes: 2 ** 16,
      },
      labels: { 'vitrine.purpose': 'self-test' },
    });
    const execution = await executor.wait(id);
    const log = await executor.log(id);
    const found = parseReport(log);
    if (found === null) {
      const code = execution.state === 'exited' ? execution.exitCode : execution.state;
      return [
        { check: 'self-test', passed: false, detail: `It ended with ${code}: ${lastLine(log)}` },
      ];
    }
    const left = await readdir(workspace);
    return [
      ...Object.entries(found).map(([check, [passed, detail]]) => ({ check, passed, detail })),
      {
        check: 'output-arrives',
        passed: left.length === 1 && left[0] === 'written',
        detail: `${left.length} file in the workspace`,
      },
    ];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [{ check: 'self-test', passed: false, detail }];
  } finally {
    listener.close();
    await executor.remove(id).catch(() => undefined);
    await rm(scratch, { recursive: true, force: true });
  }
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** The program's one line of JSON, behind its time. */
function parseReport(log: string): Record<string, [boolean, string]> | null {
  for (const line of log.split('\n')) {
    const text = line.slice(line.indexOf(' ') + 1);
    if (!text.startsWith('{')) continue;
    try {
      return report.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }
  return null;
}

function lastLine(log: string): string {
  return log.trimEnd().split('\n').at(-1) ?? '';
}
