import type { Context } from 'hono';
import { sameSecret } from '../secrets.ts';
import { httpFaults } from './faults.ts';

/**
 * Refuses forms that did not come from our own pages: browsers say where a form was sent from, and who is signed in sends the
 * token of the session along.
 * @param expected token of the session; null where nobody is signed in
 * @throws FaultError form-forged
 */
export function expectOwnForm(http: Context, expected: string | null, sent: string): void {
  const site = http.req.header('sec-fetch-site');
  const origin = http.req.header('origin');
  const elsewhere =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && hostOf(origin) !== http.req.header('host'));
  const forged = expected !== null && !sameSecret(sent, expected);
  if (elsewhere || forged) throw httpFaults.error('form-forged', {});
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host ?? null;
}
