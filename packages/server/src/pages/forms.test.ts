/** Every form of the site, as its page offers it, filled in with anything: a clear page comes back, and what is refused changes nothing. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../app.ts';
import { openDatabase } from '../database/open-database.ts';
import { releaseSomething } from '../published.testing.ts';
import { openTestSite, people, type TestPerson, type TestSite } from '../site.testing.ts';
import { type PageField, type PageForm, readForms } from './read-forms.testing.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 6);

let site: TestSite;
/** What stands in addresses below, by its name there. */
let made: Readonly<Record<string, string>>;

beforeAll(async () => {
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  const { number } = await site.request();
  await site.send(`/job-requests/${number}/cancel`, 'project-developer');
  await site.request();
  // So that there is something to take away, to revoke and to end.
  await site.token('nobody', ['read']);
  await site.token('staff', ['read']);
  await site.send('/staff/people/nobody/roles', 'staff', { role: 'global::output-publisher' });
  await site.send('/staff/projects/nhs-at-home/members', 'staff', {
    username: 'nobody',
    role: 'project-collaborator',
  });
  await site.send('/staff/site-alerts', 'staff', { title: 'Come and see', level: 'info' });
  made = { ...(await releaseSomething(site)) };
});
afterEach(() => expect(site.errors).toEqual([]));
afterAll(async () => await site.close());

/** Pages that hold the forms, with who sees them there. */
const pages: readonly (readonly [path: string, as: TestPerson])[] = [
  ['/workspaces/nhs_at_home_main/run-jobs', 'project-developer'],
  ['/workspaces/nhs_at_home_main', 'project-developer'],
  ['/workspaces/nhs_at_home_main/edit', 'project-developer'],
  ['/projects/nhs-at-home/edit', 'project-developer'],
  ['/projects/nhs-at-home/new-workspace', 'project-developer'],
  ['/job-requests/1', 'project-developer'],
  ['/job-requests/2', 'project-developer'],
  ['/sign-in', 'staff'],
  ['/account', 'staff'],
  ['/account', 'project-developer'],
  ['/staff/people/nobody', 'staff'],
  ['/staff/organisations', 'staff'],
  ['/staff/organisations/bennett-institute', 'staff'],
  ['/staff/projects', 'staff'],
  ['/staff/projects/nhs-at-home', 'staff'],
  ['/staff/workspaces/covid-vaccine-preliminary-study_effectiveness', 'staff'],
  ['/staff/backends', 'staff'],
  ['/staff/backends/tpp', 'staff'],
  ['/staff/site-alerts', 'staff'],
  ['/staff/site-alerts/1', 'staff'],
  ['/workspaces/nhs_at_home_main/publications/new?select=all', 'project-developer'],
  ['/releases/RELEASE/files/output/table.csv', 'output-checker'],
  ['/publications/DRAFT', 'project-developer'],
  ['/publications/DRAFT', 'output-publisher'],
  ['/publications/PUBLIC', 'output-publisher'],
];

/** Signing out would end what the rest of the test works with; `nobody` stands in for whoever signs out. */
const endsSession = new Set(['/sign-out', '/sign-in/development']);

/** The pattern of the route that a form is sent to. */
function patternOf(action: string): string | undefined {
  return routes
    .filter(({ method, answers }) => method === 'POST' && answers === 'page')
    .map(({ path }) => path)
    .toSorted((left, right) => left.split(':').length - right.split(':').length)
    .find((path) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(action));
}

interface Offered extends PageForm {
  readonly as: TestPerson;
  readonly pattern: string;
}

async function offered(): Promise<readonly Offered[]> {
  const found = new Map<string, Offered>();
  for (const [pattern, as] of pages) {
    const path = pattern.replace(/[A-Z]{4,}/g, (name) => made[name] ?? name);
    const answer = await site.ask(path, as);
    expect(answer.status, path).toBe(200);
    for (const form of readForms(await answer.text())) {
      const pattern = patternOf(form.action);
      expect(pattern, `${path} sends a form to ${form.action}`).toBeDefined();
      if (pattern !== undefined && !found.has(pattern))
        found.set(pattern, { ...form, as, pattern });
    }
  }
  return [...found.values()];
}

/** Values of a field: those of the page, none, too long ones, and what no field expects. */
function valuesFor(field: PageField): fc.Arbitrary<readonly string[]> {
  const limit = field.maxLength ?? 64;
  const one = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...(field.values.length > 0 ? field.values : ['x'])) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: limit + 5 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '\0',
        '"><script>alert(1)</script>',
        "'; drop table person; --",
        '-1',
        '1e400',
        '99999999999999999999',
        '../../etc/passwd',
        'x'.repeat(limit + 1),
        '\ud800',
      ),
    },
  );
  return fc.array(one, { minLength: 0, maxLength: 2 });
}

const bodyOf = ({ fields }: PageForm): fc.Arbitrary<readonly (readonly [string, string])[]> =>
  fc
    .tuple(...fields.map((field) => valuesFor(field)))
    .map((values) =>
      fields.flatMap(({ name }, index) =>
        (values[index] ?? []).map((value) => [name, value] as const),
      ),
    );

