/** Part of what every executor must do: requests that are refused (promise P9). */
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import type { ExecutionSpec } from '../executor.ts';
import { type Bench, conformanceLimits } from './bench.ts';

export function describeRefusals(bench: () => Bench): void {
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
      const { executor } = bench();
      for (const ask of [
        () => executor.start(bench().python('pass', { id })),
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
      const spec = { ...bench().python('pass'), ...change };
      expect(await codeOf(() => bench().executor.start(spec))).toBe('execution-spec-invalid');
      expect(await bench().executor.inspect(spec.id)).toEqual({ state: 'absent' });
    });

    test('a mount whose source is not there', async () => {
      const mounts = [
        { source: join(bench().scratch, 'absent'), target: '/absent', writable: false },
      ];
      const spec = bench().python('pass', { mounts });
      expect(await codeOf(() => bench().executor.start(spec))).toBe('mount-source-missing');
      expect(await bench().executor.inspect(spec.id)).toEqual({ state: 'absent' });
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
