/**
 * The one way out of a secure environment: HTTP requests to the configured server. Whatever comes back is bounded and checked
 * against the protocol's schemas before anything is done with it.
 */
import type { z } from 'zod';
import { type Problem, problemSchema } from './problem.ts';

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
  /** What the server said of it; null where it said nothing that can be understood. */
  readonly problem: Problem | null;

  constructor(failure: ConnectionFailure, reason: string, problem: Problem | null = null) {
    super(reason);
    this.name = 'ConnectionError';
    this.failure = failure;
    this.problem = problem;
  }

  /** Code of the fault that the server named; null where it named none. */
  get code(): string | null {
    return this.problem?.code ?? null;
  }
}

export interface ConnectionOptions {
  readonly server: string;
  readonly token: string;
  /** Beyond the wanted wait; after it the server counts as not answering. */
  readonly patience_seconds: number;
}

/** One message outwards. */
interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

export class Connection {
  readonly #server: string;
  readonly #token: string;
  readonly #patienceSeconds: number;

  constructor({ server, token, patience_seconds: patience }: ConnectionOptions) {
    this.#server = server.replace(/\/$/, '');
    this.#token = token;
    this.#patienceSeconds = patience;
  }

  /**
   * Sends a message and gives the checked answer.
   * @param waitSeconds how long the answer may take because the message asks for it
   * @throws ConnectionError; the signal's reason when stopped
   */
  async post<T>(
    path: string,
    message: object,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    waitSeconds = 0,
  ): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const sent: Sent = { method: 'POST', path, headers, body: JSON.stringify(message) };
    return await this.#send(sent, schema, signal, waitSeconds);
  }

  /** Reads what is at an address (see `post`). */
  async get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return await this.#send({ method: 'GET', path }, schema, signal, 0);
  }

  /** Sends bytes (see `post`). */
  async put<T>(
    path: string,
    bytes: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const all = { 'content-type': 'application/octet-stream', ...headers };
    return await this.#send({ method: 'PUT', path, headers: all, body: bytes }, schema, signal, 0);
  }

  async #send<T>(
    { method, path, headers = {}, body }: Sent,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    waitSeconds: number,
  ): Promise<T> {
    const timeout = AbortSignal.timeout((waitSeconds + this.#patienceSeconds) * 1000);
    let text: string;
    try {
      const response = await fetch(`${this.#server}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          accept: 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        // The token goes to the server that was configured, and nowhere that it points to.
        redirect: 'error',
        signal: AbortSignal.any([signal, timeout]),
      });
      text = await readBounded(response);
      if (!response.ok) throw refusalOf(response.status, text);
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

/** A problem document says more than its status; what is none may come from something in between. */
function refusalOf(status: number, text: string): ConnectionError {
  const failure = failureOf(status);
  try {
    const problem = problemSchema.parse(JSON.parse(text));
    const { detail } = problem;
    return new ConnectionError(failure, detail === '' ? `${status}` : detail, problem);
  } catch {
    return new ConnectionError(failure, `${status}`);
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
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
