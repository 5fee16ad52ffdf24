import { runCohortextractor } from '@vitrine/cohort';
import type { CommandResult } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { machineFor, today } from '../study.ts';

/** `vitrine cohort …`: the cohort engine on the current folder, with the words of a run line. */
export async function cohort(terminal: Terminal, words: readonly string[]): Promise<CommandResult> {
  const directory = process.cwd();
  const machine = await machineFor(directory);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const exitCode = await runCohortextractor(words, {
    directory,
    program: 'vitrine cohort',
    // Help and usage need no executor, so it is found when the first definition is recorded.
    runRecorder: async (run) => (await machine.recorder(stop.signal))(run),
    print: (line) => terminal.out(`${line}\n`),
    log: (line) => terminal.err(`${line}\n`),
    today: today(),
    seed: null,
    environment: process.env,
    signal: stop.signal,
  });
  return { exitCode };
}
