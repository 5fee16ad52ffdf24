import type { Alert } from '@vitrine/web';
import type { Site } from '../site.ts';

/** How old the alerts of a page may be, in milliseconds: they are on every page and change a few times a year. */
const KEEP = 2000;

const kept = new WeakMap<
  Site,
  { readonly at: number; readonly alerts: Promise<readonly Alert[]> }
>();

/** The alerts that all pages show now. */
export async function currentAlerts(site: Site, now: Date): Promise<readonly Alert[]> {
  const known = kept.get(site);
  if (known && Math.abs(now.getTime() - known.at) < KEEP) return await known.alerts;
  const alerts = readAlerts(site, now);
  kept.set(site, { at: now.getTime(), alerts });
  // What failed is not kept.
  alerts.catch(() => kept.delete(site));
  return await alerts;
}

/** Makes this server's pages show a change at once. */
export function forgetAlerts(site: Site): void {
  kept.delete(site);
}

async function readAlerts(site: Site, now: Date): Promise<readonly Alert[]> {
  const rows = await site.db
    .selectFrom('site_alert')
    .select(['level', 'title', 'message'])
    .where((is) => is.or([is('ends_at', 'is', null), is('ends_at', '>', now)]))
    .orderBy('id')
    .limit(5)
    .execute();
  return rows.map(({ level, title, message }) => ({ tone: level, title, body: message }));
}
