/** A job server for tests as airlocks see it: releases in memory, every message checked against its schema, connections that can be cut. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode } from '@vitrine/platform';
import type { Problem } from '@vitrine/protocol';
import {
  type ReleaseAnnouncement,
  type ReleaseFileStanding,
  type ReleaseStanding,
  type ReviewNews,
  releaseAnnouncementSchema,
  releaseFileStandingSchema,
  releaseStandingSchema,
  reviewNewsSchema,
  UPLOAD_OFFSET,
} from '@vitrine/protocol';

interface KnownFile {
  readonly size: number;
  bytes: Buffer;
  /** As with a real server, bytes count for a release only once they were looked at as a whole. */
  isKept: boolean;
}

export interface KnownRelease {
  readonly announcement: ReleaseAnnouncement;
  readonly files: ReadonlyMap<string, KnownFile>;
  state: ReleaseStanding['state'];
  /** How often it has become public. */
  releases: number;
}

/** What happens to a message: nothing of it arrives, a part of its bytes does, or all of it and the answer is lost. */
export type Cut = 'before' | 'half' | 'after';

export class TestReleaseServer implements AsyncDisposable {
  readonly #server: Server;
  readonly releases: Map<string, KnownRelease> = new Map();
  readonly news: ReviewNews[] = [];
  /** All that came: method, address, headers and body of every message. */
  readonly received: string[] = [];
  /** What was said that is not in the protocol. */
  readonly faults: string[] = [];
  /** Told of a message while it comes, whenever some of its bytes have, and when it is whole; it goes on when that is done. */
  hear: (method: string, path: string, isWhole: boolean) => Promise<void> = async () => {};
  /** Asked of every message. */
  cut: (method: string, path: string) => Cut | null = () => null;
  /** Answers with a problem instead of doing what is asked; null: does it. */
  refuse: (method: string, path: string, body: string) => Problem | null = () => null;
  /** Answers what is no release, such as signing in; null where there is nothing. */
  readonly #others: (path: string, body: string) => object | null;

