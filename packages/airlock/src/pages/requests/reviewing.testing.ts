/** People who review a release request over HTTP, by the forms of its pages. */
import { createHash } from 'node:crypto';
import { TestAirlock, type TestOutput } from '../../site.testing.ts';

/** Two tables that may leave. */
export const OUTPUTS: Readonly<Record<string, TestOutput>> = {
  'output/ages.csv': { text: 'age,people\n18-39,120\n40-64,260\n' },
  'output/regions.csv': { text: 'region,people\nNorth,105\nSouth,95\n' },
};

export const PATHS: readonly string[] = Object.keys(OUTPUTS);

type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

export class Reviewing implements AsyncDisposable {
  readonly site: TestAirlock;
  readonly #cookies = new Map<string, string>();
  /** Identifier of the request. */
  id = '';

  private constructor(site: TestAirlock) {
    this.site = site;
  }

  static async open(
    outputs: Readonly<Record<string, TestOutput>> = OUTPUTS,
    more: Parameters<typeof TestAirlock.open>[1] = {},
  ): Promise<Reviewing> {
    return new Reviewing(await TestAirlock.open(outputs, more));
  }

  /** Begins anew on the same site: without requests, with these outputs in the workspace. */
  async reset(outputs: Readonly<Record<string, TestOutput>> = OUTPUTS): Promise<void> {
    const { db } = this.site.database;
    for (const table of ['upload', 'news', 'released_file', 'release_request'] as const) {
      await db.deleteFrom(table).execute();
    }
    await this.site.write(outputs);
    this.id = '';
  }

  async cookieOf(user: string): Promise<string> {
    const known = this.#cookies.get(user) ?? (await this.site.signIn(user));
    this.#cookies.set(user, known);
    return known;
  }

  /** A page as somebody sees it. */
  async page(user: string, path: string = `/requests/${this.id}`): Promise<string> {
    const answer = await this.site.get(path, await this.cookieOf(user));
    return await answer.text();
  }

  async get(user: string, path: string): Promise<Response> {
    return await this.site.get(path, await this.cookieOf(user));
  }

  /** Sends a form as somebody. */
  async post(user: string, path: string, fields: Fields): Promise<Response> {
    const home = await this.page(user, '/requests');
    const csrf = /name="csrf" value="([^"]+)"/.exec(home)?.[1] ?? '';
    const given = (Array.isArray(fields) ? fields : Object.entries(fields)) as [string, string][];
    return await fetch(`${this.site.running.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: await this.cookieOf(user) },
      body: new URLSearchParams([['csrf', csrf], ...given]),
    });
  }

  /** Makes a request of files of the workspace. */
  async make(user = 'ann', files: readonly string[] = PATHS, group = 'tables'): Promise<void> {
    // As many as one form may add.
    for (let at = 0; at < files.length; at += 500) {
      const answer = await this.post(user, '/workspaces/bp-trends/add', [
        ...files.slice(at, at + 500).map((file) => ['file', file] as const),
        ['group', group],
        ['type', 'output'],
      ]);
      if (answer.status !== 303) throw new Error(`not made: ${plain(await answer.text())}`);
    }
    const list = await this.page(user, '/requests?status=pending');
    this.id = /\/requests\/([a-z2-7]{16})"/.exec(list)?.[1] ?? '';
  }

  async revision(): Promise<number> {
    const stored = await this.site.running.airlock.requests.read(this.id);
    return stored?.request.revision ?? 0;
  }

  /** Sends a form of the request with the newest revision. */
  async do(user: string, command: string, fields: Fields = {}): Promise<Response> {
    const given = (Array.isArray(fields) ? fields : Object.entries(fields)) as [string, string][];
    return await this.post(user, `/requests/${this.id}/${command}`, [
      ['revision', String(await this.revision())],
      ...given,
    ]);
  }

  /** The same, and it has to be done. */
  async must(user: string, command: string, fields: Fields = {}): Promise<void> {
    const answer = await this.do(user, command, fields);
    if (answer.status !== 303)
      throw new Error(`${command} by ${user}: ${plain(await answer.text())}`);
  }

  async explain(
    user = 'ann',
    group = 'tables',
    variables = 'Age bands and people in them.',
  ): Promise<void> {
    await this.must(user, 'edit-group', {
      group,
      variables,
      population: 'Registered adults, 380 people.',
      relation: 'None.',
      threshold: 'Counts to 7 are redacted.',
      rounding: 'To the nearest 5.',
    });
  }

  async submit(user = 'ann'): Promise<void> {
    await this.must(user, 'submit', { policy: 'yes' });
  }

  async vote(user: string, path: string, vote: string): Promise<void> {
    const hash = await this.hashOf(path);
    await this.must(user, 'vote', { path, hash, vote });
  }

  /** Waits until the disclosure checks of all files are done, so that pages say the same before and after. */
  async checked(): Promise<void> {
    const { requests, findings } = this.site.running.airlock;
    const stored = await requests.read(this.id);
    if (stored === null) throw new Error('no request');
    await findings.of(stored.request, [...stored.request.files.values()], 100_000);
  }

  async hashOf(path: string): Promise<string> {
    const stored = await this.site.running.airlock.requests.read(this.id);
    return stored?.request.files.get(path)?.hash ?? '';
  }

  async comment(
    user: string,
    text: string,
    visibility: 'public' | 'private' = 'public',
    group = 'tables',
  ): Promise<string> {
    const id = createHash('sha256')
      .update(`${user} ${text}`)
      .digest('hex')
      .replaceAll(/[0189]/g, 'z')
      .slice(0, 16);
    await this.must(user, 'comment', { id, group, text, visibility });
    return id;
  }

  /** Votes the same on all outputs and hands the review in. */
  async review(user: string, vote: 'approved' | 'changes-requested'): Promise<void> {
    const stored = await this.site.running.airlock.requests.read(this.id);
    for (const { path, type } of stored?.request.files.values() ?? []) {
      if (type === 'output') await this.vote(user, path, vote);
    }
    if (vote === 'changes-requested') await this.comment(user, `${user} asks for rounding.`);
    await this.must(user, 'submit-review');
  }

  async status(): Promise<string> {
    const stored = await this.site.running.airlock.requests.read(this.id);
    return stored?.request.status ?? 'none';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
  }
}

/** What a page says, without its markup. */
export function plain(page: string): string {
  return page
    .replaceAll(/<head>.*?<\/head>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#39;/g, '’')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
