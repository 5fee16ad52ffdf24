/**
 * Brings approved files to the job server, and takes approvals back that have not left. All that an attempt needs to know is in the
 * database and at the job server, so that a process that is killed at any moment is followed by one that goes on.
 */
import { FaultError } from '@vitrine/pipeline';
import { type OperatorLog, workWhenDue } from '@vitrine/platform';
import { backOffMilliseconds, ConnectionError } from '@vitrine/protocol';
import type { Airlock } from '../airlock.ts';
import { airlockFaults } from '../faults.ts';
import type { SignedIn } from '../people/session.ts';
import { decide } from '../review/decide.ts';
import { outputsOf, type ReleaseRequest } from '../review/request.ts';
import { partOf, rightsNow } from '../review/standing.ts';
import { surroundingsOf } from '../store/surroundings.ts';
import { announcementOf } from './announcement.ts';
import { uploadFaults } from './faults.ts';
import { faultOf, judgeFailure } from './judge-failure.ts';
import { sendRelease } from './send-release.ts';
import {
  beginAttempt,
  dueUploads,
  findUpload,
  makeDue,
  nextUpload,
  noteFault,
  noteProgress,
} from './upload-state.ts';

export type UploadSite = Pick<
  Airlock,
  'database' | 'db' | 'requests' | 'copies' | 'jobServer' | 'fileTypes' | 'clock'
> & { readonly log?: OperatorLog | undefined };

export interface UploadPace {
  /** Most bytes of one message. */
  readonly pieceBytes: number;
  /** Waits between attempts that fail: the first, and the longest. */
  readonly firstPause: number;
  readonly longestPause: number;
}

const PACE: UploadPace = {
  pieceBytes: 1024 * 1024,
  firstPause: 1_000,
  longestPause: 10 * 60_000,
};

type Person = Pick<SignedIn, 'username' | 'standing' | 'workspaces'>;

export class Uploads {
  readonly #site: UploadSite;
  readonly #pace: UploadPace;
  /** One thing at a time is done with a request: an attempt, or a recall. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** Ends the attempt that is under way with a request. */
  readonly #attempts = new Map<string, AbortController>();

  constructor(site: UploadSite, pace: UploadPace = PACE) {
    this.#site = site;
    this.#pace = pace;
  }

  /** Sends whatever is approved, until told to stop. */
  async run(stopping: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    const { database, db, clock } = this.#site;
    await workWhenDue({
      changes: database.changes,
      topics: ['sending'],
      stopping,
      onError,
      work: async () => {
        for (const request of await dueUploads(db, clock())) {
          if (stopping.aborted) break;
          await this.#inTurn(request, async () => await this.#attempt(request, stopping, onError));
        }
        const next = await nextUpload(db);
        return next === null ? null : Math.max(0, next.getTime() - clock().getTime());
      },
    });
  }

  /**
   * Tries at once what waits or has stopped. Authors may ask for it, and checkers.
   * @throws FaultError request-unknown, review-not-allowed, upload-over
   */
  async retry(person: Person, identifier: string): Promise<void> {
    const { db, clock } = this.#site;
    const request = await this.#read(identifier);
    const part = partOf(person.username, rightsNow(person.standing, clock().getTime()), request);
    if (part === 'stranger') throw airlockFaults.error('request-unknown', { id: identifier });
    if (part !== 'author' && part !== 'checker') {
      throw airlockFaults.error('review-not-allowed', { what: 'try the upload again', part });
    }
    if (!(await makeDue(db, identifier, clock()))) {
      throw uploadFaults.error('upload-over', { id: identifier });
    }
  }

