/** What may become of a publication: the table itself, and the same held against the database. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { releaseForTest } from '../released.testing.ts';
import { openTestSite, type TestSite } from '../site.testing.ts';
import { changePublication } from './change-publication.ts';
import { preparePublication } from './prepare-publication.ts';
import {
  PUBLICATION_STEPS,
  PUBLICATION_TRANSITIONS,
  type PublicationState,
  type PublicationStep,
  stepsFrom,
} from './transitions.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 20);

test('what was withdrawn or discarded never comes back, and nothing becomes a draft', () => {
  expect(stepsFrom('withdrawn')).toEqual([]);
  expect(stepsFrom('discarded')).toEqual([]);
  for (const { from, to } of Object.values(PUBLICATION_TRANSITIONS)) {
    expect(to).not.toBe('draft');
    expect(to).not.toBe(from);
  }
});

test('what was public is never forgotten: only a withdrawal with a reason follows', () => {
  expect(stepsFrom('public')).toEqual(['withdraw']);
  expect(PUBLICATION_TRANSITIONS.withdraw.needsReason).toBe(true);
});

test('no role alone makes something public', () => {
  const { publish } = PUBLICATION_TRANSITIONS;
  expect([publish.permission, publish.bySomebodyElse]).toEqual(['snapshot_publish', true]);
});

type Who = 'preparer' | 'other';

/** What the table says of a step, without the database. */
function model(
  state: PublicationState,
  step: PublicationStep,
  who: Who,
  reason: string,
): { readonly next: PublicationState; readonly fault: string | null } {
  const { from, to, needsReason, bySomebodyElse } = PUBLICATION_TRANSITIONS[step];
  if (needsReason && reason.trim() === '') {
    return { next: state, fault: 'publication-reason-missing' };
  }
  if (state !== from) return { next: state, fault: 'publication-step-refused' };
  if (bySomebodyElse && who === 'preparer') return { next: state, fault: 'publication-own' };
  return { next: to, fault: null };
}

const steps = fc.array(
  fc.record({
    step: fc.constantFrom(...PUBLICATION_STEPS),
    who: fc.constantFrom<Who>('preparer', 'other'),
    reason: fc.constantFrom('', '  ', 'A column was named wrongly.'),
  }),
  { minLength: 1, maxLength: 5 },
);

const codeOf = async (work: Promise<unknown>): Promise<string | null> => {
  try {
    await work;
    return null;
  } catch (error) {
    const [first] =
      (error as { readonly diagnostics?: readonly { readonly code: string }[] }).diagnostics ?? [];
    if (first === undefined) throw error;
    return first.code;
  }
};

