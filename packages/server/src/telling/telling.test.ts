import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAgain, testDatabases } from '../database/database.testing.ts';
import type { Database } from '../database/database.ts';
import { given, type TestBackend, TestServer } from '../job-server.testing.ts';
import { type Delivery, deliverDue, deliverMessages, RETRY_SECONDS } from './deliver-messages.ts';
import { isPrivate, publicLookup, refusedBecause } from './send-webhook.ts';

interface Letter {
  readonly to: readonly string[];
  readonly text: string;
}

/** A mail server that takes what it is told to take. */
async function openMailbox(): Promise<{
  readonly letters: Letter[];
  readonly url: string;
  refuse: boolean;
  close(): Promise<void>;
}> {
  const letters: Letter[] = [];
  const box = { letters, url: '', refuse: false, close: async () => {} };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === 'vitrine' && password === 'a secret';
      done(isRight ? null : new Error('wrong password'), { user: username });
    },
    onRcptTo: (_address, _session, done) =>
      done(box.refuse ? Object.assign(new Error('not now'), { responseCode: 451 }) : null),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        letters.push({ to, text: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  box.url = `smtp://vitrine:a%20secret@127.0.0.1:${port}`;
  box.close = async () => await new Promise<void>((resolve) => server.close(() => resolve()));
  return box;
}

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Where webhooks arrive. */
async function openReceiver(): Promise<{
  readonly calls: Call[];
  readonly url: string;
  status: number;
  close(): Promise<void>;
}> {
  const calls: Call[] = [];
  const receiver = { calls, url: '', status: 204, close: async () => {} };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(receiver.status, { location: 'http://127.0.0.1:1/' }).end('x');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  receiver.close = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return receiver;
}

describe.each(testDatabases)('$name', ({ open, isShared }) => {
  let database: Database;
  let server: TestServer;
  let backend: TestBackend;
  let mailbox: Awaited<ReturnType<typeof openMailbox>>;
  let receiver: Awaited<ReturnType<typeof openReceiver>>;
  let delivery: Delivery;

  beforeAll(async () => {
    database = await open();
    server = new TestServer(database);
    backend = await server.backend();
    mailbox = await openMailbox();
    receiver = await openReceiver();
    delivery = {
      database,
      clock: () => server.now,
      publicUrl: () => 'https://jobs.example.org',
      telling: {
        email: { url: mailbox.url, from: 'Vitrine <notifications@example.org>' },
        privateWebhooks: true,
      },
    };
    await server.workspace({ a: [] });
    await database.db
      .updateTable('person')
      .set({ email: 'researcher@example.org' })
      .where('id', '=', server.person)
      .execute();
  });
  beforeEach(() => {
    mailbox.letters.length = 0;
    mailbox.refuse = false;
    receiver.calls.length = 0;
    receiver.status = 204;
  });
  afterAll(async () => {
    await mailbox.close();
    await receiver.close();
    await database.close();
  });

  /** Runs a request to its end: `a` succeeds, `b`, which needs it, fails. */
  const finish = async (notify: boolean): Promise<number> => {
    const workspace = await server.workspace({ a: [], b: ['a'], c: ['b'] });
    const request = await server.ask(workspace, backend, ['c'], { notify });
    const agent = server.agent(backend);
    for (const code of ['succeeded', 'nonzero_exit'] as const) {
      await agent.report(given((await agent.claim()).tasks[0]), 'executing', code);
    }
    expect((await server.request(request.id)).status).toBe('failed');
    return request.number;
  };

  const wantEmail = async (wants: boolean): Promise<void> => {
    await database.db.updateTable('person').set({ wants_email: wants }).execute();
  };

  const hookOf = async (workspaceId: number | null): Promise<number> => {
    const row = await database.db
      .insertInto('webhook')
      .values({
        person_id: server.person,
        workspace_id: workspaceId,
        url: receiver.url,
        secret: 'shared',
        created_at: server.now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return row.id;
  };
  const endHook = async (id: number): Promise<void> => {
    await database.db
      .updateTable('webhook')
      .set({ ended_at: server.now })
      .where('id', '=', id)
      .execute();
  };

  test('one e-mail when the request has finished, with what failed and where to look', async () => {
    const number = await finish(true);
    await deliverDue(delivery);
    expect(mailbox.letters.map(({ to }) => to)).toEqual([['researcher@example.org']]);
    const { text } = given(mailbox.letters[0]);
    expect(text).toMatch(/^From: Vitrine <notifications@example\.org>/m);
    expect(text).toMatch(new RegExp(`^Subject: failed: .*job request ${number}`, 'm'));
    expect(text).toContain(`https://jobs.example.org/job-requests/${number}`);
    expect(text).toContain('1 of 3 succeeded');
    expect(text).toMatch(/^- b: /m);
    await deliverDue(delivery);
    expect(mailbox.letters).toHaveLength(1);
  });

  test('none where the request does not ask for it, or the person wants none', async () => {
    await finish(false);
    await wantEmail(false);
    await finish(true);
    await wantEmail(true);
    await deliverDue(delivery);
    expect(mailbox.letters).toEqual([]);
  });

  test('a mail server that refuses is asked again, later each time, and in the end no more', async () => {
    mailbox.refuse = true;
    await finish(true);
    for (const seconds of RETRY_SECONDS) {
      expect(await deliverDue(delivery)).toBe(1);
      server.pass(seconds - 1);
      expect(await deliverDue(delivery)).toBe(0);
      server.pass(1);
    }
    expect(await deliverDue(delivery)).toBe(1);
    server.pass(1_000_000);
    expect(await deliverDue(delivery)).toBe(0);
    const last = await database.db
      .selectFrom('outgoing_message')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(last).toMatchObject({ sent_at: null, given_up_at: expect.any(Date) });
    expect(last.last_error).not.toContain('a secret');
  });

  test('what was refused once is taken the second time', async () => {
    mailbox.refuse = true;
    await finish(true);
    await deliverDue(delivery);
    mailbox.refuse = false;
    server.pass(RETRY_SECONDS[0] ?? 0);
    await deliverDue(delivery);
    expect(mailbox.letters).toHaveLength(1);
  });

  test('a webhook is signed, dated and named, and carries what everybody may know', async () => {
    const hook = await hookOf(null);
    const number = await finish(false);
    await deliverDue(delivery);
    await endHook(hook);
    expect(receiver.calls).toHaveLength(1);
    const { headers, body } = given(receiver.calls[0]);
    const [, seconds, digest] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['vitrine-signature'])) ?? [];
    expect(Number(seconds)).toBe(Math.floor(server.now.getTime() / 1000));
    expect(createHmac('sha256', 'shared').update(`${seconds}.${body}`).digest('hex')).toBe(digest);
    expect(headers['vitrine-delivery']).toMatch(/^finished-\d+-webhook-\d+$/);
    expect(JSON.parse(body)).toMatchObject({
      event: 'job-request.finished',
      job_request: {
        number,
        status: 'failed',
        failed: [{ action: 'b', status_code: 'nonzero_exit' }],
      },
    });
  });

  test('a webhook of a workspace hears of that workspace only', async () => {
    const other = await server.workspace({ a: [] });
    const hook = await hookOf(other.id);
    await finish(false);
    await deliverDue(delivery);
    expect(receiver.calls).toEqual([]);
    const request = await server.ask(other, backend, ['a']);
    const agent = server.agent(backend);
    await agent.report(given((await agent.claim()).tasks[0]), 'succeeded');
    await deliverDue(delivery);
    await endHook(hook);
    expect(receiver.calls.map(({ body }) => JSON.parse(body).job_request.number)).toEqual([
      request.number,
    ]);
  });

  test.each([500, 404, 302])(
    'an answer of %i is no answer: it is sent again, the same',
    async (status) => {
      const hook = await hookOf(null);
      receiver.status = status;
      await finish(false);
      await deliverDue(delivery);
      receiver.status = 200;
      server.pass(RETRY_SECONDS[0] ?? 0);
      await deliverDue(delivery);
      await endHook(hook);
      const [first, second] = receiver.calls;
      expect(receiver.calls).toHaveLength(2);
      expect(second?.body).toBe(first?.body);
      expect(second?.headers['vitrine-delivery']).toBe(first?.headers['vitrine-delivery']);
    },
  );

  test('several servers that deliver at once tell each person and address once', async () => {
    const second = isShared ? await openAgain(database) : null;
    const servers = [database, second ?? database, second ?? database];
    const hook = await hookOf(null);
    const stopping = new AbortController();
    const errors: unknown[] = [];
    const working = servers.map(
      async (one) =>
        await deliverMessages({ ...delivery, database: one }, stopping.signal, (error) =>
          errors.push(error),
        ),
    );
    const numbers = [];
    for (let count = 0; count < 4; count += 1) numbers.push(await finish(true));
    await expect
      .poll(
        async () =>
          await database.db
            .selectFrom('outgoing_message')
            .select('id')
            .where('next_attempt_at', 'is not', null)
            .execute(),
        { timeout: 60_000 },
      )
      .toEqual([]);
    stopping.abort();
    await Promise.all(working);
    await second?.close();
    await endHook(hook);
    expect(errors).toEqual([]);
    expect(mailbox.letters).toHaveLength(4);
    const told = receiver.calls.map(({ body }) => JSON.parse(body).job_request.number);
    expect(told.toSorted((a, b) => a - b)).toEqual(numbers);
  });

  test('without a mail server an e-mail is given up and says why', async () => {
    const mute = { ...delivery, telling: { email: null, privateWebhooks: false } };
    await finish(true);
    await deliverDue(mute);
    const last = await database.db
      .selectFrom('outgoing_message')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(last).toMatchObject({
      next_attempt_at: null,
      last_error: 'No mail server is configured.',
    });
  });
});

describe('webhooks never go to', () => {
  test.each([
    ['http://example.org/', 'does not begin with https://'],
    ['https://127.0.0.1/', 'is inside a private network'],
    ['https://2130706433/', 'is inside a private network'],
    ['https://0x7f.1/', 'is inside a private network'],
    ['https://169.254.169.254/latest', 'is inside a private network'],
    ['https://[::1]/', 'is inside a private network'],
    ['https://[::ffff:10.0.0.1]/', 'is inside a private network'],
    ['https://[fd00::1]/', 'is inside a private network'],
    ['https://localhost/', 'is inside a private network'],
    ['https://user:word@example.org/', 'holds a password'],
    ['file:///etc/passwd', 'does not begin with https://'],
    ['nonsense', 'is no address'],
  ])('%s', (url, because) => expect(refusedBecause(url, false)).toBe(because));

  test.each([{ all: true }, { all: false }])(
    'a name that leads into a private network, %j',
    async (options) => {
      const error = await new Promise((resolve) => publicLookup('localhost', options, resolve));
      expect(String(error)).toContain('inside a private network');
    },
  );

  test('any address of the private ranges', () => {
    const part = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        expect(isPrivate(`10.${a}.${b}.${c}`)).toBe(true);
        expect(isPrivate(`192.168.${b}.${c}`)).toBe(true);
        expect(isPrivate(`::ffff:127.${a}.${b}.${c}`)).toBe(true);
        expect(isPrivate(`8.${a}.${b}.${c}`)).toBe(false);
      }),
    );
  });
});
