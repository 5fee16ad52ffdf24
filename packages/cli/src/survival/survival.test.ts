/**
 * P5, whole: server, agent and the supervisors of programs are killed again and again at random moments, and each time the
 * final state is that of an undisturbed run. The ordinary run kills twenty times; a deep one (`npm run test:deep`, or
 * SURVIVAL_KILLS) hundreds of times, in rounds.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jobRequestDetailSchema } from '@vitrine/protocol';
import { openDatabase } from '@vitrine/server';
import { expect, test } from 'vitest';
import { ask, contextOn, type Filled, fillSite } from './site.testing.ts';
import { leftIn, makeStudy, STEPS, standingOf, successesIn } from './steps.testing.ts';
import { freePort, killSupervisor, seeded, Victim } from './victim.testing.ts';

const isDeep = Number(process.env['FAST_CHECK_RUNS'] ?? 0) >= 1000;
const KILLS = Number(process.env['SURVIVAL_KILLS'] ?? (isDeep ? 300 : 20));
const KILLS_IN_A_ROUND = 20;
const SEED = Number(process.env['FAST_CHECK_SEED'] ?? 20_220_513);

/** Long enough for the slowest machine; nothing of the test depends on it. */
const PATIENCE = { timeout: 600_000, interval: 200 };

class Stage {
  readonly root: string;
  readonly #url: string;
  readonly #copies: string;
  readonly #serverData: string;
  readonly data: string;
  readonly server: Victim;
  agent: Victim = new Victim([]);
  #filled: Filled | null = null;
  /** Identifiers of all jobs that were asked for. */
  readonly jobs: string[] = [];

  private constructor(root: string, port: number) {
    this.root = root;
    this.data = join(root, 'agent');
    this.#copies = join(root, 'copies');
    this.#serverData = join(root, 'server');
    this.#url = `http://127.0.0.1:${port}`;
    this.server = new Victim([
      'serve',
      '--development',
      `--port=${port}`,
      `--data=${this.#serverData}`,
    ]);
  }

  static async set(): Promise<Stage> {
    const root = await mkdtemp(join(tmpdir(), 'vitrine-survival-'));
    const stage = new Stage(root, await freePort());
    const study = join(root, 'study');
    await makeStudy(study);
    await stage.#withDatabase(async (context) => {
      stage.#filled = await fillSite(context, study);
    });
    const config = join(root, 'agent.json');
    await writeFile(
      config,
      JSON.stringify({
        server: stage.#url,
        backend: 'tpp',
        data: stage.data,
        slots: { database: 1, other: 3 },
        drain_seconds: 0,
        allow: { repositories: [study] },
      }),
    );
    stage.agent = new Victim(['agent', `--config=${config}`], {
      VITRINE_AGENT_TOKEN: stage.#filled?.token ?? '',
      VITRINE_EXECUTOR: 'sandbox',
    });
    return stage;
  }

  /** Asks for every step while nobody listens, and has server and agent do it, disturbed or not. */
  async round(disturb: (isDone: () => Promise<boolean>) => Promise<void>): Promise<void> {
    const { number, jobs } = await this.#withDatabase(async (context) => {
      const filled = this.#filled;
      if (filled === null) throw new Error('the site is empty');
      const request = await ask(context, filled, STEPS);
      const rows = await context.database.db
        .selectFrom('job')
        .select('identifier')
        .where('job_request_id', '=', request.id)
        .execute();
      return { number: request.number, jobs: rows.map(({ identifier }) => identifier) };
    });
    this.jobs.push(...jobs);
    const request = async (): Promise<readonly (readonly [string, string])[] | null> => {
      const answer = await fetch(`${this.#url}/api/v1/job-requests/${number}`).catch(() => null);
      if (answer === null) return null;
      const text = await answer.text().catch(() => null);
      if (text === null || answer.status >= 500) return null;
      const detail = jobRequestDetailSchema.parse(JSON.parse(text));
      if (detail.finished_at === null) return null;
      return detail.jobs.map(({ action, status_code: code }) => [action, code] as const);
    };
    await this.server.startUntil('Vitrine answers');
    await this.agent.startUntil('agent-started');
    await disturb(async () => (await request()) !== null);
    await expect.poll(request, PATIENCE).not.toBeNull();
    expect((await request())?.toSorted()).toEqual(STEPS.map((step) => [step, 'succeeded']));
    await expect.poll(() => leftIn(this.data), PATIENCE).toEqual([]);
    await this.agent.kill('SIGTERM');
    await this.server.kill('SIGTERM');
  }

  async #withDatabase<T>(work: (context: ReturnType<typeof contextOn>) => Promise<T>): Promise<T> {
    const database = await openDatabase({ url: null, dataDir: this.#serverData });
    try {
      return await work(contextOn(database, this.#copies));
    } finally {
      await database.close();
    }
  }

  async strike(): Promise<void> {
    await this.agent.kill('SIGTERM');
    await this.server.kill('SIGTERM');
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

test(`${STEPS.length} jobs, and ${KILLS} kills of server, agent and supervisors`, {
  timeout: 1_200_000 + KILLS * 60_000,
}, async () => {
  const stage = await Stage.set();
  const next = seeded(SEED);
  const killed = new Set<string>();
  let kills = 0;
  try {
    await stage.round(async () => {});
    const undisturbed = await standingOf(stage.data);
    while (kills < KILLS) {
      const until = Math.min(KILLS, kills + KILLS_IN_A_ROUND);
      await stage.round(async (isDone) => {
        while (kills < until && !(await isDone())) {
          await delay(500 * next());
          const [choice, isEarly] = [next(), next() < 0.2];
          if (choice < 0.15) {
            if (await killSupervisor(stage.data, killed)) kills += 1;
            continue;
          }
          const [victim, words] =
            choice < 0.35
              ? ([stage.server, 'Vitrine answers'] as const)
              : ([stage.agent, 'agent-started'] as const);
          await victim.kill();
          kills += 1;
          // Now and then the next kill may come before it is up.
          if (isEarly) victim.start();
          else await victim.startUntil(words);
        }
      });
      expect(await standingOf(stage.data)).toEqual(undisturbed);
    }
    const once = new Map(stage.jobs.map((job) => [job, 1]));
    expect(await successesIn(stage.data)).toEqual(once);
  } catch (error) {
    throw new Error(`server: ${stage.server.said}\nagent: ${stage.agent.said}`, { cause: error });
  } finally {
    await stage.strike();
  }
});