  private constructor(others: (path: string, body: string) => object | null) {
    this.#others = others;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        this.faults.push(String(error));
        response.destroy();
      });
    });
  }

  static async start(
    others: (path: string, body: string) => object | null = () => null,
  ): Promise<TestReleaseServer> {
    const server = new TestReleaseServer(others);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The bytes of a file of a release, as far as they have come. */
  bytesOf(release: string, sha256: string): Buffer | undefined {
    return this.releases.get(release)?.files.get(sha256)?.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', rawHeaders } = request;
    const { body, isWhole } = await this.#read(request, method, url);
    this.received.push([method, url, ...rawHeaders, body.toString('latin1')].join('\n'));
    if (!isWhole) {
      // Who sent it is gone. What has come of a file has come.
      if (method === 'PUT') this.#answer(request, body);
      return;
    }
    const cut = this.cut(method, url);
    if (cut === 'before') return void request.socket.destroy();
    const sent = cut === 'half' ? body.subarray(0, Math.floor(body.byteLength / 2)) : body;
    // Half a message is none, except of bytes that belong into a file.
    if (cut === 'half' && method !== 'PUT') return void request.socket.destroy();
    const answer = this.refuse(method, url, body.toString()) ?? this.#answer(request, sent);
    if (cut !== null) return void request.socket.destroy();
    const status = 'status' in answer && typeof answer.status === 'number' ? answer.status : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  async #read(
    request: IncomingMessage,
    method: string,
    url: string,
  ): Promise<{ readonly body: Buffer; readonly isWhole: boolean }> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) {
        chunks.push(chunk);
        await this.hear(method, url, false);
      }
    } catch (error) {
      if (errorCode(error) !== 'ECONNRESET') throw error;
      return { body: Buffer.concat(chunks), isWhole: false };
    }
    await this.hear(method, url, true);
    return { body: Buffer.concat(chunks), isWhole: true };
  }

  #answer({ method, url = '', headers }: IncomingMessage, body: Buffer): object {
    const [, release = '', rest = ''] =
      /^\/api\/airlock\/v1\/releases\/([a-z2-7]{16})(.*)$/.exec(url) ?? [];
    if (url === '/api/airlock/v1/releases') return this.#announce(JSON.parse(body.toString()));
    if (release !== '') {
      const known = this.releases.get(release);
      if (known === undefined) return problem(404, 'thing-unknown');
      if (rest === '' && method === 'GET') return standingOf(release, known);
      if (rest === '/cancel') {
        if (known.state === 'released') return problem(409, 'release-complete');
        known.state = 'cancelled';
        return standingOf(release, known);
      }
      return this.#take(release, known, rest.replace('/files/', ''), headers[UPLOAD_OFFSET], body);
    }
    if (url === '/api/airlock/v1/news') {
      this.news.push(reviewNewsSchema.parse(JSON.parse(body.toString())));
      return { done: true };
    }
    const other = this.#others(url, body.toString());
    if (other === null) throw new Error(`nothing is at ${url}`);
    return other;
  }

  #announce(message: unknown): object {
    const announcement = releaseAnnouncementSchema.parse(message);
    const { release, files } = announcement;
    const known = this.releases.get(release);
    if (known !== undefined) {
      return JSON.stringify(known.announcement) === JSON.stringify(announcement)
        ? standingOf(release, known)
        : problem(409, 'release-announced-differently');
    }
    const fresh: KnownRelease = {
      announcement,
      files: new Map(
        files.map(({ sha256, size }) => [sha256, { size, bytes: Buffer.alloc(0), isKept: false }]),
      ),
      state: 'receiving',
      releases: 0,
    };
    this.releases.set(release, fresh);
    return standingOf(release, fresh);
  }

  #take(
    release: string,
    known: KnownRelease,
    sha256: string,
    offset: string | string[] | undefined,
    body: Buffer,
  ): object {
    const file = known.files.get(sha256);
    if (file === undefined) return problem(404, 'release-file-unannounced');
    if (known.state === 'cancelled') return problem(409, 'release-cancelled');
    const standing = (): ReleaseFileStanding => fileStandingOf(release, known, sha256, file);
    if (file.isKept || Number(offset) !== file.bytes.byteLength) return standing();
    file.bytes = Buffer.concat([file.bytes, body]);
    if (file.bytes.byteLength > file.size) {
      file.bytes = Buffer.alloc(0);
      return problem(413, 'release-file-too-long');
    }
    if (file.bytes.byteLength < file.size) return standing();
    if (createHash('sha256').update(file.bytes).digest('hex') !== sha256) {
      file.bytes = Buffer.alloc(0);
      return problem(422, 'release-bytes-differ');
    }
    file.isKept = true;
    if ([...known.files.values()].every(({ isKept }) => isKept)) {
      known.state = 'released';
      known.releases += 1;
    }
    return standing();
  }
}

function standingOf(release: string, { state, files }: KnownRelease): ReleaseStanding {
  return releaseStandingSchema.parse({
    release,
    state,
    files: [...files].map(([sha256, { size, bytes }]) => ({
      sha256,
      size,
      received: state === 'cancelled' ? 0 : bytes.byteLength,
    })),
  });
}

function fileStandingOf(
  release: string,
  { state }: KnownRelease,
  sha256: string,
  { size, bytes }: KnownFile,
): ReleaseFileStanding {
  const file = { sha256, size, received: bytes.byteLength };
  return releaseFileStandingSchema.parse({ release, state, file });
}

/** A refusal in the words of a job server. */
export function problem(status: number, code: string): Problem {
  return {
    type: `/errors#${code}`,
    title: 'Not possible',
    status,
    detail: `What the job server says of ${code}.`,
    code,
    hint: `What to do about ${code}.`,
  };
}
