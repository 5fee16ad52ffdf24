import { ConnectionError } from '@vitrine/protocol';
import type { Airlock } from '../airlock.ts';
import { confirmSession, endSession, findSession, type SignedIn } from './session.ts';

/** After this long the job server is asked again, in milliseconds; its word counts for longer, so that it may be away for a while. */
const ASK_AGAIN_AFTER = 2 * 60 * 1000;

/**
 * The person of a session, with rights as fresh as can be had. Who was refused is signed out at once; while the job server does not
 * answer, its last word counts until it is too old, and then for nothing (promise P11).
 */
export async function confirmedPerson(
  airlock: Airlock,
  secret: string,
  now: Date,
): Promise<SignedIn | null> {
  const person = await findSession(airlock.db, secret, now);
  if (person === null) return null;
  const age = now.getTime() - person.confirmedAt.getTime();
  if (age >= 0 && age < ASK_AGAIN_AFTER) return person;
  try {
    const rights = await airlock.jobServer.rights(person.grant, airlock.stopping);
    await confirmSession(airlock.db, person.sessionHash, rights, now);
    return await findSession(airlock.db, secret, now);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    // A refusal by the server itself; a token of the backend that no longer counts is one too.
    if (error.failure === 'unauthorised' || error.failure === 'rejected') {
      await endSession(airlock.db, person.sessionHash);
      return null;
    }
    airlock.log?.({
      level: 'warn',
      event: 'rights-not-confirmed',
      facts: { failure: error.failure },
    });
    return person;
  }
}
