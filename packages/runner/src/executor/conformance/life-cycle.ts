/** Part of what every executor must do: starting, stopping and removing, again and again (promise P5). */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Executor } from '../executor.ts';
import { type Bench, processesWith } from './bench.ts';
import { FOR_EVER, TELL } from './programs.ts';

export function describeLifeCycle(
  bench: () => Bench,
  makeExecutor: () => Executor | Promise<Executor>,
  parallel: number,
): void {
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
      await bench().run(daemons, {}, marker);
      expect(processesWith(marker)).toEqual([]);
    });

    test('when it is stopped', async () => {
      const marker = `stopped-${randomBytes(8).toString('hex')}`;
      const id = await bench().start(
        bench().python(`${daemons}\nimport signal; signal.pause()`, {}, marker),
      );
      await bench().appears('ready');
      expect(processesWith(marker).length).toBeGreaterThan(0);
      await bench().executor.stop(id);
      expect(processesWith(marker)).toEqual([]);
      const execution = await bench().executor.inspect(id);
      expect(execution).toMatchObject({ state: 'exited', limit: null });
    });

    test('when it is removed while it runs', async () => {
      const marker = `removed-${randomBytes(8).toString('hex')}`;
      const id = await bench().start(bench().python(FOR_EVER, {}, marker));
      await bench().appears('ready');
      await bench().executor.remove(id);
      expect(processesWith(marker)).toEqual([]);
      expect(await bench().executor.inspect(id)).toEqual({ state: 'absent' });
      expect(await bench().executor.log(id)).toBe('');
    });
  });

  describe('P5: can be asked twice', () => {
    const once = 'open("runs", "a").write("x")';

    test('to start: the program runs once', async () => {
      const spec = bench().python(once);
      await Promise.all([bench().executor.start(spec), bench().executor.start(spec)]);
      await bench().executor.wait(spec.id);
      await bench().executor.start(spec);
      await bench().executor.wait(spec.id);
      expect(readFileSync(join(bench().workspace, 'runs'), 'utf8')).toBe('x');
    });

    test('to stop and to remove, also what was never there', async () => {
      const spec = bench().python('pass');
      await bench().executor.stop(spec.id);
      await bench().executor.remove(spec.id);
      expect(await bench().executor.inspect(spec.id)).toEqual({ state: 'absent' });
      expect(await bench().executor.wait(spec.id)).toEqual({ state: 'absent' });
      await bench().finish(spec);
      await bench().executor.stop(spec.id);
      await bench().executor.stop(spec.id);
      expect(await bench().executor.inspect(spec.id)).toMatchObject({
        state: 'exited',
        exitCode: 0,
      });
      await bench().executor.remove(spec.id);
      await bench().executor.remove(spec.id);
      expect(await bench().executor.inspect(spec.id)).toEqual({ state: 'absent' });
    });

    test('by another executor, as after a crash', async () => {
      const id = await bench().start(
        bench().python(`${TELL}
tell("ready", "")
while not os.path.exists("go"): pass
print("done")
raise SystemExit(5)`),
      );
      await bench().appears('ready');
      const other = await makeExecutor();
      expect(await other.inspect(id)).toMatchObject({ state: 'running' });
      const waiting = other.wait(id);
      writeFileSync(join(bench().workspace, 'go'), '');
      expect(await waiting).toMatchObject({ state: 'exited', exitCode: 5 });
      expect(await other.log(id)).toMatch(/Z done\n$/);
    });

    test('to wait, and the one wait given up', async () => {
      const id = await bench().start(bench().python(FOR_EVER));
      await bench().appears('ready');
      const giveUp = new AbortController();
      const waiting = bench().executor.wait(id, giveUp.signal);
      giveUp.abort(new Error('given up'));
      await expect(waiting).rejects.toThrow('given up');
      expect(await bench().executor.inspect(id)).toMatchObject({ state: 'running' });
    });

    test('for many jobs at once', async () => {
      const many = Array.from({ length: parallel }, (_, index) => index);
      const codes = await Promise.all(
        many.map(async (index) => {
          const { execution, lines } = await bench().run(
            `print(${index})\nraise SystemExit(${index})`,
          );
          return [execution.exitCode, lines.join()];
        }),
      );
      expect(codes).toEqual(many.map((index) => [index, String(index)]));
    });
  });
}
