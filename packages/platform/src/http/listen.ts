import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Listening {
  /** Where it can be reached: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Takes no more requests and lets those under way end. */
  close(): Promise<void>;
}

/** How long requests under way may take to end, in milliseconds. */
const GRACE = 10_000;
/** How often connections that wait for a next request are ended meanwhile, in milliseconds. */
const IDLE_CHECK = 50;

/**
 * Answers at an address of this machine.
 * @param place port 0 takes any free one
 * @throws Error when the port is taken
 */
export async function listen(
  app: Hono,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<Listening> {
  // Without a server of its own choice the adaptor makes a plain one.
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Browsers open connections before they have anything to ask.
  const unasked = new Set<Socket>();
  server.on('connection', (socket) => {
    unasked.add(socket);
    socket.once('close', () => unasked.delete(socket));
  });
  server.on('request', ({ socket }) => unasked.delete(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of unasked) socket.destroy();
      const check = setInterval(() => server.closeIdleConnections(), IDLE_CHECK);
      const timer = setTimeout(() => server.closeAllConnections(), GRACE);
      await closed;
      clearInterval(check);
      clearTimeout(timer);
    },
  };
}
