/** Speaks Trino's protocol as a coordinator of version 435 was seen to: queued, then pages, then no next one. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Constant, ValueType } from '../model/model.ts';
import type { Answer } from './answer.testing.ts';

/** What becomes of a request before it is looked at: a status without a page, or a connection that ends. */
export type Disturbance = number | 'drop' | null;

export interface TrinoListener extends AsyncDisposable {
  readonly port: number;
  readonly statements: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
}

export async function listenAsTrino(
  answer: (statement: string) => Promise<Answer> | Answer,
  disturb: (method: string, path: string) => Disturbance = () => null,
  rowsOfPage = 3,
): Promise<TrinoListener> {
  const statements: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const answers = new Map<string, Promise<Answer>>();
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === null ? '' : JSON.stringify(body));
    };
    void (async () => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const disturbed = disturb(method, url);
      if (disturbed === 'drop') return request.socket.destroy();
      if (disturbed !== null) return reply(disturbed, null);
      // The host is one that nobody can reach, as behind a gateway.
      const uri = (id: string, token: number): string =>
        `http://coordinator.invalid/v1/statement/executing/${id}/${token}`;
      if (method === 'POST') {
        const id = `q${statements.length}`;
        const statement = Buffer.concat(pieces).toString();
        statements.push(statement);
        headers.push(request.headers);
        const worked = Promise.resolve(answer(statement));
        worked.catch(() => {});
        answers.set(id, worked);
        return reply(200, { id, nextUri: uri(id, 0), stats: { state: 'QUEUED' } });
      }
      if (method === 'DELETE') return reply(204, null);
      const [, id = '', token = ''] = /\/executing\/(\w+)\/(\d+)$/.exec(url) ?? [];
      const found = await answers.get(id);
      if (found === undefined) return reply(404, null);
      const at = Number(token) * rowsOfPage;
      switch (found.kind) {
        case 'drop':
          return request.socket.destroy();
        case 'silence':
          return reply(200, { id, nextUri: uri(id, Number(token) + 1), stats: {} });
        case 'error':
          return reply(200, {
            id,
            stats: { state: 'FAILED' },
            error: {
              message: found.message,
              errorCode: found.number,
              errorName: found.name,
              errorType: 'INTERNAL_ERROR',
            },
          });
        case 'rows': {
          const { columns, rows } = found;
          const page = rows
            .slice(at, at + rowsOfPage)
            .map((row) => row.map((cell, index) => written(cell, columns[index]?.type ?? 'str')));
          return reply(200, {
            id,
            columns: columns.map(({ name }) => ({ name })),
            ...(page.length === 0 ? {} : { data: page }),
            ...(at + rowsOfPage < rows.length ? { nextUri: uri(id, Number(token) + 1) } : {}),
            stats: { state: 'RUNNING' },
          });
        }
      }
    })().catch(() => reply(500, null));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A server that listens on a port has one.
    port: (server.address() as AddressInfo).port,
    statements,
    headers,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function written(cell: Constant, type: ValueType): unknown {
  if (cell === null) return null;
  if (type === 'date') return new Date(Number(cell) * 86_400_000).toISOString().slice(0, 10);
  if (type === 'datetime')
    return new Date(Number(cell)).toISOString().replace('T', ' ').slice(0, -1);
  return typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell;
}
