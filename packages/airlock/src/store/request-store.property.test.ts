/** Random commands of random people, at once from two stores on one database: the request is what its events come to. */
import { randomBytes } from 'node:crypto';
import { FaultError } from '@vitrine/pipeline';
import { findBrokenDecision, newIdentifier } from '@vitrine/platform';
import { urlOf } from '@vitrine/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { type Database, openAirlockDatabase } from '../database/database.ts';
import { requestOf } from '../review/apply.ts';
import type { Step } from '../review/decide-all.ts';
import { outputsOf, type ReleaseRequest } from '../review/request.ts';
import { circumstancesOf, fileOf, PROOF, people } from '../review/testing.ts';
import { RequestStore } from './request-store.ts';

const users = Object.keys(people);
const paths = ['a.csv', 'b.csv', 'c.png'];
const groups = ['default', 'other'];

interface Move {
  readonly store: 0 | 1;
  readonly user: string;
  readonly path: string;
  readonly group: string;
  readonly kind: (typeof kinds)[number];
  readonly n: number;
}

const kinds = [
  'add',
  'update',
  'move',
  'retype',
  'take',
  'explain',
  'submit',
  'vote',
  'vote',
  'comment',
  'hand-in',
  'hand-in',
  'return',
  'approve',
  'reject',
  'upload',
  'finish',
] as const;

const move: fc.Arbitrary<Move> = fc.record({
  store: fc.constantFrom(0, 1),
  user: fc.constantFrom('ann', 'ann', 'carl', 'carl', 'cora', 'cora', ...users),
  path: fc.constantFrom(...paths),
  group: fc.constantFrom(...groups),
  kind: fc.constantFrom(...kinds),
  n: fc.nat(9),
});

function stepOf({ kind, path, group, n }: Move, request: ReleaseRequest): Step {
  const hash = request.files.get(path)?.hash ?? fileOf(path).hash;
  switch (kind) {
    case 'add':
      return { do: 'add-file', file: fileOf(path, `${path} ${n}`, group) };
    case 'update':
      return { do: 'update-file', file: fileOf(path, `${path} ${n}`, group) };
    case 'move':
      return { do: 'move-file', path, group };
    case 'retype':
      return { do: 'retype-file', path, type: n > 4 ? 'output' : 'supporting' };
    case 'take':
      return { do: 'withdraw-file', path };
    case 'explain':
      return { do: 'edit-group', group, context: 'People.', controls: `Rounded to ${n}.` };
    case 'submit':
      return { do: 'submit', confirmsPolicy: true };
    case 'vote':
      return n > 3
        ? { do: 'vote', path, vote: 'approved', hash, proof: PROOF }
        : { do: 'vote', path, vote: n > 0 ? 'changes-requested' : null, hash, proof: null };
    case 'comment': {
      const id = newIdentifier(randomBytes);
      return { do: 'comment', id, group, text: 'Why?', visibility: n > 4 ? 'public' : 'private' };
    }
    case 'hand-in':
      return { do: 'submit-review' };
    case 'return':
      return { do: 'return' };
    case 'approve':
      return { do: 'approve' };
    case 'reject':
      return { do: 'reject', reason: 'No.' };
    case 'upload':
      return { do: 'uploaded', path, hash };
    case 'finish':
      return { do: 'finish' };
  }
}

describe.each(testDatabases)('on $name', ({ isShared, open }) => {
  let first: Database;
  let second: Database;
  let stores: readonly [RequestStore, RequestStore];
  beforeAll(async () => {
    first = await open();
    second = isShared
      ? await openAirlockDatabase({ url: urlOf(first) ?? null, dataDir: null })
      : first;
    stores = [new RequestStore(first), new RequestStore(second)];
  });
  afterAll(async () => {
    if (isShared) await second.close();
    await first.close();
  });

  test('both stores, and one that comes later, say the same of the request', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 25 }),
        async (moves) => {
          round += 1;
          const id = newIdentifier(randomBytes);
          const workspace = `workspace${round}`;
          const made = { do: 'create', id, workspace, project: 'project', file: fileOf('a.csv') };
          await stores[0].create({ ...made, do: 'create' }, circumstancesOf(null, 'ann'));
          for (const together of moves) {
            await Promise.all(together.map((one) => carryOut(stores[one.store], id, one)));
          }
          const [one, other] = await Promise.all(stores.map((store) => store.read(id)));
          const late = await new RequestStore(second).read(id);
          expect(one?.request).toEqual(late?.request);
          expect(other?.request).toEqual(late?.request);
          expect(requestOf(late?.events ?? [])).toEqual(late?.request);
          const row = await first.db
            .selectFrom('release_request')
            .select(['status', 'outputs'])
            .where('identifier', '=', id)
            .executeTakeFirstOrThrow();
          expect(row).toEqual({
            status: late?.request.status,
            outputs: late === null ? -1 : outputsOf(late.request).length,
          });
        },
      ),
      { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 12) },
    );
    expect(await findBrokenDecision(first.db)).toBeNull();
  });

  test('of many who act upon one revision at once, one is let', async () => {
    const id = newIdentifier(randomBytes);
    const made = { do: 'create', id, workspace: 'race', project: 'project', file: fileOf('a.csv') };
    await stores[0].create({ ...made, do: 'create' }, circumstancesOf(null, 'ann'));
    const { revision } = (await stores[0].read(id))?.request ?? { revision: 0 };
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) =>
        (at % 2 === 0 ? stores[0] : stores[1]).execute(
          id,
          { do: 'edit-group', group: 'default', context: `${at}`, controls: 'c', revision },
          circumstancesOf(null, 'ann'),
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const after = (await stores[1].read(id))?.request;
    expect(after?.revision).toBe(revision + 1);
  });
});

/** What is refused is refused with reasons; everything else is a fault of ours. */
async function carryOut(store: RequestStore, id: string, one: Move): Promise<void> {
  const stored = await store.read(id);
  if (stored === null) throw new Error('the request is gone');
  const { request } = stored;
  const user = one.kind === 'upload' || one.kind === 'finish' ? null : one.user;
  try {
    await store.executeAll(
      id,
      request.revision,
      [stepOf(one, request)],
      circumstancesOf(request, user),
    );
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
  }
}
