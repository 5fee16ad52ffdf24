import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import { findRuntime, type RuntimeSetting, runtimeNames, runtimeSummary } from './runtimes.ts';

type SettingsOf = Readonly<Record<string, RuntimeSetting>>;

describe('from name:tag to an image', () => {
  test.each<[string, string, SettingsOf, string | null]>([
    ['python', 'latest', {}, 'vitrine/python:latest'],
    ['python', 'v1', {}, 'vitrine/python:latest'],
    ['python', 'v12', {}, 'vitrine/python:latest'],
    ['jupyter', 'latest', {}, 'vitrine/jupyter:latest'],
    ['r', 'v2', {}, 'vitrine/r:latest'],
    ['r', 'v2', { r: { image: 'site/r:{tag}' } }, 'site/r:v2'],
    ['python', 'v2', { python: { image: 'site/py@sha256:12' } }, 'site/py@sha256:12'],
    ['stata-mp', 'latest', { 'stata-mp': { image: 'site/stata:{tag}' } }, 'site/stata:latest'],
    ['julia', 'v1', { julia: { image: 'site/julia:1' } }, 'site/julia:1'],
    ['python', 'v1', { python: {} }, 'vitrine/python:latest'],
  ])('%s:%s with %o', (name, tag, settings, image) => {
    expect(findRuntime(name, tag, settings)).toMatchObject({ kind: 'programs', name, tag, image });
  });

  test('cohortextractor is our own engine, whatever is set', () => {
    const settings = { cohortextractor: { image: 'site/ce' } };
    expect(findRuntime('cohortextractor', 'latest', settings)).toEqual({
      kind: 'engine',
      name: 'cohortextractor',
      tag: 'latest',
    });
  });

  test.each(['cohort-joiner', 'constructor', '__proto__', 'toString', ''])(
    '"%s" is no runtime: it may be a reusable action',
    (name) => {
      expect(findRuntime(name, 'v1', {})).toBeNull();
    },
  );

  test.each(['stata-mp', 'ehrql', 'sqlrunner'])('%s has to be set first', (name) => {
    expect(() => findRuntime(name, 'latest', {})).toThrow(FaultError);
    expect(() => findRuntime(name, 'latest', {})).toThrow(`The runtime ${name} is not set up here`);
  });

  test('every name has a summary', () => {
    for (const name of runtimeNames({ julia: {} })) expect(runtimeSummary(name)).not.toBe('');
    expect(runtimeNames({ julia: {} })).toContain('julia');
  });
});
