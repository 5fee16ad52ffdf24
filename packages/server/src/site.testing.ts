/** A whole site for tests: a server that listens, people in every role, and the job requests of the two seeds. */

import type { KyselyPlugin } from 'kysely';
import type { Database } from './database/database.ts';
import { faults } from './faults.ts';
import { type CreatedJobRequest, createJobRequest } from './job-requests/create-job-request.ts';
import type { RoleName, RoleScope } from './people/roles.ts';
import { beginSession } from './people/sessions.ts';
import { issueToken, type TokenScope } from './people/tokens.ts';
import { type RunningServer, type ServerOptions, startServer } from './serve.ts';
import type { SourceHost } from './source-host/source-host.ts';

/** A study in memory: project.yaml by commit, oldest first. */
export interface Study {
  readonly repository: string;
  readonly branch: string;
  readonly isPrivate?: boolean;
  readonly commits: readonly {
    readonly hash: string;
    readonly definition: string;
    /** Other files by their path. */
    readonly files?: Readonly<Record<string, string>>;
  }[];
}

/** The first seed's pipeline in short: three cohorts with three tables each. */
export const homeStudy: string = [
  'version: "3.0"',
  '',
  'expectations:',
  '  population_size: 1000',
  '',
  'actions:',
  ...['oximetry', 'bp', 'proactive'].flatMap((name) => [
    `  generate_study_population_${name}:`,
    `    run: cohortextractor:latest generate_cohort --study-definition study_definition_${name} --index-date-range "2019-04-01 to 2022-05-12 by week"`,
    '    outputs:',
    '      highly_sensitive:',
    `        ${name}_cohort: output/input_${name}*.csv`,
    '',
    ...[
      ['timeseries', 'timeseries', 'counts', 'timeseries'],
      ['regional_timeseries', 'region', 'counts_region', 'timeseries_region'],
      ['breakdowns', 'breakdowns', 'breakdowns', 'breakdowns'],
    ].flatMap(([action, script, counts, plot]) => [
      `  generate_${name}_${action}:`,
      `    run: python:latest python analysis/analysis_${name}_${script}.py`,
      `    needs: [generate_study_population_${name}]`,
      '    outputs:',
      '      moderately_sensitive:',
      `        ${name}_table_${counts}: output/${name}_table_${action}_*.csv`,
      `        ${name}_plot_${plot}: output/${name}_plot_${action}_*.png`,
      '',
    ]),
  ]),
].join('\n');

export const vaccineStudy: string = `version: '3.0'

expectations:
  population_size: 1000

actions:

  generate_delivery_cohort:
    run: cohortextractor:latest generate_cohort --study-definition study_definition_delivery
    outputs:
      highly_sensitive:
        cohort: output/input_delivery.csv

  generate_eligibility_cohort:
    run: cohortextractor:latest generate_cohort --study-definition study_definition_eligibility
    outputs:
      highly_sensitive:
        cohort: output/input_eligibility.csv

  generate_notebook:
    run: jupyter:latest jupyter nbconvert /workspace/notebooks/population_characteristics.ipynb --execute --to html --output-dir=/workspace/output --ExecutePreprocessor.timeout=86400

    needs: [generate_delivery_cohort]
    outputs:
      moderately_sensitive:
        notebook: output/population_characteristics.html
`;

/** Every commit differs from the one before in a comment; that is what comparisons show. */
export const studies: readonly Study[] = [
  {
    repository: 'https://github.com/example/nhs-at-home',
    branch: 'main',
    commits: [
      { hash: '1a2b3c4'.padEnd(40, '0'), definition: homeStudy },
      { hash: '318f6ab'.padEnd(40, '0'), definition: homeStudy },
    ],
  },
  {
    repository: 'https://github.com/example/vaccine-effectiveness',
    branch: 'effectiveness',
    commits: [{ hash: 'cbc3618'.padEnd(40, '0'), definition: vaccineStudy }],
  },
];

const diff = (
  from: string,
  to: string,
): string => `diff --git a/analysis/analysis_bp_timeseries.py b/analysis/analysis_bp_timeseries.py
index ${from.slice(0, 7)}..${to.slice(0, 7)} 100644
--- a/analysis/analysis_bp_timeseries.py
+++ b/analysis/analysis_bp_timeseries.py
@@ -1,5 +1,6 @@
 import pandas as pd
 
-counts = table.groupby("date").sum()
+# Small counts are hidden before anything is written.
+counts = table.groupby("date").sum().where(lambda n: n > 7)
 counts.to_csv("output/bp_table_counts.csv")
`;

