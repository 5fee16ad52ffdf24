/** Looks at the pages of a demo that has run to its end, as a visitor would. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoFiles } from './demo-folder.ts';
import type { DemoJob } from './follow-requests.ts';
import type { DemoReview } from './review-outputs.ts';
import { HOME_WORKSPACE, VACCINE_WORKSPACE } from './seed-demo.ts';

export interface PageCheck {
  /** What was looked at. */
  readonly subject: string;
  /** What should have been there and was not; empty: all is well. */
  readonly missing: readonly string[];
}

/** What pages have to show. */
const PAGES: readonly { readonly path: string; readonly shows: readonly string[] }[] = [
  {
    path: '/job-requests/8356',
    shows: [
      'Job request: 8356',
      '3uh4s3ep7kte6hfe',
      'NHSE/I',
      HOME_WORKSPACE,
      'highly_sensitive',
      'moderately_sensitive',
      'generate_study_population_bp',
      'generate_bp_timeseries',
      'generate_bp_breakdowns',
      '2019-04-01 to 2022-05-12 by week',
      'Succeeded',
      'TPP',
      'Researcher',
      'Force run dependencies',
    ],
  },
  {
    path: '/job-requests/559',
    shows: [
      'Job request: 559',
      'sww5o4exlhq3h7al',
      'Bennett Institute',
      'effectiveness',
      'generate_delivery_cohort',
      'Failed',
      'TPP',
    ],
  },
  { path: '/job-requests/8357', shows: ['nhs_at_home_first_look', 'describe_population'] },
  { path: '/', shows: ['nhs_at_home_main'] },
  { path: '/event-log', shows: [HOME_WORKSPACE, VACCINE_WORKSPACE] },
  { path: '/status', shows: ['TPP'] },
  { path: `/workspaces/${HOME_WORKSPACE}`, shows: ['generate_bp_timeseries'] },
  { path: '/healthz', shows: ['ok'] },
];

/** Outputs that must stand inside by then; no page shows them. */
const OUTPUTS: readonly string[] = [
  'level3/workspaces/nhs_at_home_main/output/input_bp_2022-05-09.csv',
  'level4/workspaces/nhs_at_home_main/metadata/generate_study_population_bp.attrition.svg',
  'level4/workspaces/nhs_at_home_main/output/bp_table_counts.csv',
  'level4/workspaces/nhs_at_home_main/output/bp_plot_timeseries.png',
];

export async function checkPages(
  url: string,
  jobs: readonly DemoJob[],
  review: DemoReview,
  files: DemoFiles,
): Promise<readonly PageCheck[]> {
  const pages = [
    ...PAGES,
    { path: review.release, shows: [HOME_WORKSPACE, 'Released'] },
    {
      path: review.publication,
      shows: [
        'Blood pressure at home, week by week',
        'bp_table_counts.csv',
        'bp_plot_timeseries.png',
      ],
    },
    ...jobs.map(({ identifier, action }) => ({
      path: `/jobs/${identifier}`,
      shows: [identifier, action],
    })),
  ];
  const checks: PageCheck[] = [];
  for (const { path, shows } of pages) {
    const { status, text } = await visit(`${url}${path}`);
    const missing = status === 200 ? shows.filter((words) => !text.includes(words)) : [`${status}`];
    checks.push({ subject: path, missing });
  }
  for (const output of OUTPUTS) {
    const isThere = await stat(join(files.agent, output)).catch(() => null);
    checks.push({ subject: output, missing: isThere === null ? ['the file'] : [] });
  }
  return checks;
}

async function visit(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const html = await response.text();
  const text = html
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/<[^>]*>/g, '');
  return { status: response.status, text: text.replaceAll(/\s+/g, ' ') };
}
