/**
 * Copies of the code of commits that lie ready, so that the next job of a commit does not wait for git: made while a
 * program runs, and moved into the scratch folder of the job that takes it. A copy is given once and never shared.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '@vitrine/pipeline';
import { type CodeLimits, type CodeSource, copyStudyCode } from './study-code.ts';
import { listTree, removeTree, type TreeEntry } from './tree.ts';

/** Which code, and which of its files are left out: the patterns of all outputs of its project. */
export interface WantedCode {
  readonly code: CodeSource;
  readonly patterns: readonly string[];
  readonly isOutput: (path: string) => boolean;
  readonly limits: CodeLimits;
}

/** What stands in the scratch folder after a copy was moved there. */
export interface ReadyCode {
  readonly entries: readonly TreeEntry[];
  readonly warnings: readonly Diagnostic[];
}

interface Spare extends ReadyCode {
  readonly folder: string;
}

/** Copies that lie ready at one time, each of another commit. */
const KEPT = 4;

/** Larger code is copied when it is wanted. */
const LARGEST_BYTES = 256 * 1024 ** 2;

export class SpareCode {
  readonly #folder: string;
  readonly #spares = new Map<string, Promise<Spare | null>>();

  /** @param folder - Ours alone, on the file system of the scratch folders; what is in it counts for nothing. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Moves a copy to where nothing is yet. Null: there is none, the caller makes its own. */
  async take(wanted: WantedCode, target: string): Promise<ReadyCode | null> {
    const key = keyOf(wanted);
    const spare = key === null ? null : await this.#spares.get(key);
    if (key === null || spare == null || !this.#spares.delete(key)) return null;
    try {
      await rename(spare.folder, target);
      return spare;
    } catch {
      // Somebody tidied up, or the scratch folders lie on another file system.
      await removeTree(spare.folder);
      return null;
    }
  }

  /** Makes a copy for the next, where there is none. Whatever goes wrong is met, and told, by who needs the code. */
  restock(wanted: WantedCode): void {
    const key = keyOf(wanted);
    if (key === null || this.#spares.has(key)) return;
    this.#spares.set(
      key,
      this.#make(wanted).catch(() => null),
    );
    for (const [oldest, spare] of this.#spares) {
      if (this.#spares.size <= KEPT) break;
      this.#spares.delete(oldest);
      void spare.then((made) => (made === null ? undefined : removeTree(made.folder)));
    }
  }

  async #make({ code, isOutput, limits }: WantedCode): Promise<Spare | null> {
    const folder = join(this.#folder, randomUUID());
    try {
      await mkdir(folder, { recursive: true });
      const warnings = await copyStudyCode(code, folder, isOutput, limits);
      const { entries } = await listTree(folder);
      const bytes = entries.reduce((sum, { stat }) => sum + stat.size, 0);
      if (bytes <= LARGEST_BYTES) return { folder, entries, warnings };
      await removeTree(folder);
      return null;
    } catch (error) {
      await removeTree(folder);
      throw error;
    }
  }
}

/** Null for code that can change under its name. */
function keyOf({ code, patterns }: WantedCode): string | null {
  if (code.kind !== 'commit') return null;
  return JSON.stringify([code.repository, code.commit, patterns]);
}
