/**
 * How long the airlock takes to answer with the tree of a workspace of 10,000 files: folded, with a folder of 100 files unfolded, and
 * searched. The manifest is read once, as it is when nothing has run meanwhile; the first look, which reads it, is told apart.
 */
import { TestAirlock, type TestOutput } from '../packages/airlock/src/site.testing.ts';
import { type Measurement, median } from './measure.ts';

const FILES = 10_000;
const RUNS = 30;

const outputs: Record<string, TestOutput> = {};
for (let file = 0; file < FILES; file += 1) {
  const folder = Math.floor(file / 100);
  outputs[`output/part_${folder % 10}/group_${folder}/table_${file}.csv`] = {
    text: `group,n\nall,${5 * file}\n`,
    record: { disclosure: { passes: file % 7 !== 0, counts: { 'small-count': 1 }, findings: [] } },
  };
}

const site = await TestAirlock.open(outputs);
const measurements: Measurement[] = [];
try {
  const cookie = await site.signIn('ann');
  const timed = async (query: string, expected: string): Promise<number> => {
    const began = performance.now();
    const answer = await site.get(`/workspaces/bp-trends${query}`, cookie);
    const page = await answer.text();
    const time = performance.now() - began;
    if (!page.includes(expected)) throw new Error(`The page lacks ${expected}.`);
    return time;
  };
  const round = (time: number): number => Math.round(time * 10) / 10;
  const pages = [
    ['folded', '', 'part_9'],
    ['100 files unfolded', '?open=output/part_0&open=output/part_0/group_0', 'table_99.csv'],
    ['searched, 500 of 1,111 found files shown', '?q=table_9', 'table_9.csv'],
  ] as const;
  const first = await timed('', 'part_9');
  for (const [name, query, expected] of pages) {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) times.push(await timed(query, expected));
    measurements.push({
      name: `tree of ${FILES} files, ${name}`,
      median_ms: round(median(times)),
      runs: RUNS,
      note: `slowest ${round(Math.max(...times))} ms, the very first look ${round(first)} ms; target: under 100`,
    });
  }
} finally {
  await site[Symbol.asyncDispose]();
}
process.stdout.write(JSON.stringify(measurements));
