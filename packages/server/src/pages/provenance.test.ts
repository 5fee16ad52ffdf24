/** What everybody may take away of a job request: a crate, its bag, its workflow, and the record as PROV. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { brokenRules } from '../crates/five-safes-rules.testing.ts';
import type { Crate } from '../crates/json-ld.ts';
import { judge, unpack } from '../crates/judge.testing.ts';
import { openDatabase } from '../database/open-database.ts';
import {
  openTestSite,
  studies,
  studiesInMemory,
  type TestPerson,
  type TestSite,
} from '../site.testing.ts';

let site: TestSite;
let folder = '';
const address = '/job-requests/1';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-provenance-'));
  const all = studies.map((study) => ({ ...study, isPrivate: true }));
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }), studiesInMemory(all));
  await site.request();
});
afterEach(() => expect(site.errors).toEqual([]));
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

const entities = z.looseObject({
  '@graph': z.array(z.looseObject({ '@id': z.string(), '@type': z.unknown() })),
});

async function crate(as: TestPerson | null = null): Promise<Crate> {
  const response = await site.ask(`${address}/provenance.json`, as);
  expect(response.headers.get('content-type')).toContain('application/ld+json');
  const found: unknown = await response.json();
  entities.parse(found);
  return found as Crate;
}

test('the crate of a job request keeps the rules of the profile, and names every job by its page', async () => {
  const found = await crate();
  expect(brokenRules(found)).toEqual([]);
  const jobs = await site.database.db.selectFrom('job').selectAll().execute();
  expect(jobs.length).toBeGreaterThan(1);
  for (const job of jobs) {
    expect(found['@graph']).toContainEqual(
      expect.objectContaining({
        '@id': `${site.url}/jobs/${job.identifier}`,
        '@type': 'CreateAction',
        description: job.run_command,
        actionStatus: 'http://schema.org/PotentialActionStatus',
      }),
    );
  }
});

test('what one job reads from another is told without a name of a file', async () => {
  const jobs = await site.database.db.selectFrom('job').selectAll().execute();
  const reader = jobs.find(({ needs }) => needs.length > 0);
  const needed = jobs.find(({ action }) => action === reader?.needs[0]);
  const outputs = `${site.url}/jobs/${needed?.identifier}#outputs`;
  const found = await crate();
  const action = found['@graph'].find((one) => one['@id'].endsWith(`/jobs/${reader?.identifier}`));
  expect(JSON.stringify(action?.['object'])).toContain(outputs);
  expect(JSON.stringify(found)).not.toContain('output/');
});

test('the bag has the same metadata, and project.yaml for who may see the code alone', async () => {
  const take = async (as: TestPerson | null, name: string): Promise<string> => {
    const response = await site.ask(`${address}/crate.zip`, as);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('link')).toBe('<https://w3id.org/ro/crate>; rel="profile"');
    if (response.body === null) throw new Error('there is no archive');
    return join(await unpack(response.body, folder, name), 'job-request-1/data');
  };
  const everybody = await take(null, 'everybody');
  expect(readdirSync(everybody).toSorted()).toEqual([
    'ro-crate-metadata.json',
    'ro-crate-preview.html',
  ]);
  expect(JSON.parse(readFileSync(join(everybody, 'ro-crate-metadata.json'), 'utf8'))).toEqual(
    await crate(),
  );
  const member = await take('project-developer', 'member');
  const [commit = ''] = readdirSync(join(member, 'workflow'));
  expect(studies[0]?.commits.map(({ hash }) => hash)).toContain(commit);
  expect(readFileSync(join(member, 'workflow', commit, 'project.yaml'), 'utf8')).toContain(
    'actions:',
  );
});

test.each<readonly [TestPerson | null, number]>([
  [null, 303],
  ['nobody', 403],
  ['project-developer', 200],
])('the workflow, which is code, is answered to %s with %i', async (as, status) => {
  const response = await site.ask(`${address}/workflow.zip`, as);
  await response.body?.cancel();
  expect(response.status).toBe(status);
});

test('the record as PROV is what its readers expect', { timeout: 600_000 }, async () => {
  const response = await site.ask(`${address}/prov.json`);
  const document = z.looseObject({ activity: z.record(z.string(), z.unknown()) });
  const found = document.parse(await response.json());
  const { provs } = await judge({ bags: [], runs: [], workflows: [], provs: [found] });
  expect(provs).toEqual([[]]);
});

test('the page leads to each', async () => {
  const page = await (await site.ask(address)).text();
  for (const name of ['provenance.json', 'prov.json', 'crate.zip']) {
    expect(page).toContain(`href="${address}/${name}"`);
  }
});

test.each(['provenance.json', 'prov.json', 'crate.zip', 'workflow.zip'])(
  'there is no %s of what is not there',
  async (name) => {
    expect((await site.ask(`/job-requests/999/${name}`)).status).toBe(404);
  },
);
