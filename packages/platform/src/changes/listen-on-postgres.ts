import type pg from 'pg';
import { CHANNEL, type Changes } from './changes.ts';

/** Waits between attempts to listen again after the connection broke (milliseconds). */
const RETRY_FROM = 100;
const RETRY_TO = 5_000;

/**
 * Passes on every notification of PostgreSQL. When the connection breaks it is made again, and then everybody looks again,
 * because something may have been missed.
 * @throws whatever the first connection fails with
 */
export async function listenOnPostgres(
  createClient: () => pg.Client,
  changes: Changes<string>,
): Promise<{ close(): Promise<void> }> {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const fresh = createClient();
    let broken = false;
    const onBroken = (): void => {
      if (broken) return;
      broken = true;
      if (client === fresh) {
        client = null;
        if (!closed) retry(RETRY_FROM);
      }
    };
    fresh.on('error', onBroken);
    fresh.on('end', onBroken);
    fresh.on('notification', ({ payload }) => changes.heard(payload ?? ''));
    try {
      await fresh.connect();
      await fresh.query(`listen ${CHANNEL}`);
    } catch (error) {
      await fresh.end().catch(() => {});
      throw error;
    }
    if (closed) await fresh.end();
    else client = fresh;
  }

  function retry(delay: number): void {
    timer = setTimeout(() => {
      connect().then(
        () => changes.heardNothingForSure(),
        () => {
          if (!closed) retry(Math.min(delay * 2, RETRY_TO));
        },
      );
    }, delay);
  }

  await connect();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = null;
      await last?.end();
    },
  };
}
