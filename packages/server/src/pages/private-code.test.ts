/** Code of a private repository is for members and staff; that it was run is for everybody (docs/decisions/0006). */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import {
  openTestSite,
  studies,
  studiesInMemory,
  type TestPerson,
  type TestSite,
} from '../site.testing.ts';

let site: TestSite;
let job = '';

const hidden = 'its code is shown to members of the project and to staff';
const changed = 'Small counts are hidden before anything is written.';
const definition = 'expectations';

beforeAll(async () => {
  const all = studies.map((study) => ({ ...study, isPrivate: true }));
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }), studiesInMemory(all));
  const token = await site.token('project-developer', ['run']);
  await site.call('/api/v1/job-requests', token, {
    workspace: 'nhs_at_home_main',
    backend: 'tpp',
    actions: ['generate_study_population_bp'],
    commit: studies[0]?.commits[0]?.hash,
  });
  await site.send('/job-requests/1/cancel', 'project-developer');
  const { id } = await site.request(['generate_study_population_bp']);
  const row = await site.database.db
    .selectFrom('job')
    .select('identifier')
    .where('job_request_id', '=', id)
    .executeTakeFirstOrThrow();
  job = row.identifier;
});
afterEach(() => expect(site.errors).toEqual([]));
afterAll(async () => await site.close());

test.each<readonly [TestPerson | null, boolean]>([
  [null, false],
  ['nobody', false],
  ['backend-user', false],
  ['output-publisher', false],
  ['project-developer', true],
  ['project-collaborator', true],
  ['organisation-member', true],
  ['output-checker', true],
  ['tech-support', true],
])('%s is shown the code: %s', async (as, isShown) => {
  const request = await (await site.ask('/job-requests/2?compare=previous', as)).text();
  expect([request.includes(changed), request.includes(definition)]).toEqual([isShown, isShown]);
  expect(request.includes(hidden)).toBe(!isShown);
  // That it was run, and what became of it, is for everybody.
  expect(request).toContain('generate_study_population_bp');
  const page = await (await site.ask(`/jobs/${job}?compare=previous`, as)).text();
  expect([page.includes(changed), page.includes(hidden)]).toEqual([isShown, !isShown]);
  const text = await site.ask('/job-requests/2/project.yaml', as);
  expect(text.status).toBe(isShown ? 200 : as === null ? 303 : 403);
});
