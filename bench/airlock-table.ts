/**
 * From the click on a csv of 5,000 rows in the airlock to its rows on the screen of Chromium: the whole way over HTTP, reading, hashing,
 * checking the manifest and drawing. What the measuring itself adds is in it.
 */

import { TestAirlock } from '../packages/airlock/src/site.testing.ts';
import { openTestWindows } from '../packages/platform/src/testing.ts';
import { type Measurement, median } from './measure.ts';

const ROWS = 5000;
const COLUMNS = 8;
const RUNS = 12;

/** Asks before each frame which rows are there to be drawn in it; `rowsShown` tells when the first and all of them were. */
const WATCH = `
  let first = NaN;
  window.rowsShown = new Promise((resolve) => {
    const look = () => {
      if (Number.isNaN(first) && document.querySelector('.viewer-table tbody tr:nth-child(20)')) {
        requestAnimationFrame(() => { first = performance.now(); });
      }
      const isWhole = document.readyState === 'complete' && !document.querySelector('.viewer-later');
      if (isWhole && !Number.isNaN(first)) resolve([first, performance.now()]);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
`;

const header = Array.from({ length: COLUMNS }, (_, column) => `column_${column}`).join(',');
const rows = Array.from({ length: ROWS }, (_, row) =>
  Array.from({ length: COLUMNS }, (_, column) =>
    column === 0 ? `group ${row}` : row * 5 + column,
  ),
);
const site = await TestAirlock.open({
  'output/table.csv': { text: `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n` },
});
const windows = await openTestWindows();
const shown: number[] = [];
const whole: number[] = [];
try {
  const [name = '', value = ''] = (await site.signIn('ann')).split('=', 2);
  const page = await windows.open(site.running.url, [{ name, value }]);
  await page.addInitScript({ content: WATCH });
  for (let run = 0; run < RUNS; run += 1) {
    await page.goto('/workspaces/bp-trends');
    const link = page.getByRole('link', { name: 'table.csv' });
    await link.waitFor();
    await link.click();
    await page.waitForURL(/table\.csv/, { waitUntil: 'load' });
    const [first = 0, last = 0] = (await page.evaluate('rowsShown')) as number[];
    if ((await page.locator('.viewer-table tbody tr').count()) < ROWS) throw new Error('rows lack');
    shown.push(first);
    whole.push(last);
  }
} finally {
  await windows.close();
  await site[Symbol.asyncDispose]();
}
const round = (time: number): number => Math.round(time);
const measurements: readonly Measurement[] = [
  {
    name: `csv of ${ROWS} rows on the screen`,
    median_ms: round(median(shown)),
    runs: RUNS,
    note: `slowest ${round(Math.max(...shown))} ms, all rows laid out ${round(median(whole))} ms; target: under 300`,
  },
];
process.stdout.write(JSON.stringify(measurements));
