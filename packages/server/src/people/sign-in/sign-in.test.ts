import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { type RunningServer, startServer } from '../../serve.ts';
import { studiesInMemory } from '../../site.testing.ts';

const CLIENT = { clientId: 'vitrine', clientSecret: 'a secret of at least thirty-two characters' };

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A real OpenID provider in this process; whoever asks is the person whose name they type. */
function answerAsProvider(server: Server, issuer: string, callback: string): void {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [callback],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['for this test alone'] },
    claims: { profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        name: `Dr ${sub}`,
        preferred_username: sub,
        email: `${sub}@example.org`,
        email_verified: true,
      }),
    }),
    features: { devInteractions: { enabled: true } },
  });
  server.on('request', provider.callback());
}

/** A browser as far as it is needed: cookies by host, forms by their fields. */
class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();

  async go(address: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const { host } = new URL(address);
    const cookies = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, cookies);
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        accept: 'text/html',
        // One that is kept may be closed at the very moment when it is used again.
        connection: 'close',
      },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  /** Follows redirects until a page comes. */
  async follow(
    address: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ url: string; answer: Response }> {
    let url = address;
    let answer = await this.go(url, form);
    for (let steps = 0; steps < 12 && answer.status >= 300 && answer.status < 400; steps += 1) {
      url = new URL(answer.headers.get('location') ?? '', url).href;
      answer = await this.go(url);
    }
    return { url, answer };
  }
}

/** Answers as GitHub does, as far as signing in goes. */
function githubLike(user: Readonly<Record<string, unknown>>): Server {
  return createServer((request, answer) => {
    const url = new URL(request.url ?? '', 'http://here');
    if (url.pathname === '/login/oauth/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'a-code');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      answer.writeHead(302, { location: back.href }).end();
      return;
    }
    answer.writeHead(200, { 'content-type': 'application/json' });
    const body =
      url.pathname === '/login/oauth/access_token'
        ? { access_token: 'gho_x', token_type: 'bearer', scope: 'read:user' }
        : user;
    answer.end(JSON.stringify(body));
  });
}

