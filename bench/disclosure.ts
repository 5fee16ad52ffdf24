/**
 * How long the disclosure checks take for what a job may leave at level 4: 100 files of 5,000 rows. In one process, as the
 * agent does it. Prints one JSON array of measurements.
 */
import { checkFile } from '../packages/disclosure/src/index.ts';
import { type Measurement, median } from './measure.ts';

const FILES = 100;
const ROWS = 5000;
const RUNS = 5;

/** Tables as measures leave them: labels, dates, counts, a ratio; some files with findings in every row. */
function makeFile(number: number): Uint8Array {
  const regions = ['East', 'London', 'North West', 'South East', 'Yorkshire and The Humber'];
  const rounded = number % 4 !== 0;
  const lines = ['region,age_band,date,events,population,percent'];
  for (let row = 0; row < ROWS; row += 1) {
    const exact = ((row * 7919 + number * 104_729) % 4000) + 8;
    const count = rounded ? Math.ceil(exact / 5) * 5 + 5 : exact;
    const date = new Date(Date.UTC(2019, 0, 1 + Math.floor(row / 45) * 7))
      .toISOString()
      .slice(0, 10);
    lines.push(
      `${regions[row % 5]},${(row % 9) * 10}-${(row % 9) * 10 + 9},${date},${count},${count * 10},10.0`,
    );
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const files = Array.from({ length: FILES }, (_, number) => ({
  path: `table-${number}.csv`,
  bytes: makeFile(number),
}));
const times = Array.from({ length: RUNS }, () => {
  const started = performance.now();
  const refused = files.filter((file) => !checkFile(file).passes).length;
  if (refused !== FILES / 4) throw new Error(`${refused} files were refused`);
  return performance.now() - started;
});
const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
const measurement: Measurement = {
  name: `disclosure checks of ${FILES} files with ${ROWS} rows each`,
  median_ms: Math.round(median(times)),
  runs: RUNS,
  note: `${Math.round(bytes / 2 ** 20)} MiB of csv with six columns; target: under 5000`,
};
console.log(JSON.stringify([measurement], null, 2));
