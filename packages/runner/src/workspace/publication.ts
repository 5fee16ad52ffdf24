/**
 * What changes in a workspace when a job ends, decided before anything is touched. Pure.
 */
import { z } from 'zod';
import { actionLogPath } from './action-log.ts';
import type { CollectedFile } from './collect.ts';
import { notePaths } from './extract-notes.ts';
import { type FinishedJob, finishedJobSchema, type History, jobIdSchema } from './history.ts';
import {
  type Manifest,
  type OutputRecord,
  outputPathSchema,
  outputRecordSchema,
} from './manifest.ts';

export type TreeName = 'level3' | 'level4';

/** A staged file and where it goes. */
export interface Move {
  readonly tree: TreeName;
  /** Name in the staging folder of that tree. */
  readonly staged: string;
  readonly path: string;
}

export interface Removal {
  readonly tree: TreeName;
  readonly path: string;
}

/** Everything that is needed to carry a change through after a crash. */
export interface Publication {
  /** Name of the job's execution. */
  readonly job: string;
  readonly moves: readonly Move[];
  readonly removals: readonly Removal[];
  /** Only the outputs that change, by path; null takes one out. */
  readonly outputs: Readonly<Record<string, OutputRecord | null>>;
  readonly finished: FinishedJob;
}

const tree = z.literal(['level3', 'level4']);
const staged = z.string().regex(/^[a-z0-9-]+$/);

/** Outputs go where outputs may stand; of our own folders only the log of the action and the notes on its extracts are written. */
export const publicationSchema: z.ZodType<Publication> = z
  .strictObject({
    job: jobIdSchema,
    moves: z.array(z.strictObject({ tree, staged, path: z.string() })),
    removals: z.array(z.strictObject({ tree, path: z.string() })),
    outputs: z.record(outputPathSchema, outputRecordSchema.nullable()),
    finished: finishedJobSchema,
  })
  .refine(({ moves, removals, finished }) => {
    const notes = notePaths(finished.action);
    const own = new Set([actionLogPath(finished.action), ...notes]);
    const isOutput = (path: string): boolean => outputPathSchema.safeParse(path).success;
    return (
      moves.every(({ path }) => own.has(path) || isOutput(path)) &&
      removals.every(({ path }) => notes.includes(path) || isOutput(path))
    );
  }, 'a file would go, or be removed, where no output may stand');

/** Who made the outputs, for their records. */
export interface Provenance {
  readonly request: string | null;
  readonly user: string | null;
  readonly repo: string | null;
  readonly commit: string | null;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

export interface PublicationRequest {
  /** Name of the job's execution, under which its files are staged. */
  readonly execution: string;
  readonly manifest: Manifest;
  readonly finished: FinishedJob;
  /** Null for a job that failed: it changes no outputs. */
  readonly files: readonly CollectedFile[] | null;
  readonly provenance: Provenance;
  /** False where there is one tree only: outputs that are no longer made are then removed, not marked. */
  readonly hasLevel4: boolean;
}

/** Name of the note that stands at level 4 in place of a refused file. */
export function notePath(path: string): string {
  return `${path}.txt`;
}

/** Decides what the end of a job changes. The moves of the log and of notes are added by whoever stages those. */
export function planPublication(request: PublicationRequest): Publication {
  const { execution: job, manifest, finished, files, provenance, hasLevel4 } = request;
  const outputs: Record<string, OutputRecord | null> = {};
  const moves: Move[] = [];
  const removals: Removal[] = [];
  if (files !== null) {
    for (const file of files) {
      outputs[file.path] = recordOf(file, finished, provenance);
      moves.push({ tree: 'level3', staged: file.staged, path: file.path });
      if (isVisible(outputs[file.path])) {
        moves.push({ tree: 'level4', staged: file.staged, path: file.path });
      }
    }
    const made = new Set(files.map(({ path }) => path.toLowerCase()));
    for (const [path, record] of Object.entries(manifest.outputs)) {
      if (record.action !== finished.action || outputs[path] !== undefined) continue;
      outputs[path] = hasLevel4 ? { ...record, out_of_date_output: true } : null;
      // Some file systems ignore case: the new file may then be the same file.
      if (!hasLevel4 && !made.has(path.toLowerCase())) removals.push({ tree: 'level3', path });
    }
  }
  if (!hasLevel4) {
    return { job, moves: moves.filter(isLevel3), removals, outputs, finished };
  }
  for (const path of files?.map((file) => file.path) ?? []) {
    const record = outputs[path];
    // What may not be seen now goes, whatever was recorded; so does a note that no longer holds.
    if (!isVisible(record)) removals.push({ tree: 'level4', path });
    const note = notePath(path);
    const stands = record?.excluded === true || isVisible(outputs[note] ?? manifest.outputs[note]);
    if (manifest.outputs[path]?.excluded === true && !stands) {
      removals.push({ tree: 'level4', path: note });
    }
  }
  return { job, moves, removals, outputs, finished };
}

function isLevel3({ tree: name }: { readonly tree: TreeName }): boolean {
  return name === 'level3';
}

/** True for an output that stands at level 4. */
export function isVisible(record: OutputRecord | null | undefined): boolean {
  return record?.level === 'moderately_sensitive' && !record.excluded;
}

function recordOf(
  file: CollectedFile,
  finished: FinishedJob,
  provenance: Provenance,
): OutputRecord {
  const refusal = file.level4?.refusal ?? null;
  return {
    level: file.level,
    job_id: finished.job,
    job_request: provenance.request,
    action: finished.action,
    user: provenance.user,
    repo: provenance.repo,
    commit: provenance.commit,
    size: file.size,
    timestamp: provenance.timestamp,
    content_hash: file.hash,
    excluded: refusal !== null,
    message: refusal,
    row_count: file.level4?.rows ?? null,
    col_count: file.level4?.columns ?? null,
    disclosure: file.level4?.disclosure ?? null,
    out_of_date_action: false,
    out_of_date_output: false,
  };
}

/** The manifest after a publication. */
export function applyToManifest(manifest: Manifest, publication: Publication): Manifest {
  const outputs: Record<string, OutputRecord> = { ...manifest.outputs };
  for (const [path, record] of Object.entries(publication.outputs)) {
    if (record === null) delete outputs[path];
    else outputs[path] = record;
  }
  return { ...manifest, outputs };
}

/** The history after a publication. */
export function applyToHistory(history: History, { job, finished }: Publication): History {
  const { [job]: _ended, ...running } = history.running;
  return { jobs: { ...history.jobs, [finished.action]: finished }, running };
}
