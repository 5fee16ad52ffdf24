/** Part of what every executor must do: limits (promise P8). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { FOR_EVER, TELL, TRY } from './programs.ts';

export function describeLimits(bench: () => Bench): void {
  describe('P8: holds the limit of', () => {
    test('memory', async () => {
      const { execution } = await bench().run(
        'chunks = []\nwhile True: chunks.append(bytearray(b"x" * (8 << 20)))',
        { limits: { memoryBytes: 96 * 2 ** 20 } },
      );
      expect(execution).toMatchObject({ limit: 'memory' });
      expect(execution.exitCode).not.toBe(0);
    });

    test('processes, against a fork bomb', async () => {
      const id = await bench().start(
        bench().python(
          `${TELL}
import signal
made = 0
try:
    for _ in range(1000):
        if os.fork() == 0: signal.pause()
        made += 1
except OSError as error:
    tell("made", f"{made} {error.errno}")
while not os.path.exists("go"): pass`,
          { limits: { processes: 20 } },
        ),
      );
      const told = await bench().appears('made');
      // Whoever looks while it lasts sees it; an engine forgets it with the last process.
      await bench().executor.inspect(id);
      writeFileSync(join(bench().workspace, 'go'), '');
      expect(await bench().executor.wait(id)).toMatchObject({ exitCode: 0, limit: 'processes' });
      const [made, errno] = told.split(' ').map(Number);
      expect(errno).toBe(11);
      expect(made).toBeLessThanOrEqual(21);
      expect(made).toBeGreaterThanOrEqual(10);
    });

    test.for([
      ['one file', 'f = open("big", "wb")\nwhile True: f.write(b"x" * (1 << 20))'],
      [
        'many files',
        // Not faster than anybody looks: where files lie in memory, its limit would come first.
        'import itertools, time\nfor i in itertools.count():\n    time.sleep(0.02)\n    with open(f"f{i}", "wb") as f: f.write(b"x" * (1 << 18))',
      ],
    ] as const)('disk, against %s', async ([, program]) => {
      const { execution } = await bench().run(program, {
        limits: { diskBytes: 8 * 2 ** 20, wallClockSeconds: 30 },
      });
      expect(execution.limit).toBe('disk');
      expect(execution.exitCode).not.toBe(0);
    });

    test('temporary space', async () => {
      const { execution, lines } = await bench().run(
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
      const { execution } = await bench().run(program, { limits: { wallClockSeconds: 1 } });
      expect(execution.limit).toBe('time');
      expect(execution.exitCode).toBeGreaterThan(128);
    });
  });
}
