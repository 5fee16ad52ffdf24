import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { listen } from './listen.ts';

// Nothing is ended by force: a close that waits for that never ends here.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }));
afterEach(() => void vi.useRealTimers());

async function connected(url: string, request = ''): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

test('closing ends connections that nothing was asked of, and waits for what is under way', async () => {
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const app = new Hono();
  app.get('/', () => {
    begun.resolve();
    return answer.promise;
  });
  const { url, close } = await listen(app, { port: 0, host: '127.0.0.1' });
  const silent = await connected(url);
  const asking = await connected(url, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await begun.promise;

  const closed = close();
  await once(silent, 'close');
  const heard = once(asking, 'data');
  answer.resolve(new Response('all of it'));
  expect(String(await heard)).toContain('all of it');
  await once(asking, 'close');
  await closed;
});
