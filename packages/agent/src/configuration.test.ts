import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAgentConfiguration } from './configuration.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-configuration-'));
  await writeFile(join(root, 'token'), 'secret\n', { mode: 0o600 });
});
afterAll(() => rm(root, { recursive: true }));

const least = {
  server: 'https://jobs.example.org/',
  backend: 'tpp',
  data: '/srv/vitrine',
  allow: { repositories: ['https://github.com/opensafely/*'] },
};

async function read(
  settings: unknown,
  environment: Record<string, string> = { VITRINE_AGENT_TOKEN: 'secret' },
): Promise<unknown> {
  const file = join(root, 'agent.json');
  await writeFile(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return readAgentConfiguration(file, environment);
}

async function faultsOf(...args: Parameters<typeof read>): Promise<readonly string[]> {
  try {
    await read(...args);
  } catch (error) {
    if (error instanceof FaultError) return error.diagnostics.map(({ message }) => message);
    throw error;
  }
  return [];
}

test('the least that has to be set', async () => {
  expect(await read(least)).toMatchObject({
    server: 'https://jobs.example.org',
    token: 'secret',
    agent: 'agent-1',
    slots: { database: 2, other: 4 },
    dummy_data: false,
    allow: { branches: ['*'], workspaces: { '*': {} } },
  });
});

test('the environment counts before the file; the token comes from a file of one’s own', async () => {
  const environment = {
    VITRINE_AGENT_SERVER: 'http://127.0.0.1:8000',
    VITRINE_AGENT_TOKEN_FILE: join(root, 'token'),
    VITRINE_AGENT_NAME: 'second',
  };
  expect(await read(least, environment)).toMatchObject({
    server: 'http://127.0.0.1:8000',
    token: 'secret',
    agent: 'second',
  });
});

test('every fault at once, each with its key', async () => {
  const wrong = { ...least, agent: 'Not A Slug', sloths: 1, slots: { database: -1, other: 1 } };
  const faults = await faultsOf(wrong);
  expect(faults).toHaveLength(3);
  expect(faults.join('\n')).toMatch(
    /sets agent wrongly[\s\S]*slots\.database[\s\S]*sloths wrongly: there is no such setting/,
  );
});

test.each<[string, unknown, Record<string, string>, RegExp]>([
  ['no JSON', '{', {}, /cannot be read/],
  ['a list', [], {}, /holds no JSON object/],
  ['no token', least, {}, /no token/],
  ['no token file', least, { VITRINE_AGENT_TOKEN_FILE: '/nonexistent' }, /cannot be used/],
  [
    'plain http',
    { ...least, server: 'http://jobs.example.org' },
    { VITRINE_AGENT_TOKEN: 'x' },
    /not an https address/,
  ],
  [
    'a name that begins like this machine',
    { ...least, server: 'http://localhost.example.org' },
    { VITRINE_AGENT_TOKEN: 'x' },
    /not an https address/,
  ],
])('%s', async (_, settings, environment, message) => {
  expect((await faultsOf(settings, environment)).join()).toMatch(message);
});

test('the file with the address of the database is the agent’s alone, and stays unread', async () => {
  const file = join(root, 'database');
  const settings = { ...least, database_address_file: file };
  const environment = { VITRINE_AGENT_TOKEN: 'secret' };
  expect((await faultsOf(settings, environment)).join()).toMatch(/address of the database/);
  await writeFile(file, 'mssql://user:canary-address@example.org/records', { mode: 0o600 });
  const read600 = await read(settings, environment);
  expect(read600).toMatchObject({ database_address_file: file });
  expect(JSON.stringify(read600)).not.toContain('canary-address');
  await chmod(file, 0o640);
  expect((await faultsOf(settings, environment)).join()).toMatch(/others than its owner/);
  const other = { ...environment, VITRINE_AGENT_DATABASE_ADDRESS_FILE: '/nonexistent' };
  expect((await faultsOf(least, other)).join()).toMatch(/nonexistent/);
});

test('a token that others can read', async () => {
  const file = join(root, 'open-token');
  await writeFile(file, 'secret');
  await chmod(file, 0o644);
  expect((await faultsOf(least, { VITRINE_AGENT_TOKEN_FILE: file })).join()).toMatch(
    /others than its owner/,
  );
});

test('the thresholds of the disclosure checks are the owner’s; the rest stays as documented', async () => {
  expect(await read({ ...least, disclosure: { threshold: 10 } })).toMatchObject({
    disclosure: { threshold: 10, rounding: 5 },
  });
  expect(await read(least)).toMatchObject({ disclosure: { threshold: 7, rounding: 5 } });
  expect((await faultsOf({ ...least, disclosure: { treshold: 10 } })).join()).toMatch(/treshold/);
});
