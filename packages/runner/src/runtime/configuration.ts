/**
 * The settings of Vitrine on one machine: one table that yields keys, environment names, checks, defaults and docs.
 *
 * A value is taken from the environment, else from `vitrine.json` of the study, else from
 * `~/.config/vitrine/config.json`, else the default. An agent passes no study folder: there, a study sets nothing.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { z } from 'zod';
import type { Limits } from '../executor/executor.ts';
import { runtimeFaults } from './faults.ts';
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
  readonly runtimes: Readonly<Record<string, RuntimeSetting>>;
  readonly 'actions.sources': readonly string[];
}

export type SettingKey = keyof Settings;

interface Row<T> {
  readonly environment: string;
  readonly summary: string;
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

const byteSize = (summary: string, name: string, gibibytes: number): Row<number> => ({
  environment: `VITRINE_LIMITS_${name}`,
  summary,
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
    expected: 'a number above 0',
    default: 2,
    defaultText: '2',
    schema: z.number().positive(),
    fromText: asNumber,
  },
  'limits.processes': {
    environment: 'VITRINE_LIMITS_PROCESSES',
    summary: 'How many processes and threads one action may have at one time.',
    expected: 'a whole number above 0',
    default: 512,
    defaultText: '512',
    schema: z.int().positive(),
    fromText: asNumber,
  },
  'limits.disk': byteSize('How much one action may write to its workspace.', 'DISK', 50),
  'limits.temporary': byteSize('Size of the private /tmp of an action.', 'TEMPORARY', 1),
  'limits.log': byteSize('How much of what an action prints is kept.', 'LOG', 1 / 64),
  runtimes: {
    environment: 'VITRINE_RUNTIMES',
    summary: 'Images for runtimes, by name; {tag} stands for the tag of the run line.',
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
    expected: 'a list of folders and addresses (in the environment: divided by blanks)',
    default: ['https://github.com/opensafely-actions'],
    defaultText: 'https://github.com/opensafely-actions',
    schema: z.array(z.string().min(1)),
    fromText: (value) => value.split(/\s+/).filter((part) => part !== ''),
  },
};

/** The settings in force and where each comes from. Frozen. */
export interface Configuration {
  readonly settings: Settings;
  /** `default`, the name of an environment variable, or the path of a file. */
  readonly origins: Readonly<Record<SettingKey, string>>;
}

export interface ConfigurationSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Texts of the files that there are, the strongest first. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

const keys = Object.keys(settingsTable) as readonly SettingKey[];

/** Reads the files that count. `study` null: none of a study. */
export async function readConfiguration(
  study: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Configuration> {
  const own = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const paths = [
    ...(study === null ? [] : [join(study, 'vitrine.json')]),
    join(own, 'vitrine/config.json'),
  ];
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(path, 'utf8').catch(ifAbsent(path)) })),
  );
  return parseConfiguration({
    environment,
    files: files.flatMap(({ path, text: found }) =>
      found === null ? [] : [{ path, text: found }],
    ),
  });
}

function ifAbsent(path: string): (error: NodeJS.ErrnoException) => null {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw runtimeFaults.error('configuration-unreadable', { source: path, reason: error.message });
  };
}

/** Puts the settings together. Throws all faults of all sources at once. */
export function parseConfiguration(sources: ConfigurationSources): Configuration {
  const faults: Diagnostic[] = [];
  const chosen: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  const offer = <K extends SettingKey>(key: K, source: string, value: unknown): void => {
    const row: Row<Settings[K]> = settingsTable[key];
    const parsed = row.schema.safeParse(value);
    if (!parsed.success) {
      const reason = parsed.error.issues.map(issueText).join('; ');
      const { expected } = row;
      faults.push(runtimeFaults.diagnose('setting-invalid', { key, source, reason, expected }));
    } else if (!Object.hasOwn(chosen, key)) {
      chosen[key] = parsed.data;
      origins[key] = source;
    }
  };

  const known = new Map(keys.map((key) => [settingsTable[key].environment, key]));
  for (const [name, value] of Object.entries(sources.environment)) {
    const key = known.get(name);
    if (key !== undefined && value !== undefined && value !== '') {
      offer(key, name, settingsTable[key].fromText(value));
    }
  }
  for (const { path, text: json } of sources.files) {
    for (const { key, value } of entriesOf(path, json, faults)) offer(key, path, value);
  }
  if (faults.length > 0) throw new FaultError(faults);

  for (const key of keys) {
    if (Object.hasOwn(chosen, key)) continue;
    chosen[key] = settingsTable[key].default;
    origins[key] = 'default';
  }
  // Every key was set just now, by the parser of its own row.
  return deepFreeze({ settings: chosen, origins } as unknown as Configuration);
}

/** The limits of one execution under these settings. */
export function limitsOf(settings: Settings): Limits {
  return {
    wallClockSeconds: settings['limits.wallClock'],
    memoryBytes: settings['limits.memory'],
    cpus: settings['limits.cpus'],
    processes: settings['limits.processes'],
    diskBytes: settings['limits.disk'],
    temporaryBytes: settings['limits.temporary'],
    logBytes: settings['limits.log'],
  };
}

/** The folder for what must outlive a process. */
export function stateFolder(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return (
    settings.stateDir ??
    join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'vitrine')
  );
}

interface Entry {
  readonly key: SettingKey;
  readonly value: unknown;
}

function entriesOf(source: string, json: string, faults: Diagnostic[]): readonly Entry[] {
  const unreadable = (reason: string, place: { line?: number; column?: number } = {}): void => {
    faults.push(
      runtimeFaults.diagnose(
        'configuration-unreadable',
        { source, reason },
        { file: source, ...place },
      ),
    );
  };
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const [, line, column] = /line (\d+) column (\d+)/.exec(reason) ?? [];
    const place = line === undefined ? {} : { line: Number(line), column: Number(column) };
    unreadable(reason, place);
    return [];
  }
  if (!isObject(root)) {
    unreadable('it holds no JSON object');
    return [];
  }
  const found: Entry[] = [];
  const walk = (object: Readonly<Record<string, unknown>>, prefix: string): void => {
    for (const [name, value] of Object.entries(object)) {
      const path = `${prefix}${name}`;
      const key = keys.find((candidate) => candidate === path);
      if (key !== undefined) found.push({ key, value });
      else if (isObject(value) && keys.some((candidate) => candidate.startsWith(`${path}.`))) {
        walk(value, `${path}.`);
      } else {
        const nearest = nearestKey(path);
        faults.push(
          runtimeFaults.diagnose(
            'setting-unknown',
            { key: path, source, nearest },
            { file: source },
          ),
        );
      }
    }
  };
  walk(root, '');
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function issueText(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  return path === '' ? message : `${path}: ${message}`;
}

/** The setting that was most likely meant: the same but for case, or one with the same last word, or few edits away. */
function nearestKey(path: string): SettingKey | null {
  const folded = path.toLowerCase().replaceAll(/[^a-z.]/g, '');
  const last = folded.split('.').at(-1);
  return (
    keys.find((key) => key.toLowerCase() === folded) ??
    keys.find((key) => key.toLowerCase().split('.').at(-1) === last) ??
    keys.find((key) => distance(key.toLowerCase(), folded) <= 2) ??
    null
  );
}

/** Edits from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const swap = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
