import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { routes } from './app.ts';
import { testDatabases } from './database/database.testing.ts';
import type { Route } from './http/route.ts';
import { ROLES } from './people/roles.ts';
import { releaseSomething, type Something } from './published.testing.ts';
import { openTestSite, people, type TestPerson, type TestSite } from './site.testing.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let site: TestSite;
  let number = 0;
  let job = '';
  let made: Something | null = null;

  beforeAll(async () => {
    site = await openTestSite(await open());
    const request = await site.request();
    number = request.number;
    const row = await site.database.db
      .selectFrom('job')
      .select('identifier')
      .where('job_request_id', '=', request.id)
      .executeTakeFirstOrThrow();
    job = row.identifier;
    made = await releaseSomething(site);
  });
  afterEach(() => expect(site.errors).toEqual([]));
  afterAll(async () => await site.close());

  /** The address of a route, of things that exist. */
  function addressOf({ path }: Route): string {
    const values: Readonly<Record<string, string>> = {
      organisation: 'nhse-i',
      project: 'nhs-at-home',
      workspace: 'nhs_at_home_main',
      name: 'nhs_at_home_main',
      number: String(number),
      job,
      identifier: job,
      person: 'nobody',
      backend: 'tpp',
      alert: '1',
      release: made?.RELEASE ?? '',
      publication: made?.PUBLIC ?? '',
      path: 'output/table.csv',
    };
    return path.replace(/:(\w+)(?:\{\.\+\})?/g, (_, name: string) => values[name] ?? '0');
  }

  /** Whether the table of roles lets somebody through, worked out from the table alone. */
  function expected(route: Route, as: TestPerson): boolean {
    const { access } = route;
    if (access.kind !== 'permission') return true;
    // The developer made the only job request.
    if (access.orRequester && as === 'project-developer') return true;
    return people[as].some(
      ([role, scope]) =>
        ROLES[role].permissions.includes(access.permission) &&
        (scope === 'global' ||
          (access.on !== 'site' && (scope === 'project' || scope === 'organisation')) ||
          (scope === 'backend' && (access.on === 'job-request' || access.on === 'job'))),
    );
  }

  const pages = routes.filter(
    ({ answers, path }) => answers === 'page' && !path.endsWith('/events'),
  );
  const everybody = Object.keys(people) as TestPerson[];

  test('every route, asked as every role, lets in whom the table says and nobody else', async () => {
    const wrong: string[] = [];
    for (const route of pages) {
      const address = addressOf(route);
      for (const as of everybody) {
        // A form without the token of the session: who gets past the guard is stopped there, and nothing is changed.
        const init =
          route.method === 'POST' ? { method: 'POST', body: new URLSearchParams({ x: 'y' }) } : {};
        const answer = await site.ask(address, as, init);
        const text = await answer.text();
        const isRefused = answer.status === 403 && text.includes('You do not have the permission');
        if (isRefused === expected(route, as)) wrong.push(`${route.method} ${address} as ${as}`);
        if (route.method === 'POST' && !isRefused && answer.status < 400) {
          wrong.push(`${address} took a forged form`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('who is not signed in sees what is public, and is sent to sign in for the rest', async () => {
    for (const route of pages.filter(({ method }) => method === 'GET')) {
      const answer = await site.ask(addressOf(route));
      if (route.access.kind === 'public') {
        expect([200, 404], addressOf(route)).toContain(answer.status);
      } else {
        expect(answer.status, addressOf(route)).toBe(303);
        expect(answer.headers.get('location')).toMatch(/^\/sign-in\?next=%2F/);
      }
    }
  });

  test('every form is refused without the token of its session, and from elsewhere', async () => {
    const csrf = await site.csrf('staff');
    const send = async (fields: Record<string, string>, headers = {}): Promise<number> => {
      const body = new URLSearchParams(fields);
      const answer = await site.ask('/staff/site-alerts', 'staff', {
        method: 'POST',
        body,
        headers,
      });
      return answer.status;
    };
    expect(await send({ title: 'x' })).toBe(403);
    expect(await send({ title: 'x', csrf: await site.csrf('nobody') })).toBe(403);
    expect(await send({ title: 'x', csrf }, { origin: 'https://elsewhere.example' })).toBe(403);
    expect(await send({ title: 'x', csrf }, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    const { count } = await site.database.db
      .selectFrom('site_alert')
      .select((select) => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(0);
  });

  test('every answer carries the headers that keep a page to itself', async () => {
    for (const path of [
      '/',
      '/nowhere',
      '/api/v1/job-requests',
      '/staff',
      `/job-requests/${number}`,
    ]) {
      const { headers } = await site.ask(path);
      expect(headers.get('content-security-policy'), path).toMatch(
        /^default-src 'none'; style-src 'self'; script-src 'self';.*frame-ancestors 'none'$/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('no page holds style or script of its own, or asks anything of elsewhere', async () => {
    for (const route of pages.filter(({ method }) => method === 'GET')) {
      const answer = await site.ask(addressOf(route), 'staff');
      const text = await answer.text();
      if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
      expect(text, addressOf(route)).not.toMatch(
        / style=|<style|<script(?! src="\/assets\/)| on\w+="/,
      );
      expect(text).not.toMatch(/(?:src|srcset)="https?:|<link[^>]+https?:/);
    }
  });

  test('every page of a list asks the database as often for many things as for few', async () => {
    const pagesOfLists = [
      [`/job-requests/${number}`, null],
      [`/job-requests/${number}?compare=previous`, null],
      [`/jobs/${job}`, null],
      ['/event-log', null],
      ['/event-log?q=bp&status=pending&backend=tpp', null],
      ['/workspaces/nhs_at_home_main', 'project-developer'],
      ['/workspaces/nhs_at_home_main/logs', null],
      ['/workspaces/nhs_at_home_main/run-jobs', 'project-developer'],
      ['/workspaces/nhs_at_home_main/outputs', 'project-developer'],
      ['/workspaces/nhs_at_home_main/outputs?q=table&sort=size', 'project-developer'],
      ['/workspaces/nhs_at_home_main/releases', null],
      ['/workspaces/nhs_at_home_main/publications', 'project-developer'],
      ['/workspaces/nhs_at_home_main/publications/new', 'project-developer'],
      [`/releases/${made?.RELEASE}`, 'project-developer'],
      [`/releases/${made?.RELEASE}/files/output/table.csv`, 'project-developer'],
      [`/releases/${made?.RELEASE}/files.zip`, 'project-developer'],
      [`/releases/${made?.RELEASE}/provenance.json`, 'project-developer'],
      ['/publications', 'output-publisher'],
      [`/publications/${made?.PUBLIC}`, null],
      [`/publications/${made?.PUBLIC}/files/output/table.csv`, null],
      ['/projects/nhs-at-home', null],
      ['/projects/nhs-at-home/logs', null],
      ['/organisations', null],
      ['/organisations/nhse-i', null],
      ['/organisations/nhse-i/logs', null],
      ['/people', null],
      ['/people/project-developer', null],
      ['/people/project-developer/logs', null],
      ['/status', null],
      ['/', null],
      ['/', 'project-developer'],
      ['/account', 'project-developer'],
      ['/staff', 'staff'],
      ['/staff?q=a', 'staff'],
      ['/staff/people', 'staff'],
      ['/staff/people/project-developer', 'staff'],
      ['/staff/organisations', 'staff'],
      ['/staff/organisations/nhse-i', 'staff'],
      ['/staff/projects', 'staff'],
      ['/staff/projects/nhs-at-home', 'staff'],
      ['/staff/workspaces', 'staff'],
      ['/staff/backends', 'staff'],
      ['/staff/backends/tpp', 'staff'],
      ['/staff/site-alerts', 'staff'],
      ['/staff/audit-log', 'staff'],
    ] as const;
    const counts = async (): Promise<Readonly<Record<string, number>>> => {
      const found: Record<string, number> = {};
      for (const [path, as] of pagesOfLists) {
        // The first look of all fills what a server keeps in memory.
        await site.ask(path, as);
        site.counter.count = 0;
        expect((await site.ask(path, as)).status, path).toBe(200);
        found[`${path} as ${as}`] = site.counter.count;
      }
      return found;
    };
    const before = await counts();
    await addMore();
    const after = await counts();
    // Alerts of the site are read anew every two seconds: one statement that has nothing to do with the page.
    const grown = Object.entries(after).filter(([page, count]) => count > (before[page] ?? 0) + 1);
    expect(grown).toEqual([]);
    expect(Object.entries(after).filter(([, count]) => count > 12)).toEqual([]);
  });

  /** More of everything that a list shows, made as people make it. */
  async function addMore(): Promise<void> {
    for (const actions of [['generate_bp_breakdowns'], ['generate_oximetry_timeseries']]) {
      await site.request(actions);
    }
    await releaseSomething(site);
    await site.token('project-developer', ['read']);
    for (const name of ['one', 'two', 'three']) {
      const organisation = await site.send('/staff/organisations', 'staff', { name });
      expect(organisation.status).toBe(303);
      const made = await Promise.all([
        site.send('/staff/projects', 'staff', { name, organisation: '1' }),
        site.send('/staff/backends', 'staff', { name, slug: name }),
        site.send('/staff/site-alerts', 'staff', {
          title: name,
          level: 'info',
          ends: '2020-01-01',
        }),
        site.send('/projects/nhs-at-home/new-workspace', 'project-developer', {
          name,
          repository: 'https://github.com/example/nhs-at-home',
          branch: 'main',
        }),
        site.send('/staff/people/nobody/roles', 'staff', {
          role: `organisation:1:organisation-member`,
        }),
        site.send('/staff/projects/nhs-at-home/members', 'staff', {
          username: name === 'one' ? 'nobody' : 'staff',
          role: 'project-collaborator',
        }),
      ]);
      expect(made.map(({ status }) => status)).toEqual(Array(6).fill(303));
    }
  }
});