/** Serves {@link studies} from memory. */
export function studiesInMemory(all: readonly Study[] = studies): SourceHost {
  const find = (repository: string): Study => {
    const study = all.find((one) => one.repository === repository);
    if (study === undefined) {
      throw faults.error('repository-unreachable', { repository, reason: 'there is none' });
    }
    return study;
  };
  return {
    headOf: async (repository, branch) => {
      const study = find(repository);
      const head = study.commits.at(-1);
      if (study.branch !== branch || head === undefined) {
        throw faults.error('branch-unknown', { branch, repository });
      }
      return head.hash;
    },
    isOnBranch: async (repository, _branch, commit) =>
      find(repository).commits.some(({ hash }) => hash === commit),
    readFile: async (repository, commit, path) => {
      const found = find(repository).commits.find(({ hash }) => hash === commit);
      return (path === 'project.yaml' ? found?.definition : found?.files?.[path]) ?? null;
    },
    isPublic: async (repository) => find(repository).isPrivate !== true,
    compare: async (_repository, from, to) => ({ diff: diff(from, to), isCut: false }),
  };
}

/** Who signs in as whom in tests: a person for each role, one without any, and the developer with a backend. */
export type TestPerson = RoleName | 'nobody' | 'staff';

export const people: Readonly<Record<TestPerson, readonly (readonly [RoleName, RoleScope])[]>> = {
  nobody: [],
  'staff-area-administrator': [['staff-area-administrator', 'global']],
  'tech-support': [['tech-support', 'global']],
  'service-administrator': [['service-administrator', 'global']],
  'output-checker': [['output-checker', 'global']],
  'output-publisher': [['output-publisher', 'global']],
  'project-collaborator': [['project-collaborator', 'project']],
  'project-developer': [
    ['project-developer', 'project'],
    ['backend-user', 'backend'],
  ],
  'deployment-administrator': [['deployment-administrator', 'global']],
  'organisation-member': [['organisation-member', 'organisation']],
  'backend-user': [['backend-user', 'backend']],
  staff: [
    ['staff-area-administrator', 'global'],
    ['tech-support', 'global'],
    ['service-administrator', 'global'],
  ],
};

/**
 * A connection for each request: on a busy machine one that is kept can lie idle for longer than the server keeps it, and be
 * closed at the very moment when it is used again.
 */
const closing = { connection: 'close' } as const;

/** Counts the statements that go to the database. */
class StatementCounter implements KyselyPlugin {
  count = 0;
  transformQuery: KyselyPlugin['transformQuery'] = ({ node }) => {
    this.count += 1;
    return node;
  };
  transformResult: KyselyPlugin['transformResult'] = async ({ result }) => result;
}

export class TestSite {
  readonly server: RunningServer;
  readonly database: Database;
  /** Secrets of the session cookies. */
  readonly sessions: ReadonlyMap<TestPerson, string>;
  readonly backendId: number;
  readonly agentToken: string;
  readonly errors: unknown[];
  readonly counter: StatementCounter;

  constructor(
    fields: Pick<
      TestSite,
      'server' | 'database' | 'sessions' | 'backendId' | 'agentToken' | 'errors' | 'counter'
    >,
  ) {
    this.server = fields.server;
    this.database = fields.database;
    this.sessions = fields.sessions;
    this.backendId = fields.backendId;
    this.agentToken = fields.agentToken;
    this.errors = fields.errors;
    this.counter = fields.counter;
  }

  get url(): string {
    return this.server.url;
  }

  /** Asks as somebody, without following redirects. */
  async ask(path: string, as: TestPerson | null = null, init: RequestInit = {}): Promise<Response> {
    const secret = as === null ? undefined : this.sessions.get(as);
    const cookie: Record<string, string> = secret ? { cookie: `vitrine_session=${secret}` } : {};
    return await fetch(new URL(path, this.url), {
      redirect: 'manual',
      ...init,
      headers: {
        accept: 'text/html',
        ...closing,
        ...cookie,
        ...(init.headers as Record<string, string>),
      },
    });
  }

  /** The token of a person's forms, as a page of theirs has it. */
  async csrf(as: TestPerson): Promise<string> {
    const page = await (await this.ask('/security-levels', as)).text();
    return /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  }

  /** Sends a form as somebody. */
  async send(
    path: string,
    as: TestPerson,
    fields: Readonly<Record<string, string | readonly string[]>> = {},
  ): Promise<Response> {
    const body = new URLSearchParams({ csrf: await this.csrf(as) });
    for (const [name, values] of Object.entries(fields)) {
      for (const value of [values].flat()) body.append(name, value);
    }
    return await this.ask(path, as, { method: 'POST', body });
  }

