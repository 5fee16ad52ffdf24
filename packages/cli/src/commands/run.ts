import { join, resolve } from 'node:path';
import { limitsOf, outputLimitsOf, type RunResult, runPipeline } from '@vitrine/runner';
import type { CommandResult } from '../command.ts';
import { cliFaults } from '../faults.ts';
import { liveTable, noDisplay, plainLines, type RunDisplay } from '../output/live-table.ts';
import { renderReport } from '../output/run-report.ts';
import type { Terminal } from '../output/terminal.ts';
import { machineFor } from '../study.ts';

export interface RunOptions {
  readonly projectDir: string;
  readonly forceRunDependencies: boolean;
  readonly continueOnError: boolean;
  readonly timestamps: boolean;
  readonly debug: boolean;
  readonly formatOutputForGithub: boolean;
  readonly concurrency: number;
  /** A size with its unit; absent: the configured limit. */
  readonly memory?: string | undefined;
  readonly cpus?: number | undefined;
  readonly json: boolean;
}

/** Exit code after Ctrl-C, as shells give it. */
const INTERRUPTED = 130;

/** `vitrine run`: actions on dummy data, with the actions they need. */
export async function run(
  terminal: Terminal,
  actions: readonly string[],
  options: RunOptions,
): Promise<CommandResult> {
  const display = displayFor(terminal, options);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    const result = await runStudy(actions, options, display, stop.signal);
    display.close();
    return answerOf(result, terminal, options);
  } catch (error) {
    display.close();
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function displayFor(
  terminal: Terminal,
  { json, timestamps, formatOutputForGithub }: RunOptions,
): RunDisplay {
  if (json) return noDisplay;
  return terminal.interactive && !timestamps && !formatOutputForGithub
    ? liveTable(terminal)
    : plainLines(terminal, timestamps);
}

async function runStudy(
  actions: readonly string[],
  options: RunOptions,
  display: RunDisplay,
  signal: AbortSignal,
): Promise<RunResult> {
  const machine = await machineFor(options.projectDir);
  const { settings } = machine.configuration;
  const limits = limitsOf(settings);
  return await runPipeline({
    projectDir: resolve(options.projectDir),
    requested: actions,
    forceRunDependencies: options.forceRunDependencies,
    continueOnError: options.continueOnError,
    concurrency: options.concurrency,
    keepJobFolders: options.debug,
    executors: machine,
    limits: {
      ...limits,
      cpus: options.cpus ?? limits.cpus,
      memoryBytes: options.memory === undefined ? limits.memoryBytes : bytesOf(options.memory),
    },
    outputLimits: outputLimitsOf(settings),
    runtimes: settings.runtimes,
    reusableActions: {
      sources: settings['actions.sources'],
      cacheFolder: join(machine.stateDir, 'actions'),
    },
    onEvent: (event) => display.show(event),
    signal,
  });
}

/** Bytes of `512M`, `4G`, `4GB`, `4GiB`; K, M, G and T count by 1024, as Docker counts them. */
export function bytesOf(text: string): number {
  const [, digits = '', unit = ''] =
    /^([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
  const bytes = Math.floor(Number(digits) * 1024 ** power);
  if (digits === '' || bytes <= 0) throw cliFaults.error('size-malformed', { text });
  return bytes;
}

function answerOf(result: RunResult, terminal: Terminal, options: RunOptions): CommandResult {
  const failed = result.state === 'failed';
  const platform = result.results.some(
    (one) => one.state === 'failed' && one.reason === 'platform',
  );
  const exitCode = result.state === 'cancelled' ? INTERRUPTED : failed ? (platform ? 3 : 1) : 0;
  return {
    text: `${renderReport(result, { style: terminal.style, forGithub: options.formatOutputForGithub })}${options.debug ? keptFolders(result) : ''}`,
    value: { ok: exitCode === 0, ...result },
    diagnostics: result.diagnostics,
    exitCode,
  };
}

function keptFolders({ results }: RunResult): string {
  const rows = results.map(({ action, job }) => `  ${action}: .vitrine/jobs/${job}\n`);
  return rows.length === 0 ? '' : `Work folders, kept until the next run:\n${rows.join('')}`;
}
