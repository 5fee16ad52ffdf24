import { expect, test } from 'vitest';
import type { SourceHost } from '../source-host/source-host.ts';
import type { Membership, Person } from './actor.ts';
import { mayReadCode } from './may-read-code.ts';

const never = async (): Promise<never> => {
  throw new Error('Code itself is not asked for.');
};

function hostThat(isPublic?: SourceHost['isPublic']): SourceHost {
  const host = { headOf: never, isOnBranch: never, readFile: never, compare: never };
  return isPublic === undefined ? host : { ...host, isPublic };
}

function personWith(...memberships: readonly Membership[]): Person {
  return { id: 1, username: 'a', name: 'A', email: null, memberships };
}

const place = { repository: 'https://example.org/study', projectId: 7, organisationId: 3 };
const member = personWith({ role: 'project-developer', scope: 'project', on: 7 });

test.each<[string, SourceHost['isPublic'], Person | null, boolean]>([
  ['public code is for everybody', async () => true, null, true],
  ['private code is not', async () => false, null, false],
  ['what cannot be told counts as private', async () => null, null, false],
  ['a host that fails too', async () => Promise.reject(new Error('away')), null, false],
  ['and one that never tells', undefined, null, false],
  ['who is only signed in is nobody special', async () => false, personWith(), false],
  ['members see it', async () => false, member, true],
  [
    'members of another project do not',
    async () => false,
    personWith({ role: 'project-developer', scope: 'project', on: 8 }),
    false,
  ],
  [
    'members of the organisation do',
    async () => false,
    personWith({ role: 'organisation-member', scope: 'organisation', on: 3 }),
    true,
  ],
  [
    'so does staff',
    async () => false,
    personWith({ role: 'tech-support', scope: 'global', on: null }),
    true,
  ],
])('%s', async (_, isPublic, person, expected) => {
  expect(await mayReadCode({ sourceHost: hostThat(isPublic) }, person, place)).toBe(expected);
});

test('the host is asked once by many, and members do not wait for it', async () => {
  let asked = 0;
  const answer = Promise.withResolvers<boolean>();
  const sourceHost = hostThat(async () => {
    asked += 1;
    return await answer.promise;
  });
  const all = [1, 2, 3].map(async () => await mayReadCode({ sourceHost }, null, place));
  expect(await mayReadCode({ sourceHost }, member, place)).toBe(true);
  answer.resolve(true);
  expect(await Promise.all(all)).toEqual([true, true, true]);
  expect(await mayReadCode({ sourceHost }, null, place)).toBe(true);
  expect(asked).toBe(1);
});
