/** docs/operating.md says of every setting what the program does: its name, its default, its variable. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentSettings, listSettings } from '@vitrine/agent';
import { AIRLOCK_SETTINGS } from '@vitrine/airlock';
import { settingKeys, settingsTable } from '@vitrine/runner';
import { expect, test } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../../../docs/operating.md'), 'utf8');

interface Row {
  readonly standard: string;
  readonly variable: string;
  readonly words: string;
}

/** The rows of the table under a heading, by the name in their first cell. */
function rowsUnder(heading: string): ReadonlyMap<string, Row> {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return new Map(
    [...section.matchAll(/^\| `([^`]+)` \|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map(
      ([, name = '', standard = '', variable = '', words = '']) => [
        name,
        { standard: bare(standard), variable: bare(variable), words: words.trim() },
      ],
    ),
  );
}

function bare(cell: string): string {
  return cell.trim().replaceAll('`', '');
}

const agent = rowsUnder('Settings of the agent');
const runner = rowsUnder('Settings of the runner');

test.each(listSettings().map((setting) => [setting.key, setting] as const))(
  'the agent’s %s',
  (key, setting) => {
    // What another page explains has one row that leads there.
    const row = agent.get(key) ?? agent.get(key.split('.')[0] ?? '');
    expect(row?.words).toMatch(/\w/);
    if (!agent.has(key)) return;
    expect(row).toMatchObject({
      standard: setting.default ?? '',
      variable: setting.environment ?? '',
    });
  },
);

test('the agent has no setting of another name', () => {
  const keys = listSettings().map(({ key }) => key);
  const known = new Set([...keys, ...keys.map((key) => key.split('.')[0])]);
  for (const name of agent.keys()) expect(known).toContain(name);
  const variables = new Set([...agent.values()].map(({ variable }) => variable));
  for (const variable of Object.keys(environmentSettings)) expect(variables).toContain(variable);
});

test.each(settingKeys)('the runner’s %s', (key) => {
  const { defaultText, environment, summary } = settingsTable[key];
  expect(runner.get(key)).toEqual({
    standard: bare(defaultText),
    variable: environment,
    words: summary,
  });
});

test('the runner has no setting of another name', () => {
  expect([...runner.keys()]).toEqual(settingKeys);
});

test('the settings that it shows are settings', () => {
  const [, example = ''] = /```json\n([^`]*)```/.exec(page) ?? [];
  const known = new Set(listSettings().map(({ key }) => key.split('.')[0]));
  for (const key of Object.keys(JSON.parse(example))) expect(known).toContain(key);
});

test('the airlock’s settings, each with its default, its variable and what it is for', () => {
  const expected = Object.entries(AIRLOCK_SETTINGS).map(([key, setting]) => [
    key,
    {
      // The thresholds of the checks have a page of their own.
      standard:
        setting.standard === undefined || key === 'disclosure'
          ? ''
          : JSON.stringify(setting.standard),
      variable: setting.variable,
      words: setting.about,
    },
  ]);
  expect([...rowsUnder('Settings of the airlock')]).toEqual(expected);
});

test('the settings of the airlock that it shows are settings', () => {
  const [, example] = [...page.matchAll(/```json\n([^`]*)```/g)];
  const shown = Object.keys(JSON.parse(example?.[1] ?? '{}'));
  expect(shown.length).toBeGreaterThan(3);
  for (const key of shown) expect(Object.keys(AIRLOCK_SETTINGS)).toContain(key);
});
