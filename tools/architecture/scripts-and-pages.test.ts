import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const git = (...words: string[]): string =>
  execFileSync('git', words, { cwd: root, encoding: 'utf8' });

const scripts = git('ls-files')
  .split('\n')
  .filter((file) => file !== '' && !file.endsWith('.md'))
  .filter((file) =>
    /^#!\/bin\/(ba)?sh/.test(readFileSync(join(root, file), 'latin1').slice(0, 12)),
  );

test('the scripts that start everything are among those that are checked', () => {
  expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'vitrine', 'tools/test/run.sh']));
});

test.each(scripts)('shellcheck finds nothing in %s', (file) => {
  // What it finds is in the message of the error that a non-zero exit throws.
  expect(execFileSync('shellcheck', ['-x', file], { cwd: root, encoding: 'utf8' })).toBe('');
});

test('files that ARCHITECTURE.md and README.md name exist', () => {
  for (const page of ['ARCHITECTURE.md', 'README.md']) {
    const text = readFileSync(join(root, page), 'utf8');
    const tracked = git('ls-files').split('\n');
    const named = [...text.matchAll(/[`(]((?:packages|docs|tools|bench)\/[\w./-]+)[`)]/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named.length).toBeGreaterThan(0);
    for (const path of named) {
      expect(
        tracked.some((file) => file === path || file.startsWith(path)),
        `${page}: ${path}`,
      ).toBe(true);
    }
  }
});
