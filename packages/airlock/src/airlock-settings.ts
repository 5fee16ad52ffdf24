/**
 * How an airlock is set up, as one table: names, variables that count before the file, what each is for, how it is checked. Unknown
 * settings are refused, and all faults are told at once.
 */
import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  DISCLOSURE_SETTINGS,
  type DisclosureSettings,
  disclosureSettingsSchema,
} from '@vitrine/disclosure';
import { type Diagnostic, FaultError, level4FileTypes } from '@vitrine/pipeline';
import {
  isSecureServer,
  RELEASE_FILE_LIMIT,
  readSettingsFile,
  readTokenFile,
} from '@vitrine/protocol';
import { z } from 'zod';
import { airlockFaults } from './faults.ts';

/** As they stand in the file. */
interface Values {
  readonly server: string;
  readonly token_file: string;
  readonly backend_name: string;
  readonly workspaces: string;
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly file_types: readonly string[];
  readonly file_limit: number;
  readonly patience_seconds: number;
  readonly disclosure: DisclosureSettings;
}

interface Setting<T> {
  readonly about: string;
  readonly variable: string;
  readonly schema: z.ZodType<T>;
  /** Undefined where it has to be set. */
  readonly standard?: T;
  /** What the text of a variable stands for; the text itself without. */
  readonly read?: (text: string) => unknown;
}

const folder = z.string().min(1);

export const AIRLOCK_SETTINGS: { readonly [K in keyof Values]: Setting<Values[K]> } = {
  server: {
    about: 'Address of the job server, https; plain http is for a server on the same machine.',
    variable: 'VITRINE_AIRLOCK_SERVER',
    schema: z
      .url({ protocol: /^https?$/ })
      .refine(isSecureServer, 'must be an https address: the token may only travel over TLS'),
  },
  token_file: {
    about: 'File with the token of the backend for its airlock, which its owner alone may read.',
    variable: 'VITRINE_AIRLOCK_TOKEN_FILE',
    schema: folder,
  },
  backend_name: {
    about: 'Name of the backend, as people know it.',
    variable: 'VITRINE_AIRLOCK_BACKEND_NAME',
    schema: z.string().min(1).max(100),
  },
  workspaces: {
    about:
      'Folder of level 4 with one folder a workspace: `level4/workspaces` of the agent. Only read.',
    variable: 'VITRINE_AIRLOCK_WORKSPACES',
    schema: folder,
  },
  data: {
    about: 'Folder of the airlock’s own files: copies, and the database where it is embedded.',
    variable: 'VITRINE_AIRLOCK_DATA',
    schema: folder,
  },
  host: {
    about: 'Address of the network interface to answer at.',
    variable: 'VITRINE_AIRLOCK_HOST',
    schema: z.string().min(1),
    standard: '127.0.0.1',
  },
  port: {
    about: 'Where to answer; 0 takes any that is free.',
    variable: 'VITRINE_AIRLOCK_PORT',
    schema: z.int().min(0).max(65_535),
    standard: 8001,
    read: numberOf,
  },
  file_types: {
    about: 'Extensions that may leave, of those that level 4 knows.',
    variable: 'VITRINE_AIRLOCK_FILE_TYPES',
    schema: z.array(z.literal([...level4FileTypes])).min(1),
    standard: level4FileTypes,
    read: (text) => text.split(',').map((type) => type.trim()),
  },
  file_limit: {
    about: 'Most bytes of one file of a release.',
    variable: 'VITRINE_AIRLOCK_FILE_LIMIT',
    schema: z.int().min(1).max(RELEASE_FILE_LIMIT),
    standard: RELEASE_FILE_LIMIT,
    read: numberOf,
  },
  patience_seconds: {
    about: 'How long an answer of the job server may take.',
    variable: 'VITRINE_AIRLOCK_PATIENCE_SECONDS',
    schema: z.number().min(1).max(600),
    standard: 30,
    read: numberOf,
  },
  disclosure: {
    about:
      'Thresholds of the disclosure checks, the same as the agent’s: see [disclosure.md](disclosure.md). JSON in the variable.',
    variable: 'VITRINE_AIRLOCK_DISCLOSURE',
    schema: disclosureSettingsSchema,
    standard: DISCLOSURE_SETTINGS,
    read: jsonOf,
  },
};

