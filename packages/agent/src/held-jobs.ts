/**
 * The jobs in hand: taken from the server, written down, run, and kept until their end is safely on its way. A job is
 * here at most once; a later attempt takes the place of an earlier one.
 */
import {
  type JobAttempt,
  type Report,
  type ReportedCode,
  type Task,
  wholeSecond,
} from '@vitrine/protocol';
import { Detached } from '@vitrine/runner';
import type { AgentLog } from './agent-log.ts';
import { reasonOf, type Slots } from './configuration.ts';
import { insist, unlessLeft } from './insist.ts';
import type { JobRecord, JobRecords } from './job-records.ts';
import { Places } from './places.ts';
import type { ReportQueue } from './report-queue.ts';
import { executionOf, type Stage, type TaskEnd, type TaskRun } from './run-task.ts';
import { isSameWork } from './same-work.ts';

export interface HeldJobsOptions {
  readonly records: JobRecords;
  readonly reports: ReportQueue;
  readonly slots: Slots;
  readonly run: (run: TaskRun) => Promise<TaskEnd>;
  /** Called for a job of an earlier process that has ended: what is left of it is to be cleared up. */
  readonly onResumedEnd: (task: Task) => Promise<void>;
  readonly log: AgentLog;
  readonly now: () => Date;
}

type Pool = keyof Slots;

interface Held {
  record: JobRecord;
  /** The newest stage that was reported. */
  stage: Stage | null;
  /** Its end is decided. */
  isEnding: boolean;
  readonly isResumed: boolean;
  readonly stop: AbortController;
  done: Promise<void>;
}

/** Attempts that have ended, or were never in hand: how many of them are remembered. */
const SETTLED = 1000;

export class HeldJobs {
  readonly #options: HeldJobsOptions;
  readonly #held = new Map<string, Held>();
  readonly #places: Readonly<Record<Pool, Places>>;
  /** Attempts of whose end the server hears, or has heard. */
  readonly #settled = new Set<string>();
  #change = Promise.withResolvers<void>();

  constructor(options: HeldJobsOptions) {
    this.#options = options;
    const { database, other } = options.slots;
    this.#places = { database: new Places(database), other: new Places(other) };
  }

  /** Goes on with what an earlier process had in hand, once `ready` resolves. */
  resume(records: readonly JobRecord[], ready: Promise<unknown>): void {
    for (const record of records) this.#hold(record, true, ready);
  }

  /** Takes a task. One that is in hand already, or an older attempt of it, changes nothing. */
  take(task: Task): void {
    const held = this.#held.get(task.job);
    if (held === undefined) {
      this.#hold({ task, executedAs: task.attempt }, false, Promise.resolve());
      return;
    }
    if (task.attempt <= held.record.task.attempt) return;
    if (isSameWork(held.record.task, task) && !held.isEnding && !held.stop.signal.aborted) {
      this.#goOnAs(held, task);
      return;
    }
    held.stop.abort(new Superseded());
    this.#hold({ task, executedAs: task.attempt }, false, held.done);
  }