describe('signing in', () => {
  let database: Database;
  let site: RunningServer;
  const oidc = createServer();
  const github = githubLike({ id: 4711, login: 'octo', name: null, email: null });

  beforeAll(async () => {
    database = await openDatabase({ url: null, dataDir: null });
    const issuer = await listen(oidc);
    const gitHubSite = await listen(github);
    site = await startServer({
      database,
      sourceHost: studiesInMemory(),
      port: 0,
      development: true,
      signIn: {
        oidc: { ...CLIENT, issuer, label: 'the university', insecure: true },
        github: { ...CLIENT, site: gitHubSite, api: gitHubSite },
      },
    });
    answerAsProvider(oidc, issuer, `${site.url}/sign-in/oidc/callback`);
  });
  afterAll(async () => {
    await site.close();
    await database.close();
    oidc.closeAllConnections();
    oidc.close();
    github.closeAllConnections();
    github.close();
  });

  /** Signs in at the provider, giving a name, and agreeing to what it asks. */
  async function throughProvider(
    visitor: Visitor,
    login: string,
    next = '/status',
  ): Promise<{ url: string; answer: Response }> {
    let { url, answer } = await visitor.follow(`${site.url}/sign-in/oidc?next=${next}`);
    for (const fields of [{ prompt: 'login', login, password: 'x' }, { prompt: 'consent' }]) {
      if (url.startsWith(site.url)) break;
      ({ url, answer } = await visitor.follow(url, fields));
    }
    return { url, answer };
  }

  test('with an OpenID provider: the person is made once, and goes where they wanted', async () => {
    const visitor = new Visitor();
    const { url, answer } = await throughProvider(visitor, 'ada');
    expect(url).toBe(`${site.url}/status`);
    expect(await answer.text()).toContain('Dr ada');
    await throughProvider(new Visitor(), 'ada');
    const people = await database.db.selectFrom('person').select(['username', 'email']).execute();
    expect(people).toEqual([{ username: 'ada', email: 'ada@example.org' }]);
    const account = await visitor.go(`${site.url}/account`);
    expect(account.status).toBe(200);
  });

  test('a name that somebody has does not make one theirs', async () => {
    await database.db
      .insertInto('person')
      .values({
        username: 'grace',
        name: 'The first Grace',
        email: 'grace@example.org',
        created_at: new Date(),
      })
      .execute();
    await throughProvider(new Visitor(), 'grace');
    const people = await database.db
      .selectFrom('person')
      .select(['username', 'name', 'email'])
      .where('username', 'like', 'grace%')
      .orderBy('username')
      .execute();
    expect(people).toEqual([
      { username: 'grace', name: 'The first Grace', email: 'grace@example.org' },
      { username: 'grace-2', name: 'Dr grace', email: null },
    ]);
  });

  test('with GitHub, by its key and not by the name', async () => {
    const { url, answer } = await new Visitor().follow(`${site.url}/sign-in/github?next=/account`);
    expect(url).toBe(`${site.url}/account`);
    expect(await answer.text()).toContain('octo');
    const identity = await database.db
      .selectFrom('identity')
      .select('subject')
      .where('provider', '=', 'github')
      .execute();
    expect(identity).toEqual([{ subject: '4711' }]);
  });

  test('an answer that the browser did not ask for is refused', async () => {
    const visitor = new Visitor();
    const stray = await visitor.go(`${site.url}/sign-in/github/callback?code=x&state=y`);
    expect(stray.status).toBe(403);
    await visitor.go(`${site.url}/sign-in/github`);
    const forged = await visitor.go(`${site.url}/sign-in/github/callback?code=x&state=another`);
    expect(forged.status).toBe(403);
  });

  test('a disabled account stays out, and its sessions are over', async () => {
    const visitor = new Visitor();
    await throughProvider(visitor, 'mallory');
    await database.db
      .updateTable('person')
      .set({ is_disabled: true })
      .where('username', '=', 'mallory')
      .execute();
    expect((await visitor.go(`${site.url}/account`)).status).toBe(303);
    expect((await throughProvider(new Visitor(), 'mallory')).answer.status).toBe(403);
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example'])(
    'never leads elsewhere: %j',
    async (next) => {
      const { url } = await throughProvider(new Visitor(), 'ada', encodeURIComponent(next));
      expect(url).toBe(`${site.url}/`);
    },
  );

  test('signing out ends the session on the server, and the cookie is out of reach of scripts', async () => {
    const visitor = new Visitor();
    const first = await visitor.go(`${site.url}/sign-in/github`);
    const arrived = await visitor.go(
      (await visitor.go(first.headers.get('location') ?? '')).headers.get('location') ?? '',
    );
    const cookie = arrived.headers
      .getSetCookie()
      .find((line) => line.startsWith('vitrine_session='));
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const page = await (await visitor.go(`${site.url}/account`)).text();
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    await visitor.go(`${site.url}/sign-out`, { csrf });
    const again = await fetch(`${site.url}/account`, {
      redirect: 'manual',
      headers: { cookie: cookie?.split(';')[0] ?? '' },
    });
    expect(again.status).toBe(303);
  });
});

test('outside development there is no sign-in without a password, and cookies need TLS', async () => {
  const database = await openDatabase({ url: null, dataDir: null });
  const github = githubLike({ id: 1, login: 'octo' });
  const gitHubSite = await listen(github);
  const site = await startServer({
    database,
    sourceHost: studiesInMemory(),
    port: 0,
    signIn: { github: { ...CLIENT, site: gitHubSite, api: gitHubSite } },
  });
  try {
    await database.db
      .insertInto('person')
      .values({ username: 'a', name: 'A', created_at: new Date() })
      .execute();
    const page = await fetch(`${site.url}/sign-in`);
    expect(await page.text()).not.toContain('Development sign-in');
    expect(page.headers.get('strict-transport-security')).toMatch(/^max-age=/);
    const answer = await fetch(`${site.url}/sign-in/development`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ username: 'a' }),
    });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([404, []]);
    const arrived = await new Visitor().go(`${site.url}/sign-in/github`);
    expect(arrived.headers.getSetCookie()[0]).toMatch(/^__Host-.*; Secure/);
  } finally {
    await site.close();
    await database.close();
    github.closeAllConnections();
    github.close();
  }
});
