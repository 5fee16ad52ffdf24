import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import {
  type Configuration,
  limitsOf,
  parseConfiguration,
  readConfiguration,
  stateFolder,
} from './configuration.ts';
import { type SettingKey, settingKeys, settingsTable } from './settings-table.ts';

const inFile = (value: unknown, study = false): Configuration =>
  parseConfiguration({
    environment: {},
    files: [{ path: 'config.json', text: JSON.stringify(value), study }],
  });

const inEnvironment = (environment: Record<string, string>): Configuration =>
  parseConfiguration({ environment, files: [] });

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof FaultError) {
      return error.diagnostics.map(({ message, hint }) => `${message} ${hint}`);
    }
    throw error;
  }
  return [];
}

describe('values', () => {
  test.each<[SettingKey, unknown, string, unknown]>([
    ['executor', 'docker', 'docker', 'docker'],
    ['stateDir', '/srv/v', '/srv/v', '/srv/v'],
    ['docker.socket', '/run/d.sock', '/run/d.sock', '/run/d.sock'],
    ['docker.baseImage', 'debian:12', 'debian:12', 'debian:12'],
    ['limits.wallClock', '90min', '90min', 5400],
    ['limits.wallClock', 30, '30', 30],
    ['limits.wallClock', '7d', '7 d', 604_800],
    ['limits.memory', '4GiB', '4GiB', 4 * 1024 ** 3],
    ['limits.memory', '4G', '4gb', 4 * 1024 ** 3],
    ['limits.memory', 1000, '1000', 1000],
    ['limits.memory', '1.5M', '1.5 MiB', 1_572_864],
    ['limits.cpus', 0.5, '0.5', 0.5],
    ['limits.processes', 100, '100', 100],
    ['limits.disk', '1T', '1TiB', 1024 ** 4],
    ['limits.temporary', '512K', '512KiB', 524_288],
    ['limits.outputs', '1G', '1GiB', 1024 ** 3],
    ['limits.outputFiles', 10, '10', 10],
    ['limits.workspaceFiles', 10, '10', 10],
    ['limits.log', '20M', '20M', 20_971_520],
    [
      'runtimes',
      { r: { image: 'site/r:{tag}' } },
      '{"r": {"image": "site/r:{tag}"}}',
      { r: { image: 'site/r:{tag}' } },
    ],
    ['actions.sources', ['/a', 'https://b'], '/a  https://b', ['/a', 'https://b']],
  ])('%s: %o in the file, "%s" in the environment', (key, fileValue, text, value) => {
    const nested = key
      .split('.')
      .reduceRight<unknown>((inner, name) => ({ [name]: inner }), fileValue);
    const { environment } = settingsTable[key];
    expect(inFile(nested).settings[key]).toEqual(value);
    expect(inEnvironment({ [environment]: text }).settings[key]).toEqual(value);
    expect(inEnvironment({ [environment]: text }).origins[key]).toBe(environment);
  });

  test('every default is a value that its own check takes, and reads as its text says', () => {
    for (const key of settingKeys) {
      const row = settingsTable[key];
      expect(row.schema.safeParse(row.default)).toMatchObject({ success: true, data: row.default });
      const read = row.schema.safeParse(row.fromText(row.defaultText));
      if (key.startsWith('limits.')) expect(read.data).toBe(row.default);
    }
  });

  test('environment names are what the keys say', () => {
    for (const key of settingKeys) {
      const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).replaceAll('.', '_');
      expect(settingsTable[key].environment).toBe(`VITRINE_${name.toUpperCase()}`);
    }
  });
});

