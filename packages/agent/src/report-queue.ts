/**
 * Reports on their way to the server: sent in their order, and forgotten only when the server has answered. What is cut off
 * in between is sent again, which the protocol allows.
 *
 * The end of a job is on disk before anything relies on it. A stage on the way is not worth a write: after a crash the job
 * goes on, or has ended, and says so. Ends that wait to be written are written together, one file a batch; its name is its
 * place in the order. While the disk takes nothing they stay in memory, are sent all the same, and are written as soon as
 * that is possible.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinal, type Report, reportSchema } from '@vitrine/protocol';
import { writeFileAtomically } from '@vitrine/runner';
import { z } from 'zod';
import type { AgentLog } from './agent-log.ts';
import { BackOff } from './back-off.ts';
import { reasonOf } from './configuration.ts';

/** One report in the queue. */
export interface QueuedReport {
  readonly report: Report;
}

interface Entry extends QueuedReport {
  /** Resolves when it is on disk, or needs to be no longer. */
  readonly safe: PromiseWithResolvers<void>;
  batch: Batch | null;
  delivered: boolean;
  /** It tells the end of a job: it is written down. */
  readonly isEnd: boolean;
}

interface Batch {
  readonly file: string;
  left: number;
}

const batchSchema = z.array(reportSchema);

export class ReportQueue {
  readonly #folder: string;
  readonly #log: AgentLog;
  readonly #backOff: BackOff;
  readonly #entries: Entry[];
  #next: number;
  #writing: Promise<void> | null = null;
  #arrival = Promise.withResolvers<void>();
  #end = Promise.withResolvers<void>();
  readonly #closed = new AbortController();

  private constructor(folder: string, log: AgentLog, entries: Entry[], next: number) {
    this.#folder = folder;
    this.#log = log;
    this.#entries = entries;
    this.#next = next;
    this.#backOff = new BackOff({
      firstMilliseconds: 50,
      mostMilliseconds: 5000,
      random: Math.random,
    });
  }

  /** Opens the queue with what an earlier process could not deliver. */
  static async open(folder: string, log: AgentLog): Promise<ReportQueue> {
    const entries: Entry[] = [];
    let next = 1;
    for (const name of (await readdir(folder)).toSorted()) {
      const [, number] = /^(\d{12})\.json$/.exec(name) ?? [];
      const file = join(folder, name);
      if (number === undefined) {
        // Written by halves when a process was killed; nobody relied on it yet.
        await rm(file, { force: true, recursive: true });
        continue;
      }
      next = Number(number) + 1;
      const reports = parseBatch(await readFile(file, 'utf8'));
      if (reports === null) {
        log({ level: 'error', event: 'reports-unreadable', facts: { file } });
        continue;
      }
      const batch: Batch = { file, left: reports.length };
      for (const report of reports) {
        const safe = Promise.withResolvers<void>();
        safe.resolve();
        entries.push({ report, safe, batch, delivered: false, isEnd: isFinal(report.status_code) });
      }
    }
    return new ReportQueue(folder, log, entries, next);
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Puts a report at the end. Resolves when it is safe: on disk, with the server, or no loss. */
  append(report: Report): Promise<void> {
    const safe = Promise.withResolvers<void>();
    const isEnd = isFinal(report.status_code);
    this.#entries.push({ report, safe, batch: null, delivered: false, isEnd });
    this.#arrival.resolve();
    if (isEnd) {
      this.#end.resolve();
      this.#startWriting();
    } else safe.resolve();
    return safe.promise;
  }

  /** The oldest reports, in their order. */
  oldest(most: number): readonly QueuedReport[] {
    return this.#entries.slice(0, most);
  }

  /** Resolves when there is a report, or the signal is aborted. */
  async arrival(signal: AbortSignal): Promise<void> {
    if (this.#entries.length > 0 || signal.aborted) return;
    this.#arrival = Promise.withResolvers();
    const give = (): void => this.#arrival.resolve();
    signal.addEventListener('abort', give, { once: true });
    await this.#arrival.promise;
    signal.removeEventListener('abort', give);
  }

  /** Resolves when the end of a job is among them, after that long, or when the signal is aborted. */
  async end(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#entries.some(({ isEnd }) => isEnd) || signal.aborted) return;
    this.#end = Promise.withResolvers();
    const over = new AbortController();
    const waited = delay(milliseconds, undefined, {
      signal: AbortSignal.any([signal, over.signal]),
      ref: false,
    }).catch(() => {});
    await Promise.race([this.#end.promise, waited]);
    over.abort();
  }

  /** The server has answered: these reports, the oldest, are done with. */
  async delivered(reports: readonly QueuedReport[]): Promise<void> {
    for (const entry of this.#entries.splice(0, reports.length)) {
      entry.delivered = true;
      entry.safe.resolve();
      if (entry.batch === null) continue;
      entry.batch.left -= 1;
      if (entry.batch.left === 0) await this.#forget(entry.batch.file);
    }
  }

  /** Ends the attempts to write; resolves when none is under way. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
  }

  #startWriting(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
      // One may have come between the last look and now.
      const isMore = this.#entries.some(isUnwritten);
      if (isMore && !this.#closed.signal.aborted) this.#startWriting();
    });
  }

  async #write(): Promise<void> {
    // Those that are appended in the same breath go into the same file.
    await Promise.resolve();
    while (!this.#closed.signal.aborted) {
      const entries = this.#entries.filter(isUnwritten);
      if (entries.length === 0) return;
      const file = join(this.#folder, `${String(this.#next).padStart(12, '0')}.json`);
      try {
        await writeFileAtomically(file, JSON.stringify(entries.map(({ report }) => report)));
      } catch (error) {
        this.#log({
          level: 'error',
          event: 'reports-not-written',
          facts: { reason: reasonOf(error) },
        });
        await this.#backOff.pause(this.#closed.signal);
        continue;
      }
      this.#backOff.reset();
      this.#next += 1;
      const batch: Batch = { file, left: entries.filter(({ delivered }) => !delivered).length };
      for (const entry of entries) {
        entry.batch = batch;
        entry.safe.resolve();
      }
      if (batch.left === 0) await this.#forget(file);
    }
  }

  /** A file that cannot be removed is sent again by the next process: no harm. */
  async #forget(file: string): Promise<void> {
    await rm(file, { force: true }).catch(() => {});
  }
}

function isUnwritten({ batch, isEnd }: Entry): boolean {
  return isEnd && batch === null;
}

function parseBatch(text: string): readonly Report[] | null {
  try {
    return batchSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
