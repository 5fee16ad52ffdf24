/** A PostgreSQL database of its own for a benchmark, and a site of 100,000 job requests in it. */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

interface Client {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
  end(): Promise<void>;
}

// The driver belongs to the server's package.
const pg = createRequire(new URL('../../packages/server/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Client;
};

/**
 * Makes an empty database on the server of DATABASE_URL or TEST_DATABASE_URL.
 * @throws Error where neither is set
 */
export async function newDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = process.env['DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'];
  if (server === undefined) {
    throw new Error('Name a PostgreSQL server in DATABASE_URL: . tools/test-postgres/start.sh');
  }
  const name = `vitrine_bench_${randomBytes(4).toString('hex')}`;
  await query(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => await query(server, `drop database ${name} with (force)`),
  };
}

export async function query(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The first study's pipeline in short: three cohorts with three tables each. */
const definition = [
  'version: "3.0"',
  'expectations: {population_size: 1000}',
  'actions:',
  ...['oximetry', 'bp', 'proactive'].flatMap((name) => [
    `  generate_${name}: {run: "cohortextractor:latest generate_cohort --study-definition study_definition_${name}", outputs: {highly_sensitive: {cohort: output/input_${name}*.csv}}}`,
    ...['timeseries', 'region', 'breakdowns'].map(
      (table) =>
        `  ${name}_${table}: {run: "python:latest python analysis/${name}_${table}.py", needs: [generate_${name}], outputs: {moderately_sensitive: {table: output/${name}_${table}_*.csv}}}`,
    ),
  ]),
].join('\n');

/** Fills the tables of a site with requests of four jobs each, all ended, the newest 200 still open. */
export async function fillSite(url: string, requests: number): Promise<void> {
  const jobs = ['generate_bp', 'bp_timeseries', 'bp_region', 'bp_breakdowns'];
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  // Sixteen letters from a number, in the alphabet of identifiers.
  const identifier = (number: string, mark: string): string =>
    `'${mark}' || translate(lpad((${number})::text, 15, '0'), '0123456789', 'abcdefghij')`;
  await query(
    url,
    `insert into organisation (slug, name, created_at) select 'org-' || n, 'Organisation ' || n, now() from generate_series(1, 10) n`,
    `insert into project (slug, name, number, lead_organisation_id, created_at)
     select 'project-' || n, 'Project ' || n, n::text, 1 + n % 10, now() from generate_series(1, 40) n`,
    `insert into person (username, name, created_at) select 'person-' || n, 'Person ' || n, now() from generate_series(1, 60) n`,
    `insert into workspace (name, project_id, repository, branch, created_at, updated_at)
     select 'workspace_' || n, 1 + n % 40, 'https://github.com/example/study-' || n, 'main', now(), now() from generate_series(1, 200) n`,
    `insert into backend (slug, name, created_at, last_seen_at) values ('tpp', 'TPP', now(), now()), ('emis', 'EMIS', now(), now())`,
    `insert into job_request (identifier, workspace_id, backend_id, requested_by, commit, branch, requested_actions,
       force_run_dependencies, will_notify, project_definition, codelists_ok, created_at, status, started_at, finished_at,
       runtime_seconds, succeeded_jobs, failed_jobs, updated_at)
     select ${identifier('n', 'q')}, 1 + n % 200, 1 + n % 2, 1 + n % 60, md5(n::text) || '00000000', 'main',
       array[${jobs.slice(1).map(text).join()}], false, false, ${text(definition)}, true, at, case when n % 7 = 0 then 'failed' else 'succeeded' end,
       at + interval '1 minute', at + interval '21 minutes', 4800, case when n % 7 = 0 then 3 else 4 end, case when n % 7 = 0 then 1 else 0 end,
       at + interval '21 minutes'
     from (select n, now() - (${requests} + 10 - n) * interval '30 minutes' as at from generate_series(1, ${requests}) n) as request order by n`,
    `insert into job (identifier, job_request_id, workspace_id, backend_id, action, run_command, needs, needs_database, weight, cpus,
       memory_bytes, wall_clock_seconds, waits_for, state, status_code, code_since, ready_at, attempt, created_at, started_at,
       finished_at, updated_at, agent, peak_memory_bytes, cpu_seconds, event_hash)
     select ${identifier('r.id * 4 + k.n', 'j')}, r.id, r.workspace_id, r.backend_id, (array[${jobs.map(text).join()}])[k.n],
       case k.n when 1 then 'cohortextractor:latest generate_cohort' else 'python:latest python analysis/table.py' end,
       case k.n when 1 then '{}'::text[] else '{generate_bp}' end, k.n = 1, 1, 2, 4294967296, 604800, '{}',
       case when k.n = 4 and r.failed_jobs = 1 then 'failed' else 'succeeded' end,
       case when k.n = 4 and r.failed_jobs = 1 then 'nonzero_exit' else 'succeeded' end,
       r.finished_at, r.created_at, 1, r.created_at, r.started_at, r.finished_at, r.finished_at, 'agent', 1000000000, 60, 'x'
     from job_request r cross join generate_series(1, 4) as k(n) order by r.id, k.n`,
    `insert into action_name (name) select distinct unnest(requested_actions) from job_request`,
    'vacuum analyze',
  );
}
