/** Every setting there is: keys, environment names, checks, defaults and docs, in one table. */

import { z } from 'zod';
import { OUTPUT_LIMITS } from '../workspace/collect.ts';
import type { RuntimeSetting } from './runtimes.ts';

/** Every setting by its key; dots are levels of the JSON file. */
export interface Settings {
  readonly executor: 'auto' | 'docker' | 'sandbox';
  /** Folder for what must outlive a process; null: by the rules of the desktop (XDG). */
  readonly stateDir: string | null;
  readonly 'docker.socket': string | null;
  readonly 'docker.baseImage': string | null;
  /** Seconds. */
  readonly 'limits.wallClock': number;
  /** Bytes. */
  readonly 'limits.memory': number;
  readonly 'limits.cpus': number;
  readonly 'limits.processes': number;
  /** Bytes. */
  readonly 'limits.disk': number;
  /** Bytes. */
  readonly 'limits.temporary': number;
  /** Bytes. */
  readonly 'limits.log': number;
  /** Bytes. */
  readonly 'limits.outputs': number;
  readonly 'limits.outputFiles': number;
  readonly 'limits.workspaceFiles': number;
  readonly runtimes: Readonly<Record<string, RuntimeSetting>>;
  readonly 'actions.sources': readonly string[];
}

export type SettingKey = keyof Settings;

/** One setting. */
export interface Row<T> {
  readonly environment: string;
  readonly summary: string;
  /** A study may set it for itself. The rest is for the owner of the machine. */
  readonly study: boolean;
  /** Completes "Give …". */
  readonly expected: string;
  readonly default: T;
  /** How the default reads in the docs. */
  readonly defaultText: string;
  readonly schema: z.ZodType<T>;
  /** The environment's text as the value that the file would have. */
  readonly fromText: (text: string) => unknown;
}

const asIs = (text: string): unknown => text;
const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const asNumber = (text: string): unknown => (text.trim() === '' ? text : Number(text));

const KiB = 1024;
const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  K: KiB,
  M: KiB ** 2,
  G: KiB ** 3,
  T: KiB ** 4,
};
const timeUnits: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400 };

/** Numbers as they are; `4G`, `4GB` and `4GiB` all as 4 × 1024³ bytes, as Docker reads them. */
const bytes: z.ZodType<number> = z.union([z.number(), z.string()]).transform((value, context) => {
  const [, digits = '', unit = ''] =
    /^\s*([0-9]+(?:\.[0-9]+)?)\s*(?:([kmgt])(?:i?b)?|b)?\s*$/i.exec(String(value)) ?? [];
  const size = Math.floor(Number(digits) * (byteUnits[unit.toUpperCase()] ?? Number.NaN));
  if (size > 0) return size;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(value)} is no size` });
  return z.NEVER;
});

const seconds: z.ZodType<number> = z.union([z.number(), z.string()]).transform((value, context) => {
  const [, digits = '', unit = 's'] =
    /^\s*([0-9]+(?:\.[0-9]+)?)\s*(s|min|h|d)?\s*$/.exec(String(value)) ?? [];
  const time = Number(digits) * (timeUnits[unit] ?? Number.NaN);
  if (time > 0) return time;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(value)} is no time` });
  return z.NEVER;
});

const wholeNumber = (summary: string, name: string, value: number): Row<number> => ({
  environment: `VITRINE_LIMITS_${name}`,
  summary,
  study: true,
  expected: 'a whole number above 0',
  default: value,
  defaultText: String(value),
  schema: z.int().positive(),
  fromText: asNumber,
});

const byteSize = (summary: string, name: string, gibibytes: number): Row<number> => ({
  environment: `VITRINE_LIMITS_${name}`,
  summary,
  study: true,
  expected: 'a number of bytes, or a size such as "4GiB"',
  default: Math.round(gibibytes * KiB ** 3),
  defaultText: gibibytes >= 1 ? `${gibibytes}GiB` : `${gibibytes * KiB}MiB`,
  schema: bytes,
  fromText: asIs,
});

const text = (
  environment: string,
  summary: string,
  expected: string,
  defaultText: string,
): Row<string | null> => ({
  environment,
  summary,
  study: false,
  expected,
  default: null,
  defaultText,
  schema: z.string().min(1).nullable(),
  fromText: asIs,
});

