/**
 * The agent: asks the server for work, runs it, and says what became of it. Three conversations go on side by side, each
 * with its own patience: asking for tasks, delivering reports, and the heartbeat.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Orders, SelfTestReport } from '@vitrine/protocol';
import { type SelfTestResult, SpareCode } from '@vitrine/runner';
import type { AgentLog } from './agent-log.ts';
import { BackOff } from './back-off.ts';
import { type AgentConfiguration, databaseAccess, reasonOf, type Slots } from './configuration.ts';
import { Connection, ConnectionError } from './connection.ts';
import { DataFolder } from './data-folder.ts';
import { HeldJobs } from './held-jobs.ts';
import { JobRecords } from './job-records.ts';
import { OpenWorkspaces } from './open-workspaces.ts';
import { ReportQueue } from './report-queue.ts';
import { type RunSettings, runTask } from './run-task.ts';
import { selfTestReport } from './self-test.ts';
import { SourceCode } from './source-code.ts';

export interface AgentOptions {
  readonly configuration: AgentConfiguration;
  readonly settings: RunSettings;
  /** Tries the isolation of what will run the jobs; `scratchDir` is a folder of ours. */
  readonly selfTest: (scratchDir: string) => Promise<readonly SelfTestResult[]>;
  /** Of the program, as in `0.1.0`. */
  readonly version: string;
  readonly log: AgentLog;
  readonly now?: () => Date;
}

export interface Agent {
  /**
   * Takes no more tasks and waits for those in hand, but no longer than `drainSeconds` (default: as configured). Programs
   * that run then run on; the next agent on this data folder goes on with them.
   */
  stop(drainSeconds?: number): Promise<void>;
}

/** Longest wait of a request for tasks. */
const WAIT_SECONDS = 25;

/** Until the server says how often it wants to hear from us. */
const FIRST_LEASE_SECONDS = 15;

/** Reports in one message. */
const REPORTS_AT_ONCE = 500;

/** Between two tries of an isolation that does not hold. */
const SELF_TEST_PAUSE_SECONDS = 300;

/** How long last words may take. */
const LAST_WORDS_SECONDS = 5;

const DAYS_90 = 90 * 24 * 3600 * 1000;

