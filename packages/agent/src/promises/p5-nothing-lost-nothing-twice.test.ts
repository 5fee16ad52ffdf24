/** P5: agents and executors are killed again and again; nothing is lost, nothing has its effect twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AgentBench, type Files, identifierOf } from '../testing.ts';

const KILLS = Number(process.env['AGENT_KILLS'] ?? 12);

/** Adds up what it reads, and takes its time. */
const STEP = `
import os, sys, time
out, *inputs = sys.argv[1:]
time.sleep(0.15)
os.makedirs("output", exist_ok=True)
total = 1 + sum(int(open(name).read().split()[1]) for name in inputs)
open(out, "w").write("total\\n%d\\n" % total)
`;

/** Each action reads the two before it: the sums are Fibonacci's numbers, less one. */
const LENGTH = 12;
const names = Array.from({ length: LENGTH }, (_, index) => `step${index}`);
const needsOf = (index: number): readonly string[] => names.slice(Math.max(0, index - 2), index);
const STEPS: Files = {
  'step.py': STEP,
  'project.yaml': JSON.stringify({
    version: 3,
    expectations: { population_size: 10 },
    actions: Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          run: `python:latest python step.py ${[name, ...needsOf(index)].map((one) => `output/${one}.csv`).join(' ')}`,
          needs: needsOf(index),
          outputs: { moderately_sensitive: { table: `output/${name}.csv` } },
        },
      ]),
    ),
  }),
};

const program = fileURLToPath(new URL('../testing-agent.ts', import.meta.url));

async function startElsewhere(bench: AgentBench): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [program, bench.server.address, bench.data, bench.repository.folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return child;
}

/** Kills what watches over the programs that run at this moment. */
async function killSupervisors(bench: AgentBench): Promise<void> {
  const folder = join(bench.data, 'executor');
  for (const name of await readdir(folder).catch(() => [])) {
    const started = await readFile(join(folder, name, 'started'), 'utf8').catch(() => null);
    if (started === null || name.startsWith('.')) continue;
    const exited = await readFile(join(folder, name, 'exited'), 'utf8').catch(() => null);
    if (exited !== null) continue;
    try {
      process.kill(JSON.parse(started).pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  }
}

test(`a pipeline of ${LENGTH} jobs, and ${KILLS} kills`, {
  timeout: 600_000 + KILLS * 30_000,
}, async () => {
  await using bench = await AgentBench.make({ files: STEPS });
  const jobs = names.map(identifierOf);
  for (const [index, name] of names.entries()) {
    const inputs = Object.fromEntries(needsOf(index).map((need) => [need, identifierOf(need)]));
    bench.server.add(await bench.task(name, { inputs }), Object.values(inputs));
  }
  // What the platform itself did wrong is tried again, as the real server does.
  bench.server.retries = new Set(['internal_error', 'storage_unavailable']);
  let random = 12_345;
  const next = (): number => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return random / 2 ** 31;
  };
  let agent = await startElsewhere(bench);
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(20 + 400 * next());
      if (next() < 0.25) await killSupervisors(bench);
      else if (next() < 0.2) bench.server.lostAnswers = 1;
      else {
        agent.kill('SIGKILL');
        await once(agent, 'exit');
        agent = await startElsewhere(bench);
      }
    }
    for (const job of jobs) expect((await bench.server.ended(job)).at(-1)).toBe('succeeded');
    await bench.isIdle();
  } finally {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
  }
  const sums = [1, 2];
  for (const [index, name] of names.entries()) {
    const sum = sums[index] ?? 1 + (sums[index - 1] ?? 0) + (sums[index - 2] ?? 0);
    sums[index] = sum;
    for (const level of ['level3', 'level4']) {
      expect(await bench.read(`${level}/workspaces/study/output/${name}.csv`)).toBe(
        `total\n${sum}\n`,
      );
    }
  }
  const logs = join(bench.data, 'level3/logs/2026-03');
  const codes = new Map<string, number>();
  for (const execution of await readdir(logs)) {
    const { code, task } = JSON.parse(await readFile(join(logs, execution, 'job.json'), 'utf8'));
    if (code === 'succeeded') codes.set(task.job, (codes.get(task.job) ?? 0) + 1);
  }
  expect(codes).toEqual(new Map(jobs.toSorted().map((job) => [job, 1])));
  const history = JSON.parse(
    (await bench.read('level3/workspaces/study/metadata/history.json')) ?? '',
  );
  expect(history.running).toEqual({});
  expect(bench.server.faults).toEqual([]);
});
