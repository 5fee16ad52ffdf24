/**
 * How long a project of 5,000 actions takes to be parsed and planned. Each run is a fresh process, because nobody checks a
 * project twice in one. Prints one JSON array of `{name, median_ms, runs, note}`.
 */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RUNS = 11;
const ACTIONS = 5_000;

/** A study of cohorts, models and tables in several layers, written the way studies are written. */
function largeProject(): string {
  const lines = ['version: "4.0"', '', 'actions:', ''];
  for (let i = 0; i < ACTIONS; i += 1) {
    const needs = [i >> 1, i - 7].filter((need) => need >= 0 && need < i);
    const names = [...new Set(needs)].map((need) => `action_${need}`).join(', ');
    lines.push(
      `  # step ${i}`,
      `  action_${i}:`,
      `    run: r:v2 analysis/script_${i % 40}.R --input output/data_${i >> 1}.rds --group "group ${i}"`,
      `    needs: [${names}]`,
      '    outputs:',
      '      highly_sensitive:',
      `        data: output/data_${i}.rds`,
      '      moderately_sensitive:',
      `        table: output/tables/table_${i}_*.csv`,
      `        figure: output/figures/figure_${i}.png`,
      '',
    );
  }
  return lines.join('\n');
}

/** Runs in the fresh process: prints the milliseconds of parsing and planning, of its thread's processor time, and of its life. */
const measured = `
  const { readFileSync } = await import('node:fs');
  const { parseProject, planJobs } = await import(${JSON.stringify(
    new URL('../packages/pipeline/src/index.ts', import.meta.url).href,
  )});
  const text = readFileSync(process.argv[1], 'utf8');
  const used = process.threadCpuUsage();
  const start = performance.now();
  const { pipeline, diagnostics } = parseProject(text, { file: 'project.yaml' });
  if (pipeline === null) throw new Error(JSON.stringify(diagnostics));
  const plan = planJobs({ pipeline, requested: ['run_all'] });
  if (plan.kind !== 'run' || plan.jobs.length !== ${ACTIONS}) throw new Error(plan.kind);
  const end = performance.now();
  const { user, system } = process.threadCpuUsage(used);
  console.log(JSON.stringify([end - start, (user + system) / 1000, end]));
`;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
try {
  const file = join(folder, 'project.yaml');
  writeFileSync(file, largeProject());
  const times = Array.from({ length: RUNS }, () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', measured, file],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as [work: number, processor: number, whole: number];
  });
  const round = (value: number): number => Math.round(value * 10) / 10;
  console.log(
    JSON.stringify(
      [
        {
          name: `parse and plan ${ACTIONS} actions`,
          median_ms: round(median(times.map(([work]) => work))),
          runs: RUNS,
          note: `in a fresh process, after its modules are loaded; ${round(median(times.map(([, processor]) => processor)))} ms of processor time; target: under 300`,
        },
        {
          name: `start Node, load the package, parse and plan ${ACTIONS} actions`,
          median_ms: round(median(times.map(([, , whole]) => whole))),
          runs: RUNS,
          note: 'the whole life of the fresh process up to the plan',
        },
      ],
      null,
      2,
    ),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
