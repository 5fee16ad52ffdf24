import type { OperatorLogEntry } from '@vitrine/platform';
import type { TasksAnswer } from '@vitrine/protocol';
import { expect, test } from 'vitest';
import { openDatabase } from './database/open-database.ts';
import { TestServer } from './job-server.testing.ts';
import { issueToken } from './people/tokens.ts';
import { startServer } from './serve.ts';

test('a server that stops answers who waits, takes nobody else, and leaves the database open', async () => {
  const database = await openDatabase({ url: null, dataDir: null });
  const studies = new TestServer(database);
  const backend = await studies.backend();
  const log: OperatorLogEntry[] = [];
  const server = await startServer({
    database,
    sourceHost: studies.context.sourceHost,
    port: 0,
    log: (entry) => log.push(entry),
  });
  const token = await issueToken(database.db, {
    owner: { backendId: backend.id },
    label: 'Test',
    scopes: ['agent'],
    createdBy: null,
    now: new Date(),
  });
  const waiting = fetch(`${server.url}/api/agent/v1/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      agent: 'agent-1',
      free: { database: 1, other: 1 },
      holding: [],
      wait_seconds: 60,
    }),
  });
  // The agent is known as soon as its question has been looked at.
  await expect
    .poll(async () => await database.db.selectFrom('agent').select('name').execute(), {
      timeout: 60_000,
    })
    .toEqual([{ name: 'agent-1' }]);
  await server.close();
  const answer = await waiting;
  expect(answer.status).toBe(200);
  expect(((await answer.json()) as TasksAnswer).tasks).toEqual([]);
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  expect(await database.db.selectFrom('agent').select('name').execute()).toHaveLength(1);
  expect(log).toContainEqual({
    level: 'info',
    event: 'request-answered',
    facts: expect.objectContaining({ route: '/api/agent/v1/tasks', status: 200 }),
  });
  expect(JSON.stringify(log)).not.toContain(token);
  await database.close();
});
