import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { given } from '../job-server.testing.ts';
import { cancelRelease } from './cancel-release.ts';
import { cleanReleases } from './clean-releases.ts';
import { findRelease, standingOf } from './read-release.ts';
import { receiveFile } from './receive-file.ts';
import { codesOf, ReleaseScene, sha256Of, TEXTS } from './release.testing.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let scene: ReleaseScene;
  beforeAll(async () => {
    scene = await ReleaseScene.open(await open());
  });
  afterAll(async () => await scene.close());

  const standing = async (release: string) =>
    await standingOf(scene.context, await findRelease(scene.context, scene.backend, release));

  /** Announces texts that no other test has. */
  const announced = async (label: string) => {
    const whole = scene.announcement({
      'output/a.csv': `a,b\n${label},1\n`,
      'output/b.csv': `a,b\n${label},2\n`,
    });
    await scene.announce(whole);
    const texts = [`a,b\n${label},1\n`, `a,b\n${label},2\n`] as const;
    return { release: whole.release, whole, texts };
  };

  test('what two people approved leaves, and is seen when all of it is there', async () => {
    const whole = scene.announcement();
    const { release } = whole;
    expect(await scene.announce(whole)).toEqual({
      release,
      state: 'receiving',
      files: Object.values(TEXTS)
        .map((text) => ({ sha256: sha256Of(text), received: 0, size: text.length }))
        .toSorted((left, right) => (left.sha256 < right.sha256 ? -1 : 1)),
    });
    const [first, second] = Object.values(TEXTS);
    expect((await scene.send(release, given(first))).state).toBe('receiving');
    expect(await scene.decisions(release)).toEqual(['release-announced']);
    const done = await scene.send(release, given(second));
    expect(done.state).toBe('released');
    expect((await standing(release)).files.every(({ received, size }) => received === size)).toBe(
      true,
    );
    expect(await scene.kept(sha256Of(given(first)))).toBe(first);
    expect(await scene.decisions(release)).toEqual(['release-announced', 'release-completed']);
    const row = await findRelease(scene.context, scene.backend, release);
    expect(row).toMatchObject({ state: 'released', released_at: scene.server.now });
    const approvals = await scene.database.db
      .selectFrom('release_approval')
      .innerJoin('release_file', 'release_file.id', 'release_approval.release_file_id')
      .selectAll()
      .where('release_file.release_id', '=', row.id)
      .execute();
    expect(approvals).toHaveLength(4);
  });

  test('the same announcement again, in any order, gives the same standing; another is refused', async () => {
    const { whole, texts, release } = await announced('again');
    await scene.send(release, texts[0]);
    const turned = {
      ...whole,
      files: whole.files
        .map((file) => ({ ...file, approvals: file.approvals.toReversed() }))
        .toReversed(),
    };
    expect(await scene.announce(turned)).toEqual(await standing(release));
    expect((await standing(release)).files.map(({ received }) => received > 0)).toContain(true);
    for (const other of [
      { ...whole, files: whole.files.slice(1) },
      { ...whole, released_by: 'checker-1' },
      { ...whole, workspace: 'another' },
    ]) {
      expect(await scene.refusal(other)).toEqual(['release-announced-differently']);
    }
    expect(await scene.decisions(release)).toEqual(['release-announced']);
  });

  test('announced by many at once it is one release', async () => {
    const whole = scene.announcement({ 'output/once.csv': 'once' });
    const all = await Promise.all(
      Array.from({ length: 4 }, async () => await scene.announce(whole)),
    );
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await scene.decisions(whole.release)).toEqual(['release-announced']);
  });

  test('an announcement stands although a reviewer has lost their role since', async () => {
    const { whole } = await announced('later');
    await scene.takeRoles('checker-1');
    expect(await scene.announce(whole)).toMatchObject({ state: 'receiving' });
    await scene.give('checker-1', 'output-checker', 'global');
  });

  test('an upload goes on where it broke off', async () => {
    const { release, texts } = await announced('resumed');
    const sha256 = sha256Of(texts[0]);
    await scene.send(release, texts[0].slice(0, 3), { sha256 });
    const receivedOf = async (): Promise<number | undefined> =>
      (await standing(release)).files.find((file) => file.sha256 === sha256)?.received;
    expect(await receivedOf()).toBe(3);
    expect(await scene.kept(sha256)).toBeNull();
    // From elsewhere nothing is taken, and the answer says where to go on.
    for (const offset of [0, 2, 4, 1_000_000]) {
      const answer = await scene.send(release, texts[0], { sha256, offset });
      const file = { sha256, received: 3, size: texts[0].length };
      expect(answer).toEqual({ release, state: 'receiving', file });
      expect(await receivedOf()).toBe(3);
    }
    await scene.send(release, texts[0].slice(3), { sha256, offset: 3 });
    expect(await scene.kept(sha256)).toBe(texts[0]);
    // Sent again it stays as it is.
    await scene.send(release, 'anything', { sha256 });
    expect(await scene.kept(sha256)).toBe(texts[0]);
  });

  test('a server that was killed between the last byte and the word of it goes on', async () => {
    const { release, texts } = await announced('killed');
    for (const text of texts) {
      const sha256 = sha256Of(text);
      const piece = { release, sha256, size: text.length, offset: 0 };
      await scene.context.releases.receive({ ...piece, bytes: new Blob([text]).stream() });
      const nothing = { release, sha256, offset: text.length, bytes: null };
      await receiveFile(scene.context, scene.backend, nothing);
    }
    expect((await standing(release)).state).toBe('released');
  });

  test('a file kept by a server that was killed before it could say so is sent again', async () => {
    const { release, texts } = await announced('kept');
    const sha256 = sha256Of(texts[0]);
    const piece = { release, sha256, size: texts[0].length, offset: 0 };
    await scene.context.releases.receive({ ...piece, bytes: new Blob([texts[0]]).stream() });
    await scene.context.releases.keep(release, sha256);
    expect((await standing(release)).files.map(({ received }) => received)).toEqual([0, 0]);
    for (const text of texts) await scene.send(release, text);
    expect((await standing(release)).state).toBe('released');
  });

  test('sent by several at once, every file is there once and the release is completed once', async () => {
    const { release, texts } = await announced('crowd');
    await Promise.all(
      [...texts, ...texts, ...texts].map(async (text) => await scene.send(release, text)),
    );
    // Whoever came second may have been told to go on elsewhere.
    for (const text of texts) await scene.send(release, text);
    expect((await standing(release)).state).toBe('released');
    expect(await scene.decisions(release)).toEqual(['release-announced', 'release-completed']);
    for (const text of texts) expect(await scene.kept(sha256Of(text))).toBe(text);
    expect(await readdir(scene.folder).then((names) => names.includes('incoming'))).toBe(true);
    expect(await scene.context.releases.underway()).not.toContain(release);
  });

  test('the same bytes under two names, and in two releases, are sent for each release and kept once', async () => {
    const text = 'the same\n';
    for (let turn = 0; turn < 2; turn += 1) {
      const whole = scene.announcement({ 'output/one.txt': text, 'output/two.txt': text });
      expect((await scene.announce(whole)).files).toHaveLength(1);
      expect((await scene.send(whole.release, text)).state).toBe('released');
    }
    expect(await readdir(`${scene.folder}/${sha256Of(text).slice(0, 2)}`)).toContain(
      sha256Of(text),
    );
  });

  test('an empty file is released', async () => {
    const whole = scene.announcement({ 'output/empty.txt': '' });
    await scene.announce(whole);
    expect((await scene.send(whole.release, '')).state).toBe('released');
    expect(await scene.kept(sha256Of(''))).toBe('');
  });

  test('bytes are taken for what was announced only', async () => {
    const { release, texts } = await announced('only');
    expect(await codesOf(scene.send(release, 'something else'))).toEqual([
      'release-file-unannounced',
    ]);
    expect(await codesOf(scene.send('aaaaaaaaaaaaaaaa', texts[0]))).toEqual(['thing-unknown']);
    const long = scene.send(release, `${texts[0]}more`, { sha256: sha256Of(texts[0]) });
    expect(await codesOf(long)).toEqual(['release-file-too-long']);
    expect((await standing(release)).files.map(({ received }) => received)).toEqual([0, 0]);
  });

  test('another backend neither sees, nor sends, nor cancels it', async () => {
    const { release, texts, whole } = await announced('mine');
    const elsewhere = await scene.server.backend();
    const sent = { release, sha256: sha256Of(texts[0]), offset: 0, bytes: null };
    for (const work of [
      async () => await findRelease(scene.context, elsewhere, release),
      async () => await receiveFile(scene.context, elsewhere, sent),
      async () => await cancelRelease(scene.context, elsewhere, release),
    ]) {
      expect(await codesOf(work())).toEqual(['thing-unknown']);
    }
    expect(await scene.announce(whole)).toMatchObject({ state: 'receiving' });
  });

  test('cancelled while it comes, nothing of it stays, but what another release has', async () => {
    const shared = 'shared by two\n';
    const other = scene.announcement({ 'output/shared.txt': shared });
    await scene.announce(other);
    await scene.send(other.release, shared);
    const texts = {
      'output/shared.txt': shared,
      'output/own.txt': 'own\n',
      'output/x.txt': 'xx\n',
    };
    const whole = scene.announcement(texts);
    const { release } = whole;
    await scene.announce(whole);
    await scene.send(release, shared);
    await scene.send(release, 'own\n');
    await scene.send(release, 'x', { sha256: sha256Of('xx\n') });
    expect(await cancelRelease(scene.context, scene.backend, release)).toMatchObject({
      state: 'cancelled',
      files: [{ received: 0 }, { received: 0 }, { received: 0 }],
    });
    expect(await cancelRelease(scene.context, scene.backend, release)).toEqual(
      await standing(release),
    );
    expect(await scene.decisions(release)).toEqual(['release-announced', 'release-cancelled']);
    expect(await scene.kept(sha256Of('own\n'))).toBeNull();
    expect(await scene.kept(sha256Of(shared))).toBe(shared);
    expect(await scene.context.releases.underway()).not.toContain(release);
    expect(await codesOf(scene.send(release, 'own\n'))).toEqual(['release-cancelled']);
    expect(await scene.announce(whole)).toMatchObject({ state: 'cancelled' });
  });

  test('what is complete cannot be cancelled', async () => {
    const whole = scene.announcement({ 'output/done.txt': 'done\n' });
    await scene.announce(whole);
    await scene.send(whole.release, 'done\n');
    const cancelled = cancelRelease(scene.context, scene.backend, whole.release);
    expect(await codesOf(cancelled)).toEqual(['release-complete']);
    expect(await scene.kept(sha256Of('done\n'))).toBe('done\n');
  });

  test('a server that starts removes what came for releases that are over, and leaves the others', async () => {
    const { release, texts } = await announced('open');
    await scene.send(release, texts[0].slice(0, 2), { sha256: sha256Of(texts[0]) });
    const gone = 'bbbbbbbbbbbbbbbb';
    const piece = { release: gone, sha256: sha256Of('x'), size: 1, offset: 0 };
    await scene.context.releases.receive({ ...piece, bytes: new Blob(['x']).stream() });
    // A server that was killed between the decision and its effect.
    const files = { 'output/left.txt': 'left\n', 'output/other.txt': 'other\n' };
    const whole = scene.announcement(files);
    await scene.announce(whole);
    await scene.send(whole.release, 'left\n');
    await scene.database.db
      .updateTable('release')
      .set({ state: 'cancelled', cancelled_at: scene.server.now })
      .where('identifier', '=', whole.release)
      .execute();
    expect(await scene.kept(sha256Of('left\n'))).toBe('left\n');
    await cleanReleases(scene.context);
    expect(await scene.kept(sha256Of('left\n'))).toBeNull();
    expect(await scene.kept(sha256Of(given(Object.values(TEXTS)[0])))).not.toBeNull();
    const left = await scene.context.releases.underway();
    expect(left).toContain(release);
    expect(left).not.toContain(gone);
  });
});
