/** Addresses that are told when job requests finish. */
import { httpFaults, inTransaction, newSecret, readJson, recordDecision } from '@vitrine/platform';
import { newWebhookSchema, type WebhookView } from '@vitrine/protocol';
import { sql } from 'kysely';
import { siteFaults } from '../http/faults.ts';
import { requirePermission } from '../http/guard.ts';
import type { Call } from '../http/route.ts';
import { findSubject, numberOf } from '../http/subject.ts';
import { refusedBecause } from '../telling/send-webhook.ts';

/** Most that one person may have. */
const MOST = 20;

async function webhooksOf({ site, person }: Call): Promise<readonly WebhookView[]> {
  const rows = await site.db
    .selectFrom('webhook')
    .leftJoin('workspace', 'workspace.id', 'webhook.workspace_id')
    .select(['webhook.id', 'webhook.url', 'workspace.name as workspace', 'webhook.created_at'])
    .where('webhook.person_id', '=', person?.id ?? 0)
    .where('webhook.ended_at', 'is', null)
    .orderBy('webhook.id')
    .execute();
  return rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
}

export async function listWebhooks(call: Call): Promise<Response> {
  return call.http.json({ webhooks: await webhooksOf(call) });
}

export async function createWebhook(call: Call): Promise<Response> {
  const { http, site, person, now } = call;
  const { url, workspace } = await readJson(http, newWebhookSchema);
  const reason = refusedBecause(url, site.privateWebhooks ?? false);
  if (reason !== null) throw siteFaults.error('webhook-refused', { reason });
  if (workspace !== undefined) {
    requirePermission(person, 'job_run', await findSubject(site, 'workspace', workspace));
  }
  const secret = newSecret();
  const made = await inTransaction(site.database, async (tx) => {
    // One after another, so that nobody has more than they may.
    await sql`select from person where id = ${person?.id ?? 0} for no key update`.execute(tx);
    if ((await webhooksOf({ ...call, site: { ...site, db: tx } })).length >= MOST) {
      throw siteFaults.error('webhooks-too-many', { limit: MOST });
    }
    const row = await tx
      .insertInto('webhook')
      .values((select) => ({
        person_id: person?.id ?? 0,
        workspace_id:
          workspace === undefined
            ? null
            : select.selectFrom('workspace').select('id').where('name', '=', workspace),
        url,
        secret,
        created_at: now,
      }))
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordDecision(tx, now, {
      actor: person?.username ?? null,
      kind: 'webhook-made',
      target: ['webhook', String(row.id)],
      details: { host: new URL(url).host, workspace: workspace ?? null },
    });
    return row;
  });
  const view = { id: made.id, url, workspace: workspace ?? null, created_at: now.toISOString() };
  return http.json({ ...view, secret }, 201);
}

export async function endWebhook(call: Call): Promise<Response> {
  const { http, site, person, now } = call;
  const name = http.req.param('number') ?? '';
  await inTransaction(site.database, async (tx) => {
    const ended = await tx
      .updateTable('webhook')
      .set({ ended_at: now })
      .where('id', '=', numberOf(name))
      .where('person_id', '=', person?.id ?? 0)
      .where('ended_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (ended === undefined) throw httpFaults.error('thing-unknown', { what: 'webhook', name });
    const actor = person?.username ?? null;
    await recordDecision(tx, now, { actor, kind: 'webhook-ended', target: ['webhook', name] });
  });
  return http.json({ webhooks: await webhooksOf(call) });
}
