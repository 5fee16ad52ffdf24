import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { TestServer } from '../job-server.testing.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
  });
  afterAll(async () => await database.close());

  test('a request runs from created to succeeded', async () => {
    const backend = await server.backend();
    const workspace = await server.workspace({ generate_bp: [], tables: ['generate_bp'] });
    const request = await server.ask(workspace, backend, ['tables']);
    expect(request).toMatchObject({ outcome: 'created', jobs: 2 });
    const agent = server.agent(backend);
    const { tasks } = await agent.claim();
    expect(tasks).toMatchObject([{ action: 'generate_bp', attempt: 1, database_allowed: true }]);
    server.pass(2);
    const [task] = tasks;
    if (task === undefined) throw new Error('no task');
    expect(await agent.report(task, 'executing')).toEqual(['accepted']);
    server.pass(3600);
    expect(await agent.report(task, 'succeeded')).toEqual(['accepted']);
    const second = (await agent.claim()).tasks[0];
    expect(second).toMatchObject({ action: 'tables', inputs: { generate_bp: task.job } });
    server.pass(1);
    if (second === undefined) throw new Error('no task');
    await agent.report(second, 'executing');
    server.pass(3);
    await agent.report(second, 'succeeded');
    const row = await database.db
      .selectFrom('job_request')
      .selectAll()
      .where('id', '=', request.id)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ status: 'succeeded', runtime_seconds: 3603, succeeded_jobs: 2 });
  });
});
