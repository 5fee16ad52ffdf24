/** Every list asks the database as often for many things as for few. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import {
  type CountedStatements,
  countStatements,
  TestServer,
  type TestWorkspace,
} from '../job-server.testing.ts';
import { explainJobs } from '../scheduling/explain-jobs.ts';
import { earlierRequests, findRequest, jobsOfRequest } from './job-request-page.ts';
import { backendStatuses, listOrganisations, listProjects, listWorkspaces } from './places.ts';
import { listRequests } from './request-list.ts';
import { findWorkspace, newestJobs } from './workspace-page.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  let counted: CountedStatements;
  let small: TestWorkspace;
  let large: TestWorkspace;
  const numbers: number[] = [];

  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
    counted = countStatements(database);
    const backend = await server.backend();
    small = await server.workspace({ a: [] });
    const names = Array.from({ length: 12 }, (_, n) => `action_${n}`);
    large = await server.workspace(Object.fromEntries(names.map((name) => [name, []])));
    numbers.push((await server.ask(small, backend, ['a'])).number);
    numbers.push((await server.ask(large, backend, ['run_all'])).number);
    const agent = server.agent(backend);
    for (let more = 0; more < 6; more += 1) {
      for (const task of (await agent.claim()).tasks) await agent.report(task, 'succeeded');
      server.pass(60);
      await server.ask(large, backend, ['action_0']);
    }
  });
  afterAll(async () => await database.close());

  const lists: readonly (readonly [
    string,
    number,
    (workspace: TestWorkspace, number: number) => Promise<unknown>,
  ])[] = [
    [
      'job requests of a workspace',
      1,
      async ({ id }) => await listRequests(counted.database.db, { workspaceId: id }, {}),
    ],
    [
      'job requests that are searched for',
      2,
      async ({ name }) => await listRequests(counted.database.db, { search: name }, {}),
    ],
    [
      'filtered job requests',
      1,
      async ({ id }) =>
        await listRequests(
          counted.database.db,
          { workspaceId: id, backends: ['backend-1'], statuses: ['succeeded', 'pending'] },
          { after: 0 },
        ),
    ],
    ['a job request', 1, async (_, number) => await findRequest(counted.database.db, number)],
    [
      'the newest jobs of a workspace',
      1,
      async ({ id }) => await newestJobs(counted.database.db, id),
    ],
    ['a workspace', 1, async ({ name }) => await findWorkspace(counted.database.db, name)],
    ['workspaces', 1, async () => await listWorkspaces(counted.database.db, null)],
    ['organisations', 1, async () => await listOrganisations(counted.database.db)],
    ['projects', 1, async () => await listProjects(counted.database.db, null)],
    ['backends', 1, async () => await backendStatuses(counted.database.db)],
  ];

  test.each(lists)('%s: %i, for few as for many', async (_, expected, list) => {
    const [first = 0, second = 0] = numbers;
    expect(await counted.during(async () => await list(small, first))).toBe(expected);
    expect(await counted.during(async () => await list(large, second))).toBe(expected);
  });

  test('the jobs of a request, why each waits, and what came before', async () => {
    const backend = await server.backend();
    const few = await server.ask(await server.workspace({ x: [], y: ['x'] }), backend, ['y']);
    const names = Array.from({ length: 12 }, (_, n) => `step_${n}`);
    const chain = Object.fromEntries(
      names.map((name, n) => [name, n === 0 ? [] : [`step_${n - 1}`]]),
    );
    const many = await server.ask(await server.workspace(chain), backend, ['run_all']);
    const statements = async ({ id }: { readonly id: number }): Promise<number> =>
      await counted.during(async () => {
        const request = await findRequest(counted.database.db, (await server.request(id)).number);
        if (request === null) throw new Error('no request');
        const jobs = await jobsOfRequest(counted.database.db, id);
        await earlierRequests(counted.database.db, request);
        const { policy } = server.context;
        await explainJobs({ database: counted.database, policy }, jobs, server.now);
      });
    expect(await statements(many)).toBe(await statements(few));
  });
});
