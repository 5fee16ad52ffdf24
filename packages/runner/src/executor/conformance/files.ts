/** Part of what every executor must do: files that go in and come out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';
import { TRY } from './programs.ts';

export function describeFiles(bench: () => Bench): void {
  describe('gives files', () => {
    test('and takes them back, readable', async () => {
      writeFileSync(join(bench().workspace, 'in.txt'), 'in');
      const { execution } = await bench().run(
        'import os; text = open("in.txt").read(); os.makedirs("a/b"); open("a/b/out.txt", "w").write(text + "out"); open("in.txt", "a").write("!")',
      );
      expect(execution.exitCode).toBe(0);
      expect(readFileSync(join(bench().workspace, 'a/b/out.txt'), 'utf8')).toBe('inout');
      expect(readFileSync(join(bench().workspace, 'in.txt'), 'utf8')).toBe('in!');
    });

    test('read-only where it was asked for', async () => {
      const inputs = join(bench().scratch, 'inputs');
      mkdirSync(inputs);
      writeFileSync(join(inputs, 'data'), 'data');
      writeFileSync(join(bench().scratch, 'one-file'), 'one');
      const { lines } = await bench().run(
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
            { source: join(bench().scratch, 'one-file'), target: '/etc/one-file', writable: false },
          ],
        },
      );
      expect(lines[0]).toBe('data one');
      for (const line of lines.slice(1)) expect(line).toMatch(/refused (EROFS|EPERM|EACCES)$/);
      expect(lines).toHaveLength(6);
    });
  });
}
