import { styleText } from 'node:util';

/** Where a command writes, and what the reader's screen can show. */
export interface Terminal {
  /** The answer: standard output. */
  out(text: string): void;
  /** Progress and faults: standard error. */
  err(text: string): void;
  /** True when standard error is a screen that can be redrawn. */
  readonly interactive: boolean;
  /** Width of the screen in characters; 100 where there is none. */
  readonly columns: number;
  readonly style: Style;
}

export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'strong' | 'running';

/** Colours a text where colours are wanted, else gives it back as it is. */
export type Style = (tone: Tone, text: string) => string;

const formats = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  quiet: 'dim',
  strong: 'bold',
  running: 'cyan',
} as const;

/** NO_COLOR and FORCE_COLOR are honoured (no-color.org); else colour follows the screen. */
export function styleFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  const forced = environment['FORCE_COLOR'];
  const wanted =
    forced && forced !== '0'
      ? true
      : !environment['NO_COLOR'] && environment['TERM'] !== 'dumb' && stream.isTTY === true;
  return wanted
    ? (tone, text) => styleText(formats[tone], text, { validateStream: false })
    : (_, text) => text;
}

/** The terminal of this process. A reader that goes, as `head` does, changes neither what is done nor the exit code. */
export function processTerminal(environment: NodeJS.ProcessEnv = process.env): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true && environment['TERM'] !== 'dumb',
    columns: process.stderr.columns ?? 100,
    style: styleFor(process.stderr, environment),
  };
}
