/**
 * How long pages take to answer at 200 requests a second, with 100,000 job requests of four jobs each in PostgreSQL. The server
 * is a process of its own; requests are sent at their times whether earlier ones have been answered or not, so that a server
 * that stalls shows it. Prints a JSON array of measurements; `BENCH_REQUESTS`, `BENCH_SECONDS` and `BENCH_RATE` bound it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { openDatabase, startServer } from '../packages/server/src/index.ts';
import type { Measurement } from './measure.ts';
import { fillSite, newDatabase } from './server-site/site-database.ts';

const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 100_000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 15);
const RATE = Number(process.env['BENCH_RATE'] ?? 200);

const served = process.env['BENCH_SERVE'];
if (served === undefined) await measure();
else await serve(served);

/** The server's own process: tells its address, and goes when its parent does. */
async function serve(url: string): Promise<void> {
  const database = await openDatabase({ url, dataDir: null });
  const unused = async (): Promise<never> => {
    throw new Error('Pages of this benchmark read no code.');
  };
  const sourceHost = { headOf: unused, isOnBranch: unused, readFile: unused, compare: unused };
  const server = await startServer({ database, sourceHost: { ...sourceHost } as never, port: 0 });
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
    server.disconnect();
    await once(server, 'exit');
    console.log(JSON.stringify(measured, null, 2));
  } finally {
    await database.drop();
  }
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
