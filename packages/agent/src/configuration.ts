/**
 * How an agent is set up: one JSON file, and environment variables for what differs from machine to machine. Unknown keys
 * are refused, and all faults are told at once.
 */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  DISCLOSURE_SETTINGS,
  type DisclosureSettings,
  disclosureSettingsSchema,
} from '@vitrine/disclosure';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { isSecureServer, readSettingsFile, readTokenFile, slugSchema } from '@vitrine/protocol';
import { z } from 'zod';
import type { AllowList, DatabaseAccess } from './allow-list.ts';
import { agentFaults } from './faults.ts';

/** Places for jobs that run at one time. */
export interface Slots {
  readonly database: number;
  readonly other: number;
}

/** The most that a task may ask for, whatever the server says. */
export interface Ceilings {
  readonly cpus: number;
  readonly memory_bytes: number;
  readonly wall_clock_seconds: number;
}

export interface AgentConfiguration {
  /** Address of the server, without a path. */
  readonly server: string;
  /** Bearer token of the backend. */
  readonly token: string;
  /** Name of this agent among those of its backend. */
  readonly agent: string;
  /** Slug of the backend, which programs see as OPENSAFELY_BACKEND. */
  readonly backend: string;
  /** Absolute. */
  readonly data: string;
  readonly slots: Slots;
  readonly ceilings: Ceilings;
  /** Thresholds of the disclosure checks, which the owner of the data sets. */
  readonly disclosure: DisclosureSettings;
  /** Database actions run on dummy data, whatever else is set. */
  readonly dummy_data: boolean;
  /** File with the address of the database, readable by the agent alone. Absolute; null: there is none. */
  readonly database_address_file: string | null;
  /** How long an agent that is told to stop waits for its jobs; the rest run on and are gone on with. */
  readonly drain_seconds: number;
  /** How long an answer of the server may take, beyond the wait that was asked for. */
  readonly patience_seconds: number;
  readonly allow: AllowList;
}

/** Settings that the environment can give, which counts before the file. */
export const environmentSettings: Readonly<Record<string, string>> = {
  VITRINE_AGENT_SERVER: 'server',
  VITRINE_AGENT_TOKEN_FILE: 'token_file',
  VITRINE_AGENT_NAME: 'agent',
  VITRINE_AGENT_BACKEND: 'backend',
  VITRINE_AGENT_DATA: 'data',
  VITRINE_AGENT_DATABASE_ADDRESS_FILE: 'database_address_file',
};

const names = z.array(z.string().min(1));
const ceilings = { cpus: 16, memory_bytes: 128 * 1024 ** 3, wall_clock_seconds: 14 * 24 * 3600 };

const fileSchema = z.strictObject({
  server: z.url({ protocol: /^https?$/ }),
  token_file: z.string().min(1).optional(),
  agent: slugSchema.default('agent-1'),
  backend: slugSchema,
  data: z.string().min(1),
  slots: z
    .strictObject({ database: z.int().min(0).max(1000), other: z.int().min(0).max(1000) })
    .default({ database: 2, other: 4 }),
  ceilings: z
    .strictObject({
      cpus: z.number().positive().default(ceilings.cpus),
      memory_bytes: z.int().positive().default(ceilings.memory_bytes),
      wall_clock_seconds: z.int().positive().default(ceilings.wall_clock_seconds),
    })
    .default(ceilings),
  disclosure: disclosureSettingsSchema.default(DISCLOSURE_SETTINGS),
  dummy_data: z.boolean().default(false),
  database_address_file: z.string().min(1).nullable().default(null),
  drain_seconds: z.number().min(0).max(3600).default(20),
  patience_seconds: z.number().min(1).max(600).default(30),
  allow: z.strictObject({
    repositories: names,
    branches: names.default(['*']),
    runtimes: names.default(['cohortextractor:*', 'ehrql:*', 'jupyter:*', 'python:*', 'r:*']),
    workspaces: z
      .record(
        z.string().min(1),
        z.strictObject({
          repositories: names.optional(),
          branches: names.optional(),
          actions: names.optional(),
        }),
      )
      .default({ '*': {} }),
  }),
});

/** One setting of the file. */
export interface ListedSetting {
  /** `slots.database` */
  readonly key: string;
  /** As JSON; null where it has to be set, or counts only when it is. */
  readonly default: string | null;
  /** Null where there is none. */
  readonly environment: string | null;
}

