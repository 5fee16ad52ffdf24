import type { DuckDBConnection } from '@duckdb/node-api';

/** A query that starts between the stop and its interruption would go on; so it is interrupted until it has ended. */
const EVERY_MILLISECONDS = 100;

/** Breaks off what runs on a connection once the signal says stop, and whatever is started after. Ends when disposed. */
export function interruptOn(
  signal: AbortSignal | undefined,
  connection: DuckDBConnection,
): Disposable {
  let again: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    again ??= setInterval(() => connection.interrupt(), EVERY_MILLISECONDS);
  };
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt);
  return {
    [Symbol.dispose]: () => {
      signal?.removeEventListener('abort', interrupt);
      clearInterval(again);
    },
  };
}
