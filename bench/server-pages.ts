/**
 * How long pages take to answer at 200 requests a second, with 100,000 job requests of four jobs each in PostgreSQL. The server
 * is a process of its own; requests are sent at their times whether earlier ones have been answered or not, so that a server
 * that stalls shows it. Prints a JSON array of measurements; `BENCH_REQUESTS`, `BENCH_SECONDS` and `BENCH_RATE` bound it.
 */
import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { openDatabase, startServer } from '../packages/server/src/index.ts';
import { type Measurement, median } from './measure.ts';
import { fillSite, newDatabase, query } from './server-site/site-database.ts';

const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 100_000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
const RATE = Number(process.env['BENCH_RATE'] ?? 200);

/** Projects whose form is measured; the first is only for the code to have run once. */
const FORMS = [
  { actions: 50, workspace: 'workspace_1' },
  { actions: 2000, workspace: 'workspace_2' },
  { actions: 5000, workspace: 'workspace_3' },
];

const served = process.env['BENCH_SERVE'];
if (served === undefined) await measure();
else await serve(served);

/** The server's own process: tells its address, and goes when its parent does. */
async function serve(url: string): Promise<void> {
  const database = await openDatabase({ url, dataDir: null });
  const definitions = new Map(
    FORMS.map(({ actions, workspace }) => [repositoryOf(workspace), largeProject(actions)]),
  );
  const server = await startServer({
    database,
    port: 0,
    sourceHost: {
      headOf: async () => '1'.repeat(40),
      isOnBranch: async () => true,
      readFile: async (repository) => definitions.get(repository) ?? null,
      compare: async () => ({ diff: '', isCut: false }),
      isPublic: async () => true,
    },
  });
  process.send?.(server.url);
  await once(process, 'disconnect');
  await server.close();
  await database.close();
}

async function measure(): Promise<void> {
  const database = await newDatabase();
  try {
    await (await openDatabase({ url: database.url, dataDir: null })).close();
    process.stderr.write(`filling in ${REQUESTS} job requests …\n`);
    await fillSite(database.url, REQUESTS);
    const server = fork(import.meta.filename, {
      env: { ...process.env, BENCH_SERVE: database.url },
    });
    const [url] = (await once(server, 'message')) as [string];
    const random = (): number => 1 + Math.floor(Math.random() * REQUESTS);
    const measured: Measurement[] = [];
    const pages: readonly (readonly [string, () => string])[] = [
      ['job request page', () => `/job-requests/${random()}`],
      ['event log, any page', () => `/event-log?before=${random()}`],
      [
        'event log, filtered',
        () => {
          const filters = ['backend=tpp', 'status=failed', 'backend=emis&status=failed'];
          return `/event-log?${filters[random() % filters.length]}&before=${random()}`;
        },
      ],
      ['event log, searched', () => `/event-log?q=workspace_${1 + (random() % 200)}`],
    ];
    for (const [name, path] of pages) {
      await load(url, path, 2);
      const times = await load(url, path, SECONDS);
      const at = (part: number): number =>
        Math.round((times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0) * 10) /
        10;
      measured.push({
        name: `${name}, ${RATE} a second`,
        median_ms: at(0.5),
        runs: times.length,
        note: `p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms; target: p99 under 30`,
      });
    }
    measured.push(...(await measureForms(url, database.url)));
    server.disconnect();
    await once(server, 'exit');
    console.log(JSON.stringify(measured, null, 2));
  } finally {
    await database.drop();
  }
}

/** The form of a person who may run jobs, by the time that the whole of it takes to come. */
async function measureForms(url: string, databaseUrl: string): Promise<Measurement[]> {
  const secret = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(secret).digest('hex');
  const now = `now(), now() + interval '1 day'`;
  await query(
    databaseUrl,
    `insert into session (hash, person_id, created_at, expires_at) values ('${hash}', 1, ${now})`,
    `insert into membership (person_id, role, scope, project_id, created_at)
     select 1, 'project-developer', 'project', id, now() from project`,
    `insert into membership (person_id, role, scope, backend_id, created_at) values (1, 'backend-user', 'backend', 1, now())`,
  );
  const headers = { accept: 'text/html', cookie: `__Host-vitrine_session=${secret}` };
  const measured: Measurement[] = [];
  for (const { actions, workspace } of FORMS) {
    const times: number[] = [];
    for (let time = 0; time < 12; time += 1) {
      const began = performance.now();
      const answer = await fetch(`${url}/workspaces/${workspace}/run-jobs`, { headers });
      const page = await answer.text();
      if (!page.includes(`action_${actions - 1}`)) throw new Error('The form is not whole.');
      times.push(performance.now() - began);
    }
    const round = (value: number): number => Math.round(value * 10) / 10;
    const [first = 0, ...others] = times;
    measured.push({
      name: `form of ${actions} actions`,
      median_ms: round(median(others)),
      runs: others.length,
      note: `the first time, when the project is read, ${round(first)} ms; target: under 200 for 2,000`,
    });
  }
  return measured;
}

function repositoryOf(workspace: string): string {
  return `https://github.com/example/study-${workspace.replace('workspace_', '')}`;
}

function largeProject(actions: number): string {
  const lines = Array.from({ length: actions }, (_, n) => [
    `  action_${n}:`,
    `    run: r:v2 analysis/script.R --group ${n}`,
    `    needs: [${n === 0 ? '' : `action_${Math.floor((n - 1) / 2)}`}]`,
    '    outputs:',
    '      highly_sensitive:',
    `        data: output/data_${n}.rds`,
  ]);
  return ['version: "4.0"', 'actions:', ...lines.flat()].join('\n');
}

/** Times of all answers in milliseconds, sorted; each from when its request was due. */
async function load(url: string, path: () => string, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const start = performance.now();
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  for (let sent = 0; sent < seconds * RATE; sent += 1) {
    const due = start + (sent * 1000) / RATE;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    pending.push(
      new Promise((resolve, reject) => {
        get(`${url}${path()}`, { agent, headers: { accept: 'text/html' } }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
          answer.resume().on('end', () => {
            times.push(performance.now() - due);
            resolve();
          });
        }).on('error', reject);
      }),
    );
  }
  await Promise.all(pending);
  agent.destroy();
  return times.toSorted((left, right) => left - right);
}
