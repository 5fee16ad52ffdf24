/** How agents of tests are set up. Nothing of a test runner in here: an agent that is a process of its own uses it too. */
import { DISCLOSURE_SETTINGS } from '@vitrine/disclosure';
import {
  limitsOf,
  Machine,
  outputLimitsOf,
  readConfiguration,
  type SelfTestResult,
} from '@vitrine/runner';
import type { AgentConfiguration } from './configuration.ts';
import { executorFolder } from './data-folder.ts';
import type { RunSettings } from './run-task.ts';

/** Of the backend, on every server of tests. */
export const TOKEN = 'token-of-the-backend';

/** How actions run in tests: this machine's own Python in the sandbox. */
export async function settingsFor(
  data: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RunSettings> {
  const environment = {
    PATH: process.env['PATH'],
    XDG_CONFIG_HOME: '/nonexistent',
    VITRINE_EXECUTOR: 'sandbox',
    VITRINE_STATE_DIR: executorFolder(data),
    ...more,
  };
  const machine = new Machine(await readConfiguration(null, environment), environment);
  const { settings } = machine.configuration;
  return {
    executors: machine,
    limits: limitsOf(settings),
    outputLimits: outputLimitsOf(settings),
    runtimes: settings.runtimes,
    actionSources: [],
  };
}

export const PASSED: readonly SelfTestResult[] = [
  { check: 'not-root', passed: true, detail: 'user 1' },
];

export function configurationOf(
  server: string,
  data: string,
  repository: string,
  change: Partial<AgentConfiguration> = {},
): AgentConfiguration {
  return {
    server,
    token: TOKEN,
    agent: 'agent-1',
    backend: 'tpp',
    data,
    slots: { database: 1, other: 2 },
    disclosure: DISCLOSURE_SETTINGS,
    ceilings: { cpus: 1, memory_bytes: 2 ** 29, wall_clock_seconds: 60 },
    dummy_data: true,
    database_address_file: null,
    drain_seconds: 5,
    patience_seconds: 30,
    allow: {
      repositories: [repository],
      branches: ['main'],
      runtimes: ['python:*', 'cohortextractor:*'],
      workspaces: { '*': {} },
    },
    ...change,
  };
}
