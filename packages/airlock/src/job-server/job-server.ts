/** What the airlock says to its job server: the protocol's messages over the one way out. */
import {
  type AirlockDone,
  type AirlockGrant,
  type AirlockRights,
  type AirlockSignIn,
  airlockDoneSchema,
  airlockGrantSchema,
  airlockRightsSchema,
  Connection,
  type ConnectionOptions,
  type ReleaseAnnouncement,
  type ReleaseFileStanding,
  type ReleaseStanding,
  type ReviewNews,
  releaseFileStandingSchema,
  releaseStandingSchema,
  UPLOAD_OFFSET,
} from '@vitrine/protocol';

export class JobServer {
  readonly #out: Connection;

  constructor(options: ConnectionOptions) {
    this.#out = new Connection(options);
  }

  /** @throws ConnectionError; with a code where the server refused */
  signIn(request: AirlockSignIn, signal: AbortSignal): Promise<AirlockGrant> {
    return this.#out.post('/api/airlock/v1/sign-in', request, airlockGrantSchema, signal);
  }

  rights(grant: string, signal: AbortSignal): Promise<AirlockRights> {
    return this.#out.post('/api/airlock/v1/rights', { grant }, airlockRightsSchema, signal);
  }

  signOut(grant: string, signal: AbortSignal): Promise<AirlockDone> {
    return this.#out.post('/api/airlock/v1/sign-out', { grant }, airlockDoneSchema, signal);
  }

  tell(news: ReviewNews, signal: AbortSignal): Promise<AirlockDone> {
    return this.#out.post('/api/airlock/v1/news', news, airlockDoneSchema, signal);
  }

  announce(announcement: ReleaseAnnouncement, signal: AbortSignal): Promise<ReleaseStanding> {
    const path = '/api/airlock/v1/releases';
    return this.#out.post(path, announcement, releaseStandingSchema, signal);
  }

  standing(release: string, signal: AbortSignal): Promise<ReleaseStanding> {
    return this.#out.get(`/api/airlock/v1/releases/${release}`, releaseStandingSchema, signal);
  }

  /** Sends a piece of a file that begins at `offset`. The answer tells of this file alone; of all of them `standing` does. */
  upload(
    release: string,
    sha256: string,
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<ReleaseFileStanding> {
    const path = `/api/airlock/v1/releases/${release}/files/${sha256}`;
    const headers = { [UPLOAD_OFFSET]: String(offset) };
    return this.#out.put(path, bytes, headers, releaseFileStandingSchema, signal);
  }

  cancel(release: string, signal: AbortSignal): Promise<ReleaseStanding> {
    const path = `/api/airlock/v1/releases/${release}/cancel`;
    return this.#out.post(path, {}, releaseStandingSchema, signal);
  }
}
