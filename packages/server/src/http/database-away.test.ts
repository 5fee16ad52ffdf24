import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { isAway } from '@vitrine/platform';
import { problemSchema } from '@vitrine/protocol';
import { describe, expect, test } from 'vitest';
import { testDatabases, urlOf } from '../database/database.testing.ts';
import { openDatabase } from '../database/open-database.ts';
import { TestServer } from '../job-server.testing.ts';
import { startServer } from '../serve.ts';

/** Between a program and its PostgreSQL server: lets everything through, or cuts everything. */
class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(host: string, port: number): Promise<Line> {
    const server = createServer();
    const line = new Line(server);
    server.on('connection', (near) => {
      if (line.#isCut) {
        near.destroy();
        return;
      }
      const far = connect(port, host);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        line.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          line.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const shared = testDatabases.filter(({ isShared }) => isShared);

describe.each(shared)('$name', ({ open }) => {
  test('goes away and comes back: the site says so meanwhile, and goes on by itself', async () => {
    const own = await open();
    const url = new URL(urlOf(own) ?? '');
    const line = await Line.to(url.hostname, Number(url.port));
    url.hostname = '127.0.0.1';
    url.port = String(line.port);
    const database = await openDatabase({ url: url.href, dataDir: null });
    const { sourceHost } = new TestServer(own).context;
    const server = await startServer({ database, sourceHost, port: 0 });
    const ask = async (path: string): Promise<Response> => await fetch(`${server.url}${path}`);
    try {
      expect((await ask('/api/v1/job-requests')).status).toBe(200);
      expect((await ask('/healthz')).status).toBe(200);
      line.cut();
      const refused = await ask('/api/v1/job-requests');
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
      expect(problemSchema.parse(await refused.json()).code).toBe('database-away');
      const page = await ask('/event-log');
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('does not answer');
      expect((await ask('/healthz')).status).toBe(503);
      line.mend();
      for (const path of ['/healthz', '/api/v1/job-requests', '/event-log']) {
        await expect.poll(async () => (await ask(path)).status, { timeout: 60_000 }).toBe(200);
      }
    } finally {
      await server.close();
      await database.close();
      await line.close();
      await own.close();
    }
  });
});

test.each<[{ readonly code?: string; readonly message?: string }, boolean]>([
  [{ code: 'ECONNREFUSED' }, true],
  [{ code: '57P01' }, true],
  [{ code: '08006' }, true],
  [{ message: 'Connection terminated unexpectedly' }, true],
  [{ code: '23505' }, false],
  [{ code: '40P01' }, false],
  [{ message: 'x is not a function' }, false],
])('whether an error says that the database is away: %j', (about, expected) => {
  expect(isAway(Object.assign(new Error(about.message ?? 'x'), about))).toBe(expected);
});
