/** A name for the state of a database: two reads under one name saw the same records. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { databaseFaults } from '../database-process/faults.ts';

/**
 * Of the size and time of change of each file, which differ between builds; the bytes of a national database are too many
 * to read for a name.
 * @throws FaultError database-not-found
 */
export function databaseBuild(path: string): string {
  if (!existsSync(path)) throw databaseFaults.error('database-not-found', {});
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted()
    : [''];
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = statSync(join(path, file));
    if (stat.isFile()) hash.update(`${file}\0${stat.size}\0${stat.mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
