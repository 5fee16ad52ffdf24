/** Speaks the protocol of SQL Server (MS-TDS 7.4) as far as a driver needs it to log in, ask and give up. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import type { Constant, ValueType } from '../model/model.ts';
import type { Answer } from './answer.testing.ts';

export interface TdsListener extends AsyncDisposable {
  readonly port: number;
  /** Statements of each connection. */
  readonly connections: readonly (readonly string[])[];
}

const BATCH = 0x01;
const ATTENTION = 0x06;
const LOGIN = 0x10;
const BEFORE_LOGIN = 0x12;
const ANSWER = 0x04;
const LARGEST_PACKET = 4096;

/** Statements that the driver says by itself when it has logged in. */
const ITS_OWN = /^set ansi_nulls/i;

/**
 * @param answer What is said to a statement; `connection` counts from 0.
 * @param login An error with which every login is refused.
 */
export async function listenAsSqlServer(
  answer: (statement: string, connection: number) => Promise<Answer> | Answer,
  login: Extract<Answer, { kind: 'error' }> | null = null,
): Promise<TdsListener> {
  const connections: string[][] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const number = connections.length;
    const statements: string[] = [];
    connections.push(statements);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    const hear = async (type: number, message: Buffer): Promise<unknown> => {
      switch (type) {
        case BEFORE_LOGIN:
          return send(socket, beforeLogin);
        case LOGIN:
          return send(
            socket,
            login === null ? Buffer.concat([loginAck, done(0)]) : errorTokens(login),
          );
        case ATTENTION:
          return send(socket, done(0x20));
        case BATCH: {
          const statement = message.subarray(message.readUInt32LE(0)).toString('utf16le');
          if (ITS_OWN.test(statement.trim())) return send(socket, done(0));
          statements.push(statement);
          const found = await answer(statement, number);
          if (found.kind === 'drop') socket.destroy();
          if (found.kind === 'error') send(socket, errorTokens(found));
          if (found.kind === 'rows') send(socket, rowTokens(found));
          return;
        }
        default:
          return;
      }
    };
    let buffered = Buffer.alloc(0);
    let message = Buffer.alloc(0);
    let last: Promise<unknown> = Promise.resolve();
    socket.on('data', (piece) => {
      buffered = Buffer.concat([buffered, piece]);
      while (buffered.length >= 8 && buffered.length >= buffered.readUInt16BE(2)) {
        const size = buffered.readUInt16BE(2);
        const type = buffered.readUInt8(0);
        const isLast = (buffered.readUInt8(1) & 1) === 1;
        message = Buffer.concat([message, buffered.subarray(8, size)]);
        buffered = buffered.subarray(size);
        if (!isLast) continue;
        const whole = message;
        message = Buffer.alloc(0);
        last = last.then(() => hear(type, whole)).catch(() => socket.destroy());
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A server that listens on a port has one.
    port: (server.address() as AddressInfo).port,
    connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(socket: Socket, message: Buffer): void {
  const room = LARGEST_PACKET - 8;
  for (let at = 0, id = 1; at === 0 || at < message.length; at += room, id++) {
    const piece = message.subarray(at, at + room);
    const header = Buffer.alloc(8);
    header.writeUInt8(ANSWER, 0);
    header.writeUInt8(at + room >= message.length ? 1 : 0, 1);
    header.writeUInt16BE(piece.length + 8, 2);
    header.writeUInt8(id % 256, 6);
    socket.write(Buffer.concat([header, piece]));
  }
}

/** Version 16, and no encryption. */
const beforeLogin = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 2]);

const name = (text: string): Buffer => {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
};

const loginAck = ((): Buffer => {
  const content = Buffer.concat([
    Buffer.from([1, 0x74, 0, 0, 4]),
    name('Microsoft SQL Server'),
    Buffer.from([16, 0, 0, 0]),
  ]);
  const head = Buffer.alloc(3);
  head.writeUInt8(0xad, 0);
  head.writeUInt16LE(content.length, 1);
  return Buffer.concat([head, content]);
})();

function done(status: number): Buffer {
  const token = Buffer.alloc(13);
  token.writeUInt8(0xfd, 0);
  token.writeUInt16LE(status, 1);
  return token;
}

function errorTokens({ number, message }: Extract<Answer, { kind: 'error' }>): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(0xaa, 0);
  head.writeInt32LE(number, 3);
  head.writeUInt8(1, 7);
  head.writeUInt8(16, 8);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(message.length);
  const token = Buffer.concat([
    head,
    length,
    Buffer.from(message, 'utf16le'),
    name('listener'),
    name(''),
    Buffer.from([1, 0, 0, 0]),
  ]);
  token.writeUInt16LE(token.length - 3, 1);
  return Buffer.concat([token, done(2)]);
}

function rowTokens({ columns, rows }: Extract<Answer, { kind: 'rows' }>): Buffer {
  if (columns.length === 0) return done(0);
  const count = Buffer.alloc(3);
  count.writeUInt8(0x81, 0);
  count.writeUInt16LE(columns.length, 1);
  const metadata = columns.map((column) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0]), typeInfo[column.type], name(column.name)]),
  );
  const lines = rows.flatMap((row) => [
    Buffer.from([0xd1]),
    ...row.map((cell, index) => cellOf(cell, columns[index]?.type ?? 'str')),
  ]);
  return Buffer.concat([count, ...metadata, ...lines, done(0)]);
}

/** BITN, INTN, FLTN, NVARCHAR of 4,000 letters, DATEN, DATETIME2N to the millisecond. */
const typeInfo: Readonly<Record<ValueType, Buffer>> = {
  bool: Buffer.from([0x68, 1]),
  int: Buffer.from([0x26, 8]),
  float: Buffer.from([0x6d, 8]),
  str: Buffer.from([0xe7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0, 0x34]),
  date: Buffer.from([0x28]),
  datetime: Buffer.from([0x2a, 3]),
};

/** Days from 0001-01-01 to 1970-01-01. */
const EPOCH = 719_162;

function cellOf(cell: Constant, type: ValueType): Buffer {
  if (cell === null) return type === 'str' ? Buffer.from([0xff, 0xff]) : Buffer.from([0]);
  const sized = (size: number, write: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.alloc(size + 1);
    bytes.writeUInt8(size, 0);
    write(bytes);
    return bytes;
  };
  switch (type) {
    case 'bool':
      return Buffer.from([1, cell === true ? 1 : 0]);
    case 'int':
      return sized(8, (bytes) => bytes.writeBigInt64LE(BigInt(Number(cell)), 1));
    case 'float':
      return sized(8, (bytes) => bytes.writeDoubleLE(Number(cell), 1));
    case 'str': {
      const text = Buffer.from(String(cell), 'utf16le');
      const length = Buffer.alloc(2);
      length.writeUInt16LE(text.length);
      return Buffer.concat([length, text]);
    }
    case 'date':
      return sized(3, (bytes) => bytes.writeUIntLE(Number(cell) + EPOCH, 1, 3));
    case 'datetime': {
      const day = Math.floor(Number(cell) / 86_400_000);
      return sized(7, (bytes) => {
        bytes.writeUInt32LE(Number(cell) - day * 86_400_000, 1);
        bytes.writeUIntLE(day + EPOCH, 5, 3);
      });
    }
  }
}
