/** Whether a database is being rebuilt: what its own log of builds says (cohort-extractor §7.7). */
import { SOURCE } from '../dialect/duckdb.ts';
import { attachSource, openEngine } from './source.ts';

/** The step of a build from which on tables may be away. */
const SWAP_EVENTS = ['Swap Tables', 'CodedEvent_SNOMED'];

/**
 * Of the newest build: not if it has ended, else if a step that swaps tables has begun since it began. A database without
 * a log of builds is never being rebuilt.
 */
export async function isBeingRebuilt(path: string): Promise<boolean> {
  using engine = await openEngine({});
  const { connection } = engine;
  await attachSource(connection, path);
  const known = await connection.runAndReadAll(
    `SELECT count(*) FROM duckdb_columns() WHERE table_name = 'BuildProgress'
       AND (database_name = '${SOURCE}' OR schema_name = '${SOURCE}')`,
  );
  if (Number(known.getRows()[0]?.[0] ?? 0) === 0) return false;
  const swaps = SWAP_EVENTS.map((event) => `'${event}'`).join(', ');
  const asked = await connection.runAndReadAll(`
    WITH newest AS (
      SELECT EventStart, EventEnd FROM ${SOURCE}."BuildProgress"
      WHERE Event = 'OpenSAFELY' ORDER BY EventStart DESC LIMIT 1
    )
    SELECT count(*) FROM newest JOIN ${SOURCE}."BuildProgress" step
      ON year(newest.EventEnd) = 9999 AND step.Event IN (${swaps})
      AND step.EventStart >= newest.EventStart`);
  return Number(asked.getRows()[0]?.[0] ?? 0) > 0;
}
