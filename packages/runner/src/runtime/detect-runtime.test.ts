import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import { detectRuntime } from './detect-runtime.ts';

describe('what this machine has', () => {
  test('Python with pandas 1.5, told without importing it', async () => {
    const report = await detectRuntime('python');
    expect(report).toMatchObject({ name: 'python', usable: true });
    expect(report.versions['python']).toMatch(/^3\./);
    expect(report.versions['pandas']).toMatch(/^1\.5\./);
  });

  test('notebooks', async () => {
    const report = await detectRuntime('jupyter');
    expect(report.usable).toBe(true);
    expect(report.versions['nbconvert']).toMatch(/^\d/);
  });

  test('what is missing comes with the command that installs it', async () => {
    for (const name of ['python', 'jupyter', 'r']) {
      const { missingPackages, install, problems, usable } = await detectRuntime(name);
      const missing = missingPackages ?? [];
      expect(install === null).toBe(missing.length === 0);
      for (const one of missing) expect(install).toContain(one);
      if (!usable)
        expect(problems[0]).toMatchObject({ code: 'runtime-missing', severity: 'error' });
      else if (missing.length > 0) expect(problems[0]).toMatchObject({ severity: 'warning' });
    }
  });

  test.each(['stata', 'cohortextractor', 'cohort-joiner'])(
    '%s has no sandbox form',
    async (name) => {
      await expect(detectRuntime(name)).rejects.toThrow(FaultError);
    },
  );
});
