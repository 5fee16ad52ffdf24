import { cpus } from 'node:os';
import { relative } from 'node:path';
import {
  codesOfFolder,
  codesOfStudy,
  noStudyCodes,
  type StudyCodes,
  type SynthesisProgress,
  synthesise,
} from '@vitrine/cohort';
import type { CommandResult } from '../command.ts';
import { shortDuration } from '../output/duration.ts';
import type { Terminal } from '../output/terminal.ts';
import { bytesOf } from './run.ts';

interface SynthOptions {
  readonly patients: number;
  readonly events?: number;
  readonly seed: number;
  readonly output: string;
  /** A folder of codelists in CSV. */
  readonly codelists?: string;
  /** A study, whose own codelists are taken. */
  readonly study?: string;
  /** A size such as `2G`. */
  readonly memory: string;
  readonly threads?: number;
  readonly json: boolean;
}

/** Events of a patient where nobody says how many. */
const EVENTS_OF_PATIENT = 100;

/** `vitrine synth`: makes a synthetic database for development, tests and benchmarks. */
export async function synth(terminal: Terminal, options: SynthOptions): Promise<CommandResult> {
  const started = performance.now();
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const { output, rows } = await synthesise(
      {
        patients: options.patients,
        events: options.events ?? options.patients * EVENTS_OF_PATIENT,
        seed: options.seed,
        output: options.output,
        codes: await studyCodes(options),
        memoryBytes: bytesOf(options.memory),
        threads: options.threads ?? cpus().length,
      },
      {
        signal: stop.signal,
        onProgress: (progress) => {
          if (!options.json) show(progress, terminal);
        },
      },
    );
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    const seconds = (performance.now() - started) / 1000;
    const name = relative(process.cwd(), output);
    return {
      text: `${terminal.style('good', '✓')} ${name}: ${grouped(total)} rows in ${Object.keys(rows).length} tables, ${shortDuration(seconds)}\n`,
      value: { ok: true, output, seed: options.seed, rows },
    };
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function studyCodes({ study, codelists }: SynthOptions): Promise<StudyCodes> {
  if (study !== undefined) return codesOfStudy(study);
  return codelists === undefined ? Promise.resolve(noStudyCodes) : codesOfFolder(codelists);
}

/** A line for each table; on a screen the line of a large one grows while it is made. */
function show(
  { table, rows, expected, finished }: SynthesisProgress,
  { err, interactive, style }: Terminal,
): void {
  const start = interactive ? '\r' : '';
  if (finished) {
    const count = grouped(rows).padStart(13);
    err(`${start}${count}  ${table}${interactive ? '          ' : ''}\n`);
  } else if (interactive) {
    const percent = Math.min(99, Math.floor((100 * rows) / Math.max(1, expected)));
    err(`${start}${style('quiet', `${percent} %`.padStart(13))}  ${table}`);
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
