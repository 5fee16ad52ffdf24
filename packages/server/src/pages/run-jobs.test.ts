/** The form in which a person chooses what to run: what it says before anything is run. */
import { afterEach, expect, test } from 'vitest';
import type { CodelistVerdict } from '../codelists/codelist-site.ts';
import { openDatabase } from '../database/open-database.ts';
import { openTestSite, studies, studiesInMemory, type TestSite } from '../site.testing.ts';

const path = '/workspaces/nhs_at_home_main/run-jobs';

let site: TestSite;
afterEach(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
});

async function open(definition?: string, verdict?: CodelistVerdict): Promise<void> {
  const [first] = studies;
  if (first === undefined) throw new Error('There are studies.');
  const commits = first.commits.map((commit) => ({
    ...commit,
    definition: definition ?? commit.definition,
    files: { 'codelists/codelists.txt': 'a/b/1', 'codelists/codelists.json': '{"files":{}}' },
  }));
  site = await openTestSite(
    await openDatabase({ url: null, dataDir: null }),
    studiesInMemory([{ ...first, commits }]),
    verdict === undefined ? {} : { codelistSite: { check: async () => verdict } },
  );
}

async function page(): Promise<string> {
  const answer = await site.ask(path, 'project-developer');
  expect(answer.status).toBe(200);
  return await answer.text();
}

async function send(
  step: 'preview' | 'submit',
  ...actions: readonly string[]
): Promise<readonly [status: number, text: string]> {
  const fields = { backend: 'tpp', actions, step };
  const answer = await site.send(path, 'project-developer', fields);
  return [answer.status, await answer.text()];
}

test('codelists that are out of date are told at once, and keep what reads the database from running', async () => {
  await open(undefined, { kind: 'stale', lists: ['opensafely/covid'] });
  const text = await page();
  expect(text).toContain('Codelists for this workspace are out of date');
  expect(text).toContain('opensafely/covid');
  expect(text).toContain('opensafely codelists update');
  const [status, refused] = await send('submit', 'generate_bp_timeseries');
  expect(status).toBe(422);
  expect(refused).toContain('generate_study_population_bp would read the database');
  expect((await site.ask('/job-requests/1')).status).toBe(404);
});

test('a codelist site that does not answer stops nobody, and the job request says so', async () => {
  await open(undefined, { kind: 'unknown', reason: 'it cannot be reached' });
  expect(await page()).toContain('Nobody knows whether the codelists are up to date.');
  const [status] = await send('submit', 'generate_study_population_bp');
  expect(status).toBe(303);
  expect(await (await site.ask('/job-requests/1')).text()).toContain('could not be checked');
});

test('codelists in order are not spoken of', async () => {
  await open(undefined, { kind: 'ok' });
  expect(await page()).not.toMatch(/codelist/i);
});

test('it says why each action would run or be reused, and when there is nothing to do', async () => {
  await open();
  expect(await page()).toContain(
    'Everything that has not succeeded yet: 12 of 12 actions would run.',
  );
  const [, before] = await send('preview', 'generate_bp_timeseries');
  expect(before).toContain('2 jobs would run on TPP');
  expect(before).toContain(
    'runs because generate_bp_timeseries needs it and it has not run before',
  );
  expect((await site.ask('/job-requests/1')).status).toBe(404);
  await send('submit', 'generate_bp_timeseries');
  const [, after] = await send('preview', 'generate_bp_timeseries');
  expect(after).toContain('Nothing would run');
  expect(after).toContain('All requested actions are already pending or running.');
  expect(await page()).toContain(
    'Everything that has not succeeded yet: 10 of 12 actions would run.',
  );
});

test('what was chosen stays chosen when the form comes back', async () => {
  await open();
  const [status, text] = await send('preview', 'generate_bp_timeseries');
  expect(status).toBe(200);
  expect(text).toContain('name="actions" value="generate_bp_timeseries" checked');
  const [missing, none] = await send('submit');
  expect(missing).toBe(422);
  expect(none).toContain('Please select at least one of the actions listed below.');
});

test('a project.yaml with faults is told with their places', async () => {
  await open('version: "3.0"\nactions:\n  a:\n    run: nonsense\n');
  const answer = await site.ask(path, 'project-developer');
  expect(answer.status).toBe(422);
  expect(await answer.text()).toMatch(/<code>project\.yaml:\d+:\d+<\/code>/);
});

test('5,000 actions are all there to choose from, and all can be asked for', async () => {
  const actions = Array.from(
    { length: 5000 },
    (_, index) =>
      `  make_${index}:\n    run: python:latest python analysis/make.py ${index}\n    outputs:\n      moderately_sensitive:\n        table: output/table_${index}.csv`,
  );
  const head = ['version: "3.0"', 'expectations:', '  population_size: 10', 'actions:'];
  await open([...head, ...actions].join('\n'));
  expect((await page()).match(/name="actions"/g)).toHaveLength(5001);
  const [status, text] = await send('preview', ...actions.map((_, index) => `make_${index}`));
  expect([status, text.includes('5000 jobs would run on TPP')]).toEqual([200, true]);
});
