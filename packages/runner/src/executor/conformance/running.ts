/** Part of what every executor must do: the start, the words, the surroundings, the end and the log of a program. */
import { describe, expect, test } from 'vitest';
import { type Bench, conformanceLimits } from './bench.ts';
import { FOR_EVER } from './programs.ts';

export function describeRunning(bench: () => Bench): void {
  describe('runs a program', () => {
    test.for([
      ['normally', 'pass', 0],
      ['with a code', 'raise SystemExit(3)', 3],
      ['by a fault of its own', 'raise KeyError', 1],
      ['by SIGTERM', 'import os; os.kill(os.getpid(), 15)', 143],
      ['by SIGSEGV', 'import os; os.kill(os.getpid(), 11)', 139],
      ['by SIGKILL', 'import os; os.kill(os.getpid(), 9)', 137],
    ] as const)('that ends %s', async ([, program, exitCode]) => {
      const { execution } = await bench().run(program);
      expect(execution).toMatchObject({ exitCode, limit: null });
      expect(execution.finishedAt.getTime()).toBeGreaterThanOrEqual(execution.startedAt.getTime());
    });

    test('with exactly the words it was given', async () => {
      const words = ['$HOME', 'a b', '', '"; exit 7', "'", '*', 'é', '--', '\n'];
      const { lines } = await bench().run('import sys; print(sys.argv[1:])', {}, ...words);
      expect(lines).toEqual([`['$HOME', 'a b', '', '"; exit 7', "'", '*', 'é', '--', '\\n']`]);
    });

    test('in /workspace, with nothing on standard input', async () => {
      const { lines } = await bench().run(
        'import os, sys; print(os.getcwd(), repr(sys.stdin.read()))',
      );
      expect(lines).toEqual(["/workspace ''"]);
    });

    test('with the given environment and no other', async () => {
      process.env['VITRINE_CONFORMANCE_SECRET'] = 'secret';
      const { lines } = await bench().run(
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
      const { execution } = await bench().run(
        'import os, tempfile; tempfile.mkstemp(); open(os.path.expanduser("~/x"), "w").write("x")',
      );
      expect(execution.exitCode).toBe(0);
    });

    test('and says what it used', async () => {
      const { execution } = await bench().run(
        'x = bytearray(80 << 20)\nfor i in range(3_000_000): pass\nimport time, os\nfor i in range(0, len(x), 4096): x[i] = 1\nwhile time.process_time() < 0.7: pass',
      );
      expect(execution.usage.cpuSeconds).toBeGreaterThan(0.4);
      expect(execution.usage.peakMemoryBytes).toBeGreaterThan(80 * 2 ** 20);
      expect(execution.usage.peakMemoryBytes).toBeLessThan(conformanceLimits.memoryBytes * 1.1);
    });

    test('and is seen running meanwhile', async () => {
      const id = await bench().start(bench().python(FOR_EVER));
      await bench().appears('ready');
      const execution = await bench().executor.inspect(id);
      expect(execution).toMatchObject({ state: 'running', startedAt: expect.any(Date) });
    });
  });

  describe('keeps a log', () => {
    test('of both streams, each line with its time', async () => {
      const { execution } = await bench().finish(
        bench().python(
          'import sys; print("out", flush=True); print("err", file=sys.stderr); print("ünended", end="")',
          {
            id: 'log-of-streams',
            environment: { PYTHONIOENCODING: 'utf-8' },
          },
        ),
      );
      const log = await bench().executor.log('log-of-streams');
      expect(log.split('\n')).toHaveLength(4);
      for (const line of log.trimEnd().split('\n')) {
        expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z (out|err|ünended)$/);
        const time = Date.parse(line.split(' ')[0] ?? '');
        expect(time).toBeGreaterThan(execution.startedAt.getTime() - 1000);
        expect(time).toBeLessThan(execution.finishedAt.getTime() + 1000);
      }
    });

    test('that can be read while it runs', async () => {
      const id = await bench().start(bench().python(`print("first", flush=True)${FOR_EVER}`));
      await bench().appears('ready');
      expect(await bench().executor.log(id)).toContain('first');
    });

    test('within its limit, without holding up the program', async () => {
      const logBytes = 100_000;
      const { execution, lines } = await bench().run(
        `for i in range(300000): print("line", i)\nprint("last")`,
        { id: 'log-flood', limits: { logBytes } },
      );
      expect(execution).toMatchObject({ exitCode: 0, limit: 'log' });
      const kept = Buffer.byteLength(await bench().executor.log('log-flood'));
      expect(kept).toBeLessThan(logBytes * 1.2);
      expect(lines.at(-1)).toBe('last');
    });
  });
}
