import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from './lock.ts';

let folder: string;
let path: string;
const now = new Date('2026-01-02T03:04:05Z');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

test('a second writer is refused with the process and time of the first', async () => {
  const lock = await takeLock(path, folder, now);
  await expect(takeLock(path, folder, now)).rejects.toThrow(
    `Another run (process ${process.pid}, since 2026-01-02T03:04:05.000Z) is working in ${folder}.`,
  );
  await lock.release();
  await (await takeLock(path, folder, now)).release();
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a killed process is taken over', async () => {
  const script = `
    import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
    await takeLock(${JSON.stringify(path)}, 'there', new Date());
    process.stdout.write('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await expect(takeLock(path, folder, now)).rejects.toThrow(`process ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await takeLock(path, folder, now)).release();
});

test.each([
  ['another process has its number now', (holder: object) => ({ ...holder, processStart: '1' })],
  ['the machine was started again', (holder: object) => ({ ...holder, boot: 'before' })],
])('stale: %s', async (_name, change) => {
  await takeLock(path, folder, now);
  const holder: object = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify(change(holder)));
  await (await takeLock(path, folder, now)).release();
});

test('stale: not a lock at all', async () => {
  await writeFile(path, '');
  await (await takeLock(path, folder, now)).release();
});

test('of many that find a stale lock, one gets it', async () => {
  await writeFile(path, 'stale');
  const contenders = Array.from({ length: 20 }, () => takeLock(path, folder, now));
  const outcomes = await Promise.allSettled(contenders);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['lock']);
});
