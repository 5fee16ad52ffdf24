import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../context.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { type CreatedJobRequest, createJobRequest } from '../job-requests/create-job-request.ts';
import { type TestBackend, TestServer } from '../job-server.testing.ts';
import { openCodelists } from './codelist-site.ts';

/** Answers as the codelist site does; null is no answer at all. */
let answer: { readonly status: number; readonly body: string } | null;
let asked: URLSearchParams[] = [];
let site: Server;
let address: string;
let database: Database;
let server: TestServer;
let backend: TestBackend;

beforeAll(async () => {
  site = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      if (request.url !== '/api/v1/check/' || request.method !== 'POST') {
        response.writeHead(404).end();
      } else if (answer !== null) {
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      }
    });
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/api/v1`;
  database = await openDatabase({ url: null, dataDir: null });
  server = new TestServer(database);
  backend = await server.backend();
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  site.closeAllConnections();
  await new Promise<void>((resolve) => site.close(() => resolve()));
  await database.close();
});

const ok = { status: 200, body: '{"status": "ok"}' };
const stale = {
  status: 200,
  body: '{"status": "error", "data": {"added": [], "removed": [], "changed": ["opensafely-asthma.csv"]}}',
};
const both = {
  'codelists/codelists.txt': 'opensafely/asthma/2020-04-15\n',
  'codelists/codelists.json': '{"files": {}}',
};

/** Asks for an action in a study with these files beside project.yaml. */
async function submit(
  action: 'generate_cohort' | 'table',
  files: Readonly<Record<string, string>>,
  more: { readonly at?: string; readonly codelistsOk?: boolean } = {},
): Promise<CreatedJobRequest> {
  const workspace = await server.workspace({ generate_cohort: [], table: [] });
  const { sourceHost } = server.context;
  const context: Context = {
    ...server.context,
    // A new one each time, as it remembers what was in order. A fraction of a second is enough for a server in this process to be late.
    codelistSite: openCodelists(more.at ?? address, answer === null ? 50 : 60_000),
    sourceHost: {
      ...sourceHost,
      readFile: async (repository, commit, path) =>
        files[path] ?? (await sourceHost.readFile(repository, commit, path)),
    },
  };
  return await createJobRequest(context, {
    workspace: workspace.name,
    backend: backend.slug,
    requestedBy: server.person,
    actions: [action],
    codelistsOk: more.codelistsOk,
  });
}

async function refusal(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FaultError)) throw new Error(`no fault, but ${error}`);
  return error.diagnostics.map(({ code }) => code);
}

test('lists that are up to date are no matter', async () => {
  answer = ok;
  const created = await submit('generate_cohort', both);
  expect(created.warning).toBeNull();
  expect(asked.map((form) => form.get('codelists'))).toEqual([both['codelists/codelists.txt']]);
  expect(asked[0]?.get('manifest')).toBe(both['codelists/codelists.json']);
});

test('stale lists refuse what reads the database, and nothing is written', async () => {
  answer = stale;
  const count = async (): Promise<number> =>
    (await database.db.selectFrom('job_request').select('id').execute()).length;
  const before = await count();
  expect(await refusal(submit('generate_cohort', both))).toEqual(['codelists-stale']);
  expect(await count()).toBe(before);
});

test('stale lists are only a warning to what reads no database, kept with the request', async () => {
  answer = stale;
  const created = await submit('table', both);
  expect(created.warning).toContain('out of date: opensafely-asthma.csv');
  expect(await server.request(created.id)).toMatchObject({
    warning: created.warning,
    codelists_ok: false,
  });
});

describe('a site that cannot tell stops nothing, and the request says so', () => {
  test.each([
    ['is late', null, 'did not answer within'],
    ['has an error', { status: 500, body: 'x' }, 'answered 500'],
    ['says nonsense', { status: 200, body: '<html>' }, 'not understood'],
  ])('one that %s', async (_, given, words) => {
    answer = given;
    const created = await submit('generate_cohort', both);
    expect(created.outcome).toBe('created');
    expect(created.warning).toContain(words);
  });

  test('one that is not there', async () => {
    answer = ok;
    const created = await submit('generate_cohort', both, { at: 'http://127.0.0.1:1/api/v1' });
    expect(created.warning).toContain('cannot be reached');
  });
});

test('half of the files is as bad as stale ones', async () => {
  answer = ok;
  const half = { 'codelists/codelists.txt': 'x/y/z' };
  expect(await refusal(submit('generate_cohort', half))).toEqual(['codelists-stale']);
  expect(asked).toEqual([]);
});

test('a study without codelists is not asked about, nor one of which the client knows', async () => {
  answer = stale;
  expect((await submit('generate_cohort', {})).warning).toBeNull();
  expect((await submit('generate_cohort', both, { codelistsOk: true })).warning).toBeNull();
  expect(asked).toEqual([]);
});

test('what was in order is not asked twice in a row', async () => {
  answer = ok;
  const lists = openCodelists(address, 60_000);
  expect(await lists.check('a', 'b')).toEqual({ kind: 'ok' });
  expect(await lists.check('a', 'b')).toEqual({ kind: 'ok' });
  expect(asked).toHaveLength(1);
  answer = stale;
  expect(await lists.check('a', 'c')).toMatchObject({ kind: 'stale' });
});
