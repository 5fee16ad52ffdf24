import { FaultError } from '@vitrine/pipeline';
import {
  addressText,
  isolationSelfTest,
  type LimitReport,
  limitsOf,
  type Machine,
  probeLimits,
  runtimeNames,
  type SelfTestResult,
} from '@vitrine/runner';
import type { CommandResult } from '../command.ts';
import { shortBytes, shortDuration } from '../output/duration.ts';
import type { Style } from '../output/terminal.ts';
import { machineFor } from '../study.ts';

interface RuntimeRow {
  readonly name: string;
  readonly executor: 'docker' | 'sandbox' | null;
  readonly reasons: readonly string[];
  readonly remedies: readonly string[];
}

/** `vitrine doctor`: what runs actions on this machine, which limits hold, what is missing and how to get it. */
export async function doctor(
  style: Style,
  { projectDir }: { projectDir: string },
): Promise<CommandResult> {
  const machine = await machineFor(projectDir);
  const [runtimes, limits, isolation] = await Promise.all([
    Promise.all(
      runtimeNames(machine.configuration.settings.runtimes).map((name) => examine(machine, name)),
    ),
    probeLimits(),
    selfTest(machine),
  ]);
  // Without a way to run Python nothing works; the other runtimes matter to the studies that name them.
  const able = runtimes.some(({ name, executor }) => name === 'python' && executor !== null);
  const isolated = isolation.length > 0 && isolation.every(({ passed }) => passed);
  return {
    text: [
      section(
        style,
        'Runtimes',
        runtimes.map((row) => renderRuntime(row, style)),
      ),
      section(
        style,
        'Isolation, tried from inside',
        isolation.map((row) => renderCheck(row, style)),
      ),
      section(style, 'Limits of the sandbox', renderLimits(limits, machine, style)),
      section(style, 'Settings', renderSettings(machine, style)),
    ].join('\n'),
    value: {
      ok: able && isolated,
      runtimes,
      isolation,
      limits,
      engine: addressText(machine.engineAddress),
      settings: machine.configuration.settings,
      origins: machine.configuration.origins,
    },
    exitCode: able && isolated ? 0 : 3,
  };
}

async function examine(machine: Machine, name: string): Promise<RuntimeRow> {
  try {
    return { name, ...(await machine.explain(name, 'latest')) };
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const [fault] = error.diagnostics;
    return {
      name,
      executor: null,
      reasons: fault === undefined ? [] : [fault.message],
      remedies: fault === undefined ? [] : [fault.hint],
    };
  }
}

async function selfTest(machine: Machine): Promise<readonly SelfTestResult[]> {
  const sandbox = await machine.sandbox();
  if (!sandbox.usable) return [{ check: 'sandbox', passed: false, detail: sandbox.words }];
  return await isolationSelfTest(machine.executor('sandbox'));
}

function section(style: Style, title: string, lines: readonly string[]): string {
  return `${style('strong', title)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function renderRuntime({ name, executor, reasons, remedies }: RuntimeRow, style: Style): string {
  const mark = executor === null ? style('quiet', '–') : style('good', '✓');
  const by = (executor ?? 'not here').padEnd(8);
  const help = remedies.map((remedy) => `\n      → ${remedy}`).join('');
  return `${mark} ${name.padEnd(16)} ${by}  ${style('quiet', reasons.join('; '))}${help}`;
}

function renderCheck({ check, passed, detail }: SelfTestResult, style: Style): string {
  return `${passed ? style('good', '✓') : style('bad', '✗')} ${check.padEnd(36)} ${style('quiet', detail)}`;
}

function renderLimits(report: LimitReport, machine: Machine, style: Style): readonly string[] {
  const limits = limitsOf(machine.configuration.settings);
  const rows: readonly (readonly [keyof LimitReport, string, string])[] = [
    ['wallClockSeconds', 'time', shortDuration(limits.wallClockSeconds)],
    ['memoryBytes', 'memory', shortBytes(limits.memoryBytes)],
    ['cpus', 'processors', String(limits.cpus)],
    ['processes', 'processes', String(limits.processes)],
    ['diskBytes', 'disk', shortBytes(limits.diskBytes)],
    ['temporaryBytes', '/tmp', shortBytes(limits.temporaryBytes)],
    ['logBytes', 'log', shortBytes(limits.logBytes)],
  ];
  return rows.map(([key, name, value]) => {
    const { mechanism, strength } = report[key];
    const mark = strength === 'partly' ? style('warn', '~') : style('good', '✓');
    return `${mark} ${name.padEnd(12)} ${value.padEnd(12)} ${style('quiet', `${strength}: ${mechanism}`)}`;
  });
}

function renderSettings({ configuration, stateDir }: Machine, style: Style): readonly string[] {
  const changed = Object.entries(configuration.origins)
    .filter(([, origin]) => origin !== 'default')
    .map(([key, origin]) => `${key}  ${style('quiet', `from ${origin}`)}`);
  return [
    `state is kept in ${stateDir}`,
    ...(changed.length === 0 ? ['all others are the defaults'] : changed),
  ];
}
