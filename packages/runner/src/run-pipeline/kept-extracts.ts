/**
 * Extracts that are whole when their job is cut off: kept outside the scratch folder, which the next attempt makes afresh,
 * so that hours of extraction are not done twice (promise P5).
 */
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExtractRecord, KeptExtract } from '@vitrine/cohort';
import { hasCode } from '../system-error.ts';

const FOLDER = 'extracts';
const JOURNAL = 'journal';

/** Notes that an extract is whole. A line that a crash cuts short is as if it had not been written. */
export async function noteExtract(jobFolder: string, record: ExtractRecord): Promise<void> {
  await mkdir(join(jobFolder, FOLDER), { recursive: true });
  await appendFile(join(jobFolder, FOLDER, JOURNAL), `${JSON.stringify(record)}\n`);
}

/**
 * Moves the extracts that an earlier attempt made out of its scratch folder. May be called again after any crash.
 * @param scratch the folder of that attempt, if it is still there
 */
export async function keepExtracts(jobFolder: string, scratch: string): Promise<void> {
  for (const { path, record } of await keptExtracts(jobFolder)) {
    await rename(join(scratch, record.file), path).catch((error: unknown) => {
      // It was moved by the attempt before this one.
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    });
  }
}

/** The extracts that earlier attempts made, newest of each file; where each lies, if it was kept. */
export async function keptExtracts(jobFolder: string): Promise<readonly KeptExtract[]> {
  const folder = join(jobFolder, FOLDER);
  const records = await readJournal(join(folder, JOURNAL));
  return records.map((record) => ({ path: join(folder, nameOf(record)), record }));
}

/** Two files of a study may have the same bytes. */
function nameOf({ file }: ExtractRecord): string {
  return createHash('sha256').update(file).digest('hex');
}

async function readJournal(path: string): Promise<readonly ExtractRecord[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const records = whole
    .split('\n')
    .filter((line) => line !== '')
    // Written by this program into a folder that no job sees.
    .map((line) => JSON.parse(line) as ExtractRecord);
  return [...new Map(records.map((record) => [record.file, record])).values()];
}
