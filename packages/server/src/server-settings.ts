/** Settings of the server that come from the environment, as one table: names, what they are for, how they are read. */
import { FaultError } from '@vitrine/pipeline';
import { type CodelistSite, openCodelists } from './codelists/codelist-site.ts';
import { faults } from './faults.ts';
import { otlpTracing, type Tracing } from './operations/tracing.ts';
import type { FirstAdministrator } from './people/sign-in/methods.ts';
import type { TellingSettings } from './telling/deliver-messages.ts';

interface Setting<T> {
  readonly about: string;
  /** @throws Error that says what the text should be */
  readonly read: (text: string) => T;
}

interface Values {
  readonly VITRINE_SMTP_URL: string;
  readonly VITRINE_MAIL_FROM: string;
  readonly VITRINE_PRIVATE_WEBHOOKS: boolean;
  readonly VITRINE_FIRST_ADMINISTRATOR: FirstAdministrator;
  readonly VITRINE_CODELISTS_URL: string;
  readonly VITRINE_RELEASE_BYTES: number;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT: string;
}

export const SERVER_SETTINGS: { readonly [N in keyof Values]: Setting<Values[N]> } = {
  VITRINE_SMTP_URL: {
    about: 'Mail server for notifications: smtp://user:password@host:587, or smtps://…',
    read: (text: string): string => addressOf(text, ['smtp:', 'smtps:']),
  },
  VITRINE_MAIL_FROM: {
    about: 'Sender of notifications: Vitrine <notifications@example.org>',
    read: (text: string): string => {
      if (!/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/.test(text)) throw new Error('an e-mail address');
      return text;
    },
  },
  VITRINE_PRIVATE_WEBHOOKS: {
    about: 'yes lets webhooks go to private networks and by plain http',
    read: (text: string): boolean => {
      if (text !== 'yes' && text !== 'no') throw new Error('yes or no');
      return text === 'yes';
    },
  },
  VITRINE_FIRST_ADMINISTRATOR: {
    about: 'Who becomes administrator at sign-in while there is none: github:LOGIN or oidc:LOGIN',
    read: (text: string): FirstAdministrator => {
      const [, provider, login] = /^(github|oidc):(\S.*)$/.exec(text) ?? [];
      if (login === undefined) throw new Error('github:LOGIN or oidc:LOGIN');
      return { provider: provider === 'oidc' ? 'oidc' : 'github', login };
    },
  },
  VITRINE_CODELISTS_URL: {
    about: 'API that says whether codelists are up to date: https://www.opencodelists.org/api/v1',
    read: (text: string): string => addressOf(text, ['https:', 'http:']),
  },
  VITRINE_RELEASE_BYTES: {
    about: 'Most bytes that the files of one release may have together; 1 GiB unless told',
    read: (text: string): number => {
      if (!/^[1-9]\d{0,14}$/.test(text)) throw new Error('a number of bytes');
      return Number(text);
    },
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    about: 'Collector of traces, by OTLP over HTTP: http://localhost:4318',
    read: (text: string): string => addressOf(text, ['https:', 'http:']),
  },
};

type Read = { readonly [N in keyof Values]: Values[N] | null };

export interface ServerSettings {
  readonly telling: TellingSettings;
  readonly firstAdministrator: FirstAdministrator | null;
  readonly codelistSite: CodelistSite | undefined;
  readonly releaseBytes: number | undefined;
  readonly tracing: Tracing | undefined;
}

/**
 * Reads them all.
 * @throws FaultError with every one that cannot be read
 */
export function serverSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ServerSettings {
  const wrong: FaultError[] = [];
  const read = Object.fromEntries(
    Object.entries(SERVER_SETTINGS).map(([name, setting]) => {
      const text = (environment[name] ?? '').trim();
      if (text === '') return [name, null];
      try {
        return [name, setting.read(text)];
      } catch (error) {
        const expected = error instanceof Error ? error.message : String(error);
        wrong.push(faults.error('server-setting-invalid', { name, expected }));
        return [name, null];
      }
    }),
  ) as unknown as Read;
  const { VITRINE_SMTP_URL: url, VITRINE_MAIL_FROM: from } = read;
  if ((url === null) !== (from === null) && wrong.length === 0) {
    const name = url === null ? 'VITRINE_SMTP_URL' : 'VITRINE_MAIL_FROM';
    wrong.push(
      faults.error('server-setting-invalid', {
        name,
        expected: 'set where the other of the two is',
      }),
    );
  }
  if (wrong.length > 0) throw new FaultError(wrong.flatMap(({ diagnostics }) => diagnostics));
  return {
    telling: {
      email: url === null || from === null ? null : { url, from },
      privateWebhooks: read.VITRINE_PRIVATE_WEBHOOKS ?? false,
    },
    firstAdministrator: read.VITRINE_FIRST_ADMINISTRATOR,
    codelistSite:
      read.VITRINE_CODELISTS_URL === null ? undefined : openCodelists(read.VITRINE_CODELISTS_URL),
    releaseBytes: read.VITRINE_RELEASE_BYTES ?? undefined,
    tracing:
      read.OTEL_EXPORTER_OTLP_ENDPOINT === null
        ? undefined
        : otlpTracing(read.OTEL_EXPORTER_OTLP_ENDPOINT),
  };
}

function addressOf(text: string, protocols: readonly string[]): string {
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) {
    throw new Error(
      `an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`,
    );
  }
  return text;
}
