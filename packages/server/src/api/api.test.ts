import {
  API_ROUTES,
  jobRequestDetailSchema,
  jobRequestListSchema,
  madeWebhookSchema,
  type Operation,
  problemSchema,
  rapStatusAnswerSchema,
  type TasksAnswer,
  webhookListSchema,
} from '@vitrine/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { openTestSite, studies, type TestSite } from '../site.testing.ts';

describe.each(testDatabases)('$name', ({ open }) => {
  let site: TestSite;
  beforeAll(async () => {
    site = await openTestSite(await open());
  });
  afterEach(() => expect(site.errors).toEqual([]));
  afterAll(async () => await site.close());

  const asked = {
    workspace: 'nhs_at_home_main',
    backend: 'tpp',
    actions: ['generate_bp_breakdowns'],
  };
  const tasks = {
    agent: 'agent-1',
    free: { database: 10, other: 10 },
    holding: [],
    wait_seconds: 0,
  };

  async function codeOf(answer: Response): Promise<string> {
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    return `${answer.status} ${problemSchema.parse(await answer.json()).code}`;
  }

  describe('a researcher', () => {
    test('asks, reads, cancels and asks again', async () => {
      const token = await site.token('project-developer', ['run']);
      const made = await site.call('/api/v1/job-requests', token, {
        ...asked,
        client_key: 'first-time',
      });
      expect(made.status).toBe(201);
      const detail = jobRequestDetailSchema.parse(await made.json());
      expect(detail.jobs.map(({ action, state }) => `${action} ${state}`)).toEqual([
        'generate_study_population_bp pending',
        'generate_bp_breakdowns pending',
      ]);
      expect(detail.jobs[1]?.waiting?.words).toContain('generate_study_population_bp');
      const again = await site.call('/api/v1/job-requests', token, {
        ...asked,
        client_key: 'first-time',
      });
      expect(again.status).toBe(200);
      expect(await again.json()).toMatchObject({ number: detail.number });
      const path = `/api/v1/job-requests/${detail.number}`;
      const cancelled = await site.call(`${path}/cancel`, token, {});
      expect(await cancelled.json()).toEqual({ cancelled: 2 });
      const read = jobRequestDetailSchema.parse(await (await site.call(path, null)).json());
      expect(read).toMatchObject({ status: 'failed', counts: { failed: 2 } });
      const rerun = await site.call(`${path}/rerun`, token, {});
      expect(rerun.status).toBe(201);
      const list = jobRequestListSchema.parse(
        await (
          await site.call('/api/v1/job-requests?workspace=nhs_at_home_main&limit=1', null)
        ).json(),
      );
      expect(list.job_requests).toHaveLength(1);
      expect(list.next).toBe(list.job_requests[0]?.number);
    });

    test.each([
      ['without a token', null, asked, '401 sign-in-needed'],
      ['with a token that nobody made', 'vitrine_nonsense', asked, '401 token-invalid'],
      [
        'for a workspace that there is not',
        'run',
        { ...asked, workspace: 'x' },
        '404 thing-unknown',
      ],
      ['for a backend that there is not', 'run', { ...asked, backend: 'x' }, '404 thing-unknown'],
      [
        'for an action that there is not',
        'run',
        { ...asked, actions: ['x'] },
        '422 action-unknown',
      ],
      [
        'for a commit of a fork',
        'run',
        { ...asked, commit: 'f'.repeat(40) },
        '422 commit-not-on-branch',
      ],
      ['without actions', 'run', { ...asked, actions: [] }, '400 body-invalid'],
      ['with a field too many', 'run', { ...asked, admin: true }, '400 body-invalid'],
      ['with a token for something else', 'read', asked, '403 token-scope-missing'],
    ] as const)('is refused %s, and nothing changes', async (_, scope, body, expected) => {
      const token =
        scope === 'run' || scope === 'read'
          ? await site.token('project-developer', [scope])
          : scope;
      const before = await count();
      expect(await codeOf(await site.call('/api/v1/job-requests', token, body))).toBe(expected);
      expect(await count()).toBe(before);
    });

    test('needs a role on the project and one on the backend', async () => {
      for (const as of ['nobody', 'deployment-administrator'] as const) {
        const token = await site.token(as, ['run']);
        expect(await codeOf(await site.call('/api/v1/job-requests', token, asked))).toBe(
          '403 permission-needed',
        );
      }
    });

    test.each([
      ['half an object', '{', 'application/json', '400 body-not-json'],
      ['plain text', '{}', 'text/plain', '415 body-type-refused'],
      ['three megabytes', 'x'.repeat(3_000_000), 'application/json', '413 body-too-large'],
    ])('is refused %s as a body', async (_, body, type, expected) => {
      const token = await site.token('project-developer', ['run']);
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const answer = await fetch(`${site.url}/api/v1/job-requests`, {
        method: 'POST',
        headers,
        body,
      });
      expect(await codeOf(answer)).toBe(expected);
    });

    test('is never recognised by a cookie', async () => {
      const headers = { accept: 'application/json', 'content-type': 'application/json' };
      const answer = await site.ask('/api/v1/job-requests', 'project-developer', {
        method: 'POST',
        headers,
        body: JSON.stringify(asked),
      });
      expect(await codeOf(answer)).toBe('401 sign-in-needed');
    });

    test('a token that was revoked, is over, or whose owner was disabled is nobody', async () => {
      const { db } = site.database;
      const path = '/api/v1/job-requests';
      const spoil = {
        revoked: async () =>
          await db.updateTable('token').set({ revoked_at: new Date() }).execute(),
        over: async () =>
          await db
            .updateTable('token')
            .set({ expires_at: new Date(0) })
            .execute(),
        disabled: async () =>
          await db
            .updateTable('person')
            .set({ is_disabled: true })
            .where('username', '=', 'nobody')
            .execute(),
      };
      const kept = await db
        .selectFrom('token')
        .selectAll()
        .where('backend_id', 'is not', null)
        .execute();
      for (const change of Object.values(spoil)) {
        const token = await site.token('nobody', ['run']);
        await change();
        expect(await codeOf(await site.call(path, token, asked))).toMatch(/^401/);
      }
      await db.updateTable('person').set({ is_disabled: false }).execute();
      for (const { id, revoked_at, expires_at } of kept) {
        await db
          .updateTable('token')
          .set({ revoked_at, expires_at })
          .where('id', '=', id)
          .execute();
      }
    });
  });

  describe('webhooks', () => {
    const path = '/api/v1/webhooks';

    test('are made, listed and ended by their owner, and their secret is shown once', async () => {
      const token = await site.token('project-developer', ['run', 'read']);
      const answer = await site.call(path, token, {
        url: 'https://nowhere.invalid/hook',
        workspace: 'nhs_at_home_main',
      });
      expect(answer.status).toBe(201);
      const { secret, ...made } = madeWebhookSchema.parse(await answer.json());
      expect(secret.length).toBeGreaterThan(20);
      const list = async (as: string): Promise<unknown> =>
        webhookListSchema.parse(await (await site.call(path, as)).json()).webhooks;
      expect(await list(token)).toEqual([made]);
      const other = await site.token('staff', ['run', 'read']);
      expect(await list(other)).toEqual([]);
      expect(await codeOf(await site.call(`${path}/${made.id}/end`, other, {}))).toBe(
        '404 thing-unknown',
      );
      expect((await site.call(`${path}/${made.id}/end`, token, {})).status).toBe(200);
      expect(await list(token)).toEqual([]);
    });

    test.each([
      [{ url: 'https://10.0.0.1/' }, '422 webhook-refused'],
      [{ url: 'http://example.org/' }, '422 webhook-refused'],
      [{ url: 'https://nowhere.invalid/', workspace: 'nowhere' }, '404 thing-unknown'],
      [{ url: 7 }, '400 body-invalid'],
      [{ url: 'https://nowhere.invalid/\0' }, '400 body-invalid'],
    ])('are refused: %j', async (body, expected) => {
      const token = await site.token('project-developer', ['run']);
      expect(await codeOf(await site.call(path, token, body))).toBe(expected);
    });

    test('of a workspace need the right to run its jobs', async () => {
      const token = await site.token('nobody', ['run']);
      const body = { url: 'https://nowhere.invalid/', workspace: 'nhs_at_home_main' };
      expect(await codeOf(await site.call(path, token, body))).toBe('403 permission-needed');
    });
  });

  describe('an agent', () => {
    test('claims, reports, and is seen', async () => {
      await site.request(['generate_proactive_timeseries']);
      const answer = await site.call('/api/agent/v1/tasks', site.agentToken, tasks);
      const [task] = ((await answer.json()) as TasksAnswer).tasks;
      expect(task?.action).toMatch(/^generate_study_population/);
      const heartbeat = await site.call('/api/agent/v1/heartbeat', site.agentToken, {
        agent: 'agent-1',
        jobs: [],
        self_test: { passed: true, failed: [] },
        version: '0.1.0',
      });
      expect(heartbeat.status).toBe(200);
      const reported = await site.call('/api/agent/v1/reports', site.agentToken, {
        agent: 'agent-1',
        reports: [
          {
            job: task?.job,
            attempt: task?.attempt,
            at: `${new Date().toISOString().slice(0, 19)}Z`,
            status_code: 'executing',
          },
        ],
      });
      expect(await reported.json()).toMatchObject({ results: [{ outcome: 'accepted' }] });
    });

    test('that waits is woken by a job request', async () => {
      const waiting = site.call('/api/agent/v1/tasks', site.agentToken, {
        ...tasks,
        agent: 'agent-2',
        wait_seconds: 50,
      });
      await site.call('/healthz', null);
      await site.request(['generate_oximetry_timeseries']);
      expect(((await (await waiting).json()) as TasksAnswer).tasks).toHaveLength(1);
    });

    test("is not let in with a person's token, nor a person with the agent's", async () => {
      const token = await site.token('staff', ['run', 'rap']);
      expect(await codeOf(await site.call('/api/agent/v1/tasks', token, tasks))).toBe(
        '403 token-scope-missing',
      );
      expect(await codeOf(await site.call('/api/v1/job-requests', site.agentToken, asked))).toBe(
        '403 token-scope-missing',
      );
    });

    test('cannot say more than the protocol has words for', async () => {
      const said = {
        agent: 'agent-1',
        reports: [
          {
            job: 'a'.repeat(16),
            attempt: 1,
            at: '2022-05-12T09:00:00Z',
            status_code: 'executing',
            log: 'patient 1',
          },
        ],
      };
      expect(await codeOf(await site.call('/api/agent/v1/reports', site.agentToken, said))).toBe(
        '400 body-invalid',
      );
    });
  });

  describe('a client of the existing controller', () => {
    const { repository, branch, commits } = studies[0] ?? {
      repository: '',
      branch: '',
      commits: [],
    };
    const rap = {
      rap_id: 'abcdefghijklmnop',
      backend: 'tpp',
      workspace: 'nhs_at_home_main',
      repo_url: repository,
      branch,
      commit: commits.at(-1)?.hash,
      database_name: 'default',
      requested_actions: ['generate_bp_regional_timeseries'],
      codelists_ok: true,
      force_run_dependencies: false,
      created_by: 'project-developer',
      project: 'nhs-at-home',
      orgs: ['nhse-i'],
      analysis_scope: { dataset_permissions: [] },
    };

    test('creates, asks how it is, and cancels', async () => {
      const token = await site.token('project-developer', ['rap']);
      const create = async (body: object): Promise<Response> =>
        await site.call('/controller/v1/rap/create/', token, body);
      const made = await create(rap);
      expect(await made.json()).toMatchObject({ result: 'Success', rap_id: rap.rap_id });
      expect(made.status).toBe(201);
      const again = await create(rap);
      expect([again.status, ((await again.json()) as { result: string }).result]).toEqual([
        200,
        'No change',
      ]);
      expect((await create({ ...rap, commit: '0'.repeat(40) })).status).toBe(400);
      const status = await site.call('/controller/v1/rap/status/', token, {
        rap_ids: [rap.rap_id, 'zzzzzzzzzzzzzzzz'],
      });
      const { jobs, unrecognised_rap_ids } = rapStatusAnswerSchema.parse(await status.json());
      expect(unrecognised_rap_ids).toEqual(['zzzzzzzzzzzzzzzz']);
      expect(jobs.at(-1)).toMatchObject({
        action: 'generate_bp_regional_timeseries',
        status: 'pending',
      });
      const cancel = await site.call('/controller/v1/rap/cancel/', token, {
        rap_id: rap.rap_id,
        actions: ['generate_bp_regional_timeseries'],
      });
      expect(await cancel.json()).toMatchObject({ count: 1 });
      const backends = await site.call('/controller/v1/backend/status/', token);
      expect(await backends.json()).toMatchObject({
        backends: [{ slug: 'tpp', paused: { status: 'off' } }],
      });
    });

    test.each([
      ['project-developer', 'ponmlkjihgfedcba', 'project-developer'],
      ['deployment-administrator', 'ponmlkjihgfedcbb', 'output-checker'],
    ] as const)('%s asks in the name of others only where that is its task', async (as, id, of) => {
      const { db } = site.database;
      const person = db.selectFrom('person').select('id').where('username', '=', as);
      await db
        .insertInto('membership')
        .values({
          person_id: (await person.executeTakeFirstOrThrow()).id,
          role: 'backend-user',
          scope: 'backend',
          backend_id: site.backendId,
          created_at: new Date(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const asked = { ...rap, rap_id: id, created_by: 'output-checker' };
      const token = await site.token(as, ['rap']);
      const made = await site.call('/controller/v1/rap/create/', token, {
        ...asked,
        force_run_dependencies: true,
      });
      expect(made.status).toBeLessThan(300);
      const { username } = await db
        .selectFrom('job_request')
        .innerJoin('person', 'person.id', 'job_request.requested_by')
        .select('username')
        .where('job_request.identifier', '=', id)
        .executeTakeFirstOrThrow();
      expect(username).toBe(of);
      await site.call(
        '/controller/v1/rap/cancel/',
        await site.token('project-developer', ['rap']),
        {
          rap_id: id,
          actions: asked.requested_actions,
        },
      );
    });

    test('may send the token without a scheme, and reads faults in its own shape', async () => {
      const token = await site.token('project-developer', ['rap']);
      const bare = await fetch(`${site.url}/controller/v1/backend/status/`, {
        headers: { authorization: token },
      });
      expect(bare.status).toBe(200);
      const refused = await site.call('/controller/v1/rap/create/', null, rap);
      expect([refused.status, Object.keys((await refused.json()) as object)]).toEqual([
        401,
        ['error', 'details'],
      ]);
    });
  });

  test('every operation of the protocol answers; none is unknown', async () => {
    for (const operation of Object.keys(API_ROUTES) as Operation[]) {
      const { method, path } = API_ROUTES[operation];
      const answer = await site.call(
        path.replace(/\{\w+\}/g, 'x'),
        null,
        method === 'post' ? {} : undefined,
      );
      if (answer.status === 404)
        expect(problemSchema.parse(await answer.json()).code, path).toBe('thing-unknown');
    }
    expect(await (await site.call('/api/v1/openapi.json', null)).json()).toMatchObject({
      openapi: '3.1.0',
    });
    expect(await codeOf(await site.call('/api/v1/nothing', null))).toBe('404 page-unknown');
    const wrong = await site.call('/api/v1/jobs/x', null, {});
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect(await codeOf(wrong)).toBe('405 method-refused');
  });

  test('tells the machines that watch it', async () => {
    expect(await (await site.call('/healthz', null)).json()).toMatchObject({ status: 'ok' });
    const text = await (await site.call('/metrics', null)).text();
    expect(text).toMatch(/vitrine_jobs\{backend="tpp",state="pending"\} \d+/);
    expect(text).toMatch(
      /vitrine_http_request_duration_seconds_count\{method="GET",route="\/healthz",status="200"\} [1-9]/,
    );
    expect(text).toMatch(/^vitrine_messages\{state="due"\} \d+$/m);
    const status = await site.ask('/status/tpp');
    expect([status.status, await status.text()]).toEqual([
      200,
      expect.stringContaining('tpp last seen: 2'),
    ]);
  });

  async function count(): Promise<number> {
    const row = await site.database.db
      .selectFrom('job_request')
      .select((select) => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return row.count;
  }
});
