import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  type AirlockGrant,
  airlockGrantSchema,
  RELEASE_FILE_LIMIT,
  type ReleaseAnnouncement,
  type ReleaseStanding,
  releaseFileStandingSchema,
  releaseStandingSchema,
  signApproval,
  UPLOAD_OFFSET,
  wholeSecond,
} from '@vitrine/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { newIdentifier } from '../database/identifiers.ts';
import { given } from '../job-server.testing.ts';
import { issueToken } from '../people/tokens.ts';
import { issueAirlockToken } from '../releases/airlock-token.ts';
import { sha256Of } from '../releases/release.testing.ts';
import { applyReports } from '../scheduling/apply-reports.ts';
import { claimTasks } from '../scheduling/claim-tasks.ts';
import { openTestSite, type TestSite } from '../site.testing.ts';

const WORKSPACE = 'nhs_at_home_main';
const AUTHOR = 'project-developer';
const REVIEWERS = ['output-checker', 'second-checker'] as const;

describe.each(testDatabases)('$name', ({ open }) => {
  let site: TestSite;
  let token: string;
  let job: { readonly identifier: string; readonly commit: string };
  const grants = new Map<string, AirlockGrant>();

  beforeAll(async () => {
    site = await openTestSite(await open());
    const { db } = site.database;
    token = await issueToken(db, {
      owner: { backendId: site.backendId },
      label: 'Airlock',
      scopes: ['airlock'],
      createdBy: null,
      now: new Date(),
    });
    const second = await db
      .insertInto('person')
      .values({ username: REVIEWERS[1], name: 'A second checker', created_at: new Date() })
      .returning('id')
      .executeTakeFirstOrThrow();
    await db
      .insertInto('membership')
      .values({
        person_id: second.id,
        role: 'output-checker',
        scope: 'global',
        created_at: new Date(),
      })
      .execute();
    await site.request();
    const agent = {
      agent: 'agent-1',
      free: { database: 1, other: 1 },
      holding: [],
      wait_seconds: 0,
    };
    const { tasks } = await claimTasks(site.server.site, site.backendId, agent);
    const task = given(tasks[0]);
    await applyReports(site.server.site, site.backendId, {
      agent: 'agent-1',
      reports: [
        {
          job: task.job,
          attempt: task.attempt,
          at: wholeSecond(new Date()),
          status_code: 'succeeded',
        },
      ],
    });
    job = await db
      .selectFrom('job')
      .innerJoin('job_request', 'job_request.id', 'job.job_request_id')
      .select(['job.identifier', 'job_request.commit'])
      .where('job.identifier', '=', task.job)
      .where('state', '=', 'succeeded')
      .executeTakeFirstOrThrow();
    for (const username of REVIEWERS) grants.set(username, await signIn(username));
  });
  afterEach(() => expect(site.errors).toEqual([]));
  afterAll(async () => await site.close());

  async function signIn(username: string): Promise<AirlockGrant> {
    const { db } = site.database;
    const person = await db
      .selectFrom('person')
      .select('id')
      .where('username', '=', username)
      .executeTakeFirstOrThrow();
    const secret = await issueAirlockToken(
      db,
      { personId: person.id, now: new Date() },
      randomBytes,
    );
    const asked = { username, token: secret };
    const answer = await site.call('/api/airlock/v1/sign-in', token, asked);
    return airlockGrantSchema.parse(await answer.json());
  }

  function announcementOf(files: Readonly<Record<string, Uint8Array>>): ReleaseAnnouncement {
    const release = newIdentifier(randomBytes);
    return {
      release,
      workspace: WORKSPACE,
      author: AUTHOR,
      released_by: REVIEWERS[0],
      files: Object.entries(files).map(([path, bytes]) => {
        const sha256 = sha256Of(bytes);
        return {
          path,
          size: bytes.length,
          sha256,
          job: job.identifier,
          commit: job.commit,
          approvals: REVIEWERS.map((reviewer) => {
            const { grant, approval_key: key } = given(grants.get(reviewer));
            const signed = {
              release,
              workspace: WORKSPACE,
              author: AUTHOR,
              reviewer,
              path,
              sha256,
            };
            return {
              reviewer,
              grant,
              at: wholeSecond(new Date()),
              signature: signApproval(key, signed),
            };
          }),
        };
      }),
    };
  }

  const put = async (
    release: string,
    sha256: string,
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    await fetch(`${site.url}/api/airlock/v1/releases/${release}/files/${sha256}`, {
      method: 'PUT',
      headers: {
        connection: 'close',
        authorization: `Bearer ${token}`,
        'content-type': 'application/octet-stream',
        [UPLOAD_OFFSET]: '0',
        ...headers,
      },
      body: bytes,
    });

  const read = async (release: string): Promise<ReleaseStanding> =>
    releaseStandingSchema.parse(
      await (await site.call(`/api/airlock/v1/releases/${release}`, token)).json(),
    );

  const announce = async (announcement: ReleaseAnnouncement): Promise<Response> =>
    await site.call('/api/airlock/v1/releases', token, announcement);

  test('a release over the wire, the largest file included', async () => {
    const large = randomBytes(RELEASE_FILE_LIMIT);
    const small = Buffer.from('a,b\n1,2\n');
    const announcement = announcementOf({ 'output/large.png': large, 'output/small.csv': small });
    const { release } = announcement;
    const announced = releaseStandingSchema.parse(await (await announce(announcement)).json());
    expect(announced.state).toBe('receiving');
    expect((await put(release, sha256Of(small), small)).status).toBe(200);
    // The wrong place: the answer comes although nobody wants the bytes.
    const wrong = await put(release, sha256Of(large), large, { [UPLOAD_OFFSET]: '5' });
    // It tells of this file alone: a release may have thousands.
    const file = { sha256: sha256Of(large), received: 0, size: RELEASE_FILE_LIMIT };
    expect(await wrong.json()).toEqual({ release, state: 'receiving', file });
    const half = RELEASE_FILE_LIMIT / 2;
    await put(release, sha256Of(large), large.subarray(0, half));
    expect((await read(release)).files).toContainEqual({
      sha256: sha256Of(large),
      received: half,
      size: RELEASE_FILE_LIMIT,
    });
    const last = await put(release, sha256Of(large), large.subarray(half), {
      [UPLOAD_OFFSET]: String(half),
    });
    expect(releaseFileStandingSchema.parse(await last.json()).state).toBe('released');
    const stream = given(await site.server.site.releases.open(sha256Of(large)));
    expect(sha256Of(await buffer(stream))).toBe(sha256Of(large));
  });

  test('a connection that breaks in the middle leaves what came, and no half file', async () => {
    const bytes = randomBytes(300_000);
    const sha256 = sha256Of(bytes);
    const announcement = announcementOf({ 'output/broken.png': bytes });
    const { release } = announcement;
    await announce(announcement);
    const sending = request(`${site.url}/api/airlock/v1/releases/${release}/files/${sha256}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/octet-stream',
        'content-length': bytes.length,
        [UPLOAD_OFFSET]: '0',
      },
    });
    sending.on('error', () => {});
    sending.write(bytes.subarray(0, 100_000));
    const received = async (): Promise<number> => (await read(release)).files[0]?.received ?? 0;
    await expect.poll(received, { timeout: 60_000 }).toBe(100_000);
    sending.destroy();
    expect(await site.server.site.releases.open(sha256)).toBeNull();
    const from = await received();
    const rest = await put(release, sha256, bytes.subarray(from), {
      [UPLOAD_OFFSET]: String(from),
    });
    expect(await rest.json()).toMatchObject({ state: 'released' });
  });

  test('bytes that are not those that were approved are refused with a problem', async () => {
    const bytes = Buffer.from('approved\n');
    const announcement = announcementOf({ 'output/approved.txt': bytes });
    const { release } = announcement;
    await announce(announcement);
    const codeOf = async (answer: Response): Promise<string> =>
      `${answer.status} ${((await answer.json()) as { code: string }).code}`;
    const other = Buffer.from('0ther one');
    expect(await codeOf(await put(release, sha256Of(bytes), other))).toBe(
      '422 release-bytes-differ',
    );
    const long = Buffer.from('approved\n and more');
    expect(await codeOf(await put(release, sha256Of(bytes), long))).toBe(
      '413 release-file-too-long',
    );
    for (const offset of ['', '-1', '1.5', 'x', '9'.repeat(20)]) {
      const answer = await put(release, sha256Of(bytes), bytes, { [UPLOAD_OFFSET]: offset });
      expect(await codeOf(answer)).toBe('400 release-offset-missing');
    }
    const form = await put(release, sha256Of(bytes), bytes, { 'content-type': 'text/plain' });
    expect(await codeOf(form)).toBe('415 body-type-refused');
    expect(await codeOf(await put(release, sha256Of(other), other))).toBe(
      '404 release-file-unannounced',
    );
    const cancel = `/api/airlock/v1/releases/${release}/cancel`;
    expect(await (await site.call(cancel, token, {})).json()).toMatchObject({ state: 'cancelled' });
    expect(await codeOf(await put(release, sha256Of(bytes), bytes))).toBe('409 release-cancelled');
  });

  test('every fault of an announcement is told at once, with its file and its remedy', async () => {
    const good = announcementOf({
      'output/a.csv': Buffer.from('a'),
      'output/b.csv': Buffer.from('b'),
    });
    const answer = await announce({
      ...good,
      files: good.files.map((file) => ({ ...file, job: 'aaaaaaaaaaaaaaaa' })),
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: 'release-job-unknown',
      errors: ['output/a.csv', 'output/b.csv'].map((field) => ({
        field,
        code: 'release-job-unknown',
        message: expect.stringContaining(field),
        hint: expect.stringContaining('Run the action again'),
      })),
    });
  });

  test('an announcement of as many files as one may have is taken', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `output/${'deep/'.repeat(20)}${index}.csv`,
        Buffer.from(`${index}\n`),
      ]),
    );
    const answer = await announce(announcementOf(files));
    expect(answer.status).toBe(200);
    expect(releaseStandingSchema.parse(await answer.json()).files).toHaveLength(5000);
  });

  test('members and staff read how a review stands on the page of the workspace; nobody else does', async () => {
    const news = {
      request: newIdentifier(randomBytes),
      number: 1,
      kind: 'submitted',
      workspace: WORKSPACE,
      author: AUTHOR,
      at: wholeSecond(new Date()),
    };
    const told = await site.call('/api/airlock/v1/news', token, news);
    expect(await told.json()).toEqual({ done: true });
    const sees = async (as: Parameters<TestSite['ask']>[1]): Promise<boolean> =>
      (await (await site.ask(`/workspaces/${WORKSPACE}`, as)).text()).includes(
        'with the reviewers',
      );
    expect(await sees('project-developer')).toBe(true);
    expect(await sees('output-checker')).toBe(true);
    expect(await sees('staff')).toBe(true);
    for (const as of [null, 'nobody', 'project-collaborator', 'organisation-member'] as const) {
      expect(await sees(as), String(as)).toBe(false);
    }
  });
});
