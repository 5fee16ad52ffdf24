import type { DuckDBConnection } from '@duckdb/node-api';
import { checkSource } from './check-source.ts';
import type { CohortExtraction } from './extract-cohort.ts';
import { interruptOn } from './interrupt.ts';
import { attachSource, openEngine } from './source.ts';

/**
 * Opens an engine, attaches the database, looks whether it has what the model asks of it, and lets `work` use it. All that
 * the engine keeps vanishes afterwards.
 *
 * @throws FaultError database-…; the signal's reason when stopped; what `work` throws
 */
export async function onSource(
  { model, schema, database, settings, signal }: CohortExtraction,
  work: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  using engine = await openEngine(settings);
  const { connection } = engine;
  using _interruption = interruptOn(signal, connection);
  try {
    await attachSource(connection, database);
    await checkSource(connection, model, schema);
    await work(connection);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
