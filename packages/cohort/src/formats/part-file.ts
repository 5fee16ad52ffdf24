/** Files while they are written: they stand beside their place, under names that nobody takes for whole files. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Name for a file while it is written, in the folder where it will stand. */
export function partOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.part`);
}

/** The name of the file that `partOf` named a part of, or a part of such a part; null for another name. */
export function wholeOf(part: string): string | null {
  const [, inner = null] = /^\.(.+)\.[0-9a-f]{8}\.part$/.exec(part) ?? [];
  return inner === null ? null : (wholeOf(inner) ?? inner);
}

/** Removes the parts of files that a process left which was killed while it wrote them. */
export function removeParts(paths: readonly string[]): void {
  for (const [folder, ofFolder] of Map.groupBy(paths, (path) => dirname(path))) {
    if (!existsSync(folder)) continue;
    const names = new Set(ofFolder.map((path) => basename(path)));
    for (const name of readdirSync(folder)) {
      const whole = wholeOf(name);
      if (whole !== null && names.has(whole)) rmSync(join(folder, name), { force: true });
    }
  }
}
