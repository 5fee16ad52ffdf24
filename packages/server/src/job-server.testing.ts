/** A small job server for tests: an empty database, a clock that stands until it is moved, and studies in memory. */
import { randomBytes } from 'node:crypto';
import type { Report, ReportedCode, Task, TasksAnswer } from '@vitrine/protocol';
import type { Insertable } from 'kysely';
import type { Context } from './context.ts';
import type { Database } from './database/database.ts';
import type { BackendTable, JobRequestRow, JobRow } from './database/schema.ts';
import {
  type CreatedJobRequest,
  createJobRequest,
  type JobRequestInput,
} from './job-requests/create-job-request.ts';
import { applyReports } from './scheduling/apply-reports.ts';
import { claimTasks } from './scheduling/claim-tasks.ts';
import { SCHEDULING_POLICY, type SchedulingPolicy } from './scheduling/policy.ts';
import type { SourceHost } from './source-host/source-host.ts';

/** The only commit of studies in memory. */
export const COMMIT = '318f6ab000000000000000000000000000000000';

/** A project.yaml from `name: needs`; actions whose names begin with `generate` read the database. */
export function projectOf(needs: Readonly<Record<string, readonly string[]>>): string {
  const actions = Object.entries(needs).map(([name, list]) => {
    const run = name.startsWith('generate')
      ? `cohortextractor:latest generate_cohort --study-definition ${name}`
      : `python:latest python ${name}.py`;
    return `  ${name}: {run: "${run}", needs: [${list.join(', ')}], outputs: {highly_sensitive: {x: output/${name}.csv}}}`;
  });
  return ['version: "3.0"', 'expectations: {population_size: 10}', 'actions:', ...actions].join(
    '\n',
  );
}

type BackendSettings = Partial<Insertable<BackendTable>>;

export class TestServer {
  readonly context: Context;
  readonly database: Database;
  now: Date = new Date('2022-05-12T09:00:00Z');
  /** Text of project.yaml by repository. */
  readonly studies: Map<string, string> = new Map();
  person = 0;
  #project = 0;
  #made = 0;

  constructor(database: Database, policy: Partial<SchedulingPolicy> = {}) {
    this.database = database;
    this.context = {
      database,
      clock: () => this.now,
      randomBytes,
      sourceHost: this.#sourceHost(),
      policy: { ...SCHEDULING_POLICY, ...policy },
    };
  }

