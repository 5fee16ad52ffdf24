/** Help texts, made from the tables of commands and options. */
import type { Option } from './parse-options.ts';

/** What a help text says of a command. */
export interface Described {
  readonly help: string;
  readonly options: readonly Option[];
}

export function overview(
  commands: Readonly<Record<string, Described>>,
  globalOptions: readonly Option[],
): string {
  return [
    'usage: cohortextractor [--version] COMMAND [options]',
    '',
    'Makes cohorts and measures from study definitions. Run it in the folder that holds analysis/.',
    '',
    'commands:',
    ...aligned(Object.entries(commands).map(([name, { help }]) => [name, help])),
    '',
    'options:',
    ...aligned(globalOptions.map(({ flag, help }) => [flag, help])),
    '',
    'cohortextractor COMMAND --help lists the options of a command.',
  ].join('\n');
}

export function helpFor(name: string, { help, options }: Described): string {
  return [
    `usage: cohortextractor ${name} [options]`,
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
