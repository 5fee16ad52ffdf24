/** The demo's records: a synthetic database, which the demo's agent reads as a secure environment's agent reads a real one. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { codesOfStudy, synthesise } from '@vitrine/cohort';

/** Enough for every week to have somebody of every kind, and made in seconds. */
const PATIENTS = 10_000;
const EVENTS = 1_000_000;
const MEMORY_BYTES = 1024 ** 3;

/**
 * Makes the database in a folder, with the codes of a study given more weight.
 * @returns path of the file that holds its address, readable by this user alone
 */
export async function makeDemoDatabase(folder: string, study: string): Promise<string> {
  const output = join(folder, 'records.duckdb');
  const size = { patients: PATIENTS, events: EVENTS, seed: 1 };
  const codes = await codesOfStudy(study);
  const threads = availableParallelism();
  await synthesise({ ...size, output, codes, memoryBytes: MEMORY_BYTES, threads }, {});
  const address = join(folder, 'database-address');
  await writeFile(address, `duckdb:${output}\n`, { mode: 0o600 });
  return address;
}
