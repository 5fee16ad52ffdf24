import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { routes } from './app.ts';
import { testDatabases } from './database/database.testing.ts';
import type { Route } from './http/route.ts';
import { ROLES } from './people/roles.ts';
import { openTestSite, people, type TestPerson, type TestSite } from './site.testing.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let site: TestSite;
  let number = 0;
  let job = '';

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
    };
    return path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? '0');
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
      const text = await (await site.ask(addressOf(route), 'staff')).text();
      expect(text, addressOf(route)).not.toMatch(
        / style=|<style|<script(?! src="\/assets\/)| on\w+="/,
      );
      expect(text).not.toMatch(/(?:src|srcset)="https?:|<link[^>]+https?:/);
    }
  });

  test.each([
    ['/job-requests/NUMBER', null],
    ['/job-requests/NUMBER?compare=previous', null],
    ['/event-log', null],
    ['/event-log?q=bp&status=pending&backend=tpp', null],
    ['/workspaces/nhs_at_home_main', 'project-developer'],
    ['/workspaces/nhs_at_home_main/logs', null],
    ['/workspaces/nhs_at_home_main/run-jobs', 'project-developer'],
    ['/projects/nhs-at-home', null],
    ['/organisations', null],
    ['/organisations/nhse-i', null],
    ['/people/project-developer', null],
    ['/', 'project-developer'],
    ['/staff/projects', 'staff'],
    ['/staff/people', 'staff'],
  ] as const)('%s asks the database as often for many things as for few', async (path, as) => {
    const address = path.replace('NUMBER', String(number));
    const count = async (): Promise<number> => {
      await site.ask(address, as);
      site.counter.count = 0;
      expect((await site.ask(address, as)).status).toBe(200);
      return site.counter.count;
    };
    const before = await count();
    for (const actions of [['generate_bp_breakdowns'], ['generate_oximetry_timeseries']]) {
      await site.request(actions);
    }
    expect(await count()).toBe(before);
    expect(before).toBeLessThanOrEqual(12);
  });
});