  /** A token of a person for the API. */
  async token(as: TestPerson, scopes: readonly TokenScope[]): Promise<string> {
    const { db } = this.database;
    const person = await db
      .selectFrom('person')
      .select('id')
      .where('username', '=', as)
      .executeTakeFirstOrThrow();
    const owner = { personId: person.id };
    return await issueToken(db, { owner, label: 'Test', scopes, createdBy: null, now: new Date() });
  }

  /** Asks an API with a token. */
  async call(path: string, token: string | null, body?: unknown): Promise<Response> {
    return await fetch(new URL(path, this.url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...closing,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** A job request of the first seed's workspace, by the developer. */
  async request(
    actions: readonly string[] = ['generate_bp_timeseries'],
  ): Promise<CreatedJobRequest> {
    const { db } = this.database;
    const person = await db
      .selectFrom('person')
      .select('id')
      .where('username', '=', 'project-developer')
      .executeTakeFirstOrThrow();
    return await createJobRequest(this.server.site, {
      workspace: 'nhs_at_home_main',
      backend: 'tpp',
      requestedBy: person.id,
      actions,
    });
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.database.close();
  }
}

/** `A project developer`, `An output checker`. */
function nameOf(username: TestPerson): string {
  return `${/^[aeiou]/.test(username) ? 'An' : 'A'} ${username.replaceAll('-', ' ')}`;
}

/** Starts a site in development with people, two workspaces and the backend TPP. */
export async function openTestSite(
  database: Database,
  sourceHost: SourceHost = studiesInMemory(),
  options: Partial<ServerOptions> = {},
): Promise<TestSite> {
  const { db } = database;
  const errors: unknown[] = [];
  const counter = new StatementCounter();
  const server = await startServer({
    database: { ...database, db: db.withPlugin(counter) },
    sourceHost,
    port: 0,
    development: true,
    reportError: (error) => errors.push(error),
    ...options,
  });
  const now = new Date();
  const organisation = await db
    .insertInto('organisation')
    .values([
      {
        slug: 'nhse-i',
        name: 'NHSE/I',
        description: 'NHS England and NHS Improvement.',
        created_at: now,
      },
      { slug: 'bennett-institute', name: 'Bennett Institute', created_at: now },
    ])
    .returning('id')
    .execute();
  const [first, second] = organisation.map(({ id }) => id);
  const projects = await db
    .insertInto('project')
    .values([
      {
        slug: 'nhs-at-home',
        name: 'Uptake of NHS @home interventions',
        number: '89',
        lead_organisation_id: first ?? 0,
        created_at: now,
      },
      {
        slug: 'vaccine-effectiveness',
        name: 'COVID-19 vaccine effectiveness',
        number: '26',
        lead_organisation_id: second ?? 0,
        created_at: now,
      },
    ])
    .returning('id')
    .execute();
  const backend = await db
    .insertInto('backend')
    .values({
      slug: 'tpp',
      name: 'TPP',
      last_seen_at: now,
      self_test: JSON.stringify({ passed: true, failed: [] }),
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('workspace')
    .values(
      [
        [
          'nhs_at_home_main',
          0,
          'How many people use oximetry and blood pressure measurement at home, week by week.',
        ],
        ['covid-vaccine-preliminary-study_effectiveness', 1, ''],
      ].map(([name, index, purpose]) => ({
        name: String(name),
        project_id: projects[Number(index)]?.id ?? 0,
        repository: studies[Number(index)]?.repository ?? '',
        branch: studies[Number(index)]?.branch ?? '',
        purpose: String(purpose),
        created_at: now,
        updated_at: now,
      })),
    )
    .execute();
  const sessions = new Map<TestPerson, string>();
  for (const [username, roles] of Object.entries(people) as [
    TestPerson,
    (typeof people)[TestPerson],
  ][]) {
    const person = await db
      .insertInto('person')
      .values({ username, name: nameOf(username), created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const [role, scope] of roles) {
      await db
        .insertInto('membership')
        .values({
          person_id: person.id,
          role,
          scope,
          project_id: scope === 'project' ? (projects[0]?.id ?? 0) : null,
          organisation_id: scope === 'organisation' ? (first ?? 0) : null,
          backend_id: scope === 'backend' ? backend.id : null,
          created_at: now,
        })
        .execute();
    }
    sessions.set(username, await beginSession(db, person.id, now));
  }
  const agentToken = await issueToken(db, {
    owner: { backendId: backend.id },
    label: 'Agent',
    scopes: ['agent'],
    createdBy: null,
    now,
  });
  return new TestSite({
    server,
    database,
    sessions,
    backendId: backend.id,
    agentToken,
    errors,
    counter,
  });
}