/** Every setting, for documents. A list or table of names counts as one. */
export function listSettings(): readonly ListedSetting[] {
  const least = { server: 'https://a', backend: 'a', data: 'a', allow: { repositories: [] } };
  const standard = new Map(leavesOf(fileSchema.parse(least), ''));
  const variables = new Map(Object.entries(environmentSettings).map(([name, key]) => [key, name]));
  const row = (key: string, value: string | null): ListedSetting => {
    return { key, default: value, environment: variables.get(key) ?? null };
  };
  const given = ['server', 'token_file', 'backend', 'data', 'allow.repositories'];
  return [
    ...given.map((key) => row(key, null)),
    ...[...standard].filter(([key]) => !given.includes(key)).map(([key, value]) => row(key, value)),
  ];
}

function leavesOf(value: unknown, path: string): readonly (readonly [string, string])[] {
  const isTable = path === 'allow.workspaces' || Array.isArray(value);
  if (typeof value !== 'object' || value === null || isTable)
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, part]) =>
    leavesOf(part, path === '' ? key : `${path}.${key}`),
  );
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration. Relative paths in it are relative to the working folder.
 * @throws FaultError agent-configuration-unreadable, configuration-invalid (each fault), token-missing, token-unreadable,
 * server-not-secure, database-address-unreadable
 */
export async function readAgentConfiguration(
  file: string,
  environment: Environment,
): Promise<AgentConfiguration> {
  const settings: Record<string, unknown> = { ...(await readSettings(file)) };
  const sources: Record<string, string> = {};
  for (const [variable, key] of Object.entries(environmentSettings)) {
    const value = environment[variable];
    if (value === undefined || value === '') continue;
    settings[key] = value;
    sources[key] = variable;
  }
  const checked = fileSchema.safeParse(settings);
  if (!checked.success) throw new FaultError(checked.error.issues.flatMap(diagnose(file, sources)));
  const { token_file: tokenFile, ...rest } = checked.data;
  if (!isSecureServer(rest.server)) {
    throw agentFaults.error('server-not-secure', { server: rest.server });
  }
  const { database_address_file: addressFile } = rest;
  if (addressFile !== null) await checkAddressFile(addressFile);
  const token = environment['VITRINE_AGENT_TOKEN'] || (await readToken(tokenFile));
  return Object.freeze({
    ...rest,
    server: rest.server.replace(/\/+$/, ''),
    data: resolve(rest.data),
    database_address_file: addressFile === null ? null : resolve(addressFile),
    token,
  });
}

async function readSettings(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await readSettingsFile(file);
  } catch (error) {
    throw agentFaults.error('agent-configuration-unreadable', { file, reason: reasonOf(error) });
  }
}

function diagnose(
  file: string,
  sources: Readonly<Record<string, string>>,
): (issue: z.core.$ZodIssue) => readonly Diagnostic[] {
  return (issue) => {
    const path = issue.path.map(String).join('.');
    const reason = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [''];
    return keys.map((unknown) => {
      const key = [path, unknown].filter((part) => part !== '').join('.') || 'the configuration';
      const source = sources[key] ?? file;
      return agentFaults.diagnose('configuration-invalid', {
        source,
        key,
        reason: unknown === '' ? reason : 'there is no such setting',
      });
    });
  };
}

/** What database actions read, as it is set. */
export function databaseAccess({
  dummy_data: isDummy,
  database_address_file: addressFile,
}: AgentConfiguration): DatabaseAccess {
  if (isDummy) return 'dummy';
  return addressFile === null ? 'none' : { addressFile };
}

/** The address itself is never read here: only the cohort engine needs it. */
async function checkAddressFile(file: string): Promise<void> {
  try {
    const { mode, size } = await stat(file);
    if ((mode & 0o077) !== 0) throw new Error('others than its owner can read it');
    if (size === 0) throw new Error('it is empty');
    await access(file, constants.R_OK);
  } catch (error) {
    throw agentFaults.error('database-address-unreadable', { file, reason: reasonOf(error) });
  }
}

async function readToken(file: string | undefined): Promise<string> {
  if (file === undefined) throw agentFaults.error('token-missing', {});
  try {
    return await readTokenFile(file);
  } catch (error) {
    throw agentFaults.error('token-unreadable', { file, reason: reasonOf(error) });
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
