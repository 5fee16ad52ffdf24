/** The ways to sign in that a site offers, and the one road that both OpenID Connect and GitHub take. */
import * as client from 'openid-client';

/** What a provider says of who signed in. */
export interface ProvenIdentity {
  /** `github`, or the issuer of the OpenID provider. */
  readonly provider: string;
  /** The provider's own key of the person, which never changes. */
  readonly subject: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  /** Whether the configuration names this one as the first administrator. */
  readonly isFirstAdministrator?: boolean;
}

/** Who administers a site that nobody administers yet: a login at one of the providers. */
export interface FirstAdministrator {
  readonly provider: 'oidc' | 'github';
  /** The user name there, or the provider's own key of the person. */
  readonly login: string;
}

export interface ProviderSettings {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface OidcSettings extends ProviderSettings {
  readonly issuer: string;
  /** What the button says: "Sign in with …". */
  readonly label: string;
  /** Allows `http:` for providers in a test. */
  readonly insecure?: boolean;
}

export interface GitHubSettings extends ProviderSettings {
  /** Other addresses than GitHub's, for tests and GitHub Enterprise. */
  readonly site?: string;
  readonly api?: string;
}

export interface SignInSettings {
  readonly oidc?: OidcSettings | null;
  readonly github?: GitHubSettings | null;
  readonly firstAdministrator?: FirstAdministrator | null;
}

/** What has to be remembered between leaving for a provider and coming back; kept in a cookie of ten minutes. */
export interface Departure {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly next: string;
}

export interface Provider {
  readonly key: 'oidc' | 'github';
  readonly label: string;
  /** Where to send the browser, and what to remember. */
  depart(
    callback: string,
    next: string,
  ): Promise<{ readonly to: string; readonly departure: Departure }>;
  /** Proves the answer that the browser brought back. Throws when it does not hold. */
  arrive(address: URL, departure: Departure): Promise<ProvenIdentity>;
}

export interface SignInMethods {
  readonly providers: readonly Provider[];
}

export function signInMethods({ oidc, github, firstAdministrator }: SignInSettings): SignInMethods {
  const providers = [
    ...(oidc ? [oidcProvider(oidc)] : []),
    ...(github ? [githubProvider(github)] : []),
  ];
  return {
    providers: providers.map((provider) =>
      provider.key === firstAdministrator?.provider
        ? {
            ...provider,
            arrive: async (address, departure) => {
              const identity = await provider.arrive(address, departure);
              return { ...identity, isFirstAdministrator: isNamed(identity, firstAdministrator) };
            },
          }
        : provider,
    ),
  };
}

/** GitHub's user names are the same in capital and small letters; keys of providers are not. */
function isNamed(identity: ProvenIdentity, { provider, login }: FirstAdministrator): boolean {
  return provider === 'github'
    ? identity.username.toLowerCase() === login.toLowerCase()
    : identity.subject === login || identity.username === login;
}

async function departFrom(
  configuration: client.Configuration,
  callback: string,
  next: string,
  scope: string,
  withNonce: boolean,
): ReturnType<Provider['depart']> {
  const departure: Departure = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    next,
  };
  const to = client.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope,
    state: departure.state,
    code_challenge: await client.calculatePKCECodeChallenge(departure.verifier),
    code_challenge_method: 'S256',
    ...(withNonce ? { nonce: departure.nonce } : {}),
  });
  return { to: to.href, departure };
}

function oidcProvider(settings: OidcSettings): Provider {
  const { issuer, clientId, clientSecret, label, insecure } = settings;
  let known: Promise<client.Configuration> | null = null;
  // The provider is asked when somebody first signs in: the site starts and serves while it is away.
  const configuration = (): Promise<client.Configuration> => {
    known ??= client
      .discovery(
        new URL(issuer),
        clientId,
        clientSecret,
        undefined,
        insecure ? { execute: [client.allowInsecureRequests] } : {},
      )
      .catch((error: unknown) => {
        known = null;
        throw error;
      });
    return known;
  };
  return {
    key: 'oidc',
    label,
    depart: async (callback, next) =>
      await departFrom(await configuration(), callback, next, 'openid profile email', true),
    arrive: async (address, { state, nonce, verifier }) => {
      const current = await configuration();
      const tokens = await client.authorizationCodeGrant(current, address, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('The provider sent no claims.');
      const more = await client.fetchUserInfo(current, tokens.access_token, claims.sub);
      const all = { ...claims, ...more };
      const email = all.email_verified === false ? null : textOf(all.email);
      const username = textOf(all.preferred_username) ?? email?.split('@')[0] ?? all.sub;
      return {
        provider: current.serverMetadata().issuer,
        subject: claims.sub,
        username,
        name: textOf(all.name) ?? username,
        email,
      };
    },
  };
}

function githubProvider({ clientId, clientSecret, site, api }: GitHubSettings): Provider {
  const home = site ?? 'https://github.com';
  const configuration = new client.Configuration(
    {
      issuer: home,
      authorization_endpoint: `${home}/login/oauth/authorize`,
      token_endpoint: `${home}/login/oauth/access_token`,
    },
    clientId,
    clientSecret,
    client.ClientSecretPost(clientSecret),
  );
  if (home.startsWith('http:')) client.allowInsecureRequests(configuration);
  return {
    key: 'github',
    label: 'GitHub',
    depart: async (callback, next) =>
      await departFrom(configuration, callback, next, 'read:user user:email', false),
    arrive: async (address, { state, verifier }) => {
      const tokens = await client.authorizationCodeGrant(configuration, address, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      });
      const answer = await fetch(`${api ?? 'https://api.github.com'}/user`, {
        headers: {
          authorization: `Bearer ${tokens.access_token}`,
          accept: 'application/vnd.github+json',
          'user-agent': 'vitrine',
        },
        signal: AbortSignal.timeout(10_000),
      });
      if (!answer.ok) throw new Error(`GitHub answered ${answer.status}.`);
      const user = (await answer.json()) as Readonly<Record<string, unknown>>;
      const { id, login } = user;
      if (typeof id !== 'number' || typeof login !== 'string')
        throw new Error('GitHub named nobody.');
      return {
        provider: 'github',
        subject: String(id),
        username: login,
        name: textOf(user['name']) ?? login,
        email: textOf(user['email']),
      };
    },
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
