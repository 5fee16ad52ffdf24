/**
 * P4, at the server: a file leaves only with two approvals by two people who are not its author, on exactly the bytes they saw.
 * The server takes neither the airlock's word nor its database's for it.
 */
import type { AnnouncedFile, ReleaseAnnouncement, ReleaseApproval } from '@vitrine/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { newIdentifier } from '../database/identifiers.ts';
import { given, type TestBackend, type TestWorkspace } from '../job-server.testing.ts';
import { AUTHOR, CHECKERS, codesOf, ReleaseScene, sha256Of } from '../releases/release.testing.ts';
import { RELEASE_TOTAL_LIMIT } from '../releases/verify-announcement.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 25);

const [, SECOND, THIRD] = CHECKERS;

/** The announcement with its first file changed. */
function withFile(
  announcement: ReleaseAnnouncement,
  change: Partial<AnnouncedFile>,
): ReleaseAnnouncement {
  const [first, ...rest] = announcement.files;
  return { ...announcement, files: [{ ...given(first), ...change }, ...rest] };
}

/** The announcement with the first approval of its first file changed. */
function withApproval(
  announcement: ReleaseAnnouncement,
  change: Partial<ReleaseApproval>,
): ReleaseAnnouncement {
  const [first, ...rest] = given(announcement.files[0]).approvals;
  return withFile(announcement, { approvals: [{ ...given(first), ...change }, ...rest] });
}

const MISSING = 'release-approvals-missing';

