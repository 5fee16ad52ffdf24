import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CommandResult } from '../command.ts';
import { cliFaults } from '../faults.ts';

/** `vitrine logs ACTION`: the log of its latest run. */
export async function logs(
  action: string,
  { projectDir }: { projectDir: string },
): Promise<CommandResult> {
  const folder = join(resolve(projectDir), 'metadata');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const logged = names.filter((name) => name.endsWith('.log')).map((name) => name.slice(0, -4));
  if (!logged.includes(action)) {
    throw cliFaults.error('log-missing', { action, logged: logged.toSorted() });
  }
  const text = await readFile(join(folder, `${action}.log`), 'utf8');
  return { text, value: { action, log: text } };
}