  /** Stops an attempt. One that is not in hand is confirmed to be stopped. */
  cancel({ job, attempt }: JobAttempt): void {
    const held = this.#held.get(job);
    if (held !== undefined) {
      if (held.record.task.attempt === attempt) held.stop.abort(new Cancelled());
      return;
    }
    if (this.#settled.has(`${job} ${attempt}`)) return;
    this.#settle({ job, attempt });
    void this.#options.reports.append(this.#report({ job, attempt }, 'cancelled_by_user'));
  }

  /** What is in hand, for the server. */
  holding(): readonly JobAttempt[] {
    return [...this.#held.values()].map(({ record: { task } }) => ({
      job: task.job,
      attempt: task.attempt,
    }));
  }

  /** Places that nobody has. */
  free(): Slots {
    const { database, other } = this.#options.slots;
    const taken = { database: 0, other: 0 };
    for (const { record } of this.#held.values()) taken[poolOf(record.task)] += 1;
    return {
      database: Math.max(0, database - taken.database),
      other: Math.max(0, other - taken.other),
    };
  }

  /** True for the name of an execution that a job in hand runs under. */
  isHeld(execution: string): boolean {
    return [...this.#held.values()].some(({ record }) => executionOf(record) === execution);
  }

  /** Resolves at the next end of a job. */
  change(): Promise<void> {
    return this.#change.promise;
  }

  /** Resolves when nothing is in hand. */
  async empty(): Promise<void> {
    while (this.#held.size > 0) {
      await Promise.all([...this.#held.values()].map(({ done }) => done));
    }
  }

  /** Leaves all jobs as they stand, for the next process to go on with. */
  async leave(): Promise<void> {
    const all = [...this.#held.values()];
    for (const { stop } of all) stop.abort(new Detached());
    await Promise.all(all.map(({ done }) => done));
  }

  #hold(record: JobRecord, isResumed: boolean, ready: Promise<unknown>): void {
    const held: Held = {
      record,
      stage: null,
      isEnding: false,
      isResumed,
      stop: new AbortController(),
      done: Promise.resolve(),
    };
    this.#held.set(record.task.job, held);
    held.done = this.#drive(held, ready);
  }

  /** The server lost sight of us and gave the same work again: what runs already is that work. */
  #goOnAs(held: Held, task: Task): void {
    held.record = { ...held.record, task };
    this.#options.log({
      level: 'info',
      event: 'job-goes-on',
      facts: { job: task.job, attempt: task.attempt, executedAs: held.record.executedAs },
    });
    if (held.stage !== null) void this.#options.reports.append(this.#report(task, held.stage));
    // Whoever reads the old record after a crash is told of the new attempt again.
    this.#options.records.hold(held.record).catch(() => {});
  }

  async #drive(held: Held, ready: Promise<unknown>): Promise<void> {
    const { records, log } = this.#options;
    const { job } = held.record.task;
    try {
      await ready;
      const end = (await this.#endedBefore(held)) ?? (await this.#run(held));
      if (end !== null) await this.#end(held, end);
      else await this.#insist(held, () => records.release(job));
    } catch (error) {
      // Left as it stands: the record of the job is on disk, and what is not there was not relied on.
      if (!(error instanceof Detached)) {
        log({ level: 'error', event: 'job-not-ended', facts: { job, reason: reasonOf(error) } });
      }
    } finally {
      if (this.#held.get(job) === held) this.#held.delete(job);
      const { resolve } = this.#change;
      this.#change = Promise.withResolvers();
      resolve();
    }
    const isLeft = held.stop.signal.reason instanceof Detached;
    if (held.isResumed && !isLeft) await this.#options.onResumedEnd(held.record.task);
  }

  /** How it ended, where that is known already. */
  async #endedBefore(held: Held): Promise<TaskEnd | null> {
    const { task } = held.record;
    const ended = await this.#insist(held, () => this.#options.records.ended(task.job));
    if (ended === null) return null;
    const { status_code: code, attempt, usage = null } = ended.report;
    const isThis = task.attempt === attempt;
    const isThisWork = code === 'succeeded' && isSameWork(ended.task, task);
    return isThis || (task.attempt > attempt && isThisWork) ? { code, usage } : null;
  }

  /** Null for an attempt whose place a later one has taken. */
  async #run(held: Held): Promise<TaskEnd | null> {
    const { records, run, log } = this.#options;
    const { signal } = held.stop;
    const places = this.#places[poolOf(held.record.task)];
    try {
      await this.#insist(held, () => records.hold(held.record));
      await places.take(signal);
      try {
        this.#reach(held, 'preparing');
        return await run({
          record: held.record,
          signal,
          onStage: (stage) => this.#reach(held, stage),
        });
      } finally {
        places.give();
      }
    } catch (error) {
      if (signal.reason instanceof Detached) throw signal.reason;
      if (signal.reason instanceof Superseded) return null;
      if (signal.aborted) return { code: 'cancelled_by_user', usage: null };
      const { job } = held.record.task;
      const isStorage = error instanceof Error && 'syscall' in error;
      log({ level: 'error', event: 'job-failed', facts: { job, reason: stackOf(error) } });
      return { code: isStorage ? 'storage_unavailable' : 'internal_error', usage: null };
    }
  }

  async #end(held: Held, { code, usage }: TaskEnd): Promise<void> {
    const { records, reports } = this.#options;
    held.isEnding = true;
    const { record } = held;
    const isSuperseded = held.stop.signal.reason instanceof Superseded;
    if (!isSuperseded || code !== 'cancelled_by_user') {
      const report = this.#report(record.task, code, usage);
      this.#settle(report);
      // It is told at once. Who is killed before it is written down finds the end in the workspace, and tells it again.
      const told = reports.append(report);
      await this.#insist(held, () => records.end({ ...record, report }));
      await unlessLeft(held.stop.signal, told);
    }
    await this.#insist(held, () => records.release(record.task.job));
  }

  #settle({ job, attempt }: JobAttempt): void {
    this.#settled.add(`${job} ${attempt}`);
    const [oldest] = this.#settled;
    if (this.#settled.size > SETTLED && oldest !== undefined) this.#settled.delete(oldest);
  }

  #reach(held: Held, stage: Stage): void {
    if (held.stage === stage) return;
    held.stage = stage;
    void this.#options.reports.append(this.#report(held.record.task, stage));
  }

  #report(
    { job, attempt }: JobAttempt,
    code: ReportedCode,
    usage: TaskEnd['usage'] = null,
  ): Report {
    const at = wholeSecond(this.#options.now());
    return { job, attempt, at, status_code: code, ...(usage === null ? {} : { usage }) };
  }

  /** Does it until it is done: a disk that is full for an hour costs an hour, and no job. */
  #insist<T>(held: Held, work: () => Promise<T>): Promise<T> {
    return insist(work, {
      signal: held.stop.signal,
      // A job that has not begun can still be stopped; one that has ended has ended.
      mayStop: () => !held.isEnding,
      onFailure: (error) => {
        const facts = { job: held.record.task.job, reason: reasonOf(error) };
        this.#options.log({ level: 'error', event: 'record-not-written', facts });
      },
    });
  }
}

/** Reason to stop an attempt: somebody cancelled it. */
class Cancelled extends Error {}

/** Reason to stop an attempt: another one takes its place. */
class Superseded extends Error {}

function poolOf(task: Task): Pool {
  return task.database_allowed ? 'database' : 'other';
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