describe.each(testDatabases)('$name', ({ open }) => {
  let site: TestSite;
  let files: readonly number[] = [];
  let elsewhere = 0;
  let workspaceId = 0;
  const people = new Map<string, { readonly id: number; readonly username: string }>();
  const workspace = 'nhs_at_home_main';

  beforeAll(async () => {
    site = await openTestSite(await open());
    await site.request();
    const content = Object.fromEntries(
      Array.from({ length: 6 }, (_, n) => [`output/${n}.csv`, `n\n${n}\n`]),
    );
    const released = await releaseForTest(site.server.site, { workspace, files: content });
    files = [...released.files.values()];
    const unfinished = await releaseForTest(site.server.site, {
      workspace,
      files: { 'output/later.csv': 'n\n1\n' },
      state: 'receiving',
    });
    elsewhere = [...unfinished.files.values()][0] ?? 0;
    const { db } = site.database;
    for (const row of await db.selectFrom('person').select(['id', 'username']).execute()) {
      people.set(row.username, row);
    }
    const row = await db
      .selectFrom('workspace')
      .select('id')
      .where('name', '=', workspace)
      .executeTakeFirstOrThrow();
    workspaceId = row.id;
  });
  afterAll(async () => await site.close());

  const person = (username: string): { readonly id: number; readonly username: string } =>
    people.get(username) ?? { id: 0, username };

  const prepare = async (chosen: readonly number[]): ReturnType<typeof preparePublication> =>
    await preparePublication(site.server.site, {
      workspaceId,
      workspace,
      title: 'Tables',
      description: '',
      files: chosen,
      preparedBy: person('project-developer'),
    });

  const stateOf = async (identifier: string): Promise<PublicationState> => {
    const { db } = site.database;
    const { state } = await db
      .selectFrom('publication')
      .select('state')
      .where('identifier', '=', identifier)
      .executeTakeFirstOrThrow();
    return state;
  };

  const take = async (
    identifier: string,
    step: PublicationStep,
    who: Who = 'other',
    reason = 'A reason.',
  ): Promise<string | null> =>
    await codeOf(
      changePublication(site.server.site, {
        identifier,
        step,
        by: person(who === 'preparer' ? 'project-developer' : 'output-publisher'),
        reason,
      }),
    );

  /** So that the next run of a property begins with nothing. */
  async function end(identifier: string): Promise<void> {
    for (const step of stepsFrom(await stateOf(identifier))) {
      if (stepsFrom(await stateOf(identifier)).includes(step)) await take(identifier, step);
    }
    if (stepsFrom(await stateOf(identifier)).length > 0) await end(identifier);
  }

  test('any row of steps does what the table says, and each that is taken is in the log', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { identifier } = await prepare(files);
        let state: PublicationState = 'draft';
        let taken = 1;
        for (const { step, who, reason } of sequence) {
          const expected = model(state, step, who, reason);
          expect(await take(identifier, step, who, reason)).toBe(expected.fault);
          state = expected.next;
          if (expected.fault === null) taken += 1;
          expect(await stateOf(identifier)).toBe(state);
        }
        const log = await site.database.db
          .selectFrom('audit_event')
          .select('kind')
          .where('target', '=', identifier)
          .execute();
        expect(log).toHaveLength(taken);
        await end(identifier);
      }),
      { numRuns },
    );
  });

  test('the same files give the same draft, other files another one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
        fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
        async (some, others) => {
          const keys = (places: readonly number[]): number[] =>
            places.map((place) => files[place] ?? 0);
          const first = await prepare(keys(some));
          const again = await prepare([...keys(some).toReversed(), ...keys(some)]);
          expect(again).toEqual({ identifier: first.identifier, isNew: false });
          const second = await prepare(keys(others));
          const isSame = some.join() === others.join();
          expect(second.identifier === first.identifier).toBe(isSame);
          await end(first.identifier);
          await end(second.identifier);
        },
      ),
      { numRuns },
    );
  });

  test('two who prepare the same at once get one draft', async () => {
    const made = await Promise.all([prepare(files), prepare(files), prepare(files)]);
    expect(new Set(made.map(({ identifier }) => identifier)).size).toBe(1);
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    await end(made[0]?.identifier ?? '');
  });

  test('two who publish at once: one does', async () => {
    const { identifier } = await prepare(files);
    const taken = await Promise.all([take(identifier, 'publish'), take(identifier, 'publish')]);
    expect(taken.toSorted()).toEqual(['publication-step-refused', null].toSorted());
    await end(identifier);
  });

  test('a public set stays one publication; after a withdrawal a new one can be made', async () => {
    const { identifier } = await prepare(files);
    await take(identifier, 'publish');
    expect(await prepare(files)).toEqual({ identifier, isNew: false });
    await take(identifier, 'withdraw');
    const next = await prepare(files);
    expect(next.isNew).toBe(true);
    await end(next.identifier);
  });

  test('only files that were released from this workspace, once each', async () => {
    expect(await codeOf(prepare([]))).toBe('publication-empty');
    expect(await codeOf(prepare([...files, elsewhere]))).toBe('publication-file-unknown');
    expect(await codeOf(prepare([2_000_000_000]))).toBe('publication-file-unknown');
    const newer = await releaseForTest(site.server.site, {
      workspace,
      files: { 'output/0.csv': 'n\n100\n' },
    });
    const twice = [...files, ...newer.files.values()];
    expect(await codeOf(prepare(twice))).toBe('publication-path-twice');
    const many = Array.from({ length: 5001 }, (_, n) => n + 1);
    expect(await codeOf(prepare(many))).toBe('publication-too-large');
  });

  test('a draft of which every file was taken back is not published', async () => {
    const released = await releaseForTest(site.server.site, {
      workspace,
      files: { 'output/gone.csv': 'n\n7\n' },
    });
    const { identifier } = await prepare([...released.files.values()]);
    await site.database.db
      .updateTable('release_file')
      .set({
        withdrawn_at: new Date(),
        withdrawn_by: person('output-checker').id,
        withdrawal_reason: 'x',
      })
      .where('release_id', '=', released.id)
      .execute();
    expect(await take(identifier, 'publish')).toBe('publication-holds-nothing');
    expect(await stateOf(identifier)).toBe('draft');
  });
});
