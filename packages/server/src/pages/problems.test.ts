/** What people read when something is not possible: what it is, what to do, and that nothing has been changed. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { openTestSite, type TestPerson, type TestSite } from '../site.testing.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  await site.request();
  await site.database.db
    .updateTable('workspace')
    .set({ is_archived: true })
    .where('name', '=', 'nhs_at_home_main')
    .execute();
});
afterEach(() => expect(site.errors).toEqual([]));
afterAll(async () => await site.close());

interface Refusal {
  readonly is: string;
  readonly path: string;
  readonly as?: TestPerson;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string | readonly string[]>>;
  readonly status: number;
  /** All of these stand on the page. */
  readonly says: readonly string[];
}

const long = 'x'.repeat(2001);

const refusals: readonly Refusal[] = [
  {
    is: 'an unknown address',
    path: '/nowhere',
    status: 404,
    says: ['Not found', 'There is no page at /nowhere.', 'Check the address'],
  },
  {
    is: 'an unknown workspace',
    path: '/workspaces/nowhere',
    status: 404,
    says: ['There is no workspace &quot;nowhere&quot;.', 'Check its spelling'],
  },
  {
    is: 'an unknown job request',
    path: '/job-requests/99',
    status: 404,
    says: ['There is no job request &quot;99&quot;.'],
  },
  {
    is: 'an unknown job',
    path: '/jobs/aaaaaaaa',
    status: 404,
    says: ['There is no job &quot;aaaaaaaa&quot;.'],
  },
  {
    is: 'an unknown person',
    path: '/people/x',
    status: 404,
    says: ['There is no person &quot;x&quot;.'],
  },
  {
    is: 'the wrong role',
    path: '/staff',
    as: 'nobody',
    status: 403,
    says: [
      'Not permitted',
      'You do not have the permission to do this: Enter the staff area.',
      'Ask the staff for a role',
    ],
  },
  {
    is: 'a run form of somebody without a role',
    path: '/workspaces/nhs_at_home_main/run-jobs',
    as: 'backend-user',
    status: 403,
    says: ['Run jobs.', 'Ask the staff for a role'],
  },
  {
    is: 'an archived workspace',
    path: '/workspaces/nhs_at_home_main/run-jobs',
    as: 'project-developer',
    form: { backend: 'tpp', actions: 'generate_bp_timeseries', step: 'submit' },
    status: 422,
    says: ['The workspace nhs_at_home_main has been archived.', 'Unarchive it on its page first.'],
  },
  {
    is: 'an over-long text',
    path: '/workspaces/nhs_at_home_main/edit',
    as: 'project-developer',
    form: { purpose: long },
    status: 422,
    says: [
      'The form has not been accepted; nothing has been changed.',
      'At most 2000 characters; this has 2001.',
    ],
  },
  {
    is: 'a name that is missing',
    path: '/staff/organisations',
    as: 'staff',
    form: { name: '' },
    status: 422,
    says: ['Fill in “Name”.'],
  },
  {
    is: 'a name that is taken',
    path: '/staff/organisations',
    as: 'staff',
    form: { name: 'NHSE/I', slug: 'other' },
    status: 422,
    says: ['Another organisation has this name'],
  },
  {
    is: 'a name for addresses with capitals',
    path: '/staff/backends',
    as: 'staff',
    form: { name: 'EMIS', slug: 'EMIS!' },
    status: 422,
    says: ['Small letters and digits with single hyphens'],
  },
  {
    is: 'an address that is none',
    path: '/account/profile',
    as: 'nobody',
    form: { name: 'N', email: 'nobody' },
    status: 422,
    says: ['An address such as name@example.org.'],
  },
  {
    is: 'a member whom nobody knows',
    path: '/staff/projects/nhs-at-home/members',
    as: 'staff',
    form: { username: 'who', role: 'project-developer' },
    status: 422,
    says: ['Nobody has the user name “who”.'],
  },
  {
    is: 'a workspace whose repository is no address',
    path: '/projects/nhs-at-home/new-workspace',
    as: 'project-developer',
    form: { name: 'Nice Name', repository: 'ftp://x', branch: '..' },
    status: 422,
    says: [
      'Small letters, digits, hyphens and underscores',
      'An address that begins with https://.',
      'The name of a branch, as git knows it.',
    ],
  },
  {
    is: 'running again where nothing failed',
    path: '/job-requests/1/rerun',
    as: 'project-developer',
    form: {},
    status: 422,
    says: ['No job of job request 1 has failed.', 'Nothing has been changed.'],
  },
];

test.each(refusals)('$is', async ({ path, as, form, status, says }) => {
  const answer =
    form === undefined
      ? await site.ask(path, as ?? null)
      : await site.send(path, as ?? 'nobody', form);
  const text = await answer.text();
  expect(answer.status).toBe(status);
  expect(says.filter((words) => !text.includes(words))).toEqual([]);
});

test('a form that comes back keeps what was typed', async () => {
  const text = await (
    await site.send('/staff/backends', 'staff', { name: 'A new one', slug: 'No Good' })
  ).text();
  expect(text).toContain('value="A new one"');
  expect(text).toContain('value="No Good"');
  expect(text).toContain('aria-invalid="true"');
});

test('who sends a form after their sign-in has ended is told so, and how to go on', async () => {
  const ended = await site.ask('/account/profile', null, {
    method: 'POST',
    body: new URLSearchParams({ name: 'N' }),
    headers: { cookie: 'vitrine_session=ended' },
  });
  const text = await ended.text();
  expect(ended.status).toBe(401);
  expect(text).toContain('Your sign-in has ended.');
  expect(text).toContain('Sign in, go back to the form and send it again.');
  expect(text).toContain('Nothing has been changed.');
  const page = await site.ask('/account', null, { headers: { cookie: 'vitrine_session=ended' } });
  expect(page.status).toBe(303);
  const signIn = await site.ask(page.headers.get('location') ?? '', null, {
    headers: { cookie: 'vitrine_session=ended' },
  });
  expect(await signIn.text()).toContain('Your sign-in has ended.');
});

test('programs that ask a page for JSON are told the same as a problem document', async () => {
  const answer = await site.ask('/workspaces/nowhere', null, {
    headers: { accept: 'application/json' },
  });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ status: 404, code: 'thing-unknown' });
});