describe('sources', () => {
  test('the environment, then the study, then the person, then the default', () => {
    const { settings, origins } = parseConfiguration({
      environment: { VITRINE_LIMITS_CPUS: '1', VITRINE_LIMITS_MEMORY: '' },
      files: [
        { path: 'study', text: '{"limits": {"cpus": 2, "memory": "2G"}}', study: true },
        { path: 'own', text: '{"limits": {"memory": "3G", "processes": 9}}', study: false },
      ],
    });
    expect(limitsOf(settings)).toMatchObject({ cpus: 1, memoryBytes: 2 * 1024 ** 3, processes: 9 });
    expect(origins).toMatchObject({
      'limits.cpus': 'VITRINE_LIMITS_CPUS',
      'limits.memory': 'study',
      'limits.processes': 'own',
      'limits.disk': 'default',
    });
  });

  test('files are read from the study and from the folder for configuration', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'configuration-'));
    try {
      await mkdir(join(folder, 'config/vitrine'), { recursive: true });
      await mkdir(join(folder, 'study'));
      await writeFile(join(folder, 'config/vitrine/config.json'), '{"executor": "docker"}');
      await writeFile(join(folder, 'study/vitrine.json'), '{"executor": "sandbox"}');
      const environment = { XDG_CONFIG_HOME: join(folder, 'config') };
      const executorFor = async (study: string | null): Promise<string> =>
        (await readConfiguration(study, environment)).settings.executor;
      expect(await executorFor(join(folder, 'study'))).toBe('sandbox');
      expect(await executorFor(join(folder, 'elsewhere'))).toBe('docker');
      expect(await executorFor(null)).toBe('docker');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a study may not say where Vitrine writes, what engine it trusts or whose code it fetches', () => {
    const study = {
      stateDir: '/etc',
      docker: { socket: 'tcp://elsewhere', baseImage: 'x' },
      actions: { sources: ['x'] },
    };
    expect(faultsOf(() => inFile(study, true))).toHaveLength(4);
    expect(faultsOf(() => inFile(study, false))).toEqual([]);
  });

  test('the state folder follows the setting, then the desktop’s rules', () => {
    const { settings } = inFile({});
    expect(stateFolder(settings, { XDG_STATE_HOME: '/s' })).toBe('/s/vitrine');
    expect(stateFolder(settings, {})).toMatch(/\/\.local\/state\/vitrine$/);
    expect(stateFolder(inFile({ stateDir: '/here' }).settings, {})).toBe('/here');
  });

  test('what is in force cannot be changed', () => {
    const configuration = inFile({ actions: { sources: ['/a'] } });
    expect(Object.isFrozen(configuration)).toBe(true);
    expect(Object.isFrozen(configuration.settings)).toBe(true);
    expect(Object.isFrozen(configuration.settings['actions.sources'])).toBe(true);
  });
});

describe('P9: faults', () => {
  test.each<[string, string, readonly RegExp[]]>([
    ['no JSON', '{"limits": }', [/cannot be read/]],
    ['no object', '[]', [/holds no JSON object/]],
    ['an unknown key', '{"colour": 1}', [/"colour", which is no setting\. Delete it/]],
    ['a key in the wrong place', '{"memory": 1}', [/Write "limits\.memory"/]],
    ['a key in the wrong case', '{"limits": {"wallclock": 1}}', [/Write "limits\.wallClock"/]],
    ['a key with a slip', '{"exector": "docker"}', [/Write "executor"/]],
    ['a group that is no group', '{"limits": 4}', [/"limits", which is no setting/]],
    ['a wrong word', '{"executor": "podman"}', [/Give auto, docker or sandbox/]],
    ['no size', '{"limits": {"memory": "lots"}}', [/"lots" is no size\. .*4GiB/]],
    ['no size at all', '{"limits": {"memory": 0}}', [/is no size/]],
    ['a negative time', '{"limits": {"wallClock": "-1h"}}', [/is no time/]],
    ['half a process', '{"limits": {"processes": 1.5}}', [/Give a whole number above 0/]],
    ['an unknown key of a runtime', '{"runtimes": {"r": {"img": 1}}}', [/r: unrecognized key/]],
    [
      'several at once',
      '{"executor": 1, "colour": 2, "limits": {"cpus": 0}}',
      [/"colour"/, /"executor" wrongly/, /"limits\.cpus" wrongly/],
    ],
  ])('%s', (_name, text, expected) => {
    const files = [{ path: 'vitrine.json', text, study: false }];
    const found = faultsOf(() => parseConfiguration({ environment: {}, files }));
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });

  test('faults of all sources come together', () => {
    const found = faultsOf(() =>
      parseConfiguration({
        environment: { VITRINE_LIMITS_CPUS: 'many' },
        files: [
          { path: 'study', text: '{"executor": "x"}', study: true },
          { path: 'own', text: '{"executor": "y"}', study: false },
        ],
      }),
    );
    expect(found.map((text) => text.split(' ')[0])).toEqual([
      'VITRINE_LIMITS_CPUS',
      'study',
      'own',
    ]);
  });

  test('broken JSON is placed', () => {
    try {
      parseConfiguration({
        environment: {},
        files: [{ path: 'vitrine.json', text: '{\n  "executor": docker\n}', study: true }],
      });
      expect.unreachable();
    } catch (error) {
      expect(error instanceof FaultError && error.diagnostics[0]?.place).toMatchObject({
        file: 'vitrine.json',
      });
    }
  });
});
