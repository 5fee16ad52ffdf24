/** Whatever is cut, lost or killed on the way: the job server ends with exactly the approved bytes, released once. */
import { chmod, writeFile } from 'node:fs/promises';
import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SignedIn } from '../people/session.ts';
import type { ReleaseRequest } from '../review/request.ts';
import { type Cut, problem } from './release-server.testing.ts';
import { findUpload, uploadOf } from './upload-state.ts';
import { Life, sha256, UploadWorld } from './upload-world.testing.ts';
import { Uploads } from './uploads.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 12);
const PATIENCE = 600_000;

let world: UploadWorld;
beforeAll(async () => {
  world = await UploadWorld.open();
}, PATIENCE);
afterAll(() => world[Symbol.asyncDispose](), PATIENCE);
beforeEach(() => {
  world.server.cut = () => null;
  world.server.refuse = () => null;
});

const outputs = {
  'output/table.csv': 'age,count\n'.repeat(20),
  'output/short.csv': 'a\n',
  // The same bytes under another name, and no bytes at all.
  'output/same.csv': 'a\n',
  'output/empty.txt': '',
};

async function isReleased(id: string): Promise<boolean> {
  return (await world.statusOf(id)) === 'released';
}

async function expectReleasedOnce(
  id: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const release = world.server.releases.get(id);
  expect(release).toMatchObject({ state: 'released', releases: 1 });
  expect(release?.announcement.files.map(({ path }) => path).toSorted()).toEqual(
    Object.keys(files).toSorted(),
  );
  for (const text of Object.values(files)) {
    expect(world.server.bytesOf(id, sha256(text))?.toString()).toBe(text);
  }
  expect(await world.statusOf(id)).toBe('released');
  expect((await world.saidBySystem(id)).toSorted()).toEqual([
    ...Object.keys(files).map(() => 'file-uploaded'),
    'released',
  ]);
  expect(await findUpload(world.database.db, id)).toBeUndefined();
  expect(world.server.faults).toEqual([]);
}

test(
  'what is approved is announced with its approvals, sent in pieces, and released',
  async () => {
    const id = await world.approve(outputs);
    const life = new Life();
    await world.run(life, id, async () => await isReleased(id));
    await expectReleasedOnce(id, outputs);
    const announcement = world.server.releases.get(id)?.announcement;
    expect(announcement).toMatchObject({ author: 'ann', released_by: 'carl', release: id });
    for (const { approvals } of announcement?.files ?? []) {
      expect(approvals.map(({ reviewer }) => reviewer)).toEqual(['carl', 'cora']);
    }
  },
  PATIENCE,
);

test(
  'killed after any step, the next process goes on',
  async () => {
    const files = { 'output/a.csv': 'x'.repeat(100), 'output/b.csv': 'b' };
    const whole = new Life();
    const first = await world.approve(files);
    await world.run(whole, first, async () => await isReleased(first));
    expect(whole.steps).toBeGreaterThan(20);
    for (let last = 0; last < whole.steps; last += 1) {
      const id = await world.approve(files);
      await world.run(new Life(last), id, async () => await isReleased(id));
      await world.run(new Life(), id, async () => await isReleased(id));
      await expectReleasedOnce(id, files);
    }
  },
  PATIENCE,
);

test(
  'cut and killed at random, again and again',
  async () => {
    const cuts = fc.constantFrom<Cut | null>('before', 'half', 'after', null, null);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(60), { maxLength: 4 }),
        fc.array(cuts, { maxLength: 12 }),
        fc.dictionary(
          fc.constantFrom('a.csv', 'b.csv', 'c/d.txt', 'e.txt'),
          fc.string({ maxLength: 300 }),
          { minKeys: 1 },
        ),
        async (lives, cutList, files) => {
          const id = await world.approve(files);
          const left = [...cutList];
          world.server.cut = (_, path) =>
            path.includes('releases') ? (left.shift() ?? null) : null;
          for (const last of [...lives, Number.POSITIVE_INFINITY]) {
            await world.run(new Life(last), id, async () => await isReleased(id));
          }
          await expectReleasedOnce(id, files);
        },
      ),
      { numRuns },
    );
  },
  PATIENCE,
);