export interface AirlockSettings extends Omit<Values, 'token_file'> {
  /** Never shown, never logged. */
  readonly token: string;
  /** `postgresql://…`; null for the embedded database. From the variable DATABASE_URL alone: it may hold a password. */
  readonly databaseUrl: string | null;
}

/**
 * Reads them all. Relative paths are relative to the working folder.
 * @throws FaultError airlock-settings-unreadable, airlock-setting-missing and airlock-setting-invalid for each setting that is wrong
 */
export async function readAirlockSettings(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<AirlockSettings> {
  const given = await read(file);
  const wrong: Diagnostic[] = [];
  const refuse = (source: string, key: string, reason: string): void => {
    wrong.push(airlockFaults.diagnose('airlock-setting-invalid', { source, key, reason }));
  };
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(AIRLOCK_SETTINGS, key)) refuse(file, key, 'there is no such setting');
  }
  const sources = new Map<string, string>();
  const checked = Object.fromEntries(
    Object.entries<Setting<unknown>>(AIRLOCK_SETTINGS).map(([key, setting]) => {
      const text = environment[setting.variable] ?? '';
      sources.set(key, text === '' ? file : setting.variable);
      const value = text === '' ? given[key] : (setting.read ?? String)(text);
      if (value === undefined && setting.standard !== undefined) return [key, setting.standard];
      const result = setting.schema.safeParse(value);
      if (result.success) return [key, result.data];
      if (value === undefined) {
        const { variable } = setting;
        wrong.push(airlockFaults.diagnose('airlock-setting-missing', { file, key, variable }));
      } else refuse(sources.get(key) ?? file, key, reasonOf(result.error));
      return [key, null];
    }),
  ) as unknown as { readonly [K in keyof Values]: Values[K] | null };
  const { token_file: tokenFile, workspaces, ...rest } = checked;
  const token = await tried(tokenFile, readTokenFile, (reason) =>
    refuse(sources.get('token_file') ?? file, 'token_file', reason),
  );
  await tried(workspaces, readableFolder, (reason) =>
    refuse(sources.get('workspaces') ?? file, 'workspaces', reason),
  );
  if (wrong.length > 0) throw new FaultError(wrong);
  const whole = { ...rest, workspaces: resolve(workspaces ?? ''), token: token ?? '' };
  // Nothing was wrong, so nothing is null.
  const settings = whole as Omit<AirlockSettings, 'databaseUrl'>;
  return Object.freeze({
    ...settings,
    server: settings.server.replace(/\/+$/, ''),
    data: resolve(settings.data),
    databaseUrl: environment['DATABASE_URL'] || null,
  });
}

async function read(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await readSettingsFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw airlockFaults.error('airlock-settings-unreadable', { file, reason });
  }
}

async function tried<T>(
  path: string | null,
  look: (path: string) => Promise<T>,
  refuse: (reason: string) => void,
): Promise<T | null> {
  if (path === null) return null;
  try {
    return await look(path);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    return null;
  }
}

async function readableFolder(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw new Error('it is no folder');
  await access(path, constants.R_OK | constants.X_OK);
}

/** What is no JSON is judged, and refused, as the text that it is. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function numberOf(text: string): unknown {
  return text.trim() === '' ? text : Number(text);
}

function reasonOf({ issues }: z.ZodError): string {
  const [first] = issues;
  const message = first?.message ?? 'it is wrong';
  return message.charAt(0).toLowerCase() + message.slice(1);
}
