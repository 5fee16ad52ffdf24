/**
 * `npm run bench [NAME…]`: runs the benchmarks beside this file one after another and prints one table. Each is a script
 * that prints its measurements as a JSON array. Figures and the machine they were taken on: bench/README.md.
 */
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import type { Measurement } from './measure.ts';

const wanted = process.argv.slice(2);
const scripts = globSync('*.ts', { cwd: import.meta.dirname })
  .filter((file) => !['run.ts', 'measure.ts'].includes(file))
  .filter((file) => wanted.length === 0 || wanted.includes(basename(file, '.ts')))
  .toSorted();

const measurements = scripts.flatMap((script): Measurement[] => {
  process.stderr.write(`${script} …\n`);
  const output = execFileSync(process.execPath, [join(import.meta.dirname, script)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output);
});

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
process.stdout.write(
  `${machine}\n\n| what | median | peak | against | its median | times faster |\n| --- | --: | --: | --- | --: | --: |\n`,
);
for (const { name, median_ms, peak_mib, against, ratio } of measurements) {
  const cells = [
    name,
    `${median_ms} ms`,
    peak_mib === undefined ? '' : `${peak_mib} MiB`,
    against?.name ?? '',
    against === undefined ? '' : `${against.median_ms} ms`,
    ratio === undefined ? '' : ratio.toFixed(1),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
