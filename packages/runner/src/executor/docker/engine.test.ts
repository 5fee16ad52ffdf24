import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressText,
  connect,
  describeEngine,
  type EngineAddress,
  hasImage,
  parseAddress,
  usualAddresses,
} from './engine.ts';
import { testEngine, testImageOn } from './test-engine.ts';

describe('addresses', () => {
  test.each<[string, EngineAddress | null]>([
    ['/run/docker.sock', { kind: 'socket', path: '/run/docker.sock' }],
    ['unix:///run/docker.sock', { kind: 'socket', path: '/run/docker.sock' }],
    ['tcp://10.0.0.1:2376', { kind: 'tcp', host: '10.0.0.1', port: 2376 }],
    ['tcp://engine', { kind: 'tcp', host: 'engine', port: 2375 }],
    ['unix://', null],
    ['docker.sock', null],
    ['ssh://engine', null],
    ['', null],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  test('what the person named comes before the usual places', () => {
    const [first, second] = usualAddresses({ DOCKER_HOST: 'tcp://engine:1' });
    expect([first, second].map((address) => address && addressText(address))).toEqual([
      'tcp://engine:1',
      '/var/run/docker.sock',
    ]);
  });
});

describe('P9: an engine that cannot be used is a fault of the platform with a remedy', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-'));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  const codeFor = async (path: string): Promise<string | undefined> => {
    const error = await describeEngine(connect({ kind: 'socket', path })).catch(
      (thrown: unknown) => thrown,
    );
    return error instanceof FaultError ? error.diagnostics[0]?.code : String(error);
  };

  test('no socket', async () => {
    expect(await codeFor(join(folder, 'none.sock'))).toBe('engine-absent');
  });

  test('a file that is no socket', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await codeFor(join(folder, 'file'))).toBe('engine-absent');
  });

  test('a port where nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const bound = closed.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const engine = connect({ kind: 'tcp', host: '127.0.0.1', port });
    await expect(describeEngine(engine)).rejects.toThrow('nothing listens there');
  });

  test('a socket that this user may not open', async () => {
    const path = join(folder, 'owned.sock');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    await chmod(folder, 0o755);
    await chmod(path, 0o000);
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65534);
    try {
      expect(await codeFor(path)).toBe('engine-forbidden');
    } finally {
      if (root) process.seteuid?.(0);
      server.close();
    }
  });

  test('an engine that hangs up', async () => {
    const path = join(folder, 'hang.sock');
    const server = createServer((socket) => socket.destroy()).listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await codeFor(path)).toBe('engine-silent');
    server.close();
  });
});

describe('an engine that answers', () => {
  test('says who it is', async () => {
    const address = await testEngine();
    const report = await describeEngine(connect(address));
    expect(report).toMatchObject({ address: addressText(address), rootless: false });
    expect(report.version).toMatch(/^\d+\./);
  });

  test('knows which images it has, and fetches none', async () => {
    const address = await testEngine();
    const there = await testImageOn(address);
    expect(await hasImage(connect(address), there)).toBe(true);
    expect(await hasImage(connect(address), 'vitrine/nothing:latest')).toBe(false);
  });
});
