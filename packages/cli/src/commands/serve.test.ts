import { expect, test } from 'vitest';
import { signInFrom } from './serve.ts';

test('no setting, no way to sign in', () => {
  expect(signInFrom({})).toEqual({ oidc: null, github: null });
});

test('an OpenID provider is called by its host where it has no label', () => {
  const settings = {
    VITRINE_OIDC_ISSUER: 'https://login.example.org/realm',
    VITRINE_OIDC_CLIENT_ID: 'vitrine',
  };
  expect(signInFrom(settings).oidc).toMatchObject({ label: 'login.example.org' });
});

test.each([
  [{ VITRINE_OIDC_ISSUER: 'login.example.org' }, 'VITRINE_OIDC_ISSUER must be the address'],
  [{ VITRINE_OIDC_ISSUER: 'https://login.example.org' }, 'VITRINE_OIDC_CLIENT_ID must be set'],
  [{ VITRINE_GITHUB_CLIENT_ID: 'vitrine' }, 'VITRINE_GITHUB_CLIENT_SECRET must be set'],
])('%j is told by its name', (settings, message) => {
  expect(() => signInFrom(settings)).toThrow(message);
});
