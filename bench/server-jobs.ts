/**
 * 10,000 queued jobs on four agents that run nothing: from the first claim to the last end, over real HTTP and PostgreSQL, each
 * process its own. Checks that none was handed out twice. `BENCH_JOBS` bounds it. Prints a JSON array of measurements.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { TasksAnswer } from '../packages/protocol/src/index.ts';
import {
  createJobRequest,
  issueToken,
  openDatabase,
  SCHEDULING_POLICY,
  type SourceHost,
  startServer,
} from '../packages/server/src/index.ts';
import { type Measurement, median } from './measure.ts';
import { newDatabase } from './server-site/site-database.ts';

const JOBS = Number(process.env['BENCH_JOBS'] ?? 10_000);
const AGENTS = 4;
const WORKSPACES = 20;
/** Jobs that an agent has in hand at most. */
const PLACES = 25;

const commit = '318f6ab'.padEnd(40, '0');

/** One study, in memory: 500 actions that need nothing. */
const definition = [
  'version: "3.0"',
  'expectations: {population_size: 10}',
  'actions:',
  ...Array.from(
    { length: JOBS / WORKSPACES },
    (_, n) =>
      `  action_${n}: {run: "python:latest python a_${n}.py", outputs: {highly_sensitive: {x: output/${n}.csv}}}`,
  ),
].join('\n');

const sourceHost: SourceHost = {
  headOf: async () => commit,
  isOnBranch: async () => true,
  readFile: async () => definition,
  compare: async () => ({ diff: '', isCut: false }),
};

const role = process.env['BENCH_ROLE'];
const url = process.env['BENCH_URL'] ?? '';
if (role === 'server') await serve();
else if (role === 'agent') await runAgent(process.env['BENCH_AGENT'] ?? '');
else await measure();

async function serve(): Promise<void> {
  const database = await openDatabase({ url, dataDir: null });
  const server = await startServer({ database, sourceHost, port: 0 });
  process.send?.(server.url);
  await once(process, 'disconnect');
  await server.close();
  await database.close();
}

/** Claims, and says at once that what it got has ended, until there is nothing left. */
async function runAgent(name: string): Promise<void> {
  const ask = async (path: string, message: object): Promise<TasksAnswer> => {
    const answer = await fetch(`${url}/api/agent/v1/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${process.env['BENCH_TOKEN']}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(message),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as TasksAnswer;
  };
  await once(process, 'message');
  const done: string[] = [];
  for (;;) {
    const { tasks } = await ask('tasks', {
      agent: name,
      free: { database: 0, other: PLACES },
      holding: [],
      wait_seconds: 0,
    });
    if (tasks.length === 0) break;
    const at = `${new Date().toISOString().slice(0, 19)}Z`;
    await ask('reports', {
      agent: name,
      sent_at: at,
      reports: tasks.flatMap(({ job, attempt }) =>
        ['executing', 'succeeded'].map((status_code) => ({ job, attempt, at, status_code })),
      ),
    });
    done.push(...tasks.map(({ job }) => job));
  }
  process.send?.(done);
  process.disconnect();
}

async function measure(): Promise<void> {
  const made = await newDatabase();
  const database = await openDatabase({ url: made.url, dataDir: null });
  try {
    const now = new Date();
    const { db } = database;
    const organisation = { slug: 'o', name: 'O', created_at: now };
    await db.insertInto('organisation').values(organisation).execute();
    const project = { slug: 'p', name: 'P', lead_organisation_id: 1, created_at: now };
    await db.insertInto('project').values(project).execute();
    await db.insertInto('person').values({ username: 'a', name: 'A', created_at: now }).execute();
    const backend = { slug: 'tpp', name: 'TPP', other_slots: AGENTS * PLACES, created_at: now };
    await db.insertInto('backend').values(backend).execute();
    const submits: number[] = [];
    for (let workspace = 0; workspace < WORKSPACES; workspace += 1) {
      const name = `workspace_${workspace}`;
      const place = { project_id: 1, repository: `https://example.org/${name}`, branch: 'main' };
      const values = { ...place, name, created_at: now, updated_at: now };
      await db.insertInto('workspace').values(values).execute();
      const began = performance.now();
      await createJobRequest(
        { database, clock: () => new Date(), randomBytes, sourceHost, policy: SCHEDULING_POLICY },
        { workspace: name, backend: 'tpp', requestedBy: 1, actions: ['run_all'] },
      );
      submits.push(performance.now() - began);
    }
    const token = await issueToken(db, {
      owner: { backendId: 1 },
      label: 'Bench',
      scopes: ['agent'],
      createdBy: null,
      now,
    });
    const child = (more: NodeJS.ProcessEnv): ReturnType<typeof fork> =>
      fork(import.meta.filename, { env: { ...process.env, ...more } });
    const server = child({ BENCH_ROLE: 'server', BENCH_URL: made.url });
    const [address] = (await once(server, 'message')) as [string];
    const agents = Array.from({ length: AGENTS }, (_, n) =>
      child({ BENCH_ROLE: 'agent', BENCH_URL: address, BENCH_TOKEN: token, BENCH_AGENT: `a-${n}` }),
    );
    await Promise.all(agents.map((agent) => once(agent, 'spawn')));
    const ended = agents.map((agent) => once(agent, 'message') as Promise<[string[]]>);
    const began = performance.now();
    for (const agent of agents) agent.send('go');
    const done = (await Promise.all(ended)).flatMap(([jobs]) => jobs);
    const seconds = (performance.now() - began) / 1000;
    if (new Set(done).size !== done.length) throw new Error('A job was handed out twice.');
    const { count } = await db
      .selectFrom('job')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('state', '=', 'succeeded')
      .executeTakeFirstOrThrow();
    if (count !== JOBS) throw new Error(`${count} of ${JOBS} jobs succeeded.`);
    server.disconnect();
    await once(server, 'exit');
    const round = (value: number): number => Math.round(value * 10) / 10;
    const measured: Measurement[] = [
      {
        name: `${JOBS} jobs claimed and ended by ${AGENTS} agents`,
        median_ms: Math.round(seconds * 1000),
        runs: 1,
        note: `${Math.round(JOBS / seconds)} jobs a second, none twice; target: 300; start of the agents' processes included`,
      },
      {
        name: `submit a job request of ${JOBS / WORKSPACES} jobs`,
        median_ms: round(median(submits)),
        runs: submits.length,
        note: `the first ${round(submits[0] ?? 0)} ms, the last ${round(submits.at(-1) ?? 0)} ms`,
      },
    ];
    console.log(JSON.stringify(measured, null, 2));
  } finally {
    await database.close();
    await made.drop();
  }
}
