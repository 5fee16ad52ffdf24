/** The database goes away and comes back; the agent's clock is wrong. The jobs end as if nothing had been. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAgentConfiguration, startAgent } from '@vitrine/agent';
import { type Database, openDatabase, startServer, watchLeases } from '@vitrine/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentMachine } from '../agent-machine.ts';
import { OwnPostgres, postgresPrograms } from './postgres.testing.ts';
import { ask, contextOn, fillSite } from './site.testing.ts';
import { leftIn, makeStudy, STEPS, successesIn } from './steps.testing.ts';
import { freePort, Victim } from './victim.testing.ts';

const PATIENCE = { timeout: 600_000, interval: 100 };

/** One row of the study. */
const ROW = STEPS.filter((step) => step.startsWith('a'));

let root: string;
let study: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-outages-'));
  study = join(root, 'study');
  await makeStudy(study);
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

type JobNow = { readonly action: string; readonly status_code: string };

async function jobsNow({ db }: Database): Promise<readonly JobNow[]> {
  return await db.selectFrom('job').select(['action', 'status_code']).orderBy('action').execute();
}

async function endOf(database: Database): Promise<readonly (readonly [string, string])[]> {
  const jobs = await jobsNow(database);
  return jobs.map(({ action, status_code: code }) => [action, code] as const);
}

const WELL = ROW.map((step) => [step, 'succeeded']);

describe.each(postgresPrograms === null ? [] : ['PostgreSQL'])('%s', () => {
  test('is stopped in the middle of a pipeline, twice, and started again', {
    timeout: 1_200_000,
  }, async () => {
    const postgres = await OwnPostgres.make();
    const port = await freePort();
    const data = join(root, 'agent');
    const server = new Victim(
      ['serve', '--development', `--port=${port}`, `--data=${join(root, 'server')}`],
      { DATABASE_URL: postgres.url },
    );
    let agent: Victim | null = null;
    try {
      const database = await openDatabase({ url: postgres.url, dataDir: null });
      const context = contextOn(database, join(root, 'copies'));
      const filled = await fillSite(context, study);
      await ask(context, filled, ROW);
      await database.close();
      await server.startUntil('Vitrine answers');
      const config = join(root, 'agent.json');
      await writeFile(
        config,
        JSON.stringify({
          server: `http://127.0.0.1:${port}`,
          backend: 'tpp',
          data,
          drain_seconds: 0,
          allow: { repositories: [study] },
        }),
      );
      agent = new Victim(['agent', `--config=${config}`], {
        VITRINE_AGENT_TOKEN: filled.token,
        VITRINE_EXECUTOR: 'sandbox',
      });
      await agent.startUntil('agent-started');
      for (const reached of [1, 5]) {
        // Somewhere after that many jobs have ended inside.
        await expect
          .poll(async () => (await successesIn(data).catch(() => new Map())).size, PATIENCE)
          .toBeGreaterThanOrEqual(reached);
        await postgres.stop();
        // Long enough for everybody to meet it: a report or a request for tasks has failed.
        const said = agent.said.length;
        const seen = agent;
        await expect.poll(() => seen.said.slice(said), PATIENCE).toMatch(/server-not-reached/);
        await postgres.start();
      }
      const again = await openDatabase({ url: postgres.url, dataDir: null });
      try {
        await expect.poll(() => endOf(again), PATIENCE).toEqual(WELL);
      } finally {
        await again.close();
      }
      await expect.poll(() => leftIn(data), PATIENCE).toEqual([]);
      expect([...(await successesIn(data)).values()]).toEqual(ROW.map(() => 1));
    } catch (error) {
      const words = `server: ${server.said}\nagent: ${agent?.said}`;
      throw new Error(words, { cause: error });
    } finally {
      await agent?.kill('SIGTERM');
      await server.kill('SIGTERM');
      await postgres.remove();
    }
  });
});

describe('the clock of the agent', () => {
  test.each([-1, 1])('is %i hour off', { timeout: 600_000 }, async (hours) => {
    const data = join(root, 'agent');
    const database = await openDatabase({ url: null, dataDir: null });
    const { sourceHost, ...context } = contextOn(database, join(root, 'copies'));
    const filled = await fillSite({ sourceHost, ...context }, study);
    const server = await startServer({ database, sourceHost, port: 0, development: true });
    const stopping = new AbortController();
    const watching = watchLeases(server.site, stopping.signal, () => {});
    const { settings } = await agentMachine(data, { ...process.env, VITRINE_EXECUTOR: 'sandbox' });
    const faults: unknown[] = [];
    const config = join(root, 'agent.json');
    await writeFile(
      config,
      JSON.stringify({
        server: server.url,
        backend: 'tpp',
        data,
        drain_seconds: 0,
        allow: { repositories: [study] },
      }),
    );
    const agent = await startAgent({
      configuration: await readAgentConfiguration(config, { VITRINE_AGENT_TOKEN: filled.token }),
      settings,
      selfTest: async () => [{ check: 'not-root', passed: true, detail: '' }],
      version: '0.1.0',
      log: (entry) => {
        if (entry.level === 'error') faults.push(entry);
      },
      now: () => new Date(Date.now() + hours * 3_600_000),
    });
    try {
      await ask({ sourceHost, ...context }, filled, ROW.slice(0, 3));
      await expect.poll(() => endOf(database), PATIENCE).toEqual(WELL.slice(0, 3));
      const rows = await database.db
        .selectFrom('job')
        .select(['created_at', 'started_at', 'finished_at'])
        .execute();
      // Two clocks: within the better part of an hour is all that may be said.
      const isNear = (moment: Date | null): boolean =>
        moment !== null && Math.abs(moment.getTime() - Date.now()) < 45 * 60_000;
      for (const { started_at: started, finished_at: finished } of rows) {
        expect(isNear(started)).toBe(true);
        expect(isNear(finished)).toBe(true);
      }
      expect(faults).toEqual([]);
    } finally {
      await agent.stop(0);
      stopping.abort();
      await watching;
      await server.close();
      await database.close();
    }
  });
});
