/** P11, at the server: tokens are stored hashed, scoped, expiring; revocation fails closed. Here: what lets people and programs into airlocks. */
import { airlockGrantSchema, airlockRightsSchema, problemSchema } from '@vitrine/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testDatabases } from '../database/database.testing.ts';
import { issueToken } from '../people/tokens.ts';
import { readAirlockRights, signOutOfAirlock } from '../releases/airlock-grants.ts';
import { AUTHOR, CHECKERS, codesOf, ReleaseScene } from '../releases/release.testing.ts';
import { GRANT_HOURS, signInToAirlock, WRONG_ATTEMPTS } from '../releases/sign-in-to-airlock.ts';
import { openTestSite, type TestSite } from '../site.testing.ts';

const [CHECKER] = CHECKERS;

describe.each(testDatabases)('$name', ({ open }) => {
  describe('the single-use token', () => {
    let scene: ReleaseScene;
    beforeAll(async () => {
      scene = await ReleaseScene.open(await open());
    });
    afterAll(async () => await scene.close());

    const signIn = async (token: string, username: string = AUTHOR): Promise<readonly string[]> =>
      await codesOf(signInToAirlock(scene.context, scene.backend, { username, token }));

    test('is short enough to be typed and long enough not to be guessed', async () => {
      const tokens = await Promise.all(
        Array.from({ length: 5 }, async () => await scene.token(AUTHOR)),
      );
      for (const token of tokens) expect(token).toMatch(/^[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}$/);
      expect(new Set(tokens).size).toBe(tokens.length);
    });

    test('is stored as a hash, and so is nothing of it in the log of decisions', async () => {
      const token = await scene.token(AUTHOR);
      const grant = await scene.signIn(AUTHOR);
      const { db } = scene.database;
      const stored = JSON.stringify([
        await db.selectFrom('airlock_token').selectAll().execute(),
        await db.selectFrom('audit_event').selectAll().execute(),
        await db.selectFrom('outgoing_message').selectAll().execute(),
      ]);
      for (const secret of [token, token.replaceAll('-', ''), grant.approval_key]) {
        expect(stored).not.toContain(secret);
      }
    });

    test.each<[string, (token: string) => string]>([
      ['as it is shown', (token) => token],
      ['without hyphens', (token) => token.replaceAll('-', '')],
      ['in capitals, with spaces', (token) => ` ${token.toUpperCase().replaceAll('-', ' ')} `],
    ])('can be typed %s', async (_, typed) => {
      expect(await signIn(typed(await scene.token(AUTHOR)))).toEqual([]);
    });

    test('lets in once', async () => {
      const token = await scene.token(AUTHOR);
      expect(await signIn(token)).toEqual([]);
      expect(await signIn(token)).toEqual(['airlock-sign-in-refused']);
    });

    test('lets in once, however many try at the same time', async () => {
      const token = await scene.token(AUTHOR);
      const outcomes = await Promise.all(
        Array.from({ length: 4 }, async () => await signIn(token)),
      );
      expect(outcomes.filter((codes) => codes.length === 0)).toHaveLength(1);
      scene.server.pass(20 * 60);
    });

    test('is over after fifteen minutes, and when a new one is made', async () => {
      const old = await scene.token(AUTHOR);
      scene.server.pass(15 * 60);
      expect(await signIn(old)).toEqual(['airlock-sign-in-refused']);
      const first = await scene.token(AUTHOR);
      const second = await scene.token(AUTHOR);
      expect(await signIn(first)).toEqual(['airlock-sign-in-refused']);
      expect(await signIn(second)).toEqual([]);
    });

    test("is its person's alone", async () => {
      expect(await signIn(await scene.token(CHECKER), AUTHOR)).toEqual(['airlock-sign-in-refused']);
      expect(await signIn(await scene.token(CHECKER), 'there-is-none')).toEqual([
        'airlock-sign-in-refused',
      ]);
    });

    test('of somebody who lost all roles lets nobody in', async () => {
      await scene.person('gone');
      await scene.give('gone', 'output-checker', 'global');
      const token = await scene.token('gone');
      await scene.takeRoles('gone');
      expect(await signIn(token, 'gone')).toEqual(['airlock-nothing-to-see']);
    });

    test('of a disabled account lets nobody in', async () => {
      const id = await scene.person('disabled');
      await scene.give('disabled', 'output-checker', 'global');
      const token = await scene.token('disabled');
      const { db } = scene.database;
      await db.updateTable('person').set({ is_disabled: true }).where('id', '=', id).execute();
      expect(await signIn(token, 'disabled')).toEqual(['airlock-sign-in-refused']);
    });

    test('wrong ones are bounded for each person on each backend, and the limit is told', async () => {
      await scene.person('clumsy');
      await scene.give('clumsy', 'output-checker', 'global');
      for (let attempt = 0; attempt < WRONG_ATTEMPTS; attempt += 1) {
        expect(await signIn('aaaa-aaaa-aaaa', 'clumsy')).toEqual(['airlock-sign-in-refused']);
      }
      const token = await scene.token('clumsy');
      const refused = signInToAirlock(scene.context, scene.backend, { username: 'clumsy', token });
      await expect(refused).rejects.toThrow(`${WRONG_ATTEMPTS} wrong attempts`);
      expect(await signIn(await scene.token(AUTHOR))).toEqual([]);
      const elsewhere = await scene.server.backend();
      expect(
        await codesOf(signInToAirlock(scene.context, elsewhere, { username: 'clumsy', token })),
      ).toEqual([]);
      scene.server.pass(15 * 60);
      expect(await signIn(await scene.token('clumsy'), 'clumsy')).toEqual([]);
    });

    test('what was tried and done stands in the log', async () => {
      expect(await scene.decisions('clumsy')).toEqual(
        Array(WRONG_ATTEMPTS).fill('airlock-sign-in-refused'),
      );
      expect(await scene.decisions(scene.backend.slug)).toContain('airlock-signed-in');
    });

    test('its person is told by e-mail that it was used, if they want e-mail', async () => {
      const { db } = scene.database;
      const letters = async (): Promise<number> =>
        (
          await db
            .selectFrom('outgoing_message')
            .select('id')
            .where('recipient', '=', 'checker-2@example.org')
            .execute()
        ).length;
      const before = await letters();
      await scene.signIn('checker-2');
      expect(await letters()).toBe(before + 1);
      const quiet = db.updateTable('person').where('username', '=', 'checker-2');
      await quiet.set({ wants_email: false }).execute();
      await scene.signIn('checker-2');
      expect(await letters()).toBe(before + 1);
    });
  });

  describe('what a sign-in is worth', () => {
    let scene: ReleaseScene;
    beforeAll(async () => {
      scene = await ReleaseScene.open(await open());
      await scene.person('colleague');
    });
    afterAll(async () => await scene.close());
    beforeEach(async () => {
      const { db } = scene.database;
      await db.updateTable('person').set({ is_disabled: false }).execute();
      for (const name of CHECKERS) {
        await scene.takeRoles(name);
        await scene.give(name, 'output-checker', 'global');
        await scene.signIn(name);
      }
    });

    const rights = async (grant: string): Promise<readonly string[]> =>
      await codesOf(readAirlockRights(scene.context, scene.backend, grant));

    const grantOf = (username: string): string => scene.grants.get(username)?.grant ?? '';

    /** Ways to end what a reviewer was given, and whether what they approved before still counts. */
    const ends: readonly (readonly [string, () => Promise<void>, boolean])[] = [
      [
        'signing out',
        async () => await signOutOfAirlock(scene.context, scene.backend, grantOf(CHECKER)),
        true,
      ],
      [`${GRANT_HOURS} hours`, async () => scene.server.pass(GRANT_HOURS * 3600), true],
      ['losing the role', async () => await scene.takeRoles(CHECKER), false],
      [
        'a disabled account',
        async () => {
          const { db } = scene.database;
          const person = db.updateTable('person').where('username', '=', CHECKER);
          await person.set({ is_disabled: true }).execute();
        },
        false,
      ],
    ];

    test.each(ends)('%s ends it at once', async (_, end, countsStill) => {
      expect(await rights(grantOf(CHECKER))).toEqual([]);
      const approvedBefore = scene.announcement();
      await end();
      expect(await rights(grantOf(CHECKER))).toEqual(['airlock-grant-over']);
      const refusal = await scene.refusal(approvedBefore);
      if (countsStill) expect(refusal).toEqual([]);
      else expect(refusal).toContain('release-approval-not-checker');
      // What somebody holds of the sign-in signs nothing any more.
      scene.server.pass(1);
      expect(await scene.refusal(scene.announcement())).not.toEqual([]);
    });

    test('the word of another backend counts for nothing', async () => {
      const elsewhere = await scene.server.backend();
      expect(await codesOf(readAirlockRights(scene.context, elsewhere, grantOf(CHECKER)))).toEqual([
        'airlock-grant-over',
      ]);
      await signOutOfAirlock(scene.context, elsewhere, grantOf(CHECKER));
      expect(await rights(grantOf(CHECKER))).toEqual([]);
      await scene.signIn(CHECKER, elsewhere);
      expect(await scene.refusal(scene.announcement())).toContain('release-approval-grant');
    });

    test('a grant that there is not is over', async () => {
      expect(await rights('aaaaaaaaaaaaaaaa')).toEqual(['airlock-grant-over']);
    });

    test('rights are those of this very moment', async () => {
      await scene.give('colleague', 'deployment-administrator', 'global');
      const { grant } = await scene.signIn('colleague');
      const now = async () => await readAirlockRights(scene.context, scene.backend, grant);
      expect(await now()).toMatchObject({ is_checker: false, reads_all: true, roles: {} });
      await scene.give('colleague', 'project-collaborator', 'project');
      expect(await now()).toMatchObject({ roles: { home: 'collaborator' } });
      await scene.takeRoles('colleague');
      await scene.give('colleague', 'project-developer', 'project');
      expect(await now()).toMatchObject({ is_checker: false, reads_all: false });
      expect(await now()).toMatchObject({
        roles: { home: 'developer' },
        workspaces: [{ name: scene.workspace.name, is_open: true }],
      });
      await scene.takeRoles('colleague');
      await scene.give('colleague', 'project-collaborator', 'project');
      await expect(now()).rejects.toThrow('over');
    });

    test('a workspace that is archived, or whose project has ended, is not open', async () => {
      const { db } = scene.database;
      const isOpen = async (): Promise<readonly boolean[]> =>
        (await readAirlockRights(scene.context, scene.backend, grantOf(CHECKER))).workspaces.map(
          ({ is_open }) => is_open,
        );
      expect(await isOpen()).toEqual([true]);
      await db.updateTable('workspace').set({ is_archived: true }).execute();
      expect(await isOpen()).toEqual([false]);
      await db.updateTable('workspace').set({ is_archived: false }).execute();
      await db.updateTable('project').set({ status: 'retired' }).execute();
      expect(await isOpen()).toEqual([false]);
      await db.updateTable('project').set({ status: 'ongoing' }).execute();
    });
  });

  describe('the token of a backend', () => {
    let site: TestSite;
    let airlockToken: string;
    beforeAll(async () => {
      site = await openTestSite(await open());
      airlockToken = await issueToken(site.database.db, {
        owner: { backendId: site.backendId },
        label: 'Airlock',
        scopes: ['airlock'],
        createdBy: null,
        now: new Date(),
      });
    });
    afterEach(() => expect(site.errors).toEqual([]));
    afterAll(async () => await site.close());

    const heartbeat = {
      agent: 'a',
      version: '1',
      holding: [],
      database: 'unknown',
      self_test: null,
    };

    test.each([
      ['/api/airlock/v1/sign-in', { username: 'x', token: 'x' }],
      ['/api/airlock/v1/rights', { grant: 'aaaaaaaaaaaaaaaa' }],
      ['/api/airlock/v1/sign-out', { grant: 'aaaaaaaaaaaaaaaa' }],
      ['/api/airlock/v1/news', {}],
      ['/api/airlock/v1/releases', {}],
      ['/api/airlock/v1/releases/aaaaaaaaaaaaaaaa/cancel', {}],
      ['/api/airlock/v1/releases/aaaaaaaaaaaaaaaa', undefined],
    ])('of an agent is refused at %s, and so is a person', async (path, body) => {
      const own = await site.token('output-checker', ['read', 'run', 'rap']);
      for (const [token, expected] of [
        [site.agentToken, 'token-scope-missing'],
        [own, 'token-scope-missing'],
        [null, 'sign-in-needed'],
      ] as const) {
        const answer = await site.call(path, token, body);
        expect(problemSchema.parse(await answer.json()).code).toBe(expected);
      }
      expect((await site.call(path, airlockToken, body)).status).not.toBe(401);
    });

    test.each([
      ['/api/agent/v1/tasks', {}],
      ['/api/agent/v1/reports', {}],
      ['/api/agent/v1/heartbeat', heartbeat],
    ])('of an airlock is refused at %s', async (path, body) => {
      const answer = await site.call(path, airlockToken, body);
      expect(problemSchema.parse(await answer.json()).code).toBe('token-scope-missing');
    });

    test('is made for one of the two on the page of the backend', async () => {
      for (const scope of ['agent', 'airlock']) {
        const made = await site.send('/staff/backends/tpp/tokens', 'staff', { label: 'x', scope });
        const secret = /<code class="token">([^<]+)</.exec(await made.text())?.[1] ?? '';
        const answer = await site.call('/api/airlock/v1/sign-out', secret, {
          grant: 'aaaaaaaaaaaaaaaa',
        });
        expect(answer.status).toBe(scope === 'airlock' ? 200 : 403);
      }
      for (const scope of ['', 'run', 'read']) {
        const made = await site.send('/staff/backends/tpp/tokens', 'staff', { label: 'x', scope });
        expect(made.status).toBe(422);
      }
    });

    test('from the account page to the rights inside and out again', async () => {
      const page = await site.send('/account/airlock-token', 'output-checker');
      const secret = /<code class="token">([^<]+)</.exec(await page.text())?.[1] ?? '';
      const asked = { username: 'output-checker', token: secret };
      const grant = airlockGrantSchema.parse(
        await (await site.call('/api/airlock/v1/sign-in', airlockToken, asked)).json(),
      );
      expect(grant.rights).toMatchObject({ username: 'output-checker', is_checker: true });
      const ask = async (): Promise<Response> =>
        await site.call('/api/airlock/v1/rights', airlockToken, { grant: grant.grant });
      expect(airlockRightsSchema.parse(await (await ask()).json())).toEqual(grant.rights);
      await site.send('/staff/people/output-checker/disable', 'staff');
      expect((await ask()).status).toBe(403);
      // Opening the account again does not bring the sign-in back.
      await site.send('/staff/people/output-checker/disable', 'staff');
      expect((await ask()).status).toBe(403);
    });

    test('who may look at nothing inside is offered no single-use token, and gets none', async () => {
      for (const as of [
        'nobody',
        'project-collaborator',
        'tech-support',
        'backend-user',
      ] as const) {
        expect(await (await site.ask('/account', as)).text()).not.toContain('single-use');
        expect((await site.send('/account/airlock-token', as)).status).toBe(403);
      }
      for (const as of ['project-developer', 'deployment-administrator'] as const) {
        expect(await (await site.ask('/account', as)).text()).toContain('single-use');
        expect((await site.send('/account/airlock-token', as)).status).toBe(200);
      }
    });

    test('that was revoked, or whose backend is closed, opens nothing', async () => {
      const { db } = site.database;
      const path = '/api/airlock/v1/releases/aaaaaaaaaaaaaaaa';
      const codeOf = async (): Promise<string> =>
        problemSchema.parse(await (await site.call(path, airlockToken)).json()).code;
      expect(await codeOf()).toBe('thing-unknown');
      await db.updateTable('backend').set({ is_active: false }).execute();
      expect(await codeOf()).toBe('token-invalid');
      await db.updateTable('backend').set({ is_active: true }).execute();
      await db.updateTable('token').set({ revoked_at: new Date() }).execute();
      expect(await codeOf()).toBe('token-invalid');
    });
  });
});