describe('what is not as it should be', () => {
  async function stopped(id: string): Promise<void> {
    await world.run(new Life(), id, async () => {
      return (await uploadOf(world.database.db, id))?.state === 'stopped' || (await isReleased(id));
    });
  }

  test(
    'bytes that changed on disk never leave, nor does anything beside them',
    async () => {
      const text = 'approved and kept.';
      const id = await world.approve({ 'a.csv': 'fine', 'b.csv': text });
      const hash = sha256(text);
      const path = `${world.folder}/copies/${hash.slice(0, 2)}/${hash}`;
      await chmod(path, 0o600);
      await writeFile(path, 'changed by anybody');
      await stopped(id);
      expect(await uploadOf(world.database.db, id)).toMatchObject({
        state: 'stopped',
        fault: { code: 'upload-bytes-changed', message: expect.stringContaining('b.csv') },
      });
      expect(world.server.releases.has(id)).toBe(false);
      expect(world.server.received.join()).not.toContain('changed by');
      // Once they are put right somebody asks for it again.
      await writeFile(path, text);
      await new Uploads(world.site()).retry(person('ann'), id);
      await stopped(id);
      await expectReleasedOnce(id, { 'a.csv': 'fine', 'b.csv': text });
    },
    PATIENCE,
  );

  test.each([
    [422, 'release-approval-forged', 'stopped'],
    [409, 'release-announced-differently', 'stopped'],
    [400, 'body-invalid', 'stopped'],
    [503, 'release-store-full', 'waiting'],
    [500, 'server-failed', 'waiting'],
    [401, 'token-invalid', 'waiting'],
  ] as const)(
    'a refusal with %d %s: %s',
    async (status, code, state) => {
      const id = await world.approve({ 'a.csv': 'a' });
      let refusals = 0;
      world.server.refuse = () => {
        refusals += 1;
        return refusals === 1 || state === 'stopped' ? problem(status, code) : null;
      };
      await stopped(id);
      if (state === 'waiting') return await expectReleasedOnce(id, { 'a.csv': 'a' });
      expect(await uploadOf(world.database.db, id)).toMatchObject({
        state,
        fault: { code, hint: `What to do about ${code}.` },
        attempts: 1,
      });
      expect(refusals).toBe(1);
      await world.site().db.deleteFrom('upload').where('request', '=', id).execute();
    },
    600_000,
  );
});

describe('recalls', () => {
  const recall = async (user: string, id: string): Promise<ReleaseRequest> =>
    await new Uploads(world.site()).recall(person(user), id);

  async function codeOf(work: Promise<unknown>): Promise<string> {
    try {
      await work;
      return 'done';
    } catch (error) {
      if (error instanceof FaultError) return error.diagnostics[0]?.code ?? '';
      throw error;
    }
  }

  test(
    'before a word was said the job server need not be asked',
    async () => {
      const id = await world.approve({ 'a.csv': 'a' });
      world.server.cut = () => 'before';
      expect(await codeOf(recall('ann', id))).toBe('review-not-allowed');
      const recalled = await recall('cora', id);
      expect(recalled).toMatchObject({ status: 'reviewed', isCancelled: false });
      expect(await uploadOf(world.database.db, id)).toBeNull();
      await world.run(new Life(), id, async () => true);
      expect(world.server.releases.has(id)).toBe(false);
    },
    PATIENCE,
  );

  test(
    'half way the job server gives it up first, and nothing of it leaves any more',
    async () => {
      const files = { 'a.csv': 'a'.repeat(200) };
      const id = await world.approve(files);
      let pieces = 0;
      world.server.cut = (method) => {
        if (method === 'PUT') pieces += 1;
        return pieces > 1 ? 'before' : null;
      };
      await world.run(
        new Life(),
        id,
        async () => (await uploadOf(world.database.db, id))?.sentBytes === 64,
      );
      const received = await uploadOf(world.database.db, id);
      expect(received).toMatchObject({ sentBytes: 64, totalBytes: 200 });

      // While it cannot be asked, nothing goes on, and nobody believes that it was taken back.
      world.server.cut = () => 'before';
      expect(await codeOf(recall('cora', id))).toBe('upload-held');
      expect(await world.statusOf(id)).toBe('approved');
      world.server.cut = () => null;
      await world.run(new Life(), id, async () => true);
      expect(world.server.releases.get(id)?.state).toBe('receiving');
      expect(await uploadOf(world.database.db, id)).toMatchObject({ state: 'stopped' });

      const recalled = await recall('cora', id);
      expect(recalled).toMatchObject({ status: 'reviewed', isCancelled: true });
      expect(world.server.releases.get(id)?.state).toBe('cancelled');
      await world.run(new Life(), id, async () => true);
      expect(world.server.releases.get(id)).toMatchObject({ state: 'cancelled', releases: 0 });
    },
    PATIENCE,
  );

  test(
    'too late: what has left is released here as well',
    async () => {
      const id = await world.approve({ 'a.csv': 'a' });
      // The last answer is lost, and with it the process.
      world.server.cut = (method) => (method === 'PUT' ? 'after' : null);
      await world.run(
        new Life(),
        id,
        async () => world.server.releases.get(id)?.state === 'released',
      );
      world.server.cut = () => null;
      if ((await world.statusOf(id)) === 'approved') {
        expect(await codeOf(recall('cora', id))).toBe('recall-too-late');
      }
      await expectReleasedOnce(id, { 'a.csv': 'a' });
      expect(await codeOf(recall('cora', id))).toBe('review-wrong-status');
      expect(await codeOf(new Uploads(world.site()).retry(person('cora'), id))).toBe('upload-over');
      expect(await codeOf(new Uploads(world.site()).retry(person('sam'), id))).toBe(
        'request-unknown',
      );
    },
    PATIENCE,
  );
});

function person(user: string): Pick<SignedIn, 'username' | 'standing' | 'workspaces'> {
  const standing = world.surroundings(user).actor?.standing ?? { kind: 'unconfirmed' };
  return { username: user, standing, workspaces: new Map() };
}
