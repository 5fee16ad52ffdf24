/** A study of many small steps, and what must stand when all of them have run. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from '@vitrine/runner';

/** Adds up what it reads. */
const STEP = `
import os, sys, time
out, *inputs = sys.argv[1:]
time.sleep(0.1)
os.makedirs("output", exist_ok=True)
total = 1 + sum(int(open(name).read().split()[1]) for name in inputs)
open(out, "w").write("total\\n%d\\n" % total)
`;

/** Three rows side by side; in a row each step reads the two before it. */
export const STEPS: readonly string[] = ['a', 'b', 'c'].flatMap((row) =>
  Array.from({ length: 10 }, (_, index) => `${row}${index}`),
);

function needsOf(step: string): readonly string[] {
  const row = STEPS.filter((other) => other[0] === step[0]);
  const index = row.indexOf(step);
  return row.slice(Math.max(0, index - 2), index);
}

const project = {
  version: 3,
  expectations: { population_size: 10 },
  actions: Object.fromEntries(
    STEPS.map((step) => [
      step,
      {
        run: `python:latest python step.py ${[step, ...needsOf(step)].map((one) => `output/${one}.csv`).join(' ')}`,
        needs: needsOf(step),
        outputs: { moderately_sensitive: { table: `output/${step}.csv` } },
      },
    ]),
  ),
};

/** A git repository with the study on `main`. */
export async function makeStudy(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'step.py'), STEP);
  await writeFile(join(folder, 'project.yaml'), JSON.stringify(project));
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  await runGit(['init', '--quiet', '--initial-branch=main'], { folder });
  await runGit(['add', '--all'], { folder });
  await runGit([...who, 'commit', '--quiet', '--message=study'], { folder });
}

/** What counts of a workspace: the bytes of its outputs, their records without names and moments, the end of each action. */
export async function standingOf(data: string): Promise<object> {
  const files: Record<string, string> = {};
  for (const level of ['level3', 'level4']) {
    for (const step of await readdir(join(data, level, 'workspaces/study/output'))) {
      const path = `${level}/workspaces/study/output/${step}`;
      files[path] = await readFile(join(data, path), 'utf8');
    }
  }
  const read = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(data, 'level3/workspaces/study/metadata', name), 'utf8'));
  const { outputs } = await read('manifest.json');
  const records = Object.entries(outputs as Record<string, Record<string, unknown>>).map(
    ([path, { job_id: _j, job_request: _r, timestamp: _t, ...record }]) => [path, record],
  );
  const { jobs, running } = await read('history.json');
  const ends = Object.entries(jobs as Record<string, Record<string, unknown>>).map(
    ([action, { state, outputs: made }]) => [action, state, made],
  );
  return {
    files,
    records: records.toSorted(),
    ends: ends.toSorted(),
    running,
  };
}

/** What an agent that has nothing in hand must not keep: paths below its data folder. */
export async function leftIn(data: string): Promise<readonly string[]> {
  const study = 'level3/workspaces/study/.vitrine';
  const folders = [
    'agent/jobs',
    'agent/reports',
    ...['jobs', 'journals', 'staging'].map((name) => `${study}/${name}`),
    'level4/workspaces/study/.vitrine/staging',
  ];
  const left = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(data, folder)).catch(() => [])).map((name) => `${folder}/${name}`),
    ),
  );
  return left.flat();
}

/** How often each job has ended well inside, by identifier. */
export async function successesIn(data: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const logs = join(data, 'level3/logs');
  for (const month of await readdir(logs)) {
    for (const execution of await readdir(join(logs, month))) {
      const text = await readFile(join(logs, month, execution, 'job.json'), 'utf8');
      const { code, task } = JSON.parse(text);
      if (code === 'succeeded') counts.set(task.job, (counts.get(task.job) ?? 0) + 1);
    }
  }
  return counts;
}
