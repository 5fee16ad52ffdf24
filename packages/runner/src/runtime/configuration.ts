/**
 * The settings in force on one machine, put together from their sources by the table of `settings-table.ts`.
 *
 * A value is taken from the environment, else from `vitrine.json` of the study, else from
 * `~/.config/vitrine/config.json`, else the default. An agent passes no study folder: there, a study sets nothing.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Diagnostic, didYouMean, FaultError } from '@vitrine/pipeline';
import type { z } from 'zod';
import type { Limits } from '../executor/executor.ts';
import type { OutputLimits } from '../workspace/collect.ts';
import { runtimeFaults } from './faults.ts';
import {
  type Row,
  type SettingKey,
  type Settings,
  settingKeys,
  settingsTable,
} from './settings-table.ts';

/** The settings in force and where each comes from. Frozen. */
export interface Configuration {
  readonly settings: Settings;
  /** `default`, the name of an environment variable, or the path of a file. */
  readonly origins: Readonly<Record<SettingKey, string>>;
}

/** The text of one `vitrine.json` or `config.json`. */
export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
  /** Written by the study, not by the owner of the machine. */
  readonly study: boolean;
}

export interface ConfigurationSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Texts of the files that there are, the strongest first. */
  readonly files: readonly ConfigurationFile[];
}

/** Reads the files that count. `study` null: none of a study. */
export async function readConfiguration(
  study: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Configuration> {
  const own = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const places = [
    ...(study === null ? [] : [{ path: join(study, 'vitrine.json'), study: true }]),
    { path: join(own, 'vitrine/config.json'), study: false },
  ];
  const files = await Promise.all(
    places.map(async (place) => {
      const found = await readFile(place.path, 'utf8').catch(ifAbsent(place.path));
      return found === null ? [] : [{ ...place, text: found }];
    }),
  );
  return parseConfiguration({ environment, files: files.flat() });
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

  const known = new Map(settingKeys.map((key) => [settingsTable[key].environment, key]));
  for (const [name, value] of Object.entries(sources.environment)) {
    const key = known.get(name);
    if (key !== undefined && value !== undefined && value !== '') {
      offer(key, name, settingsTable[key].fromText(value));
    }
  }
  for (const file of sources.files) {
    for (const { key, value } of entriesOf(file.path, file.text, faults)) {
      const { study, environment } = settingsTable[key];
      if (study || !file.study) offer(key, file.path, value);
      else {
        const values = { key, source: file.path, environment };
        faults.push(runtimeFaults.diagnose('setting-not-for-study', values, { file: file.path }));
      }
    }
  }
  if (faults.length > 0) throw new FaultError(faults);

  for (const key of settingKeys) {
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

/** How much one action may put out under these settings. */
export function outputLimitsOf(settings: Settings): OutputLimits {
  return {
    bytes: settings['limits.outputs'],
    files: settings['limits.outputFiles'],
    entries: settings['limits.workspaceFiles'],
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
      const key = settingKeys.find((candidate) => candidate === path);
      if (key !== undefined) found.push({ key, value });
      else if (
        isObject(value) &&
        settingKeys.some((candidate) => candidate.startsWith(`${path}.`))
      ) {
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
    settingKeys.find((key) => key.toLowerCase() === folded) ??
    settingKeys.find((key) => key.toLowerCase().split('.').at(-1) === last) ??
    didYouMean(folded, settingKeys) ??
    null
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