/** All that is in the database, but for what a mere visit leaves. */
async function everything(): Promise<string> {
  const tables = ['organisation', 'project', 'workspace', 'backend', 'person', 'identity'];
  const more = ['membership', 'token', 'job_request', 'job', 'job_event', 'audit_event'];
  const released = ['release', 'release_file', 'publication', 'publication_file'];
  const parts = [...tables, ...more, ...released, 'site_alert', 'session'].map(
    (table) =>
      sql<{
        hash: string | null;
      }>`(select md5(string_agg(t::text, '|' order by t::text)) as hash from ${sql.table(table)} t)`,
  );
  const { rows } = await sql<{ hash: string | null }>`${sql.join(parts, sql` union all `)}`.execute(
    site.database.db,
  );
  return rows.map(({ hash }) => hash).join(' ');
}

test('every form target of the site is offered by a page, to somebody who may use it', async () => {
  const targets = routes
    .filter(({ method, answers }) => method === 'POST' && answers === 'page')
    .map(({ path }) => path)
    .toSorted();
  expect((await offered()).map(({ pattern }) => pattern).toSorted()).toEqual(targets);
});

test('whatever a form holds, a clear page answers, and what is refused changes nothing', async () => {
  const seen = { refused: 0, accepted: 0 };
  const own = new Map<TestPerson, string>();
  for (const as of new Set(pages.map(([, person]) => person))) own.set(as, await site.csrf(as));
  for (const form of await offered()) {
    if (endsSession.has(form.pattern)) continue;
    await fc.assert(
      fc.asyncProperty(
        bodyOf(form),
        fc.constantFrom<'own' | 'none' | 'wrong'>('own', 'own', 'own', 'none', 'wrong'),
        async (fields, csrf) => {
          const body = new URLSearchParams(
            fields
              .filter(([name]) => name !== 'csrf')
              .map(([name, value]): [string, string] => [name, value]),
          );
          if (csrf === 'own') body.set('csrf', own.get(form.as) ?? '');
          if (csrf === 'wrong') body.set('csrf', 'wrong');
          const before = await everything();
          const answer = await site.ask(form.action, form.as, { method: 'POST', body });
          const text = await answer.text();
          expect(answer.status, `${form.action} ${body}`).toBeLessThan(500);
          if (csrf !== 'own') expect(answer.status, form.action).toBe(403);
          if (answer.status >= 400) {
            expect(text, `${form.action} ${body}`).toMatch(/<h1>[^<]+<\/h1>/);
            expect(text).not.toContain('<script>alert');
            expect(await everything(), `${form.action} ${body}`).toBe(before);
            seen.refused += 1;
          } else seen.accepted += 1;
        },
      ),
      { numRuns },
    );
  }
  expect(Math.min(seen.refused, seen.accepted)).toBeGreaterThan(20);
});

describe('what is not a form', () => {
  const target = '/staff/organisations';

  test.each([
    ['application/json', '{"name":"X"}', 415],
    ['multipart/form-data; boundary=x', '--x--', 415],
    ['', 'name=X', 415],
    ['application/x-www-form-urlencoded', `name=${'x'.repeat(2 * 1024 * 1024)}`, 413],
    ['application/x-www-form-urlencoded', 'name=%ff%fe&name=%', 403],
  ])('%s is answered with a page', async (type, body, status) => {
    const before = await everything();
    const answer = await site.ask(target, 'staff', {
      method: 'POST',
      body: new TextEncoder().encode(body),
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(/<h1>[^<]+<\/h1>[\s\S]*Nothing has been changed/);
    expect(await everything()).toBe(before);
  });
});

test('any address and any query is answered with a page, whoever asks', async () => {
  const gets = routes.filter(
    ({ method, answers, path }) =>
      method === 'GET' && answers === 'page' && !path.endsWith('/events'),
  );
  const names = [
    'q',
    'before',
    'after',
    'backend',
    'status',
    'kind',
    'actor',
    'from',
    'to',
    'role',
    'compare',
    'next',
    'action',
    'done',
    'verify',
    'account',
    'sort',
    'page',
    'select',
    'in',
    'cell',
    'output',
    'type',
    'download',
  ];
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '\0',
      '%',
      '_',
      '\\',
      '9'.repeat(30),
      '-1',
      '2026-02-31',
      'x'.repeat(3000),
      '..',
      '﷽',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...gets),
      fc.constantFrom<TestPerson | null>(null, ...(Object.keys(people) as TestPerson[])),
      fc.array(word, { minLength: 3, maxLength: 3 }),
      fc.array(fc.tuple(fc.constantFrom(...names), word), { maxLength: 4 }),
      async (route, as, parts, query) => {
        let next = 0;
        const path = route.path.replace(/:\w+(?:\{\.\+\})?/g, () => {
          next += 1;
          return encodeURIComponent((parts[next] ?? 'x').toWellFormed()) || 'x';
        });
        const search = new URLSearchParams(
          query.map(([name, value]): [string, string] => [name, value]),
        );
        const answer = await site.ask(`${path}?${search}`, as);
        await answer.text();
        expect(answer.status, `${path}?${search}`).toBeLessThan(500);
      },
    ),
    { numRuns: numRuns * 25 },
  );
});
