/** A small server that speaks the protocol, for tests: jobs in memory, every message checked against its schema. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type HeartbeatRequest,
  heartbeatAnswerSchema,
  heartbeatRequestSchema,
  isFinal,
  type JobAttempt,
  type Orders,
  type Report,
  type ReportedCode,
  type ReportOutcome,
  reportsAnswerSchema,
  reportsRequestSchema,
  type Task,
  type TasksRequest,
  tasksAnswerSchema,
  tasksRequestSchema,
} from '@vitrine/protocol';
import type { z } from 'zod';
import { TOKEN } from './testing-settings.ts';

interface ServedJob {
  task: Task;
  state: 'pending' | 'given' | 'ended';
  /** Accepted codes of this attempt, in their order. */
  codes: ReportedCode[];
  readonly waitsFor: readonly string[];
}

export class TestServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #jobs = new Map<string, ServedJob>();
  readonly #cancelled = new Map<string, JobAttempt>();
  #change = Promise.withResolvers<void>();
  /** Every report that arrived, in the order of arrival. */
  readonly reports: Report[] = [];
  readonly outcomes: ReportOutcome[] = [];
  readonly heartbeats: HeartbeatRequest[] = [];
  readonly requests: TasksRequest[] = [];
  /** What was said that is not in the protocol. */
  readonly faults: string[] = [];
  /** Every connection is cut as soon as it asks. */
  isCut = false;
  /** What is asked is done, but the answer never arrives: that many times. */
  lostAnswers = 0;
  /** Sent once, instead of the next answer to a request for tasks: status and text. */
  falseAnswer: { readonly status: number; readonly text: string } | null = null;
  /** Status with which everything is refused; null: not. */
  refusal: number | null = null;
  leaseSeconds = 3;
  /** Codes after which a job is tried again. */
  retries: ReadonlySet<ReportedCode> = new Set();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        this.faults.push(String(error));
        response.destroy();
      });
    });
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Gives a task to whoever asks next, once the jobs that it waits for have succeeded. */
  add(task: Task, waitsFor: readonly string[] = []): void {
    this.#jobs.set(task.job, { task, state: 'pending', codes: [], waitsFor });
    this.#tell();
  }

  /** As a real server does with a job that it has lost sight of: the next attempt, for whoever asks. */
  tryAgain(job: string): void {
    const served = this.#job(job);
    served.task = { ...served.task, attempt: served.task.attempt + 1 };
    served.state = 'pending';
    served.codes = [];
    this.#tell();
  }

  cancel(job: string): void {
    this.#cancelled.set(job, { job, attempt: this.#job(job).task.attempt });
    this.#tell();
  }

  /** The codes that were accepted for a job's newest attempt. */
  codes(job: string): readonly ReportedCode[] {
    return this.#job(job).codes;
  }

  /** Resolves with its codes when a job has ended. */
  async ended(job: string): Promise<readonly ReportedCode[]> {
    await this.until(() => this.#job(job).state === 'ended');
    return this.codes(job);
  }

  /** Resolves as soon as that is so, looked at after every message. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#change.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #job(job: string): ServedJob {
    const served = this.#jobs.get(job);
    if (served === undefined) throw new Error(`there is no job ${job}`);
    return served;
  }

  #tell(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isCut) {
      request.socket.destroy();
      return;
    }
    if (this.refusal !== null || request.headers.authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(this.refusal ?? 401).end('{}');
      return;
    }
    const message: unknown = JSON.parse(await text(request));
    const { falseAnswer } = this;
    if (falseAnswer !== null && request.url?.endsWith('/tasks') === true) {
      this.falseAnswer = null;
      response.writeHead(falseAnswer.status, { location: '/elsewhere' }).end(falseAnswer.text);
      this.#tell();
      return;
    }
    const answer = await this.#answer(request.url ?? '', message, response);
    this.#tell();
    if (this.lostAnswers > 0 || this.isCut) {
      this.lostAnswers = Math.max(0, this.lostAnswers - 1);
      request.socket.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  async #answer(url: string, message: unknown, response: ServerResponse): Promise<object> {
    switch (url) {
      case '/api/agent/v1/tasks':
        return tasksAnswerSchema.parse(
          await this.#tasks(this.#check(tasksRequestSchema, message), response),
        );
      case '/api/agent/v1/reports': {
        const { reports } = this.#check(reportsRequestSchema, message);
        const results = reports.map((report) => this.#report(report));
        return reportsAnswerSchema.parse({ results, ...this.#orders() });
      }
      case '/api/agent/v1/heartbeat':
        this.heartbeats.push(this.#check(heartbeatRequestSchema, message));
        return heartbeatAnswerSchema.parse({
          lease_seconds: this.leaseSeconds,
          ...this.#orders(),
        });
      default:
        throw new Error(`nothing is at ${url}`);
    }
  }

  #check<T>(schema: z.ZodType<T>, message: unknown): T {
    const checked = schema.safeParse(message);
    if (checked.success) return checked.data;
    this.faults.push(`${checked.error.message} in ${JSON.stringify(message)}`);
    throw checked.error;
  }

  async #tasks(request: TasksRequest, response: ServerResponse): Promise<object> {
    this.requests.push(request);
    const timeout = AbortSignal.timeout(request.wait_seconds * 1000);
    const over = new Promise<void>((resolve) => {
      timeout.addEventListener('abort', () => resolve());
      response.on('close', () => resolve());
    });
    const held = new Set(request.holding.map(({ job }) => job));
    for (;;) {
      const isOver = timeout.aborted || response.destroyed || this.isCut;
      const free = { ...request.free };
      const tasks: Task[] = [];
      for (const served of isOver ? [] : this.#jobs.values()) {
        const { task, state } = served;
        const pool = task.database_allowed ? 'database' : 'other';
        const isLost = state === 'given' && !held.has(task.job);
        const isReady = state === 'pending' && this.#isReady(served) && free[pool] > 0;
        if (!isLost && !isReady) continue;
        if (isReady) free[pool] -= 1;
        served.state = 'given';
        tasks.push(task);
      }
      const orders = this.#orders();
      if (isOver || tasks.length > 0 || orders.cancel.length > 0) return { tasks, ...orders };
      await Promise.race([this.#change.promise, over]);
    }
  }

  #isReady({ waitsFor }: ServedJob): boolean {
    return waitsFor.every((job) => this.codes(job).at(-1) === 'succeeded');
  }

  #orders(): Orders {
    return { cancel: [...this.#cancelled.values()], paused: false, drain: false };
  }

  #report(report: Report): ReportOutcome {
    this.reports.push(report);
    const outcome = { ...this.#judge(report), ...attemptOf(report) };
    this.outcomes.push(outcome);
    return outcome;
  }

  #judge({ job, attempt, status_code: code }: Report): Pick<ReportOutcome, 'outcome' | 'because'> {
    const served = this.#jobs.get(job);
    if (served === undefined) return { outcome: 'ignored', because: 'unknown_job' };
    if (served.task.attempt !== attempt) return { outcome: 'ignored', because: 'old_attempt' };
    if (served.codes.includes(code)) return { outcome: 'repeated' };
    if (served.state === 'ended') return { outcome: 'ignored', because: 'too_late' };
    served.codes.push(code);
    if (this.retries.has(code)) this.tryAgain(job);
    else if (isFinal(code)) {
      served.state = 'ended';
      this.#cancelled.delete(job);
    }
    return { outcome: 'accepted' };
  }
}

function attemptOf({ job, attempt, status_code }: Report): Omit<ReportOutcome, 'outcome'> {
  return { job, attempt, status_code };
}
