/** Part of what every executor must do: what a program cannot reach (promise P1). */
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { TRY } from './programs.ts';

export function describeIsolation(bench: () => Bench): void {
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
      const { lines } = await bench().run(
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
      const { lines } = await bench().run(
        `${TRY}
names = [line.split()[-1] for line in open("/proc/net/unix").read().splitlines()[1:] if "@" in line]
print("names", names)
attempt("abstract", lambda: connect(socket.AF_UNIX, "\\0vitrine-conformance"))`,
      );
      expect(lines).toEqual(['names []', 'abstract refused ECONNREFUSED']);
    });

    test('from files outside, also through links', async () => {
      const secret = join(bench().scratch, 'secret');
      writeFileSync(secret, 'secret');
      symlinkSync(secret, join(bench().workspace, 'by-path'));
      symlinkSync('../secret', join(bench().workspace, 'by-parent'));
      symlinkSync('/proc/1/root/etc/shadow', join(bench().workspace, 'by-process'));
      const { lines } = await bench().run(
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
      expect(lines.join()).not.toContain(`${basename(bench().scratch)}/workspace`);
    });

    test('from changing what it runs on', async () => {
      const { lines } = await bench().run(
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
      const { lines } = await bench().run(
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
      const { lines } = await bench().run(
        `import os
pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
print(len(pids) <= 6, os.getpid() < 50)
print(any(str(${process.pid}) == str(pid) for pid in pids))`,
      );
      expect(lines).toEqual(['True True', 'False']);
    });
  });
}
