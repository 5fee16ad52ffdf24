import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Diagnostic } from '@vitrine/pipeline';
import { openUnchanged, verifyDecisions } from '@vitrine/platform';
import { type RecordVerdict, verifyRecord } from '@vitrine/server';
import { type Kysely, sql } from 'kysely';
import type { CommandResult } from '../command.ts';
import { cliFaults } from '../faults.ts';

export interface AuditOptions {
  /** Folder of an embedded database; without, DATABASE_URL counts, and then the standard folder. */
  readonly data?: string | undefined;
  /** Head of the log as somebody wrote it down earlier. */
  readonly head?: string | undefined;
}

/** What is judged of an airlock: its one log. */
type Verdict = Pick<RecordVerdict, 'decisions'> & Partial<RecordVerdict>;

const STANDARD_FOLDER = '.vitrine/server';

/**
 * `vitrine audit verify`: whether the log of decisions of a server or an airlock is whole and, of a server, the histories of its jobs
 * and its releases. Nothing is written: all is read in one transaction that may not.
 */
export async function verifyAudit(
  { data, head }: AuditOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<CommandResult> {
  const url = data === undefined ? environment['DATABASE_URL'] || null : null;
  const folder = resolve(data ?? STANDARD_FOLDER);
  const place = url === null ? folder : 'the database of DATABASE_URL';
  // Opening a folder that is none would make one.
  if (url === null && !(await isFolder(join(folder, 'database')))) {
    throw cliFaults.error('audit-log-missing', { place });
  }
  const database = await openUnchanged<object, never>({
    url,
    dataDir: url === null ? folder : null,
  });
  try {
    const verdict = await database.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => await judge(tx, head?.toLowerCase() ?? null));
    if (verdict === null) throw cliFaults.error('audit-log-missing', { place });
    return tell(verdict, head ?? null);
  } finally {
    await database.close();
  }
}

async function judge(db: Kysely<object>, head: string | null): Promise<Verdict | null> {
  const { rows } = await sql<{ readonly log: boolean; readonly jobs: boolean }>`
    select to_regclass('audit_event') is not null as log, to_regclass('job_event') is not null as jobs`.execute(
    db,
  );
  if (rows[0]?.log !== true) return null;
  if (rows[0].jobs) return await verifyRecord(db, head);
  return { decisions: await verifyDecisions(db, head) };
}

function tell(verdict: Verdict, head: string | null): CommandResult {
  const { decisions, jobs, releases } = verdict;
  const diagnostics = faultsOf(verdict, head);
  const isWhole = diagnostics.length === 0;
  const lines = [
    `${decisions.entries} decisions, head ${decisions.head}`,
    ...(jobs === undefined ? [] : [`${jobs.events} events of ${jobs.jobs} jobs`]),
    ...(releases === undefined || releases === null
      ? []
      : [`${releases.releases} ${releases.releases === 1 ? 'release' : 'releases'}`]),
    ...(isWhole ? ['All of it is whole.'] : []),
  ];
  return {
    text: `${lines.join('\n')}\n`,
    value: { ok: isWhole, of: jobs === undefined ? 'airlock' : 'server', ...verdict },
    diagnostics,
  };
}

function faultsOf(
  { decisions, jobs, releases }: Verdict,
  head: string | null,
): readonly Diagnostic[] {
  const { broken, holdsHead } = decisions;
  const event = jobs?.broken ?? null;
  return [
    ...(broken === null
      ? []
      : [
          cliFaults.diagnose('audit-entry-broken', {
            id: broken.id,
            kind: broken.kind,
            at: broken.at.toISOString(),
          }),
        ]),
    ...(holdsHead === false
      ? [cliFaults.diagnose('audit-head-missing', { head: head ?? '' })]
      : []),
    ...(event === null
      ? []
      : [
          cliFaults.diagnose('audit-job-event-broken', {
            job: event.job,
            what:
              event.code === null
                ? 'events are missing at its end'
                : `the event ${event.code} of ${event.at?.toISOString()}, or one before it`,
          }),
        ]),
    ...(releases?.broken ?? []).map((one) => cliFaults.diagnose('audit-release-broken', one)),
  ];
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
