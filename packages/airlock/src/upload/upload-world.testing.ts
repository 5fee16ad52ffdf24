/** Approved requests, a database and copies for tests of what becomes of them; and processes that die at a step. */
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RELEASE_FILE_LIMIT } from '@vitrine/protocol';
import type { KyselyPlugin } from 'kysely';
import { type Database, openAirlockDatabase } from '../database/database.ts';
import { JobServer } from '../job-server/job-server.ts';
import { PROOF, people } from '../review/testing.ts';
import { COMMIT, JOB } from '../site.testing.ts';
import { FileCopies } from '../store/file-copies.ts';
import { RequestStore, type Surroundings } from '../store/request-store.ts';
import { TestReleaseServer } from './release-server.testing.ts';
import { type UploadPace, type UploadSite, Uploads } from './uploads.ts';

/** Small pieces and short waits, so that little bytes take many steps. */
export const TEST_PACE: UploadPace = { pieceBytes: 64, firstPause: 1, longestPause: 2 };

/** The steps of a process, which may end at any of them. */
export class Life {
  /** Counts messages that are sent, answers that arrive, and statements. */
  steps = 0;
  readonly #last: number;
  readonly #ended = new AbortController();

  /** @param last step that still is done */
  constructor(last: number = Number.POSITIVE_INFINITY) {
    this.#last = last;
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** @throws Error once it is over */
  step(): void {
    this.steps += 1;
    if (this.steps <= this.#last) return;
    this.#ended.abort();
    throw new Error('the process has been killed');
  }
}

export class UploadWorld implements AsyncDisposable {
  readonly database: Database;
  readonly copies: FileCopies;
  readonly server: TestReleaseServer;
  readonly folder: string;
  readonly #ownsDatabase: boolean;
  #requests = 0;

  private constructor(
    database: Database,
    copies: FileCopies,
    server: TestReleaseServer,
    folder: string,
    ownsDatabase: boolean,
  ) {
    this.database = database;
    this.copies = copies;
    this.server = server;
    this.folder = folder;
    this.#ownsDatabase = ownsDatabase;
  }

  /** @param database closed by who opened it; one of its own in memory, unless told */
  static async open(database?: Database): Promise<UploadWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-upload-'));
    return new UploadWorld(
      database ?? (await openAirlockDatabase({ url: null, dataDir: null })),
      await FileCopies.open(join(folder, 'copies')),
      await TestReleaseServer.start(),
      folder,
      database === undefined,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    if (this.#ownsDatabase) await this.database.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** All that an uploader needs, in a process that lives as long as it is told. */
  site(life: Life = new Life()): UploadSite {
    const plugin: KyselyPlugin = {
      transformQuery: ({ node }) => {
        life.step();
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const database = { ...this.database, db: this.database.db.withPlugin(plugin) };
    return {
      database,
      db: database.db,
      requests: new RequestStore(database),
      copies: this.copies,
      jobServer: mortal(
        new JobServer({ server: this.server.address, token: 'vitrine_test', patience_seconds: 60 }),
        life,
      ),
      fileTypes: ['csv', 'txt'],
      clock: () => new Date(),
    };
  }

  /** A request that is approved, with these outputs and one supporting file. @returns its identifier */
  async approve(outputs: Readonly<Record<string, string>>): Promise<string> {
    const requests = new RequestStore(this.database);
    this.#requests += 1;
    const digits = [...this.#requests.toString(8)].map((digit) => 'abcdefgh'[Number(digit)]);
    const id = digits.join('').padStart(16, 'z');
    // One author has one active request in a workspace.
    const workspace = `workspace-${id}`;
    const files = [];
    for (const [path, content] of Object.entries({ ...outputs, 'supporting.csv': `about ${id}` })) {
      const from = join(this.folder, 'output');
      await writeFile(from, content);
      const { hash, size } = await this.copies.take(await open(from), path, {
        limit: RELEASE_FILE_LIMIT,
        recordedHash: sha256(content),
      });
      const type = path === 'supporting.csv' ? ('supporting' as const) : ('output' as const);
      const file = { path, group: 'tables', type, hash, size, job: JOB, commit: COMMIT };
      files.push({ ...file, repository: null, recordedHash: hash });
    }
    const [first, ...more] = files;
    if (first === undefined) throw new Error('a request has a file');
    const project = 'project';
    const create = { do: 'create', id, workspace, project, file: first } as const;
    await requests.create(create, this.surroundings('ann'), more);
    const explained = { context: '100 people', controls: 'rounded' };
    await this.#as('ann', id, { do: 'edit-group', group: 'tables', ...explained });
    await this.#as('ann', id, { do: 'submit', confirmsPolicy: true });
    for (const checker of ['carl', 'cora']) {
      for (const { path, hash, type } of files) {
        if (type !== 'output') continue;
        await this.#as(checker, id, { do: 'vote', path, vote: 'approved', hash, proof: PROOF });
      }
      await this.#as(checker, id, { do: 'submit-review' });
    }
    const storedHashes = new Map(files.map(({ path, hash }) => [path, hash]));
    await this.#as('carl', id, { do: 'approve' }, { storedHashes });
    return id;
  }

  surroundings(user: string | null): Surroundings {
    const now = Date.now();
    const rights = people[user ?? ''];
    return {
      now,
      actor:
        user === null || rights === undefined
          ? null
          : { user, standing: { kind: 'confirmed', rights, at: now } },
      isOpen: true,
      fileTypes: ['csv', 'txt'],
      storedHashes: new Map(),
    };
  }

  async #as(
    user: string,
    id: string,
    command: Parameters<RequestStore['executeAll']>[2][number],
    more: Partial<Surroundings> = {},
  ): Promise<void> {
    const requests = new RequestStore(this.database);
    const stored = await requests.read(id);
    await requests.executeAll(id, stored?.request.revision ?? 0, [command], {
      ...this.surroundings(user),
      ...more,
    });
  }

  /** Runs an uploader until that is so of a request, or until it dies. */
  async run(life: Life, id: string, isSo: () => Promise<boolean>): Promise<void> {
    const stopping = new AbortController();
    const stop = (): void => stopping.abort();
    life.ended.addEventListener('abort', stop);
    const uploads = new Uploads(this.site(life), TEST_PACE);
    const running = uploads.run(stopping.signal, () => {});
    await this.#until(id, async () => life.ended.aborted || (await isSo()), life.ended);
    stop();
    await running;
  }

  /** Resolves as soon as that is so, looked at after every change of the request, and when the signal is aborted. */
  async #until(id: string, isSo: () => Promise<boolean>, also: AbortSignal): Promise<void> {
    for (;;) {
      const news = Promise.withResolvers<void>();
      const wake = (): void => news.resolve();
      const forget = this.database.changes.listen([`request:${id}`], wake);
      also.addEventListener('abort', wake);
      try {
        if (await isSo()) return;
        await news.promise;
      } finally {
        forget();
        also.removeEventListener('abort', wake);
      }
    }
  }

  async statusOf(id: string): Promise<string | undefined> {
    return (await new RequestStore(this.database).read(id))?.request.status;
  }

  /** Kinds of what the system itself has said of a request, in their order. */
  async saidBySystem(id: string): Promise<readonly string[]> {
    const stored = await new RequestStore(this.database).read(id);
    return (stored?.events ?? []).filter(({ by }) => by === 'system').map(({ kind }) => kind);
  }
}

/** A job server that a process can die beside: before it says anything, and before it hears the answer. */
function mortal(jobServer: JobServer, life: Life): JobServer {
  return new Proxy(jobServer, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        life.step();
        const answer: unknown = await Reflect.apply(method, target, args);
        life.step();
        return answer;
      };
    },
  });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
