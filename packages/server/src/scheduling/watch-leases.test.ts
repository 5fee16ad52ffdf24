import { expect, test } from 'vitest';
import { openDatabase } from '../database/open-database.ts';
import { given, TestServer } from '../job-server.testing.ts';
import { watchLeases } from './watch-leases.ts';

test('an attempt whose agent fell silent is given up when its lease runs out', async () => {
  const database = await openDatabase({ url: null, dataDir: null });
  const server = new TestServer(database, { leaseSeconds: 0.3 });
  const context = { ...server.context, clock: () => new Date() };
  server.now = new Date();
  const backend = await server.backend();
  const request = await server.ask(await server.workspace({ a: [] }), backend, ['a']);
  await server.agent(backend).claim();
  const lost = new Promise<void>((resolve) => {
    database.changes.listen([`request:${request.id}`], resolve);
  });
  const stop = new AbortController();
  const watching = watchLeases(context, stop.signal, (error) => {
    throw error;
  });
  await lost;
  stop.abort();
  await watching;
  expect(given((await server.jobs(request))[0])).toMatchObject({
    status_code: 'waiting_on_new_task',
    retry_cause: 'agent_lost',
  });
  await database.close();
});

test('a database that does not answer is told of, and asked again', async () => {
  const database = await openDatabase({ url: null, dataDir: null });
  const server = new TestServer(database, { leaseSeconds: 0 });
  await database.close();
  const stop = new AbortController();
  const failures: unknown[] = [];
  await watchLeases(server.context, stop.signal, (error) => {
    failures.push(error);
    if (failures.length === 2) stop.abort();
  });
  expect(failures).toHaveLength(2);
});
