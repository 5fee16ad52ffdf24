import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { whyNotListening } from './listening.ts';

/** What listening at an address ends in, as the command line tells it. */
async function listenAt(place: { readonly host: string; readonly port: number }): Promise<unknown> {
  const server = createServer();
  const failed = once(server, 'error');
  server.listen(place);
  const [error] = await failed;
  return whyNotListening(error, place);
}

test('a port that another program has is named', async () => {
  await using other = createServer();
  other.listen({ host: '127.0.0.1', port: 0 });
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await listenAt({ host: '127.0.0.1', port })).toMatchObject({
    diagnostics: [{ code: 'port-taken', message: `Another program answers at port ${port}.` }],
  });
});

test('an address that is none of this machine is named', async () => {
  expect(await listenAt({ host: '192.0.2.1', port: 0 })).toMatchObject({
    diagnostics: [{ code: 'host-unknown', message: expect.stringContaining('192.0.2.1') }],
  });
});

test('what is no matter of port or address stays what it was', () => {
  const error = new Error('the database is away');
  expect(whyNotListening(error, { host: '127.0.0.1', port: 0 })).toBe(error);
});
