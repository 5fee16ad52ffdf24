import { parseProject } from '@vitrine/pipeline';
import type { Task } from '@vitrine/protocol';
import { describe, expect, test } from 'vitest';
import { type AllowList, findAction, refuseTask } from './allow-list.ts';
import { taskOf } from './testing.ts';
import { matchesWildcard } from './wildcard.ts';

const allow: AllowList = {
  repositories: ['https://github.com/opensafely/*', '/srv/study'],
  branches: ['main', 'release/*'],
  runtimes: ['python:*', 'r:v2', 'cohortextractor:latest', 'table-maker:v1'],
  workspaces: {
    '*': {},
    narrow: {
      repositories: ['https://github.com/opensafely/narrow'],
      branches: ['main'],
      actions: ['make_*', 'extract'],
    },
    'closed_*': { actions: [] },
  },
};

function task(change: Partial<Task> = {}): Task {
  return taskOf('extract', 'https://github.com/opensafely/study', '0'.repeat(40), change);
}

describe('a task by its words', () => {
  test.each<[string, Partial<Task>, string | null]>([
    ['of an organisation', {}, null],
    ['of a folder', { repository: '/srv/study' }, null],
    ['of another organisation', { repository: 'https://github.com/evil/x' }, 'repository_refused'],
    ['below', { repository: 'https://github.com/opensafely/a/b' }, 'repository_refused'],
    ['above', { repository: 'https://github.com/opensafely/..' }, 'repository_refused'],
    ['hidden', { repository: 'https://github.com/opensafely/.x' }, 'repository_refused'],
    ['none', { repository: 'https://github.com/opensafely/' }, 'repository_refused'],
    ['a query', { repository: 'https://github.com/opensafely/a?b' }, 'repository_refused'],
    ['another host', { repository: 'https://github.com.evil/opensafely/a' }, 'repository_refused'],
    [
      'with a name in it',
      { repository: 'https://x@github.com/opensafely/a' },
      'repository_refused',
    ],
    ['a branch by pattern', { branch: 'release/1' }, null],
    ['a branch deeper', { branch: 'release/1/2' }, 'commit_refused'],
    ['another branch', { branch: 'mainly' }, 'commit_refused'],
    ['a narrow workspace, another repository', { workspace: 'narrow' }, 'repository_refused'],
    [
      'a narrow workspace, another branch',
      {
        workspace: 'narrow',
        repository: 'https://github.com/opensafely/narrow',
        branch: 'release/1',
      },
      'commit_refused',
    ],
    [
      'a narrow workspace, another action',
      {
        workspace: 'narrow',
        repository: 'https://github.com/opensafely/narrow',
        action: 'delete',
      },
      'action_refused',
    ],
    [
      'a narrow workspace, all right',
      { workspace: 'narrow', repository: 'https://github.com/opensafely/narrow' },
      null,
    ],
  ])('%s', (_, change, code) => {
    expect(refuseTask(task(change), allow)?.code ?? null).toBe(code);
  });

  test('a workspace that nothing matches may run nothing; a name of objects is no rule', () => {
    const only = { ...allow, workspaces: { mine: {} } };
    expect(refuseTask(task({ workspace: 'yours' }), only)?.code).toBe('action_refused');
    expect(refuseTask(task({ workspace: 'constructor' }), only)?.code).toBe('action_refused');
    expect(refuseTask(task({ workspace: 'mine' }), only)).toBeNull();
  });
});

describe('an action of its project', () => {
  const { pipeline } = parseProject(
    JSON.stringify({
      version: 3,
      expectations: { population_size: 10 },
      actions: {
        extract: {
          run: 'cohortextractor:latest generate_cohort',
          outputs: { highly_sensitive: { a: 'output/input.csv' } },
        },
        elsewhere: {
          run: 'cohortextractor:latest generate_cohort --database-url=mssql://example.org/a',
          outputs: { highly_sensitive: { a: 'output/elsewhere.csv' } },
        },
        report: {
          run: 'cohortextractor:latest generate_measures',
          outputs: { moderately_sensitive: { a: 'output/m.csv' } },
        },
        python: {
          run: 'python:v9 python a.py',
          outputs: { moderately_sensitive: { a: 'output/p.csv' } },
        },
        r: { run: 'r:v1 a.R', outputs: { moderately_sensitive: { a: 'output/r.csv' } } },
        reusable: {
          run: 'table-maker:v1 a',
          outputs: { moderately_sensitive: { a: 'output/t.csv' } },
        },
        unknown: { run: 'evil:v1 a', outputs: { moderately_sensitive: { a: 'output/e.csv' } } },
      },
    }),
  );

  test.each([
    ['extract', true, 'dummy', null],
    ['extract', true, { addressFile: '/a' }, null],
    ['extract', false, 'dummy', 'action_refused'],
    ['extract', true, 'none', 'job_error'],
    ['elsewhere', true, { addressFile: '/a' }, 'action_refused'],
    ['report', false, 'none', null],
    ['python', false, 'none', null],
    ['r', false, 'none', 'image_refused'],
    ['reusable', false, 'none', null],
    ['unknown', false, 'none', 'image_refused'],
    ['nothing', false, 'none', 'action_refused'],
    ['constructor', false, 'none', 'action_refused'],
  ] as const)('%s: database allowed %s, database %j', (action, isAllowed, database, code) => {
    if (pipeline === null) throw new Error('the project is not valid');
    const asked = task({ action, database_allowed: isAllowed });
    const found = findAction(asked, pipeline, { allow, database });
    expect('refusal' in found ? found.refusal.code : null).toBe(code);
  });
});

test.each([
  ['*', 'anything/at all', true],
  ['make_*', 'make_', true],
  ['make_*', 'xmake_a', false],
  ['a.c', 'abc', false],
  ['a*c', 'a/c', false],
  ['', '', true],
])('%s matches %s: %s', (pattern, text, matches) => {
  expect(matchesWildcard(pattern, text)).toBe(matches);
});
