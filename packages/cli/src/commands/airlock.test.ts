import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vitrine } from '../testing.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-airlock-command-'));
  await mkdir(join(root, 'level4'));
  await writeFile(join(root, 'token'), 'canary-token', { mode: 0o600 });
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

async function settings(change: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const file = join(root, 'airlock.json');
  const whole = {
    server: 'http://127.0.0.1:9',
    token_file: join(root, 'token'),
    backend_name: 'TPP',
    workspaces: join(root, 'level4'),
    data: join(root, 'data'),
    port: 0,
    ...change,
  };
  await writeFile(file, JSON.stringify(whole));
  return file;
}

test('it says where it answers, answers there, and stops cleanly when it is told to', async () => {
  const entry = join(import.meta.dirname, '../main.ts');
  const words = ['airlock', '--config', await settings(), '--json'];
  const { DATABASE_URL: _, ...environment } = process.env;
  const child = spawn(process.execPath, [entry, ...words], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const said = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk) => {
    out += chunk;
    if (out.includes('\n')) said.resolve();
  });
  await Promise.race([said.promise, closed]);
  const { url, database } = JSON.parse(out.split('\n')[0] ?? '');
  expect(database).toBe('pglite');
  const answer = await fetch(`${url}/sign-in`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('Sign in');
  // What lies there signs approvals.
  expect((await stat(join(root, 'data'))).mode & 0o077).toBe(0);
  child.kill('SIGTERM');
  expect((await closed)[0]).toBe(0);
  expect(`${out}${err}`).not.toContain('canary-token');
});

test('everything that is wrong with its settings is said at once, and nothing is begun', async () => {
  const file = await settings({
    server: 'http://jobs.example.org',
    port: 70_000,
    data: join(root, 'never'),
  });
  const { code, out } = await vitrine(['airlock', '--config', file, '--json'], { cwd: root });
  expect(code).toBe(2);
  const { diagnostics } = JSON.parse(out);
  expect(diagnostics.map((one: { readonly message: string }) => one.message)).toEqual([
    expect.stringContaining('sets server wrongly'),
    expect.stringContaining('sets port wrongly'),
  ]);
  await expect(stat(join(root, 'never'))).rejects.toThrow();
});
