/** A whole airlock is ended by SIGKILL in the middle of an upload, and the next one goes on: nothing lost, nothing half there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DatabaseOptions, findBrokenDecision } from '@vitrine/platform';
import { urlOf } from '@vitrine/platform/testing';
import { UPLOAD_OFFSET } from '@vitrine/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { openAirlockDatabase } from '../database/database.ts';
import { RequestStore } from '../store/request-store.ts';
import type { AirlockOrder } from './airlock-process.testing.ts';
import type { TestReleaseServer } from './release-server.testing.ts';
import { findUpload } from './upload-state.ts';
import { sha256, UploadWorld } from './upload-world.testing.ts';

const program = fileURLToPath(new URL('./airlock-process.testing.ts', import.meta.url));

/** More than all buffers of a connection hold: who stops reading in the middle keeps its sender in the middle. */
const LARGE = 'age,count\n'.repeat(1_400_000);
const files = { 'output/large.csv': LARGE, 'output/small.csv': 'a\n' };

type Moment = (method: string, path: string, isWhole: boolean) => boolean;

/** When lives end, one after another. */
const moments: readonly (readonly [string, Moment])[] = [
  ['in the middle of the bytes of a file', (method, _, isWhole) => method === 'PUT' && !isWhole],
  [
    'when all bytes of a file are there and the answer is on its way',
    (method, path, isWhole) => method === 'PUT' && path.endsWith(sha256(LARGE)) && isWhole,
  ],
];

/** PostgreSQL where there is one; otherwise the embedded one, which lies in a folder that only one process has at a time. */
async function makeDatabase(): Promise<DatabaseOptions> {
  const server = await testDatabases.find(({ isShared }) => isShared)?.open();
  if (server !== undefined) {
    onTestFinished(async () => await server.close());
    return { url: urlOf(server) ?? null, dataDir: null };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'vitrine-killed-'));
  onTestFinished(async () => await rm(dataDir, { recursive: true, force: true }));
  return { url: null, dataDir };
}

/** Runs an airlock until it ends by itself, or is killed at a moment. @returns how it ended */
async function live(
  server: TestReleaseServer,
  order: AirlockOrder,
  isOver: Moment,
): Promise<readonly [code: number | null, signal: string | null]> {
  const child: ChildProcess = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  server.hear = async (...message) => {
    if (!isOver(...message)) return;
    child.kill('SIGKILL');
    await ended;
  };
  const [code, signal] = await ended;
  return [code, signal];
}

test('an airlock that is killed while it sends is followed by one that goes on', {
  timeout: 600_000,
}, async () => {
  const database = await makeDatabase();
  const before = await openAirlockDatabase(database);
  await using world = await UploadWorld.open(before);
  const { server } = world;
  const request = await world.approve(files);
  await before.close();
  const order = { database, folder: world.folder, jobServer: server.address, request };
  const received = (text: string): number => server.bytesOf(request, sha256(text))?.byteLength ?? 0;

  for (const [when, isOver] of moments) {
    expect([when, ...(await live(server, order, isOver))]).toEqual([when, null, 'SIGKILL']);
    const opened = await openAirlockDatabase(database);
    const stored = await new RequestStore(opened).read(request);
    expect(stored?.request.status).toBe('approved');
    // Only of what is there as a whole it was said that it is.
    for (const { path, uploadedAt } of stored?.request.files.values() ?? []) {
      const text = Object.entries(files).find(([name]) => name === path)?.[1] ?? '';
      if (uploadedAt !== null) expect(received(text)).toBe(text.length);
    }
    expect(await findBrokenDecision(opened.db)).toBeNull();
    await opened.close();
  }
  expect(await live(server, order, () => false)).toEqual([0, null]);

  expect(server.releases.get(request)).toMatchObject({ state: 'released', releases: 1 });
  for (const text of Object.values(files)) {
    expect(server.bytesOf(request, sha256(text))?.toString()).toBe(text);
  }
  expect(server.faults).toEqual([]);
  const opened = await openAirlockDatabase(database);
  const stored = await new RequestStore(opened).read(request);
  expect(stored?.request.status).toBe('released');
  const said = (stored?.events ?? []).filter(({ by }) => by === 'system');
  expect(said.map((event) => ('path' in event ? event.path : event.kind)).toSorted()).toEqual(
    [...Object.keys(files), 'released'].toSorted(),
  );
  expect(await findUpload(opened.db, request)).toBeUndefined();
  expect(await findBrokenDecision(opened.db)).toBeNull();
  await opened.close();

  // The second life went on from the byte that the first had come to.
  const offsets = server.received
    .filter((message) => message.startsWith('PUT') && message.includes(sha256(LARGE)))
    .map((message) => Number(new RegExp(`^${UPLOAD_OFFSET}\\n(\\d+)$`, 'm').exec(message)?.[1]));
  expect(offsets).toEqual([0, expect.any(Number), LARGE.length]);
  expect(offsets[1]).toBeGreaterThan(0);
  expect(offsets[1]).toBeLessThan(LARGE.length);
});
