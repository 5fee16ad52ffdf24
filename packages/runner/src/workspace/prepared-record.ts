/**
 * What is known of a scratch folder, written down beside it before the program starts: who comes after a crash collects
 * the outputs of a program that ran on, and must still tell them from what was put there.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, privacyLevels } from '@vitrine/pipeline';
import { z } from 'zod';
import { writeFileAtomically } from './atomic-file.ts';
import type { Fingerprint, InputFile, PreparedWorkspace } from './prepare.ts';
import { readRecord } from './record-file.ts';

interface PreparedRecord {
  readonly folder: string;
  readonly baseline: readonly (readonly [string, Fingerprint])[];
  readonly inputs: readonly InputFile[];
  readonly warnings: readonly Diagnostic[];
}

const diagnosticSchema: z.ZodType<Diagnostic> = z.object({
  code: z.string(),
  blame: z.literal(['user', 'data', 'usage', 'platform']),
  severity: z.literal(['error', 'warning']),
  message: z.string(),
  hint: z.string(),
});

const preparedSchema: z.ZodType<PreparedRecord> = z.object({
  folder: z.string(),
  baseline: z.array(
    z.tuple([z.string(), z.object({ size: z.number(), inode: z.number(), modified: z.number() })]),
  ),
  inputs: z.array(
    z.object({
      path: z.string(),
      action: z.string(),
      level: z.literal(privacyLevels),
      hash: z.string(),
    }),
  ),
  warnings: z.array(diagnosticSchema),
});

export async function writePrepared(jobFolder: string, prepared: PreparedWorkspace): Promise<void> {
  const { folder, baseline, inputs, warnings } = prepared;
  const record: PreparedRecord = {
    folder,
    baseline: [...baseline],
    inputs: [...inputs.values()],
    warnings,
  };
  await writeFileAtomically(fileIn(jobFolder), JSON.stringify(record));
}

/** Null when the folder was never, or not wholly, prepared. */
export async function readPrepared(jobFolder: string): Promise<PreparedWorkspace | null> {
  const record = await readRecord(fileIn(jobFolder), preparedSchema);
  if (record === null) return null;
  return {
    ...record,
    baseline: new Map(record.baseline),
    inputs: new Map(record.inputs.map((input) => [input.path, input])),
  };
}

/** To be called before the folder is made afresh. */
export async function forgetPrepared(jobFolder: string): Promise<void> {
  await rm(fileIn(jobFolder), { force: true });
}

function fileIn(jobFolder: string): string {
  return join(jobFolder, 'prepared.json');
}
