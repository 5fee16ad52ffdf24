/** How much lies under folders of the host. */
import { execFile } from 'node:child_process';

/**
 * Bytes on disk under these folders, hard links counted once. Files that come and go while it counts are no fault:
 * `du` then complains and counts on.
 */
export async function bytesUnder(folders: readonly string[]): Promise<number> {
  if (folders.length === 0) return 0;
  const output = await new Promise<string>((resolve) => {
    execFile('du', ['-sk', '--', ...folders], { maxBuffer: 2 ** 20 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  return output
    .split('\n')
    .map((line) => Number.parseInt(line, 10) * 1024)
    .filter(Number.isFinite)
    .reduce((sum, bytes) => sum + bytes, 0);
}
