import { FaultError } from '@vitrine/pipeline';
import { expect, test } from 'vitest';
import { serverSettings } from './server-settings.ts';

const all = {
  VITRINE_SMTP_URL: 'smtp://vitrine:secret@mail.example.org:587',
  VITRINE_MAIL_FROM: 'Vitrine <notifications@example.org>',
  VITRINE_PRIVATE_WEBHOOKS: 'yes',
  VITRINE_FIRST_ADMINISTRATOR: 'github:octocat',
  VITRINE_CODELISTS_URL: 'https://www.opencodelists.org/api/v1',
  VITRINE_RELEASE_BYTES: '1000000',
};

test('nothing set is nothing sent, nobody made, nothing traced', () => {
  expect(serverSettings({})).toEqual({
    telling: { email: null, privateWebhooks: false },
    firstAdministrator: null,
    codelistSite: undefined,
    releaseBytes: undefined,
    tracing: undefined,
  });
});

test('all that can be set', () => {
  expect(serverSettings(all)).toMatchObject({
    telling: {
      email: { url: all.VITRINE_SMTP_URL, from: all.VITRINE_MAIL_FROM },
      privateWebhooks: true,
    },
    firstAdministrator: { provider: 'github', login: 'octocat' },
    codelistSite: expect.anything(),
    releaseBytes: 1_000_000,
  });
});

function names(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    serverSettings(environment);
    return [];
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.message).not.toContain('secret');
    return error.diagnostics.map(({ message }) => message.split(' ')[0] ?? '');
  }
}

test('everything that is wrong is said at once, without its value', () => {
  expect(
    names({
      VITRINE_SMTP_URL: 'http://secret',
      VITRINE_MAIL_FROM: 'nobody',
      VITRINE_PRIVATE_WEBHOOKS: 'maybe',
      VITRINE_FIRST_ADMINISTRATOR: 'octocat',
      VITRINE_CODELISTS_URL: 'opencodelists',
      VITRINE_RELEASE_BYTES: '1 GiB',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318',
    }),
  ).toEqual([
    'VITRINE_SMTP_URL',
    'VITRINE_MAIL_FROM',
    'VITRINE_PRIVATE_WEBHOOKS',
    'VITRINE_FIRST_ADMINISTRATOR',
    'VITRINE_CODELISTS_URL',
    'VITRINE_RELEASE_BYTES',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ]);
});

test('a mail server without a sender is half a setting', () => {
  expect(names({ VITRINE_SMTP_URL: all.VITRINE_SMTP_URL })).toEqual(['VITRINE_MAIL_FROM']);
});