/** All settings there are. */
export const settingsTable: { readonly [K in SettingKey]: Row<Settings[K]> } = {
  executor: {
    environment: 'VITRINE_EXECUTOR',
    summary: 'What runs actions in isolation.',
    study: true,
    expected: 'auto, docker or sandbox',
    default: 'auto',
    defaultText: 'auto',
    schema: z.enum(['auto', 'docker', 'sandbox']),
    fromText: asIs,
  },
  stateDir: text(
    'VITRINE_STATE_DIR',
    'Folder for what must outlive a process: records of executions, scratch folders.',
    'the path of a folder',
    '~/.local/state/vitrine',
  ),
  'docker.socket': text(
    'VITRINE_DOCKER_SOCKET',
    'Where Docker or Podman listens.',
    'a path such as /var/run/docker.sock, or an address such as tcp://127.0.0.1:2375',
    'DOCKER_HOST, or the usual places',
  ),
  'docker.baseImage': text(
    'VITRINE_DOCKER_BASE_IMAGE',
    'Debian bookworm image of a registry that `vitrine images build` stands on.',
    'an image reference',
    'none: made from Debian packages',
  ),
  'limits.wallClock': {
    environment: 'VITRINE_LIMITS_WALL_CLOCK',
    summary: 'How long one action may run.',
    study: true,
    expected: 'a number of seconds, or a time such as "90min", "24h" or "7d"',
    default: 86_400,
    defaultText: '24h',
    schema: seconds,
    fromText: asIs,
  },
  'limits.memory': byteSize('How much memory one action may use.', 'MEMORY', 4),
  'limits.cpus': {
    environment: 'VITRINE_LIMITS_CPUS',
    summary: 'How many processors one action may use; fractions are allowed.',
    study: true,
    expected: 'a number above 0',
    default: 2,
    defaultText: '2',
    schema: z.number().positive(),
    fromText: asNumber,
  },
  'limits.processes': wholeNumber(
    'How many processes and threads one action may have at one time.',
    'PROCESSES',
    512,
  ),
  'limits.disk': byteSize(
    'How much one action may write to its workspace, and how large the code of a commit may be.',
    'DISK',
    50,
  ),
  'limits.temporary': byteSize('Size of the private /tmp of an action.', 'TEMPORARY', 1),
  'limits.log': byteSize('How much of what an action prints is kept.', 'LOG', 1 / 64),
  'limits.outputs': byteSize(
    'How large the outputs of one action may be together.',
    'OUTPUTS',
    OUTPUT_LIMITS.bytes / KiB ** 3,
  ),
  'limits.outputFiles': wholeNumber(
    'How many output files one action may make.',
    'OUTPUT_FILES',
    OUTPUT_LIMITS.files,
  ),
  'limits.workspaceFiles': wholeNumber(
    'How many files and folders an action may leave behind to be looked through for outputs, and how many files a commit may have.',
    'WORKSPACE_FILES',
    OUTPUT_LIMITS.entries,
  ),
  runtimes: {
    environment: 'VITRINE_RUNTIMES',
    summary: 'Images for runtimes, by name; {tag} stands for the tag of the run line.',
    study: true,
    expected: 'an object such as {"stata-mp": {"image": "example/stata-mp:{tag}"}}',
    default: {},
    defaultText: 'vitrine/python:latest and so on, as built by `vitrine images build`',
    schema: z.record(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
      z.strictObject({ image: z.string().min(1).optional() }),
    ),
    fromText: asJson,
  },
  'actions.sources': {
    environment: 'VITRINE_ACTIONS_SOURCES',
    summary:
      'Where reusable actions come from: folders, or addresses of git organisations; the first that has it.',
    study: false,
    expected: 'a list of folders and addresses (in the environment: divided by blanks)',
    default: ['https://github.com/opensafely-actions'],
    defaultText: 'https://github.com/opensafely-actions',
    schema: z.array(z.string().min(1)),
    fromText: (value) => value.split(/\s+/).filter((part) => part !== ''),
  },
};

export const settingKeys: readonly SettingKey[] = Object.keys(
  settingsTable,
) as readonly SettingKey[];
