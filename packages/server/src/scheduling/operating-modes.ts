/** How an operator holds a backend: pause, maintenance of the database, drain before a restart (job-runner §2.7). */
import { inTransaction } from '@vitrine/platform';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { BackendRow, Tables } from '../database/schema.ts';
import { announce } from '../events/changes.ts';
import { changeJobs } from '../states/change-jobs.ts';
import { holdJob } from '../states/next-job.ts';
import { lockBackend } from './agents.ts';

/** No new jobs start while it is on; what runs goes on. */
export async function setPaused(context: Context, backendId: number, isOn: boolean): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    const backend = await lockBackend(tx, backendId);
    if ((backend.paused_at !== null) === isOn) return;
    const paused_at = isOn ? context.clock() : null;
    await tx.updateTable('backend').set({ paused_at }).where('id', '=', backendId).execute();
    await announce(tx, [`backend:${backendId}`]);
  });
}

/** Set by a person, it holds whatever the database says, until a person ends it. */
export async function setMaintenance(
  context: Context,
  backendId: number,
  isOn: boolean,
): Promise<void> {
  await inTransaction(context.database, async (tx) => {
    const backend = await lockBackend(tx, backendId);
    await switchMaintenance(tx, backend, isOn, isOn, context.clock());
  });
}

/** Jobs that read the database are stopped and wait. Keeps the moment since when it is on. */
export async function switchMaintenance(
  tx: Transaction<Tables>,
  backend: BackendRow,
  isOn: boolean,
  isManual: boolean,
  now: Date,
): Promise<void> {
  const wasOn = backend.maintenance_at !== null;
  if (wasOn === isOn && backend.maintenance_manual === isManual) return;
  await tx
    .updateTable('backend')
    .set({
      maintenance_at: isOn ? (backend.maintenance_at ?? now) : null,
      maintenance_manual: isManual,
    })
    .where('id', '=', backend.id)
    .execute();
  if (isOn && !wasOn) await holdRunning(tx, backend.id, 'waiting_db_maintenance', now);
  await announce(tx, [`backend:${backend.id}`]);
}

/** Every job is stopped and waits, so that the machine can be restarted (job-runner §2.11). */
export async function setDraining(
  context: Context,
  backendId: number,
  isOn: boolean,
): Promise<void> {
  const now = context.clock();
  await inTransaction(context.database, async (tx) => {
    const backend = await lockBackend(tx, backendId);
    if ((backend.draining_at !== null) === isOn) return;
    const draining_at = isOn ? now : null;
    await tx.updateTable('backend').set({ draining_at }).where('id', '=', backendId).execute();
    if (isOn) await holdRunning(tx, backendId, 'waiting_on_reboot', now);
    await announce(tx, [`backend:${backendId}`]);
  });
}

/** Whether nothing runs on a backend any more, so that it may be restarted. */
export async function isDrained(context: Context, backendId: number): Promise<boolean> {
  const held = await context.database.db
    .selectFrom('job')
    .select('id')
    .where('backend_id', '=', backendId)
    .where('holds_slot', '=', true)
    .limit(1)
    .executeTakeFirst();
  return held === undefined;
}

async function holdRunning(
  tx: Transaction<Tables>,
  backendId: number,
  code: 'waiting_db_maintenance' | 'waiting_on_reboot',
  now: Date,
): Promise<void> {
  let running = tx
    .selectFrom('job')
    .selectAll()
    .where('backend_id', '=', backendId)
    .where('state', '=', 'running');
  if (code === 'waiting_db_maintenance') running = running.where('needs_database', '=', true);
  const jobs = await running.orderBy('id').forUpdate().execute();
  const changes = jobs.map((job) => holdJob(job, code, now)).filter((change) => change !== null);
  await changeJobs(tx, changes, now);
}
