/**
 * `metadata/manifest.json`: every output of a workspace, where it came from and what may be done with it
 * (pipeline-and-job-runner §3.7).
 */
import { rename } from 'node:fs/promises';
import { ruleIds } from '@vitrine/disclosure';
import { type PrivacyLevel, privacyLevels } from '@vitrine/pipeline';
import { z } from 'zod';
import { isPlainPath } from './inside.ts';
import type { DisclosureVerdict } from './level4.ts';
import { checkRecord, readRecord } from './record-file.ts';
import { mayHoldOutput } from './store.ts';

/** One output. Field names are the format's. */
export interface OutputRecord {
  readonly level: PrivacyLevel;
  readonly job_id: string;
  readonly job_request: string | null;
  readonly action: string;
  readonly user: string | null;
  readonly repo: string | null;
  /** Null when it was made from a working tree. */
  readonly commit: string | null;
  /** Bytes. */
  readonly size: number;
  /** When it was written, in seconds since 1970. */
  readonly timestamp: number;
  /** SHA-256, hexadecimal. */
  readonly content_hash: string;
  /** True when it should be at level 4 but was refused; `message` says why. */
  readonly excluded: boolean;
  readonly message: string | null;
  readonly row_count: number | null;
  readonly col_count: number | null;
  /** What must not leave as it is; null for what is not at level 4 or was made before there were such checks. */
  readonly disclosure: DisclosureVerdict | null;
  /** The action is no longer in project.yaml. */
  readonly out_of_date_action: boolean;
  /** The action still is, but its newest run no longer made this file. */
  readonly out_of_date_output: boolean;
}

export interface Manifest {
  readonly workspace: string;
  readonly repo: string | null;
  /** By path, relative to the workspace. */
  readonly outputs: Readonly<Record<string, OutputRecord>>;
}

const disclosureSchema: z.ZodType<DisclosureVerdict> = z.object({
  passes: z.boolean(),
  counts: z.partialRecord(z.literal(ruleIds), z.number()),
  findings: z.array(
    z.object({
      rule: z.literal(ruleIds),
      severity: z.literal(['error', 'warning', 'note']),
      place: z.object({
        line: z.number().exactOptional(),
        row: z.number().exactOptional(),
        column: z.string().exactOptional(),
        cell: z.string().exactOptional(),
        element: z.string().exactOptional(),
      }),
      message: z.string(),
      remedy: z.string(),
    }),
  ),
});

// Other tools write this file too, some without the fields that are only informative.
export const outputRecordSchema: z.ZodType<OutputRecord> = z.object({
  level: z.literal(privacyLevels),
  job_id: z.string(),
  job_request: z.string().nullable().default(null),
  action: z.string(),
  user: z.string().nullable().default(null),
  repo: z.string().nullable().default(null),
  commit: z.string().nullable().default(null),
  size: z.number().nonnegative(),
  timestamp: z.number(),
  content_hash: z.string(),
  excluded: z.boolean().default(false),
  message: z.string().nullable().default(null),
  row_count: z.int().nullable().default(null),
  col_count: z.int().nullable().default(null),
  disclosure: disclosureSchema.nullable().default(null),
  out_of_date_action: z.boolean().default(false),
  out_of_date_output: z.boolean().default(false),
});

/** Path of an output; a study can bring records of its own along. */
export const outputPathSchema: z.ZodType<string, string> = z
  .string()
  .refine((path) => isPlainPath(path) && mayHoldOutput(path));

export const manifestSchema: z.ZodType<Manifest> = z.object({
  workspace: z.string(),
  repo: z.string().nullable().default(null),
  outputs: z.record(outputPathSchema, outputRecordSchema),
});

/** What the first tools of the platform (2020) wrote under this name: no hashes, so nothing that could be relied on. */
const firstManifestSchema: z.ZodType<object> = z.looseObject({
  files: z.record(z.string(), z.unknown()),
  outputs: z.undefined().optional(),
});

/**
 * Reads the manifest; a workspace without one is new. One of the first tools' is moved aside, to `manifest.json.old`.
 * @throws FaultError manifest-unreadable
 */
export async function readManifest(
  file: string,
  fresh: { readonly workspace: string; readonly repo: string | null },
): Promise<Manifest> {
  const found = await readRecord(file, z.unknown());
  const isFirst = firstManifestSchema.safeParse(found).success;
  if (isFirst) await rename(file, `${file}.old`);
  return found === null || isFirst
    ? { ...fresh, outputs: {} }
    : checkRecord(file, found, manifestSchema);
}

/**
 * Reads a manifest that is only looked at, and leaves it alone; one of the first tools' lists nothing that could be relied on.
 * @throws FaultError manifest-unreadable
 */
export async function readManifestOf(file: string, workspace: string): Promise<Manifest> {
  const found = await readRecord(file, z.unknown());
  return found === null || firstManifestSchema.safeParse(found).success
    ? { workspace, repo: null, outputs: {} }
    : checkRecord(file, found, manifestSchema);
}

/** The manifest after the project's actions changed: what has lost its action is marked, what has it again is not. */
export function markActions(manifest: Manifest, actions: ReadonlySet<string>): Manifest {
  const outputs = Object.entries(manifest.outputs).map(
    ([path, output]) =>
      [path, { ...output, out_of_date_action: !actions.has(output.action) }] as const,
  );
  return { ...manifest, outputs: Object.fromEntries(outputs) };
}
