import type { Session } from '../session/session.ts';
import { withSession } from '../session/with-session.ts';
import { checkSource } from './check-source.ts';
import type { CohortExtraction } from './extract-cohort.ts';

/**
 * Opens a session, looks whether the database has what the model asks of it, and lets `work` use it. All that the engine
 * keeps there vanishes afterwards. Where a server breaks off, all of this is done again (see `withSession`).
 *
 * @throws FaultError database-…; the signal's reason when stopped; what `work` throws
 */
export async function onSource(
  extraction: CohortExtraction,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  await withSession(extraction, async (session) => {
    await checkSource(session, extraction.model, extraction.schema);
    await work(session);
  });
}
