import type { ReviewNews } from '@vitrine/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { newIdentifier } from '../database/identifiers.ts';
import { wordsOf } from '../telling/send-email.ts';
import { recordReviewNews } from './record-news.ts';
import { AUTHOR, codesOf, ReleaseScene } from './release.testing.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let scene: ReleaseScene;
  beforeAll(async () => {
    scene = await ReleaseScene.open(await open());
    const { db } = scene.database;
    await db
      .updateTable('person')
      .set({ email: 'researcher@example.org' })
      .where('username', '=', AUTHOR)
      .execute();
    await db
      .updateTable('person')
      .set({ wants_email: false })
      .where('username', '=', 'checker-3')
      .execute();
    await scene.person('mia');
    await scene.give('mia', 'deployment-administrator', 'global');
    await db.deleteFrom('outgoing_message').execute();
  });
  afterAll(async () => await scene.close());

  const newsOf = (more: Partial<ReviewNews> = {}): ReviewNews => ({
    request: newIdentifier(scene.context.randomBytes),
    number: 1,
    kind: 'submitted',
    workspace: scene.workspace.name,
    author: AUTHOR,
    at: '2022-05-12T08:59:00Z',
    ...more,
  });

  const tell = async (news: ReviewNews): Promise<readonly string[]> =>
    await codesOf(recordReviewNews(scene.context, scene.backend, news));

  const known = async (request: string) =>
    await scene.database.db
      .selectFrom('release_request')
      .select(['status', 'news', 'first_submitted_at', 'status_since'])
      .where('identifier', '=', request)
      .executeTakeFirst();

  const lettersAbout = async (request: string) =>
    await scene.database.db
      .selectFrom('outgoing_message')
      .select(['recipient', 'subject', 'body'])
      .where('unique_key', 'like', `review ${request} %`)
      .orderBy('recipient')
      .execute();

  test('the newest status is known, with since when', async () => {
    const news = newsOf();
    expect(await tell(news)).toEqual([]);
    expect(await known(news.request)).toEqual({
      status: 'submitted',
      news: 1,
      first_submitted_at: new Date(news.at),
      status_since: new Date(news.at),
    });
    const later = { ...news, number: 3, kind: 'returned', at: '2022-05-12T08:59:30Z' } as const;
    expect(await tell(later)).toEqual([]);
    expect(await known(news.request)).toEqual({
      status: 'returned',
      news: 3,
      first_submitted_at: new Date(news.at),
      status_since: new Date(later.at),
    });
    expect(await scene.decisions(news.request)).toEqual([
      'release-request-submitted',
      'release-request-returned',
    ]);
  });

  test('the same again, and what is older, changes nothing and tells nobody', async () => {
    const news = newsOf({ number: 2, kind: 'returned' });
    await tell(news);
    const before = await known(news.request);
    for (const again of [news, { ...news, number: 1, kind: 'submitted' as const }]) {
      expect(await tell(again)).toEqual([]);
    }
    expect(await known(news.request)).toEqual(before);
    expect(await lettersAbout(news.request)).toHaveLength(1);
    expect(await scene.decisions(news.request)).toHaveLength(1);
  });

  test('said many times at once it is noted once', async () => {
    const news = newsOf();
    await Promise.all(Array.from({ length: 4 }, async () => await tell(news)));
    expect(await scene.decisions(news.request)).toHaveLength(1);
    expect(await lettersAbout(news.request)).toHaveLength(2);
  });

  test('a clock inside that is ahead does not lead into the future', async () => {
    const news = newsOf({ at: '2030-01-01T00:00:00Z' });
    await tell(news);
    expect(await known(news.request)).toMatchObject({ status_since: scene.server.now });
  });

  const researcher = ['researcher@example.org'];
  test.each<[ReviewNews['kind'], readonly string[]]>([
    ['submitted', ['checker-1@example.org', 'checker-2@example.org']],
    ['partially-reviewed', []],
    ['reviewed', []],
    ['returned', researcher],
    ['approved', researcher],
    ['rejected', researcher],
    ['released', researcher],
    ['withdrawn', []],
  ])('of %s hears who has to, and wants to', async (kind, readers) => {
    const news = newsOf({ kind });
    await tell(news);
    const letters = await lettersAbout(news.request);
    expect(letters.map(({ recipient }) => recipient)).toEqual(readers);
    for (const { subject, body } of letters) {
      expect(subject).toBe(`${kind}: [${scene.workspace.name}] release request`);
      const words = wordsOf(JSON.parse(body), 'https://jobs.example.org');
      expect(words).toContain(`https://jobs.example.org/workspaces/${scene.workspace.name}`);
      expect(words).toContain(news.request);
    }
  });

  test('a disabled account gets no letters', async () => {
    const { db } = scene.database;
    const author = db.updateTable('person').where('username', '=', AUTHOR);
    await author.set({ is_disabled: true }).execute();
    const news = newsOf({ kind: 'returned' });
    expect(await tell(news)).toEqual([]);
    expect(await lettersAbout(news.request)).toEqual([]);
    await author.set({ is_disabled: false }).execute();
  });

  test('news of what is elsewhere is refused', async () => {
    const news = newsOf();
    await tell(news);
    const elsewhere = await scene.server.backend();
    expect(await tell({ ...news, number: 2, author: 'mia' })).toEqual([
      'release-request-elsewhere',
    ]);
    expect(await tell(newsOf({ workspace: 'there_is_none' }))).toEqual([
      'release-workspace-elsewhere',
    ]);
    expect(await tell(newsOf({ author: 'there-is-none' }))).toEqual(['release-author-unknown']);
    const unknown = recordReviewNews(scene.context, elsewhere, { ...news, number: 2 });
    expect(await codesOf(unknown)).toEqual(['release-workspace-elsewhere']);
    await scene.otherJob(scene.workspace, elsewhere);
    const taken = recordReviewNews(scene.context, elsewhere, { ...news, number: 2 });
    expect(await codesOf(taken)).toEqual(['release-request-elsewhere']);
    expect(await known(news.request)).toMatchObject({ status: 'submitted', news: 1 });
  });

  test("a release under the name of somebody else's request is refused", async () => {
    const whole = scene.announcement();
    await tell(newsOf({ request: whole.release, author: 'mia' }));
    expect(await scene.refusal(whole)).toEqual(['release-request-elsewhere']);
  });
});