  #sourceHost(): SourceHost {
    return {
      headOf: async () => COMMIT,
      isOnBranch: async (_repository, _branch, commit) => commit === COMMIT,
      readFile: async (repository, _commit, path) =>
        path === 'project.yaml' ? (this.studies.get(repository) ?? null) : null,
      compare: async () => ({ diff: '', isCut: false }),
    };
  }

  /** The clock goes on. */
  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
  }

  async backend(settings: BackendSettings = {}): Promise<TestBackend> {
    this.#made += 1;
    const slug = `backend-${this.#made}`;
    const row = await this.database.db
      .insertInto('backend')
      .values({ slug, name: slug.toUpperCase(), ...settings, created_at: this.now })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { id: row.id, slug };
  }

  /** A workspace with a study of its own. */
  async workspace(needs: Readonly<Record<string, readonly string[]>>): Promise<TestWorkspace> {
    await this.#people();
    this.#made += 1;
    const name = `workspace_${this.#made}`;
    const repository = `https://example.org/study-${this.#made}`;
    this.studies.set(repository, projectOf(needs));
    const created_at = this.now;
    const row = await this.database.db
      .insertInto('workspace')
      .values({
        name,
        project_id: this.#project,
        repository,
        branch: 'main',
        created_at,
        updated_at: created_at,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { id: row.id, name, repository };
  }

  async #people(): Promise<void> {
    if (this.#project !== 0) return;
    const created_at = this.now;
    const { db } = this.database;
    const organisation = await db
      .insertInto('organisation')
      .values({ slug: 'nhse-i', name: 'NHSE/I', created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const project = await db
      .insertInto('project')
      .values({ slug: 'home', name: 'Home', lead_organisation_id: organisation.id, created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    const person = await db
      .insertInto('person')
      .values({ username: 'researcher', name: 'A Researcher', created_at })
      .returning('id')
      .executeTakeFirstOrThrow();
    this.#project = project.id;
    this.person = person.id;
  }

  async ask(
    workspace: TestWorkspace,
    backend: TestBackend,
    actions: readonly string[],
    more: Partial<JobRequestInput> = {},
  ): Promise<CreatedJobRequest> {
    return await createJobRequest(this.context, {
      workspace: workspace.name,
      backend: backend.slug,
      requestedBy: this.person,
      actions,
      ...more,
    });
  }

  async jobs(request: Pick<CreatedJobRequest, 'id'>): Promise<readonly JobRow[]> {
    return await this.database.db
      .selectFrom('job')
      .selectAll()
      .where('job_request_id', '=', request.id)
      .orderBy('id')
      .execute();
  }

  async request(id: number): Promise<JobRequestRow> {
    return await this.database.db
      .selectFrom('job_request')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  }

  /** The jobs of a request in short: `action code`. */
  async codes(request: Pick<CreatedJobRequest, 'id'>): Promise<readonly string[]> {
    return (await this.jobs(request)).map((job) => `${job.action} ${job.status_code}`);
  }

  agent(backend: TestBackend, name = 'agent'): TestAgent {
    return new TestAgent(this, backend.id, name);
  }
}

export interface TestBackend {
  readonly id: number;
  readonly slug: string;
}

export interface TestWorkspace {
  readonly id: number;
  readonly name: string;
  readonly repository: string;
}

/** Says what an agent would. */
export class TestAgent {
  readonly held: Task[] = [];
  readonly name: string;
  readonly #server: TestServer;
  readonly backendId: number;

  constructor(server: TestServer, backendId: number, name: string) {
    this.#server = server;
    this.backendId = backendId;
    this.name = name;
  }

  /** Asks once for jobs. */
  async claim(
    free: { readonly database: number; readonly other: number } = { database: 100, other: 100 },
  ): Promise<TasksAnswer> {
    const answer = await claimTasks(this.#server.context, this.backendId, {
      agent: this.name,
      free,
      holding: this.held.map(({ job, attempt }) => ({ job, attempt })),
      wait_seconds: 0,
    });
    this.held.push(...answer.tasks);
    return answer;
  }

  /** Reports a code of a task, by the server's clock. */
  async report(
    task: Pick<Task, 'job' | 'attempt'>,
    ...codes: readonly ReportedCode[]
  ): Promise<readonly string[]> {
    const at = `${this.#server.now.toISOString().slice(0, 19)}Z`;
    return await this.say(
      ...codes.map((status_code) => ({ job: task.job, attempt: task.attempt, at, status_code })),
    );
  }

  /** Reports, and gives the outcomes in short. */
  async say(...reports: readonly Report[]): Promise<readonly string[]> {
    const answer = await applyReports(this.#server.context, this.backendId, {
      agent: this.name,
      reports,
    });
    for (const { job } of answer.results) {
      const index = this.held.findIndex((task) => task.job === job);
      const ended = reports.some((one) => one.job === job && !STAGES.has(one.status_code));
      if (index !== -1 && ended) this.held.splice(index, 1);
    }
    return answer.results.map(({ outcome, because }) => because ?? outcome);
  }
}

export interface CountedStatements {
  /** The same database; what goes through it is counted. */
  readonly database: Database;
  /** How many statements the work needs. */
  during(work: () => Promise<unknown>): Promise<number>;
}

/** For tests that say how often something asks the database, however much there is in it. */
export function countStatements(database: Database): CountedStatements {
  let count = 0;
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      count += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return {
    database: { ...database, db },
    during: async (work) => {
      const before = count;
      await work();
      return count - before;
    },
  };
}

/** What is there, where a test needs it to be. */
export function given<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('The test expected something here.');
  return value;
}

const STAGES: ReadonlySet<ReportedCode> = new Set([
  'preparing',
  'prepared',
  'executing',
  'executed',
  'finalizing',
  'finalized',
]);
