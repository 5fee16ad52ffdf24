import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AIRLOCK_SETTINGS, readAirlockSettings } from './airlock-settings.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-airlock-settings-'));
  await writeFile(join(root, 'token'), 'canary-token\n', { mode: 0o600 });
  await mkdir(join(root, 'level4'));
});
afterAll(() => rm(root, { recursive: true }));

const least = (): Record<string, unknown> => ({
  server: 'https://jobs.example.org/',
  token_file: join(root, 'token'),
  backend_name: 'TPP',
  workspaces: join(root, 'level4'),
  data: join(root, 'data'),
});

async function read(
  settings: unknown,
  environment: Readonly<Record<string, string>> = {},
): Promise<object> {
  const file = join(root, 'airlock.json');
  await writeFile(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return await readAirlockSettings(file, environment);
}

async function faultsOf(...args: Parameters<typeof read>): Promise<string> {
  try {
    await read(...args);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.message).not.toContain('canary-token');
    return error.diagnostics.map(({ message }) => message).join('\n');
  }
  return '';
}

test('the least that has to be set', async () => {
  const settings = await read(least());
  expect(settings).toMatchObject({
    server: 'https://jobs.example.org',
    token: 'canary-token',
    host: '127.0.0.1',
    port: 8001,
    file_limit: 16 * 1024 * 1024,
    databaseUrl: null,
  });
  expect(Object.isFrozen(settings)).toBe(true);
});

test('variables count before the file', async () => {
  const environment = {
    VITRINE_AIRLOCK_SERVER: 'http://127.0.0.1:8000',
    VITRINE_AIRLOCK_PORT: '0',
    VITRINE_AIRLOCK_FILE_TYPES: 'csv, txt',
    DATABASE_URL: 'postgresql://airlock@db/airlock',
  };
  expect(await read(least(), environment)).toMatchObject({
    server: 'http://127.0.0.1:8000',
    port: 0,
    file_types: ['csv', 'txt'],
    databaseUrl: 'postgresql://airlock@db/airlock',
  });
});

test('every fault at once, each with its name and where it was set', async () => {
  const faults = await faultsOf(
    {
      server: 'http://jobs.example.org',
      token_file: join(root, 'nowhere'),
      workspaces: join(root, 'token'),
      data: join(root, 'data'),
      file_types: ['exe'],
      file_limit: 2 ** 40,
      sloths: 1,
    },
    { VITRINE_AIRLOCK_PORT: 'eighty' },
  );
  expect(faults.split('\n')).toHaveLength(8);
  for (const part of [
    /server wrongly: must be an https/,
    /token_file wrongly/,
    /backend_name is set neither in .* nor by VITRINE_AIRLOCK_BACKEND_NAME/,
    /workspaces wrongly: it is no folder/,
    /VITRINE_AIRLOCK_PORT sets port wrongly/,
    /file_types wrongly/,
    /file_limit wrongly/,
    /sloths wrongly: there is no such setting/,
  ])
    expect(faults).toMatch(part);
});

test.each([
  ['no JSON', '{'],
  ['a list', '[]'],
])('%s', async (_, text) => {
  expect(await faultsOf(text)).toMatch(/cannot be read/);
});

test('a token that others can read is refused', async () => {
  const open = join(root, 'open-token');
  await writeFile(open, 'canary-token');
  await chmod(open, 0o640);
  expect(await faultsOf({ ...least(), token_file: open })).toMatch(/others than its owner/);
});

test('every setting has a variable of its own', () => {
  const variables = Object.values(AIRLOCK_SETTINGS).map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
});

test('thresholds of the data owner are read from the file or the variable, the rest as documented', async () => {
  const inFile = await read({ ...least(), disclosure: { threshold: 10 } });
  expect(inFile).toMatchObject({ disclosure: { threshold: 10, rounding: 5 } });
  const inVariable = await read(least(), { VITRINE_AIRLOCK_DISCLOSURE: '{"threshold": 12}' });
  expect(inVariable).toMatchObject({ disclosure: { threshold: 12 } });
  expect(await faultsOf(least(), { VITRINE_AIRLOCK_DISCLOSURE: '12 or fewer' })).toContain(
    'disclosure',
  );
  expect(await faultsOf({ ...least(), disclosure: { treshold: 10 } })).toContain('disclosure');
});
