/**
 * The one way out: HTTP requests that the agent makes to its server. Whatever comes back is checked against the
 * protocol's schemas before anything is done with it.
 */
import {
  type HeartbeatAnswer,
  type HeartbeatRequest,
  heartbeatAnswerSchema,
  type ReportsAnswer,
  type ReportsRequest,
  reportsAnswerSchema,
  type TasksAnswer,
  type TasksRequest,
  tasksAnswerSchema,
} from '@vitrine/protocol';
import type { z } from 'zod';
import { reasonOf } from './configuration.ts';

/** Bytes of an answer that are read. */
const ANSWER_LIMIT = 16 * 1024 * 1024;

export type ConnectionFailure =
  /** No answer, or half of one. */
  | 'unreachable'
  /** The token does not count. */
  | 'unauthorised'
  /** The server does not accept this message, now or ever. */
  | 'rejected'
  /** The server is not well. */
  | 'failed'
  /** What it answered is not in the protocol. */
  | 'unintelligible';

export class ConnectionError extends Error {
  readonly failure: ConnectionFailure;

  constructor(failure: ConnectionFailure, reason: string) {
    super(reason);
    this.name = 'ConnectionError';
    this.failure = failure;
  }
}

export interface ConnectionOptions {
  readonly server: string;
  readonly token: string;
  /** Beyond the wanted wait; after it the server counts as not answering. */
  readonly patience_seconds: number;
}

export class Connection {
  readonly #server: string;
  readonly #token: string;
  readonly #patienceSeconds: number;

  constructor({ server, token, patience_seconds: patience }: ConnectionOptions) {
    this.#server = server;
    this.#token = token;
    this.#patienceSeconds = patience;
  }

  tasks(request: TasksRequest, signal: AbortSignal): Promise<TasksAnswer> {
    return this.#post('tasks', request, tasksAnswerSchema, signal, request.wait_seconds);
  }

  reports(request: ReportsRequest, signal: AbortSignal): Promise<ReportsAnswer> {
    return this.#post('reports', request, reportsAnswerSchema, signal);
  }

  heartbeat(request: HeartbeatRequest, signal: AbortSignal): Promise<HeartbeatAnswer> {
    return this.#post('heartbeat', request, heartbeatAnswerSchema, signal);
  }

  async #post<T>(
    name: string,
    message: object,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    waitSeconds = 0,
  ): Promise<T> {
    const timeout = AbortSignal.timeout((waitSeconds + this.#patienceSeconds) * 1000);
    let text: string;
    try {
      const response = await fetch(`${this.#server}/api/agent/v1/${name}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#token}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify(message),
        // The token goes to the server that was configured, and nowhere that it points to.
        redirect: 'error',
        signal: AbortSignal.any([signal, timeout]),
      });
      text = await readBounded(response);
      if (!response.ok) throw new ConnectionError(failureOf(response.status), `${response.status}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ConnectionError) throw error;
      throw new ConnectionError('unreachable', causeOf(error));
    }
    return understand(text, schema);
  }
}

function understand<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ConnectionError('unintelligible', 'the answer is not in the protocol');
  }
}

function failureOf(status: number): ConnectionFailure {
  if (status === 401 || status === 403) return 'unauthorised';
  // Only these are a judgement on the message; anything else may be something in between that is not the server.
  return status === 400 || status === 413 || status === 422 ? 'rejected' : 'failed';
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > ANSWER_LIMIT) throw new ConnectionError('unintelligible', 'the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined
    ? reasonOf(error.cause)
    : reasonOf(error);
}