  /**
   * Takes an approval back. The job server gives the release up first, so that nothing leaves that is not approved; while it does not
   * confirm that, nothing more is sent either.
   * @throws FaultError with every reason against it; recall-too-late; upload-held
   */
  async recall(person: Person, identifier: string): Promise<ReleaseRequest> {
    await this.#mayRecall(person, await this.#read(identifier));
    this.#attempts.get(identifier)?.abort();
    return await this.#inTurn(identifier, async () => {
      const request = await this.#read(identifier);
      await this.#mayRecall(person, request);
      const isCancelled = await this.#cancel(request);
      const { workspace, revision } = request;
      return await this.#site.requests.execute(
        identifier,
        { do: 'recall', isCancelled, revision },
        await this.#surroundings(workspace, person),
      );
    });
  }

  async #attempt(
    identifier: string,
    stopping: AbortSignal,
    onError: (error: unknown) => void,
  ): Promise<void> {
    const { db, clock } = this.#site;
    // It may have been recalled, or held, while this waited for its turn.
    const upload = await findUpload(db, identifier);
    if (upload === undefined || upload.next_attempt_at === null) return;
    const ending = new AbortController();
    this.#attempts.set(identifier, ending);
    const attempts = await beginAttempt(db, identifier);
    try {
      await this.#send(await this.#read(identifier), AbortSignal.any([stopping, ending.signal]));
    } catch (error) {
      if (stopping.aborted || ending.signal.aborted) return;
      const { fault, isRetried } = judgeFailure(error);
      if (fault.code === 'upload-failed') onError(error);
      const pause = backOffMilliseconds(attempts - 1, {
        firstMilliseconds: this.#pace.firstPause,
        mostMilliseconds: this.#pace.longestPause,
        random: Math.random,
      });
      const next = isRetried ? new Date(clock().getTime() + pause) : null;
      await noteFault(db, identifier, fault, next);
      this.#site.log?.({
        level: isRetried ? 'warn' : 'error',
        event: isRetried ? 'upload-waits' : 'upload-stopped',
        facts: { request: identifier, fault: fault.code, attempts },
      });
    } finally {
      this.#attempts.delete(identifier);
    }
  }

  /** Sends, and says of the request what has arrived. */
  async #send(request: ReleaseRequest, signal: AbortSignal): Promise<void> {
    const { jobServer, copies, db, requests } = this.#site;
    const outputs = outputsOf(request);
    const sender = {
      jobServer,
      copies,
      pieceBytes: this.#pace.pieceBytes,
      confirmed: new Set(
        outputs.filter(({ uploadedAt }) => uploadedAt !== null).map(({ hash }) => hash),
      ),
      onProgress: async (bytes: number): Promise<void> => {
        await noteProgress(db, request.id, bytes);
      },
      onArrived: async (sha256: string): Promise<void> => {
        const arrived = outputs.filter(({ hash }) => hash === sha256);
        await requests.executeAll(
          request.id,
          request.revision,
          arrived.map(({ path, hash }) => ({ do: 'uploaded', path, hash })),
          await this.#surroundings(request.workspace, null),
        );
      },
    };
    await sendRelease(sender, announcementOf(request), signal);
    await this.#finish(request.id);
  }

  /** The job server has released it: so it is here. */
  async #finish(identifier: string): Promise<void> {
    const request = await this.#read(identifier);
    if (request.status === 'released') return;
    const left = outputsOf(request).filter(({ uploadedAt }) => uploadedAt === null);
    await this.#site.requests.executeAll(
      identifier,
      request.revision,
      [
        ...left.map(({ path, hash }) => ({ do: 'uploaded', path, hash }) as const),
        { do: 'finish' },
      ],
      await this.#surroundings(request.workspace, null),
    );
  }

  /** @returns whether the job server knew of the release, and has given it up. */
  async #cancel(request: ReleaseRequest): Promise<boolean> {
    const { db, jobServer } = this.#site;
    const { id } = request;
    const upload = await findUpload(db, id);
    // Nobody has said a word of it.
    if (upload !== undefined && upload.attempts === 0) return false;
    try {
      const { state } = await jobServer.cancel(id, AbortSignal.timeout(60_000));
      if (state === 'cancelled') return true;
      throw new ConnectionError('unintelligible', 'the release was not given up');
    } catch (error) {
      if (error instanceof ConnectionError && error.code === 'thing-unknown') return false;
      if (error instanceof ConnectionError && error.code === 'release-complete') {
        await this.#finish(id);
        throw uploadFaults.error('recall-too-late', { id });
      }
      const reason = error instanceof ConnectionError ? error.message : 'no answer';
      const held = uploadFaults.error('upload-held', { reason });
      await noteFault(db, id, faultOf(held), null);
      this.#site.log?.({ level: 'error', event: 'upload-held', facts: { request: id, reason } });
      throw held;
    }
  }

  async #mayRecall(person: Person, request: ReleaseRequest): Promise<void> {
    const { refusals } = decide(
      request,
      { do: 'recall', isCancelled: false, revision: request.revision },
      {
        ...(await this.#surroundings(request.workspace, person)),
        activeRequest: null,
        releasedHashes: new Set(),
      },
    );
    if (refusals !== undefined) throw new FaultError(refusals);
  }

  async #read(identifier: string): Promise<ReleaseRequest> {
    const stored = await this.#site.requests.read(identifier);
    if (stored === null) throw airlockFaults.error('request-unknown', { id: identifier });
    return stored.request;
  }

  async #surroundings(
    workspace: string,
    person: Person | null,
  ): Promise<Awaited<ReturnType<typeof surroundingsOf>>> {
    return await surroundingsOf(this.#site, { person, now: this.#site.clock(), workspace });
  }

  async #inTurn<T>(identifier: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(identifier) ?? Promise.resolve();
    const turn = before.then(work);
    const over = turn.catch(() => {});
    this.#turns.set(identifier, over);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(identifier) === over) this.#turns.delete(identifier);
    }
  }
}
