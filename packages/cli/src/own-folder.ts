import { access, constants, mkdir } from 'node:fs/promises';
import { cliFaults } from './faults.ts';

/**
 * Makes a folder that a program keeps its files in, where it is not there yet.
 * @throws FaultError folder-unusable
 */
export async function makeOwnFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw cliFaults.error('folder-unusable', { folder, reason });
  }
}
