/** The database's own process: reads the address, carries out one order, answers over its channel, and ends. */
import { rmSync } from 'node:fs';
import { FaultError } from '@vitrine/pipeline';
import { carryOut } from './carry-out.ts';
import { addressSource, readAddress } from './database-address.ts';
import { defectStack } from './defect-stack.ts';
import { databaseFaults } from './faults.ts';
import type { DatabaseAnswer, DatabaseTask } from './order.ts';

const stopped = new AbortController();
const stop = (): void => stopped.abort();
process.once('SIGTERM', stop);
// Whoever gave the order is gone: nobody waits for the answer.
process.once('disconnect', stop);

process.once('message', (message) => {
  // Sent by run-database-order.ts of this same version.
  void work(message as DatabaseTask);
});

async function work({ order, limits }: DatabaseTask): Promise<void> {
  let last: DatabaseAnswer = { kind: 'done' };
  try {
    const source = addressSource(undefined, process.env);
    if (source === null) {
      throw databaseFaults.error('database-address-malformed', { problem: 'there is none' });
    }
    const address = readAddress(source);
    delete process.env['DATABASE_URL'];
    await carryOut({ order, limits, address, tell, signal: stopped.signal });
  } catch (error) {
    last =
      error instanceof FaultError
        ? { kind: 'faults', diagnostics: error.diagnostics }
        : { kind: 'defect', stack: defectStack(error) };
  }
  await tell(last);
  if (process.connected) process.disconnect();
  // What was put there are rows of patients. Whoever gave the order removes it, unless they are gone.
  else rmSync(limits.temporaryFolder, { recursive: true, force: true });
}

async function tell(answer: DatabaseAnswer): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    // An answer that can no longer be sent has nobody who would read it.
    process.send?.(answer, () => resolve());
  });
}