describe.each(testDatabases)('$name', ({ open }) => {
  let scene: ReleaseScene;
  let elsewhere: TestBackend;
  let otherWorkspace: TestWorkspace;

  beforeAll(async () => {
    scene = await ReleaseScene.open(await open());
    elsewhere = await scene.server.backend();
    otherWorkspace = await scene.server.workspace({ make_table: [] });
    await scene.otherJob(scene.workspace, elsewhere);
    await scene.person('mia');
    await scene.person('both');
    await scene.give('both', 'output-checker', 'global');
    await scene.give('both', 'project-developer', 'project');
    await scene.signIn('both');
  });
  afterAll(async () => await scene.close());

  const count = async (): Promise<unknown> =>
    await scene.database.db
      .selectFrom('release')
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirst();

  type Forge = (announcement: ReleaseAnnouncement) => ReleaseAnnouncement;
  const forgeries: readonly (readonly [string, Forge, readonly string[]])[] = [
    [
      'one approval twice',
      (whole) => {
        const [one] = given(whole.files[0]).approvals;
        return withFile(whole, { approvals: [given(one), given(one)] });
      },
      ['release-approval-repeated', MISSING],
    ],
    [
      'two approvals of one person, one of them with another sign-in',
      (whole) => withApproval(whole, { reviewer: SECOND }),
      ['release-approval-grant', 'release-approval-repeated', MISSING],
    ],
    [
      'an approval of the author',
      (whole) => withApproval(whole, { reviewer: AUTHOR }),
      ['release-approval-own', MISSING],
    ],
    [
      'an approval of somebody who is no checker',
      (whole) => withApproval(whole, { reviewer: 'mia' }),
      ['release-approval-not-checker', MISSING],
    ],
    [
      'an approval of nobody',
      (whole) => withApproval(whole, { reviewer: 'there-is-none' }),
      ['release-approval-not-checker', MISSING],
    ],
    [
      "an approval in another checker's name",
      (whole) => withApproval(whole, { reviewer: THIRD }),
      ['release-approval-grant', MISSING],
    ],
    [
      'a sign-in that there is not',
      (whole) => withApproval(whole, { grant: 'aaaaaaaaaaaaaaaa' }),
      ['release-approval-grant', MISSING],
    ],
    [
      'a signature of another file of the same release',
      (whole) => {
        const [signature] = given(whole.files[1]).approvals;
        return withApproval(whole, { signature: given(signature).signature });
      },
      ['release-approval-forged', MISSING],
    ],
    [
      'other bytes than were approved',
      (whole) => withFile(whole, { sha256: sha256Of('other') }),
      ['release-approval-forged', 'release-approval-forged', MISSING],
    ],
    [
      'another name than was approved',
      (whole) => withFile(whole, { path: 'output/other.csv' }),
      ['release-approval-forged', 'release-approval-forged', MISSING],
    ],
    [
      'approvals of another request',
      (whole) => ({ ...whole, release: newIdentifier(scene.context.randomBytes) }),
      Array(2).fill(['release-approval-forged', 'release-approval-forged', MISSING]).flat(),
    ],
    [
      'an approval from the future',
      (whole) => withApproval(whole, { at: '2030-01-01T00:00:00Z' }),
      ['release-approval-time', MISSING],
    ],
    [
      'an approval from before the sign-in',
      (whole) => withApproval(whole, { at: '2022-05-12T08:00:00Z' }),
      ['release-approval-time', MISSING],
    ],
    [
      'a path twice',
      (whole) => ({ ...whole, files: [...whole.files, given(whole.files[0])] }),
      ['release-file-repeated'],
    ],
    [
      'bytes of which two sizes are told',
      (whole) => {
        const first = given(whole.files[0]);
        const { path, approvals } = given(whole.files[1]);
        return { ...whole, files: [first, { ...first, path, size: first.size + 1, approvals }] };
      },
      ['release-file-sizes-differ', 'release-approval-forged', 'release-approval-forged', MISSING],
    ],
    [
      'a job that there is not',
      (whole) => withFile(whole, { job: 'aaaaaaaaaaaaaaaa' }),
      ['release-job-unknown'],
    ],
    [
      'another commit than the job ran',
      (whole) => withFile(whole, { commit: 'f'.repeat(40) }),
      ['release-commit-differs'],
    ],
    [
      'an author who is nobody',
      (whole) => ({ ...whole, author: 'there-is-none' }),
      [
        'release-author-unknown',
        ...Array(2).fill(['release-approval-forged', 'release-approval-forged', MISSING]).flat(),
      ],
    ],
    [
      'an author who may not look at the outputs',
      (whole) => ({ ...whole, author: 'mia' }),
      [
        'release-author-without-right',
        ...Array(2).fill(['release-approval-forged', 'release-approval-forged', MISSING]).flat(),
      ],
    ],
    [
      'a workspace that there is not',
      (whole) => ({ ...whole, workspace: 'there_is_none' }),
      ['release-workspace-elsewhere'],
    ],
    [
      'a workspace of which nothing ran here',
      (whole) => ({ ...whole, workspace: otherWorkspace.name }),
      ['release-workspace-elsewhere'],
    ],
    [
      'the author releases it',
      (whole) => ({ ...whole, released_by: AUTHOR }),
      ['release-releaser-refused'],
    ],
    [
      'somebody who is no checker releases it',
      (whole) => ({ ...whole, released_by: 'mia' }),
      ['release-releaser-refused'],
    ],
    [
      'nobody releases it',
      (whole) => ({ ...whole, released_by: 'there-is-none' }),
      ['release-releaser-refused'],
    ],
  ];

  test.each(forgeries)('refused: %s', async (_, forge, expected) => {
    const before = await count();
    expect(await scene.refusal(forge(scene.announcement()))).toEqual(expected);
    expect(await count()).toEqual(before);
  });

  test('every refusal names the file and says what to do', async () => {
    const forged = withApproval(scene.announcement(), { reviewer: AUTHOR });
    const error = await scene.announce(forged).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      diagnostics: [
        {
          message: `output/table.csv: ${AUTHOR} is the author and cannot approve it.`,
          hint: 'Let another output checker approve it.',
          place: { file: 'output/table.csv' },
        },
        { place: { file: 'output/table.csv' } },
      ],
    });
  });

  test.each([
    'output/table.csv.exe',
    'output/model.rds',
    'output/.csv',
    'output/table',
    'output/TABLE.CSV',
    'output/table.csv.gz',
  ])('files of other types do not leave: %s', async (path) => {
    expect(await scene.refusal(scene.announcement({ [path]: 'x' }))).toEqual([
      'release-file-type-refused',
    ]);
  });

  test('a checker who is a member of the project can approve, and not what is theirs', async () => {
    const good = scene.announcement();
    const files = good.files.map((file) => ({
      ...file,
      approvals: [scene.approval(good.release, file, 'both'), given(file.approvals[1])],
    }));
    expect(await scene.refusal({ ...good, files })).toEqual([]);
    const own = { ...scene.announcement(), author: 'both' };
    const approvals = (file: AnnouncedFile) => [
      scene.approval(own.release, file, 'both'),
      given(file.approvals[0]),
    ];
    const mine = {
      ...own,
      files: own.files.map((file) => ({ ...file, approvals: approvals(file) })),
    };
    expect(await scene.refusal(mine)).toContain('release-approval-own');
  });

  test('files are bounded together', async () => {
    const whole = scene.announcement(
      Object.fromEntries(
        Array.from({ length: 65 }, (_, index) => [`output/${index}.csv`, `${index}`]),
      ),
    );
    const large = {
      ...whole,
      files: whole.files.map((file) => ({ ...file, size: 16 * 1024 ** 2 })),
    };
    expect(65 * 16 * 1024 ** 2).toBeGreaterThan(RELEASE_TOTAL_LIMIT);
    expect(await scene.refusal(large)).toEqual(['release-too-large']);
  });

  test('as many faults are told as anybody reads, and how many more there are', async () => {
    const whole = scene.announcement(
      Object.fromEntries(
        Array.from({ length: 250 }, (_, index) => [`output/${index}.exe`, `${index}`]),
      ),
    );
    const told = await scene.refusal(whole);
    expect(told).toHaveLength(201);
    expect(told.at(-1)).toBe('release-faults-more');
  });

  test('jobs of elsewhere, and those that have not succeeded, release nothing', async () => {
    await scene.otherJob(otherWorkspace);
    const { db } = scene.database;
    const foreign = await db
      .selectFrom('job')
      .select('identifier')
      .where('backend_id', '=', elsewhere.id)
      .executeTakeFirstOrThrow();
    const refused = withFile(scene.announcement(), { job: foreign.identifier });
    expect(await scene.refusal(refused)).toEqual(['release-job-unknown']);
    const ofOther = await db
      .selectFrom('job')
      .select('identifier')
      .where('workspace_id', '=', otherWorkspace.id)
      .executeTakeFirstOrThrow();
    const wrong = withFile(scene.announcement(), { job: ofOther.identifier });
    expect(await scene.refusal(wrong)).toEqual(['release-job-unknown']);
    const request = await scene.server.ask(scene.workspace, scene.backend, ['make_table']);
    const [pending] = await scene.server.jobs(request);
    const early = withFile(scene.announcement(), { job: given(pending).identifier });
    expect(await scene.refusal(early)).toEqual(['release-job-unfinished']);
  });

  test('bytes that are not those of the announcement are dropped, all of them', async () => {
    const whole = scene.announcement();
    await scene.announce(whole);
    const { sha256 } = given(whole.files[0]);
    expect(await codesOf(scene.send(whole.release, 'age,count\n40,11\n', { sha256 }))).toEqual([
      'release-bytes-differ',
    ]);
    expect(await scene.kept(sha256)).toBeNull();
    expect(await scene.announce(whole)).toMatchObject({ state: 'receiving' });
    expect((await scene.announce(whole)).files.every(({ received }) => received === 0)).toBe(true);
  });

  /** Where something stands in an announcement, and another value for it that is allowed there. */
  const changes: fc.Arbitrary<(whole: ReleaseAnnouncement) => ReleaseAnnouncement> = fc
    .record({
      what: fc.constantFrom(
        'path',
        'sha256',
        'job',
        'commit',
        'reviewer',
        'grant',
        'signature',
        'at',
        'fewer',
        'release',
        'author',
        'released_by',
        'workspace',
      ),
      file: fc.nat(),
      approval: fc.nat(),
      hex: fc.stringMatching(/^[0-9a-f]{64}$/),
      identifier: fc.stringMatching(/^[a-z2-7]{16}$/),
      name: fc.constantFrom(AUTHOR, 'mia', 'there-is-none', THIRD),
    })
    .map(({ what, file, approval, hex, identifier, name }) => (whole) => {
      const index = file % whole.files.length;
      const inFile = (change: Partial<AnnouncedFile>): ReleaseAnnouncement => ({
        ...whole,
        files: whole.files.map((one, place) => (place === index ? { ...one, ...change } : one)),
      });
      const { approvals } = given(whole.files[index]);
      const which = approval % approvals.length;
      const inApproval = (change: Partial<ReleaseApproval>): ReleaseAnnouncement =>
        inFile({
          approvals: approvals.map((one, place) => (place === which ? { ...one, ...change } : one)),
        });
      switch (what) {
        case 'path':
          return inFile({ path: `output/${identifier}.csv` });
        case 'sha256':
          return inFile({ sha256: hex });
        case 'job':
          return inFile({ job: identifier });
        case 'commit':
          return inFile({ commit: hex.slice(0, 40) });
        case 'reviewer':
          return inApproval({ reviewer: name });
        case 'grant':
          return inApproval({ grant: identifier });
        case 'signature':
          return inApproval({ signature: hex });
        case 'at':
          return inApproval({ at: '2031-01-01T00:00:00Z' });
        case 'fewer':
          return inFile({ approvals: approvals.filter((_, place) => place !== which) });
        case 'release':
          return { ...whole, release: identifier };
        case 'author':
          return { ...whole, author: name === AUTHOR ? 'mia' : name };
        case 'released_by':
          return { ...whole, released_by: name === THIRD ? AUTHOR : name };
        default:
          return { ...whole, workspace: identifier };
      }
    });

  test('whatever one thing is forged, nothing is taken up', async () => {
    const before = await count();
    const texts = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `output/${name}.csv`),
      fc.string(),
      { minKeys: 1, maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(texts, changes, async (some, forge) => {
        expect(await scene.refusal(forge(scene.announcement(some)))).not.toEqual([]);
      }),
      { numRuns },
    );
    expect(await count()).toEqual(before);
  });
});
