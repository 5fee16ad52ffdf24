/**
 * Trino's protocol: a statement is posted, and its answer followed from page to page until there is no next one
 * (trino.io, "Trino client REST API").
 */
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as encryptedRequest } from 'node:https';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { FaultError } from '@vitrine/pipeline';
import { z } from 'zod';
import type { TrinoDatabase } from '../database-process/database-address.ts';
import { databaseFaults } from '../database-process/faults.ts';
import { type TrinoError, trinoFault } from './trino-faults.ts';

/** Seconds before a page is asked for once more: a busy coordinator, or one behind a busy gateway. */
const PAGE_PAUSES: readonly number[] = [0.1, 0.5, 2, 8];

/** Answers of a coordinator that is busy or about to be there. */
const BUSY = new Set([429, 502, 503, 504]);

/** Answers to whoever asks for a page of a statement that is not known, or not any more. */
const LOST = new Set([404, 410]);

/** A page is asked to wait for a second or so; what is silent this long is gone. */
const SILENCE_MILLISECONDS = 120_000;

/** Bytes of one page. Trino itself aims at 16 MB. */
const LARGEST_PAGE = 256 * 2 ** 20;

export interface TrinoPage {
  readonly nextUri?: string | undefined;
  readonly data?: readonly (readonly unknown[])[] | undefined;
  readonly error?: TrinoError | undefined;
}

const page: z.ZodType<TrinoPage> = z.object({
  nextUri: z.string().optional(),
  data: z.array(z.array(z.unknown())).optional(),
  error: z
    .object({
      errorName: z.string().default(''),
      errorCode: z.number().default(0),
      errorType: z.string().default(''),
    })
    .optional(),
});

export interface TrinoClient {
  /**
   * The pages of a statement's answer. Whoever does not read all of them ends the statement.
   * @throws FaultError database-…; the signal's reason when stopped
   */
  pages(statement: string, signal?: AbortSignal): AsyncGenerator<TrinoPage>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Question {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** @param pauses Others than `PAGE_PAUSES`, in seconds. */
export function trinoClient(
  database: TrinoDatabase,
  pauses: readonly number[] = PAGE_PAUSES,
): TrinoClient {
  const send = (question: Question): Promise<Answer> => ask(database, question);

  /** Asks again where that cannot do anything twice. */
  const patient = async (question: Question): Promise<TrinoPage> => {
    const { signal } = question;
    for (let failures = 0; ; failures++) {
      signal?.throwIfAborted();
      const fault = await send(question).then(
        (answer) => readPage(answer, question),
        (error: unknown) => {
          signal?.throwIfAborted();
          return connectionFault(error, question);
        },
      );
      if (!(fault instanceof Refusal)) return fault;
      const seconds = pauses[failures];
      if (!fault.maySucceed || seconds === undefined) throw fault.error;
      await pauseFor(seconds * 1000, undefined, signal && { signal });
    }
  };

  return {
    pages: async function* (statement, signal) {
      let next: string | undefined;
      try {
        let current = await patient({
          method: 'POST',
          path: '/v1/statement',
          body: statement,
          signal,
        });
        for (;;) {
          next = pathOf(current.nextUri);
          if (current.error !== undefined) {
            next = undefined;
            throw trinoFault(current.error);
          }
          yield current;
          if (next === undefined) return;
          current = await patient({ method: 'GET', path: next, signal });
        }
      } finally {
        // Also when the signal says stop: the statement would go on without anybody who reads it.
        if (next !== undefined) await send({ method: 'DELETE', path: next }).catch(() => {});
      }
    },
  };
}

/** What came instead of a page, and whether the same question may be asked again. */
class Refusal {
  readonly error: FaultError;
  readonly maySucceed: boolean;

  constructor(error: FaultError, maySucceed: boolean) {
    this.error = error;
    this.maySucceed = maySucceed;
  }
}

/** Only the path: what a gateway makes of the host is no place to send a password to. */
function pathOf(uri: string | undefined): string | undefined {
  if (uri === undefined) return undefined;
  const { pathname, search } = new URL(uri, 'http://trino');
  return `${pathname}${search}`;
}

function readPage({ status, text }: Answer, { method }: Question): TrinoPage | Refusal {
  if (BUSY.has(status)) return new Refusal(passing(`Trino answers ${status}`), true);
  // It was started anew, or another stands in for it: the work must be begun again.
  if (method === 'GET' && LOST.has(status)) {
    return new Refusal(passing('Trino no longer knows the statement'), false);
  }
  if (status === 401 || status === 403) {
    const reason = `Trino answers ${status}`;
    return new Refusal(databaseFaults.error('database-access-refused', { reason }), false);
  }
  const failed = (reason: string): Refusal =>
    new Refusal(databaseFaults.error('database-failed', { reason }), false);
  if (status !== 200) return failed(`Trino answers ${status}`);
  try {
    return page.parse(JSON.parse(text));
  } catch {
    return failed('its answer is not one of Trino');
  }
}

/** A page can be asked for twice, a statement not; and where nobody listens, what was worked out is gone, too. */
function connectionFault(error: unknown, { method }: Question): Refusal {
  if (error instanceof FaultError) return new Refusal(error, false);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
  if (code === 'ENOTFOUND')
    return new Refusal(databaseFaults.error('database-not-found', {}), false);
  const mayAnswer = method === 'GET' && code !== 'ECONNREFUSED';
  return new Refusal(passing(`the connection to Trino broke (${code})`), mayAnswer);
}

function passing(reason: string): FaultError {
  return databaseFaults.error('database-passing-fault', { reason });
}

function ask(database: TrinoDatabase, { method, path, body, signal }: Question): Promise<Answer> {
  const { host, port, isEncrypted, user, password, catalog, schema } = database;
  const login = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  const options: RequestOptions = {
    host,
    port,
    path,
    method,
    timeout: SILENCE_MILLISECONDS,
    headers: {
      'X-Trino-User': encodeURIComponent(user),
      'X-Trino-Catalog': encodeURIComponent(catalog),
      'X-Trino-Schema': encodeURIComponent(schema),
      'X-Trino-Source': 'vitrine',
      'X-Trino-Time-Zone': 'UTC',
      ...(password === null ? {} : { Authorization: `Basic ${login}` }),
      ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    },
    ...(signal === undefined ? {} : { signal }),
  };
  return new Promise((resolve, reject) => {
    const request = (isEncrypted ? encryptedRequest : plainRequest)(options, (response) => {
      read(response).then(resolve, reject);
    });
    request.once('timeout', () =>
      request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })),
    );
    request.once('error', reject);
    request.end(body);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response) {
    // No encoding was set, so that pieces are bytes.
    const bytes = piece as Buffer;
    size += bytes.length;
    if (size > LARGEST_PAGE) {
      const reason = `a page of Trino is larger than ${LARGEST_PAGE} bytes`;
      throw databaseFaults.error('database-failed', { reason });
    }
    pieces.push(bytes);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') };
}
