/**
 * The agent: asks the server for work, runs it, and says what became of it. Three conversations go on side by side, each
 * with its own patience: asking for tasks, delivering reports, and the heartbeat.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SelfTestReport } from '@vitrine/protocol';
import { type SelfTestResult, SpareCode } from '@vitrine/runner';
import type { AgentLog } from './agent-log.ts';
import { askForTasks } from './ask-for-tasks.ts';
import { beat } from './beat.ts';
import { type AgentConfiguration, databaseAccess, type Slots } from './configuration.ts';
import { Connection } from './connection.ts';
import { Conversation } from './conversation.ts';
import { DataFolder } from './data-folder.ts';
import { deliverReports } from './deliver-reports.ts';
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
  readonly #reports: ReportQueue;
  readonly #jobs: HeldJobs;
  readonly #workspaces: OpenWorkspaces;
  /** Aborted: no more tasks are asked for. */
  readonly #asking = new AbortController();
  /** Aborted: nothing is said any more. */
  readonly #talking = new AbortController();
  readonly #tested = Promise.withResolvers<void>();
  #selfTest: SelfTestReport = { passed: false, failed: ['self-test-ran'] };
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
    const [asking, talking] = [this.#asking.signal, this.#talking.signal];
    const { configuration, version, log, now = (): Date => new Date() } = this.#options;
    const conversation = new Conversation({
      agent: configuration.agent,
      connection: new Connection(configuration),
      jobs: this.#jobs,
      log,
      now,
    });
    const pulse = { selfTest: (): SelfTestReport => this.#selfTest, version };
    const tested = this.#tested.promise;
    this.#conversations = [
      this.#testIsolation(),
      tested.then(() => askForTasks(conversation, () => this.#free(), asking)),
      deliverReports(conversation, this.#reports, talking),
      tested.then(() => beat(conversation, pulse, talking)),
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
}
