/**
 * From an agent's report to the change on a job request page that is open in Chromium: the whole way over HTTP, database,
 * server-sent events and drawing. What the measuring itself adds is in it.
 */
import { openTestBrowser } from '../packages/server/src/pages/browser.testing.ts';
import { type Measurement, median } from './measure.ts';

const RUNS = 15;
const browser = await openTestBrowser();
const times: number[] = [];
try {
  const page = await browser.open('project-developer');
  for (let run = 0; run < RUNS; run++) {
    await page.goto('/workspaces/nhs_at_home_main/run-jobs');
    await page.getByRole('checkbox', { name: 'generate_bp_timeseries' }).check();
    await page.getByRole('button', { name: 'Submit jobs' }).click();
    const jobs = page.getByRole('region', { name: 'Jobs', exact: true });
    await jobs.getByText('Pending').first().waitFor();
    const [task] = await browser.claim();
    await browser.report(task, 'preparing');
    // Once this is shown, the page is known to listen.
    await jobs
      .getByText(/is preparing/)
      .first()
      .waitFor();
    const shown = jobs.getByText('The job is running.').first().waitFor();
    const started = performance.now();
    await browser.report(task, 'executing');
    await shown;
    times.push(performance.now() - started);
    await browser.report(task, 'nonzero_exit');
    await jobs.getByText('nonzero_exit').first().waitFor();
  }
} finally {
  await browser.close();
}
const sorted = times.toSorted((a, b) => a - b);
const measurements: readonly Measurement[] = [
  {
    name: 'a report of an agent until an open page shows it',
    median_ms: Math.round(median(times)),
    runs: RUNS,
    note: `slowest ${Math.round(sorted.at(-1) ?? 0)} ms; target: under 500`,
  },
];
process.stdout.write(JSON.stringify(measurements));
