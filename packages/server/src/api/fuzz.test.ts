/** Every route of the APIs, asked for what its schema allows and for what it does not. */
import {
  API_ROUTES,
  type ApiRoute,
  type Operation,
  problemSchema,
  rapErrorSchema,
  UPLOAD_OFFSET,
} from '@vitrine/protocol';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../database/open-database.ts';
import { issueToken } from '../people/tokens.ts';
import { openTestSite, type TestSite } from '../site.testing.ts';
import { spoiled, valuesOf } from './schema-arbitrary.testing.ts';

const numRuns = Number(process.env['FAST_CHECK_RUNS'] ?? 12);

let site: TestSite;
let personToken: string;
let airlockToken: string;
let number: number;
beforeAll(async () => {
  site = await openTestSite(await openDatabase({ url: null, dataDir: null }));
  personToken = await site.token('project-developer', ['read', 'run', 'rap']);
  airlockToken = await issueToken(site.database.db, {
    owner: { backendId: site.backendId },
    label: 'Airlock',
    scopes: ['airlock'],
    createdBy: null,
    now: new Date(),
  });
  // Only what ran on a backend is known to its airlock.
  await site.request();
  const { rows } = await sql<{
    number: number;
  }>`select max(number) as number from job_request`.execute(site.database.db);
  number = rows[0]?.number ?? 1;
});
afterAll(async () => await site.close());

/** Values that exist, so that a message gets past the names. */
const known = {
  workspace: ['nhs_at_home_main'],
  backend: ['tpp'],
  actions: [['generate_bp_breakdowns'], ['run_all']],
  requested_actions: [['generate_bp_breakdowns']],
  author: ['project-developer'],
  released_by: ['output-checker'],
  reviewer: ['output-checker'],
  path: ['output/table.csv'],
  url: ['https://nowhere.invalid/hook', 'https://127.0.0.1/'],
  // Nobody waits for what does not come.
  wait_seconds: [0],
};

/** All that a refused message must leave as it is. */
async function stored(): Promise<string> {
  const tables = [
    'job_request',
    'job',
    'job_event',
    'membership',
    'person',
    'webhook',
    'audit_event',
    'workspace',
    'action_name',
    'airlock_token',
    'airlock_grant',
    'release_request',
    'release',
    'release_file',
    'release_approval',
    'outgoing_message',
  ];
  const sums = tables.map(
    (table) =>
      sql`select ${table}::text as name, count(*) as count, coalesce(md5(string_agg(t::text, '' order by t::text)), '') as sum from ${sql.table(table)} t`,
  );
  const { rows } = await sql`${sql.join(sums, sql` union all `)}`.execute(site.database.db);
  return JSON.stringify(rows);
}

async function ask(route: ApiRoute, path: string, body: unknown): Promise<Response> {
  const tokens: Partial<Record<ApiRoute['scope'], string>> = {
    agent: site.agentToken,
    airlock: airlockToken,
  };
  const token = tokens[route.scope] ?? personToken;
  if (route.method !== 'put') {
    return await site.call(path, token, route.method === 'post' ? body : undefined);
  }
  return await fetch(new URL(path, site.url), {
    method: 'PUT',
    headers: {
      connection: 'close',
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      [UPLOAD_OFFSET]: '0',
    },
    body: JSON.stringify(body),
  });
}

/** A refusal is a problem document with a remedy, is not our own failure, and has changed nothing. */
async function expectClear(answer: Response, route: ApiRoute, before: string): Promise<void> {
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(500);
  const said: unknown = JSON.parse(text);
  if (answer.status < 300) {
    const schema = route.answers[answer.status];
    expect(schema?.safeParse(said).error, `${route.path} ${answer.status} ${text}`).toBeUndefined();
    return;
  }
  expect(await stored()).toBe(before);
  if (route.scope === 'rap') {
    rapErrorSchema.parse(said);
    return;
  }
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemSchema.parse(said);
  expect(problem.status).toBe(answer.status);
  expect(problem.hint).not.toBe('');
}

const withBody = (Object.entries(API_ROUTES) as [Operation, ApiRoute][]).filter(
  ([, { request }]) => request !== undefined,
);

describe.each(withBody)('%s', (_, route) => {
  const schema = z.toJSONSchema(route.request ?? z.any(), { io: 'input' });
  const values = valuesOf(schema, known).map(withoutWaiting);
  const path = (): string => route.path.replace(/\{\w+\}/g, String(number));

  test('answers what its schema allows in the words of the protocol', async () => {
    await fc.assert(
      fc.asyncProperty(values, async (body) => {
        const before = await stored();
        await expectClear(await ask(route, path(), body), route, before);
      }),
      { numRuns },
    );
    expect(site.errors).toEqual([]);
  });

  test('refuses what is not, and changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(spoiled(values).map(withoutWaiting), async (body) => {
        const before = await stored();
        await expectClear(await ask(route, path(), body), route, before);
      }),
      { numRuns },
    );
    expect(site.errors).toEqual([]);
  });
});

function withoutWaiting(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'wait_seconds' in body
    ? { ...body, wait_seconds: typeof body.wait_seconds === 'number' ? 0 : body.wait_seconds }
    : body;
}

test('whatever stands in an address, the answer is clear', async () => {
  const part = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }),
    fc.constantFrom('\0', '%', '..', '0', '-1', '9'.repeat(30), "' or 1=1 --", 'ä'),
  );
  const reading = Object.values<ApiRoute>(API_ROUTES).filter(
    ({ request }) => request === undefined,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...reading), part, part, async (route, name, value) => {
      const query = Object.keys(route.query ?? {}).map(
        (key) => `${key}=${encodeURIComponent(value)}`,
      );
      const path = route.path.replace(/\{\w+\}/g, () => encodeURIComponent(name));
      const answer = await ask(route, `${path}?${query.join('&')}`, {});
      const text = await answer.text();
      expect(answer.status, `${path} ${text}`).toBeLessThan(500);
      if (answer.status >= 400 && route.scope !== 'rap') problemSchema.parse(JSON.parse(text));
    }),
    { numRuns: numRuns * 4 },
  );
  expect(site.errors).toEqual([]);
});
