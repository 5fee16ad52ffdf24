/** A name for the state of a database: two reads under one name saw the same records. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { databaseFaults } from '../database-process/faults.ts';
import { type DatabaseUse, withSession } from '../session/with-session.ts';
import { buildLog, buildName } from './maintenance.ts';

/**
 * Of files by their sizes and times of change, which differ between builds; the bytes of a national database are too many to read for a
 * name. Of a server by its log of builds; where that tells nothing, a name that nobody gives twice.
 * @throws FaultError database-…
 */
export async function databaseBuild(use: DatabaseUse): Promise<string> {
  const { database } = use;
  if (database.engine === 'duckdb') return filesBuild(database.path);
  const log = await withSession(use, buildLog);
  return buildName(log) ?? randomUUID();
}

function filesBuild(path: string): string {
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
