/** Sends what is to be sent, and tries again what was not taken. Any number of servers may do so at once. */
import { workWhenDue } from '@vitrine/platform';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { OutgoingMessageRow } from '../database/schema.ts';
import { type EmailSettings, postmanOf, wordsOf } from './send-email.ts';
import { sendWebhook } from './send-webhook.ts';

export interface TellingSettings {
  /** Null where there is no mail server: then no e-mail is sent. */
  readonly email: EmailSettings | null;
  /** Whether webhooks may go to private networks and by plain http. */
  readonly privateWebhooks: boolean;
}

export const NO_TELLING: TellingSettings = { email: null, privateWebhooks: false };

/** Waits after each attempt that failed, in seconds; after the last the message is given up. */
export const RETRY_SECONDS: readonly number[] = [10, 60, 300, 1800, 7200, 21_600, 43_200];

/** How many are sent at once. */
const BATCH = 10;
/** Who has taken a message has it for so long, in seconds: longer than any attempt takes. */
const LEASE = 120;

type DueMessage = OutgoingMessageRow & { readonly secret: string | null };

export type Delivery = Pick<Context, 'database' | 'clock'> & {
  readonly telling: TellingSettings;
  readonly publicUrl: () => string;
};

/** Delivers until told to stop. What goes wrong with a message is noted with it; `onError` hears what goes wrong on our side. */
export async function deliverMessages(
  delivery: Delivery,
  stopping: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  await workWhenDue({
    changes: delivery.database.changes,
    topics: ['messages'],
    work: async () => {
      await deliverDue(delivery);
      return await millisecondsToNext(delivery);
    },
    stopping,
    onError,
  });
}

/** Sends all that is due, and gives how many messages were tried. */
export async function deliverDue(delivery: Delivery): Promise<number> {
  let tried = 0;
  for (;;) {
    const due = await takeDue(delivery);
    await Promise.all(due.map(async (message) => await attempt(delivery, message)));
    tried += due.length;
    if (due.length < BATCH) return tried;
  }
}

async function takeDue({ database, clock }: Delivery): Promise<readonly DueMessage[]> {
  const now = clock();
  const until = new Date(now.getTime() + LEASE * 1000);
  const { rows } = await sql<DueMessage>`
    update outgoing_message m set attempts = attempts + 1, next_attempt_at = ${until}
    where id in (
      select id from outgoing_message where next_attempt_at <= ${now}
      order by next_attempt_at, id limit ${BATCH} for update skip locked)
    returning m.*, (select secret from webhook where webhook.id = m.webhook_id) as secret`.execute(
    database.db,
  );
  return rows;
}

async function attempt(delivery: Delivery, message: DueMessage): Promise<void> {
  try {
    await send(delivery, message);
  } catch (error) {
    return await failed(delivery, message, error);
  }
  await delivery.database.db
    .updateTable('outgoing_message')
    .set({ sent_at: delivery.clock(), next_attempt_at: null, last_error: null })
    .where('id', '=', message.id)
    .execute();
}

async function send({ telling, publicUrl, clock }: Delivery, message: DueMessage): Promise<void> {
  const { kind, recipient, subject, body, unique_key: key, secret } = message;
  const delivery = key.replaceAll(' ', '-');
  if (kind === 'webhook') {
    const toSend = { url: recipient, secret: secret ?? '', body, delivery, now: clock() };
    return await sendWebhook(toSend, telling.privateWebhooks);
  }
  if (telling.email === null) throw new NoMailServer('No mail server is configured.');
  const postman = postmanOf(telling.email);
  try {
    const text = wordsOf(JSON.parse(body), publicUrl());
    await postman.send({ to: recipient, subject, text, id: delivery });
  } finally {
    postman.close();
  }
}

class NoMailServer extends Error {}

async function failed(delivery: Delivery, message: DueMessage, error: unknown): Promise<void> {
  const now = delivery.clock();
  const wait = error instanceof NoMailServer ? undefined : RETRY_SECONDS[message.attempts - 1];
  const reason = error instanceof Error ? error.message : String(error);
  await delivery.database.db
    .updateTable('outgoing_message')
    .set({
      last_error: reason.replaceAll('\0', '').slice(0, 500),
      next_attempt_at: wait === undefined ? null : new Date(now.getTime() + wait * 1000),
      given_up_at: wait === undefined ? now : null,
    })
    .where('id', '=', message.id)
    .execute();
}

async function millisecondsToNext({ database, clock }: Delivery): Promise<number | null> {
  const row = await database.db
    .selectFrom('outgoing_message')
    .select((select) => select.fn.min('next_attempt_at').as('next'))
    .where('next_attempt_at', 'is not', null)
    .executeTakeFirst();
  return row?.next ? Math.max(0, row.next.getTime() - clock().getTime()) : null;
}
