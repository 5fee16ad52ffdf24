import { expect, test } from 'vitest';
import { applyEvent, requestOf } from './apply.ts';
import { decideAll, decideCreateAll, type Step } from './decide-all.ts';
import { circumstancesOf, fileOf, hashOf, Review } from './testing.ts';

const add = (path: string): Step => ({ do: 'add-file', file: fileOf(path) });

test('steps follow one upon the other, and count as one look at the request', () => {
  const { request } = new Review([fileOf('a.csv')]);
  const steps = [
    add('b.csv'),
    { do: 'move-file', path: 'b.csv', group: 'tables' } as const,
    add('c.csv'),
  ];
  const answer = decideAll(request, request.revision, steps, circumstancesOf(request, 'ann'));
  const after = (answer.events ?? []).reduce(applyEvent, request);
  expect([...after.files.values()].map(({ path, group }) => [path, group])).toEqual([
    ['a.csv', 'default'],
    ['b.csv', 'tables'],
    ['c.csv', 'default'],
  ]);
});

test.each<readonly [string, readonly Step[], readonly string[]]>([
  ['one of them', [add('b.csv'), add('a.csv')], ['review-file-there']],
  [
    'each for its own reason',
    [add('a.csv'), { do: 'withdraw-file', path: 'none.csv' }, add('b.csv')],
    ['review-file-there', 'review-file-missing'],
  ],
  ['the same file twice', [add('b.csv'), add('b.csv')], ['review-file-there']],
])('refuses all where something speaks against %s', (_, steps, codes) => {
  const { request } = new Review([fileOf('a.csv')]);
  const answer = decideAll(request, request.revision, steps, circumstancesOf(request, 'ann'));
  expect(answer.events).toBeUndefined();
  expect(answer.refusals?.map(({ code }) => code)).toEqual(codes);
});

test('what concerns all steps is told once', () => {
  const { request } = new Review([fileOf('a.csv')]);
  const steps = [add('b.csv'), add('c.csv')];
  const old = decideAll(request, request.revision - 1, steps, circumstancesOf(request, 'ann'));
  expect(old.refusals?.map(({ code }) => code)).toEqual(['review-outdated']);
  const closed = circumstancesOf(request, 'ann', { isOpen: false });
  expect(decideAll(request, request.revision, steps, closed).refusals).toHaveLength(1);
});

const create = {
  do: 'create',
  id: 'R1',
  workspace: 'workspace',
  project: 'project',
  file: fileOf('a.csv'),
} as const;

test('a request is made with all of its files, or not at all', () => {
  const more = [fileOf('b.csv'), fileOf('c.csv')];
  const made = decideCreateAll(create, more, circumstancesOf(null, 'ann'));
  expect([...requestOf(made.events ?? []).files.keys()]).toEqual(['a.csv', 'b.csv', 'c.csv']);
  const changed = { ...fileOf('b.csv'), recordedHash: hashOf('other') };
  const released = new Set([fileOf('c.csv').hash]);
  const refused = decideCreateAll(
    create,
    [changed, fileOf('c.csv')],
    circumstancesOf(null, 'ann', { releasedHashes: released }),
  );
  expect(refused.refusals?.map(({ code }) => code)).toEqual([
    'review-bytes-changed',
    'review-file-released',
  ]);
});

test('the reasons against the first file do not hide those against the others', () => {
  const nameless = { ...create, file: { ...create.file, group: ' ' } };
  const changed = { ...fileOf('b.csv'), recordedHash: hashOf('other') };
  const refused = decideCreateAll(nameless, [changed], circumstancesOf(null, 'ann'));
  expect(refused.refusals?.map(({ code }) => code)).toEqual([
    'review-text-missing',
    'review-bytes-changed',
  ]);
});
