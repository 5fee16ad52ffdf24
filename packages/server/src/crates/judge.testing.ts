/** The judges of other projects, in one process for all cases of a file of tests: their start-up takes seconds. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const python = fileURLToPath(
  new URL('../../../../.vitrine/test-python/bin/python', import.meta.url),
);
const script = fileURLToPath(new URL('check-exports.testing.py', import.meta.url));

/** Folders and documents to judge. */
export interface Exports {
  readonly bags: readonly string[];
  /** Crates that say what was run; the run profile takes as long as all others. */
  readonly runs: readonly string[];
  readonly workflows: readonly string[];
  readonly provs: readonly object[];
}

/** What is wrong with each, in the order in which they were given. */
export type Judgement = Readonly<Record<keyof Exports, readonly (readonly string[])[]>>;

const judgement: z.ZodType<Judgement> = z.object({
  runs: z.array(z.array(z.string())),
  bags: z.array(z.array(z.string())),
  workflows: z.array(z.array(z.string())),
  provs: z.array(z.array(z.string())),
});

/** Nothing stands in the list of what nothing is wrong with. */
export async function judge(exports: Exports): Promise<Judgement> {
  if (!existsSync(python)) {
    throw new Error(
      'This test needs Python with validators. Prepare it with: tools/test-python/prepare.sh',
    );
  }
  const running = promisify(execFile)(python, ['-W', 'ignore', script], { maxBuffer: 2 ** 26 });
  running.child.stdin?.end(JSON.stringify(exports));
  const { stdout } = await running;
  return judgement.parse(JSON.parse(stdout));
}

/** Unpacks an archive with another program, into a new folder, and gives that folder. */
export async function unpack(
  archive: ReadableStream<Uint8Array>,
  parent: string,
  name: string,
): Promise<string> {
  const file = join(parent, `${name}.zip`);
  await writeFile(file, archive);
  const folder = join(parent, name);
  await promisify(execFile)('python3', ['-m', 'zipfile', '-e', file, folder]);
  return folder;
}
