/**
 * `vitrine synth`: whole commands into a file of DuckDB and into Parquet. Nothing to compare with: the figures are rows in a
 * second and peak memory, at two sizes, so that the growth shows.
 *
 * VITRINE_BENCH_PATIENTS sets the larger size (standard: 100,000 patients, 10 million events).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measurement, timeCommand } from './measure.ts';

const program = join(import.meta.dirname, '../packages/cli/src/main.ts');
const largest = Number(process.env['VITRINE_BENCH_PATIENTS'] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));

const measurements: Measurement[] = [];
for (const patients of [largest / 10, largest]) {
  for (const name of ['records.duckdb', 'records']) {
    const output = join(folder, name);
    const events = patients * 100;
    const words = ['synth', '--patients', String(patients), '--output', output, '--json'];
    const time = await timeCommand([process.execPath, program, ...words], {
      cwd: folder,
      runs: 1,
      before: () => rmSync(output, { recursive: true, force: true }),
    });
    measurements.push({
      name: `synth, ${patients.toLocaleString('en-GB')} patients and ${events.toLocaleString('en-GB')} events, ${name.endsWith('.duckdb') ? 'DuckDB' : 'Parquet'}`,
      ...time,
    });
  }
}
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(measurements));
