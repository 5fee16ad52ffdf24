/** What is known outside of a release request under review: its status. */
import { inTransaction, recordDecision } from '@vitrine/platform';
import type { ReviewNews } from '@vitrine/protocol';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { writeReviewMessages } from '../telling/airlock-messages.ts';
import { findReleasePlace } from './announcement-facts.ts';
import { releaseFaults } from './faults.ts';
import type { AskingBackend } from './sign-in-to-airlock.ts';

/**
 * Notes a piece of news and tells who is to hear of it. One that is not newer than the last changes nothing.
 * @throws FaultError release-workspace-elsewhere, release-author-unknown, release-request-elsewhere
 */
export async function recordReviewNews(
  { database, clock }: Context,
  backend: AskingBackend,
  news: ReviewNews,
): Promise<void> {
  const now = clock();
  const { request, number, kind, workspace, author } = news;
  // Clocks inside may be ahead of ours.
  const at = new Date(Math.min(Date.parse(news.at), now.getTime()));
  await inTransaction(database, async (tx) => {
    const place = await findReleasePlace(tx, workspace, backend.id);
    if (place === null) throw releaseFaults.error('release-workspace-elsewhere', { workspace });
    const person = await tx
      .selectFrom('person')
      .select('id')
      .where('username', '=', author)
      .executeTakeFirst();
    if (person === undefined) throw releaseFaults.error('release-author-unknown', { author });
    const { rows } = await sql<{ readonly is_same: boolean }>`
      insert into release_request as known
        (identifier, workspace_id, backend_id, author_id, status, news, first_submitted_at, status_since)
      values (${request}, ${place.workspaceId}, ${backend.id}, ${person.id}, ${kind}, ${number}, ${at}, ${at})
      on conflict (identifier) do update set status = excluded.status, news = excluded.news, status_since = excluded.status_since
        where known.news < excluded.news and known.workspace_id = excluded.workspace_id
          and known.backend_id = excluded.backend_id and known.author_id = excluded.author_id
      returning true as is_same`.execute(tx);
    if (rows.length === 0) {
      const { rows: known } = await sql`
        select id from release_request where identifier = ${request} and workspace_id = ${place.workspaceId}
          and backend_id = ${backend.id} and author_id = ${person.id}`.execute(tx);
      if (known.length === 0) throw releaseFaults.error('release-request-elsewhere', { request });
      return;
    }
    await recordDecision(tx, now, {
      actor: null,
      kind: `release-request-${kind}`,
      target: ['release-request', request],
      details: { workspace, backend: backend.slug, author, number },
    });
    await writeReviewMessages(
      tx,
      {
        event: 'release-request.news',
        release_request: request,
        kind,
        workspace,
        backend: backend.slug,
        author,
      },
      number,
      now,
    );
  });
}