/**
 * Starts an agent on its data folder, going on with what an earlier one left there.
 * @throws FaultError data-folder-in-use, data-folder-unusable
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const agent = await RunningAgent.open(options);
  agent.start();
  return agent;
}

class RunningAgent implements Agent {
  readonly #options: AgentOptions;
  readonly #folder: DataFolder;
  readonly #connection: Connection;
  readonly #reports: ReportQueue;
  readonly #jobs: HeldJobs;
  readonly #workspaces: OpenWorkspaces;
  /** Aborted: no more tasks are asked for. */
  readonly #asking = new AbortController();
  /** Aborted: nothing is said any more. */
  readonly #talking = new AbortController();
  readonly #tested = Promise.withResolvers<void>();
  #selfTest: SelfTestReport = { passed: false, failed: ['self-test-ran'] };
  #leaseSeconds = FIRST_LEASE_SECONDS;
  #told = { paused: false, drain: false };
  #conversations: readonly Promise<void>[] = [];
  #stopped: Promise<void> | null = null;

  private constructor(
    options: AgentOptions,
    folder: DataFolder,
    reports: ReportQueue,
    jobs: HeldJobs,
    workspaces: OpenWorkspaces,
  ) {
    this.#workspaces = workspaces;
    this.#options = options;
    this.#folder = folder;
    this.#connection = new Connection(options.configuration);
    this.#reports = reports;
    this.#jobs = jobs;
  }

  static async open(options: AgentOptions): Promise<RunningAgent> {
    const { configuration, settings, log } = options;
    const now = options.now ?? ((): Date => new Date());
    const folder = await DataFolder.open(configuration.data, now());
    const records = new JobRecords(
      { jobs: folder.agent('jobs'), ended: folder.agent('ended') },
      log,
    );
    await records.forgetEndsBefore(new Date(now().getTime() - DAYS_90));
    const reports = await ReportQueue.open(folder.agent('reports'), log);
    const workspaces = new OpenWorkspaces({
      folder,
      executors: settings.executors,
      isHeld: (execution) => jobs.isHeld(execution),
      log,
      now,
    });
    const sources = new SourceCode(folder.agent('repositories'));
    const spareCode = new SpareCode(folder.agent('scratch'));
    const jobs: HeldJobs = new HeldJobs({
      records,
      reports,
      slots: configuration.slots,
      run: (run) =>
        runTask(run, {
          folder,
          sources,
          workspaces,
          spareCode,
          settings,
          allow: configuration.allow,
          ceilings: configuration.ceilings,
          disclosure: configuration.disclosure,
          backend: configuration.backend,
          database: databaseAccess(configuration),
          log,
          now,
        }),
      onResumedEnd: ({ workspace }) => workspaces.clean(workspace),
      log,
      now,
    });
    const held = await records.held();
    // What nobody goes on with is cleared up first: it may hold memory that the others need.
    const cleared = Promise.withResolvers<void>();
    jobs.resume(held, cleared.promise);
    await workspaces.cleanAll();
    cleared.resolve();
    const facts = { held: held.length, reports: reports.length, data: configuration.data };
    log({ level: 'info', event: 'agent-started', facts });
    return new RunningAgent(options, folder, reports, jobs, workspaces);
  }

  start(): void {
    this.#conversations = [
      this.#testIsolation(),
      this.#askForTasks(),
      this.#deliver(),
      this.#beat(),
    ];
  }

  stop(drainSeconds?: number): Promise<void> {
    this.#stopped ??= this.#stop();
    const seconds = drainSeconds ?? this.#options.configuration.drain_seconds;
    void this.#leaveAfter(seconds);
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { log } = this.#options;
    log({ level: 'info', event: 'agent-stopping', facts: { held: this.#jobs.holding().length } });
    this.#asking.abort();
    await this.#jobs.empty();
    const isSaid = this.#untilSaid();
    await Promise.race([isSaid, delay(LAST_WORDS_SECONDS * 1000, undefined, { ref: false })]);
    this.#talking.abort();
    await Promise.all(this.#conversations);
    await this.#reports.close();
    await this.#workspaces.close();
    await this.#folder.close();
    log({ level: 'info', event: 'agent-stopped', facts: { reports: this.#reports.length } });
  }

  async #leaveAfter(seconds: number): Promise<void> {
    if (seconds > 0) await delay(seconds * 1000, undefined, { ref: false });
    await this.#jobs.leave();
  }

  async #untilSaid(): Promise<void> {
    while (this.#reports.length > 0 && !this.#talking.signal.aborted) await delay(20);
  }

  async #testIsolation(): Promise<void> {
    const { selfTest, log } = this.#options;
    const { signal } = this.#asking;
    while (!signal.aborted) {
      const results = await selfTest(this.#folder.agent('scratch'));
      this.#selfTest = selfTestReport(results);
      for (const { check, passed, detail } of results) {
        if (!passed) log({ level: 'error', event: 'self-test-failed', facts: { check, detail } });
      }
      this.#tested.resolve();
      if (this.#selfTest.passed) return;
      await delay(SELF_TEST_PAUSE_SECONDS * 1000, undefined, { signal }).catch(() => {});
    }
    this.#tested.resolve();
  }

  /** None while the isolation does not hold: no code runs without it. */
  #free(): Slots {
    return this.#selfTest.passed ? this.#jobs.free() : { database: 0, other: 0 };
  }

  async #askForTasks(): Promise<void> {
    const { signal } = this.#asking;
    const backOff = this.#backOff();
    await this.#tested.promise;
    while (!signal.aborted) {
      const asked = new AbortController();
      const free = this.#free();
      const stopWatching = this.#askAgainWhenFree(free, asked);
      try {
        const answer = await this.#connection.tasks(
          {
            agent: this.#options.configuration.agent,
            free,
            holding: this.#jobs.holding(),
            wait_seconds: WAIT_SECONDS,
          },
          AbortSignal.any([signal, asked.signal]),
        );
        backOff.reset();
        for (const task of answer.tasks) this.#jobs.take(task);
        this.#obey(answer);
      } catch (error) {
        if (signal.aborted || asked.signal.aborted) continue;
        this.#complain('tasks', error);
        await backOff.pause(signal);
      } finally {
        stopWatching();
      }
    }
  }

  /**
   * A request that was made with no place free in a pool is made anew when there is one. What the server answered to the
   * first is not lost: it gives again what we do not say we hold.
   */
  #askAgainWhenFree(before: Slots, asked: AbortController): () => void {
    let isOver = false;
    const watch = async (): Promise<void> => {
      while (!isOver) {
        await this.#jobs.change();
        const now = this.#free();
        const isNew =
          (before.database === 0 && now.database > 0) || (before.other === 0 && now.other > 0);
        if (!isOver && isNew) return asked.abort();
      }
    };
    if (before.database === 0 || before.other === 0) void watch();
    return () => {
      isOver = true;
    };
  }

  async #deliver(): Promise<void> {
    const { signal } = this.#talking;
    const backOff = this.#backOff();
    let most = REPORTS_AT_ONCE;
    for (;;) {
      await this.#reports.arrival(signal);
      if (signal.aborted) return;
      const batch = this.#reports.oldest(most);
      try {
        const answer = await this.#connection.reports(
          {
            agent: this.#options.configuration.agent,
            reports: batch.map(({ report }) => report),
            // Beside the moments of the reports, so that the server knows how old they are whatever this clock says.
            sent_at: `${(this.#options.now?.() ?? new Date()).toISOString().slice(0, 19)}Z`,
          },
          signal,
        );
        backOff.reset();
        most = REPORTS_AT_ONCE;
        await this.#reports.delivered(batch);
        for (const { job, attempt, status_code: code, because } of answer.results) {
          if (because === undefined) continue;
          const facts = { job, attempt, code, because };
          this.#options.log({ level: 'info', event: 'report-ignored', facts });
        }
        this.#obey(answer);
      } catch (error) {
        if (signal.aborted) return;
        this.#complain('reports', error);
        const isRejected = error instanceof ConnectionError && error.failure === 'rejected';
        if (isRejected && batch.length > 1) {
          // One of them is at fault; the others are not to wait behind it.
          most = 1;
        } else if (isRejected) {
          await this.#reports.delivered(batch);
        } else {
          await backOff.pause(signal);
        }
      }
    }
  }

  async #beat(): Promise<void> {
    const { configuration, version } = this.#options;
    const { signal } = this.#talking;
    const backOff = this.#backOff();
    await this.#tested.promise;
    while (!signal.aborted) {
      try {
        const answer = await this.#connection.heartbeat(
          {
            agent: configuration.agent,
            jobs: this.#jobs.holding(),
            self_test: this.#selfTest,
            version,
          },
          signal,
        );
        backOff.reset();
        this.#leaseSeconds = answer.lease_seconds;
        this.#obey(answer);
        await delay(Math.max(1, this.#leaseSeconds / 3) * 1000, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.#complain('heartbeat', error);
        await backOff.pause(signal);
      }
    }
  }

  #obey({ cancel, paused, drain }: Orders): void {
    for (const attempt of cancel) this.#jobs.cancel(attempt);
    if (paused === this.#told.paused && drain === this.#told.drain) return;
    this.#told = { paused, drain };
    this.#options.log({ level: 'info', event: 'orders', facts: this.#told });
  }

  #complain(what: string, error: unknown): void {
    const isRefused = error instanceof ConnectionError && error.failure === 'unauthorised';
    this.#options.log({
      level: isRefused ? 'error' : 'warning',
      event: 'server-not-reached',
      facts: {
        what,
        failure: error instanceof ConnectionError ? error.failure : 'defect',
        reason: reasonOf(error),
      },
    });
  }

  #backOff(): BackOff {
    return new BackOff({ firstMilliseconds: 200, mostMilliseconds: 15_000, random: Math.random });
  }
}
