import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FilesUnderWay } from './files-under-way.ts';

/** Files that take turns of the event loop to be written and finished; one may fail in either step. */
async function run(
  atOnce: number,
  turns: readonly number[],
  failing: { readonly file: number; readonly step: 'write' | 'finish' } | null,
): Promise<{
  readonly finished: number[];
  readonly most: number;
  readonly left: number;
  readonly failed: boolean;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-under-way-'));
  const finished: number[] = [];
  let writing = 0;
  let most = 0;
  const queue = new FilesUnderWay(atOnce);
  const parts = turns.map((_, file) => join(folder, `${file}.part`));
  const pause = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
  };
  let failed = false;
  try {
    try {
      for (const [file, count] of turns.entries()) {
        await queue.add({
          write: async () => {
            writing += 1;
            most = Math.max(most, writing);
            await pause(count);
            writing -= 1;
            if (failing?.file === file && failing.step === 'write') throw new Error('full');
            const part = parts[file] ?? '';
            await writeFile(part, 'x');
            return part;
          },
          finish: async (part) => {
            await pause(count % 3);
            if (failing?.file === file && failing.step === 'finish') throw new Error('full');
            await rm(part);
            finished.push(file);
          },
        });
      }
    } finally {
      await queue.finished();
    }
  } catch {
    failed = true;
  }
  const left = parts.filter((part) => existsSync(part)).length;
  await rm(folder, { recursive: true });
  return { finished, most, left, failed };
}

const anyTurns = fc.array(fc.nat(6), { maxLength: 12 });

test('files are written at once, as many as there is room for, and finished in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), anyTurns, async (atOnce, turns) => {
      const { finished, most, failed } = await run(atOnce, turns, null);
      expect(finished).toEqual(turns.map((_, file) => file));
      expect(most).toBeLessThanOrEqual(atOnce);
      expect(failed).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('after a failure nothing later is finished, and no part that was written for it stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(6), { minLength: 1, maxLength: 12 }),
      fc.nat(11),
      fc.constantFrom('write' as const, 'finish' as const),
      async (atOnce, turns, at, step) => {
        const file = at % turns.length;
        const { finished, left, failed } = await run(atOnce, turns, { file, step });
        expect(failed).toBe(true);
        expect(finished).toEqual(turns.slice(0, file).map((_, before) => before));
        // The part of the file whose finishing fails is its own to remove.
        expect(left).toBe(step === 'finish' ? 1 : 0);
      },
    ),
    { numRuns: 30 },
  );
});
