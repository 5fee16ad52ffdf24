import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Executor, findRuntime, launchOf, limitsOf } from '@vitrine/runner';
import type { CommandResult } from '../command.ts';
import { cliFaults } from '../faults.ts';
import type { Terminal } from '../output/terminal.ts';
import { machineFor } from '../study.ts';
import { bytesOf } from './run.ts';

export interface ExecOptions {
  readonly projectDir: string;
  readonly env: readonly string[];
  readonly memory?: string | undefined;
  readonly cpus?: number | undefined;
}

/** Milliseconds between two looks at what the program printed. */
const LOOK = 200;
const INTERRUPTED = 130;

/**
 * `vitrine exec RUNTIME[:TAG] COMMAND…`: one program in the isolation that actions have, with the study itself, writable,
 * at /workspace. Its exit code is ours.
 */
export async function exec(
  terminal: Terminal,
  image: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<CommandResult> {
  const [name = '', tag = 'latest'] = image.split(':');
  const workspace = resolve(options.projectDir);
  const machine = await machineFor(workspace);
  const { settings } = machine.configuration;
  const executor = await machine.executorFor(name, tag);
  const runtime = findRuntime(name, tag, settings.runtimes);
  if (runtime?.kind !== 'programs') throw cliFaults.error('runtime-has-no-programs', { name });
  const configured = limitsOf(settings);
  const limits = {
    ...configured,
    cpus: options.cpus ?? configured.cpus,
    memoryBytes: options.memory === undefined ? configured.memoryBytes : bytesOf(options.memory),
  };
  const launch = launchOf(runtime, command, {
    executor: executor.name,
    workspace,
    cpus: limits.cpus,
    backend: 'expectations',
  });
  const id = `exec-${randomBytes(8).toString('hex')}`;
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
    // What the program says to its end is still shown; a second Ctrl-C finds nothing left to stop.
    void executor.stop(id);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await executor.start({
      id,
      runtime: launch.runtime,
      command: launch.command,
      mounts: [{ source: workspace, target: '/workspace', writable: true }, ...launch.mounts],
      environment: { ...launch.environment, ...variablesOf(options.env) },
      limits,
      labels: { 'vitrine.purpose': 'exec' },
    });
    const exitCode = await follow(executor, id, terminal);
    return { exitCode: stop.signal.aborted ? INTERRUPTED : exitCode };
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await executor.remove(id);
  }
}

/** Prints what the program prints until it ends; gives its exit code. */
async function follow(executor: Executor, id: string, terminal: Terminal): Promise<number> {
  let shown = 0;
  for (;;) {
    const execution = await executor.inspect(id);
    const log = await executor.log(id);
    // Only whole lines, so that the time in front of each can be taken off.
    const end = execution.state === 'running' ? log.lastIndexOf('\n') + 1 : log.length;
    terminal.out(log.slice(shown, end).replaceAll(/^\d{4}-\d\d-\d\dT\S+ ?/gm, ''));
    shown = Math.max(shown, end);
    if (execution.state === 'exited') return execution.exitCode;
    if (execution.state === 'absent') return INTERRUPTED;
    await delay(LOOK);
  }
}

function variablesOf(settings: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settings.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) throw cliFaults.error('variable-malformed', { text });
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
