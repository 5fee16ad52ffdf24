import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Launch, launchOf } from './launch.ts';
import { imagesFolder } from './package-list.ts';
import { findRuntime } from './runtimes.ts';

let workspace: string;

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'launch-'));
  await mkdir(join(workspace, 'analysis'));
  const files: readonly (readonly [string, string, number])[] = [
    ['analysis/a.py', 'print("hello")\n', 0o644],
    // As on Windows, where every file of a checkout seems to be a program.
    ['analysis/bit.py', 'print("hello")\n', 0o755],
    ['analysis/script', '#!/bin/sh\necho shebang "$@"\n', 0o755],
    ['python', 'a file with the name of a program\n', 0o644],
  ];
  for (const [path, text, mode] of files) {
    await writeFile(join(workspace, path), text);
    await chmod(join(workspace, path), mode);
  }
});
afterAll(async () => await rm(workspace, { recursive: true }));

function launch(name: string, words: readonly string[], executor: 'docker' | 'sandbox'): Launch {
  const runtime = findRuntime(name, 'latest', {});
  if (runtime?.kind !== 'programs') throw new Error(`${name} has no programs`);
  return launchOf(runtime, words, { executor, workspace, cpus: 2.5, backend: 'expectations' });
}

/** One rule, twice: in the sandbox it is ours, in an image it is the entry point's. */
const rule: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['python', ['python', 'analysis/a.py', 'x'], ['python', 'analysis/a.py', 'x']],
  ['python', ['analysis/a.py', 'x'], ['python', 'analysis/a.py', 'x']],
  ['python', ['-m', 'analysis.a'], ['python', '-m', 'analysis.a']],
  ['python', ['analysis/bit.py'], ['python', 'analysis/bit.py']],
  ['python', ['analysis/script', 'x'], ['analysis/script', 'x']],
  ['python', ['sh', '-c', 'echo x'], ['sh', '-c', 'echo x']],
  ['python', ['echo', 'x'], ['echo', 'x']],
  ['python', ['/usr/bin/env', 'x=1'], ['/usr/bin/env', 'x=1']],
  ['python', ['no-such-thing'], ['python', 'no-such-thing']],
];

describe('words in the sandbox', () => {
  test.each([
    ...rule,
    ['python', [], ['python']],
    ['python', [''], ['python', '']],
    ['jupyter', ['jupyter', 'nbconvert', 'a.ipynb'], ['jupyter', 'nbconvert', 'a.ipynb']],
    ['r', ['analysis/a.R'], ['Rscript', 'analysis/a.R']],
    ['r', [], ['R']],
  ] as const)('%s: %o', (name, words, command) => {
    expect(launch(name, words, 'sandbox').command).toEqual(command);
  });
});

describe('words in an image', () => {
  test('go to the entry point as they are', () => {
    const words = ['analysis/a.py', 'x y'];
    expect(launch('python', words, 'docker').command).toEqual(words);
  });

  test.each(rule)('the entry point of %s: %o', (_name, words, command) => {
    // `printf` stands for Python and shows what it was given.
    const folder = join(workspace, 'shown');
    const shown = (argv: readonly string[]): string =>
      execFileSync('/bin/sh', [join(imagesFolder, 'base/entrypoint.sh'), ...argv], {
        cwd: workspace,
        env: { PATH: `${folder}:/usr/bin:/bin`, ACTION_EXEC: 'show' },
        encoding: 'utf8',
      });
    execFileSync('mkdir', ['-p', folder]);
    for (const name of ['show', 'python']) {
      execFileSync('/bin/sh', [
        '-c',
        `printf '#!/bin/sh\\nprintf "[%%s]" python "$@"\\n' > "$0" && chmod +x "$0"`,
        join(folder, name),
      ]);
    }
    const [first, ...rest] = command;
    const expected =
      first === 'python'
        ? ['python', ...rest].map((word) => `[${word}]`).join('')
        : execFileSync(first ?? '', rest, {
            cwd: workspace,
            env: { PATH: '/usr/bin:/bin', ACTION_EXEC: 'show' },
            encoding: 'utf8',
          });
    if (words[0] === '/usr/bin/env') expect(shown(words)).toContain('x=1');
    else expect(shown(words)).toBe(expected);
  });
});

describe('what a runtime brings with it', () => {
  test('in the sandbox python is a program, and /usr/local is no part of the search path', () => {
    const { environment, mounts } = launch('python', ['python'], 'sandbox');
    expect(environment['PATH']).toBe('/opt/vitrine/bin:/usr/bin:/bin');
    expect(mounts.every((mount) => !mount.writable)).toBe(true);
    const source = mounts.find((mount) => mount.target === '/opt/vitrine/bin')?.source ?? '';
    const version = execFileSync(join(source, 'python'), ['--version'], { encoding: 'utf8' });
    expect(version).toMatch(/^Python 3\./);
  });

  test('in an image its own search path stays', () => {
    expect(launch('python', ['python'], 'docker').environment).not.toHaveProperty('PATH');
  });

  test.each(['docker', 'sandbox'] as const)(
    'Python scripts can import cohortextractor in the %s, as definitions do',
    (executor) => {
      const { environment, mounts } = launch('python', ['python'], executor);
      const outside = (environment['PYTHONPATH'] ?? '')
        .split(':')
        .flatMap((inside) => mounts.find(({ target }) => target === inside)?.source ?? []);
      const said = execFileSync(
        '/usr/bin/python3',
        ['-c', 'from cohortextractor import codelist'],
        {
          env: { PYTHONPATH: outside.join(':'), PYTHONDONTWRITEBYTECODE: '1' },
          encoding: 'utf8',
        },
      );
      expect(said).toBe('');
    },
  );

  test('an image of a site has what it has', () => {
    const runtime = findRuntime('python', 'v2', { python: { image: 'site/python:{tag}' } });
    if (runtime?.kind !== 'programs') throw new Error('python has programs');
    const launched = launchOf(runtime, [], {
      executor: 'docker',
      workspace,
      cpus: 1,
      backend: 'expectations',
    });
    expect(launched.mounts).toEqual([]);
    expect(launched.environment).not.toHaveProperty('PYTHONPATH');
    expect(launch('r', [], 'sandbox').environment).not.toHaveProperty('PYTHONPATH');
  });

  test('everything that is kept between steps lies in the private /tmp', () => {
    const { environment } = launch('jupyter', ['jupyter'], 'sandbox');
    for (const [name, value] of Object.entries(environment)) {
      if (/DIR$|HOME$/.test(name)) expect(value).toMatch(/^\/tmp(\/|$)/);
    }
    expect(environment).toMatchObject({
      OPENSAFELY_BACKEND: 'expectations',
      MPLBACKEND: 'Agg',
      OMP_NUM_THREADS: '2',
    });
  });

  test('what runs in an image only is refused in the sandbox, with the setting to make', () => {
    const runtime = findRuntime('stata-mp', 'v1', { 'stata-mp': { image: 'site/stata' } });
    if (runtime?.kind !== 'programs') throw new Error('stata-mp is set');
    const circumstances = { workspace, cpus: 1, backend: 'expectations' };
    expect(
      launchOf(runtime, ['a.do'], { ...circumstances, executor: 'docker' }).runtime.image,
    ).toBe('site/stata');
    expect(() => launchOf(runtime, ['a.do'], { ...circumstances, executor: 'sandbox' })).toThrow(
      FaultError,
    );
  });
});
