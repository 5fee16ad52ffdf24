/** Help texts, made from the tables of commands and options. */
import type { Option } from './parse-options.ts';

/** What a help text says of a command. */
export interface Described {
  readonly help: string;
  readonly options: readonly Option[];
}

/** The form of a command line; of any, where no command is known. */
export function usageOf(program: string, command: string | null): string {
  return command === null
    ? `usage: ${program} [--version] COMMAND [options]`
    : `usage: ${program} ${command} [options]`;
}

export function overview(
  program: string,
  commands: Readonly<Record<string, Described>>,
  shortNames: Readonly<Record<string, string>>,
  globalOptions: readonly Option[],
): string {
  const short = Object.entries(shortNames).map(([name, full]) => `${name} for ${full}`);
  return [
    usageOf(program, null),
    '',
    'Makes cohorts and measures from study definitions. Run it in the folder that holds analysis/.',
    '',
    'commands:',
    ...aligned(Object.entries(commands).map(([name, { help }]) => [name, help])),
    `Short names: ${short.join(', ')}.`,
    '',
    'options:',
    ...aligned(globalOptions.map(({ flag, help }) => [flag, help])),
    '',
    `${program} COMMAND --help lists the options of a command.`,
  ].join('\n');
}

export function helpFor(program: string, name: string, { help, options }: Described): string {
  return [
    usageOf(program, name),
    '',
    `${help.charAt(0).toUpperCase()}${help.slice(1)}.`,
    ...(options.length === 0
      ? []
      : [
          '',
          'options:',
          ...aligned(
            options.map(({ flag, metavar, help }) => [
              metavar === undefined ? flag : `${flag} ${metavar}`,
              help,
            ]),
          ),
        ]),
  ].join('\n');
}

function aligned(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
