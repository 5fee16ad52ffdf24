/** The command line of cohortextractor (cohort-extractor §5.1): its commands, their options, and what was asked for. */
import { closestName } from '../cohortextractor/closest-name.ts';
import { formatOf, type OutputFormatName, outputFormatNames } from '../formats/output-format.ts';
import { commandFaults } from './faults.ts';
import { type Option, type ParsedOptions, parseOptions } from './parse-options.ts';

/** Where the rows come from. */
export type CohortSource =
  | { readonly kind: 'expectations'; readonly population: number; readonly seed: number | null }
  | { readonly kind: 'dummy-file'; readonly path: string }
  | { readonly kind: 'database' };

export interface GenerateCohort {
  readonly command: 'generate_cohort';
  /** Module name, or all. */
  readonly definition: string | 'all';
  readonly source: CohortSource;
  readonly outputDir: string;
  /** First part of the file names; null for `input` followed by what sets the definition's name apart. */
  readonly outputName: string | null;
  readonly format: OutputFormatName;
  readonly indexDateRange: string | null;
  readonly skipExisting: boolean;
  readonly params: Readonly<Record<string, string>>;
}

export interface GenerateMeasures {
  readonly command: 'generate_measures';
  readonly definition: string | 'all';
  readonly outputDir: string;
  readonly skipExisting: boolean;
  readonly params: Readonly<Record<string, string>>;
}

export interface CohortReport {
  readonly command: 'cohort_report';
  readonly inputDir: string;
  readonly outputDir: string;
}

export interface DumpStudyYaml {
  readonly command: 'dump_study_yaml';
  readonly definition: string;
  readonly params: Readonly<Record<string, string>>;
}

export type CohortCommand = GenerateCohort | GenerateMeasures | CohortReport | DumpStudyYaml;

export type Invocation =
  | CohortCommand
  /** A command that only a database can serve. */
  | { readonly command: 'database-only' }
  | { readonly command: 'version' }
  | { readonly command: 'help'; readonly text: string };

interface CommandSpec {
  readonly help: string;
  readonly options: readonly Option[];
  readonly read: (options: ParsedOptions, environment: Environment) => Invocation;
}

type Environment = Readonly<Record<string, string | undefined>>;

const definitionOption: Option = {
  flag: '--study-definition',
  takes: 'text',
  metavar: 'NAME',
  help: 'study definition in analysis/, without its ending; all of them by default',
};

const paramOption: Option = {
  flag: '--param',
  takes: 'words',
  metavar: 'NAME=VALUE',
  help: 'parameter for the study definition; may be repeated',
};

const outputDirOption: Option = {
  flag: '--output-dir',
  takes: 'text',
  metavar: 'DIR',
  help: 'folder for the files made (default: output)',
};

const skipOption: Option = {
  flag: '--skip-existing',
  takes: 'nothing',
  help: 'leave files alone that exist already',
};

const databaseOption: Option = {
  flag: '--database-url',
  takes: 'text',
  metavar: 'URL',
  help: 'source: a database (or set DATABASE_URL)',
};

const sourceFlags = ['--expectations-population', '--dummy-data-file', '--database-url'] as const;

const databaseOnly: Pick<CommandSpec, 'read'> = { read: () => ({ command: 'database-only' }) };

const commands: Readonly<Record<string, CommandSpec>> = {
  generate_cohort: {
    help: 'make the rows of a cohort',
    options: [
      definitionOption,
      {
        flag: '--expectations-population',
        takes: 'integer',
        metavar: 'N',
        help: 'source: N rows of dummy data made from the expectations of the study',
      },
      {
        flag: '--dummy-data-file',
        takes: 'text',
        metavar: 'FILE',
        help: 'source: a file of dummy data, which is checked against the study',
      },
      databaseOption,
      {
        flag: '--dummy-data-seed',
        takes: 'integer',
        metavar: 'N',
        help: 'seed of the dummy data (default: 1)',
      },
      outputDirOption,
      {
        flag: '--output-format',
        takes: 'text',
        metavar: 'FORMAT',
        choices: outputFormatNames,
        help: `one of ${outputFormatNames.join(', ')} (default: csv)`,
      },
      {
        flag: '--output-file',
        takes: 'text',
        metavar: 'FILE',
        help: 'path of the file made, with its ending, in place of the two before',
      },
      {
        flag: '--index-date-range',
        takes: 'text',
        metavar: 'RANGE',
        help: 'index dates, as in "2020-01-01 to 2020-12-01 by month" or "… to today by week"',
      },
      skipOption,
      paramOption,
      {
        flag: '--temp-database-name',
        takes: 'text',
        metavar: 'NAME',
        help: 'database for what extraction keeps meanwhile (or set TEMP_DATABASE_NAME)',
      },
      {
        flag: '--with-end-date-fix',
        takes: 'nothing',
        help: 'always so; accepted for older studies',
      },
    ],
    read: readGenerateCohort,
  },
  generate_measures: {
    help: 'make the measures of cohorts made before',
    options: [definitionOption, outputDirOption, skipOption, paramOption],
    read: ({ values, switches, words }) => ({
      command: 'generate_measures',
      definition: values.get('--study-definition') ?? 'all',
      outputDir: values.get('--output-dir') ?? 'output',
      skipExisting: switches.has('--skip-existing'),
      params: paramsOf(words.get('--param') ?? []),
    }),
  },
  cohort_report: {
    help: 'describe cohorts made before, column by column',
    options: [
      {
        flag: '--input-dir',
        takes: 'text',
        metavar: 'DIR',
        help: 'folder of the cohorts (default: analysis)',
      },
      outputDirOption,
    ],
    read: ({ values }) => ({
      command: 'cohort_report',
      inputDir: values.get('--input-dir') ?? 'analysis',
      outputDir: values.get('--output-dir') ?? 'output',
    }),
  },
  dump_study_yaml: {
    help: 'print a study definition as it is understood',
    options: [definitionOption, paramOption],
    read: ({ values, words }) => {
      const definition = values.get('--study-definition');
      if (definition === undefined) throw usage('--study-definition is required');
      return {
        command: 'dump_study_yaml',
        definition,
        params: paramsOf(words.get('--param') ?? []),
      };
    },
  },
  dump_cohort_sql: {
    help: 'print the queries of a study definition',
    options: [definitionOption, paramOption],
    ...databaseOnly,
  },
  maintenance: {
    help: 'say whether the database is under maintenance',
    options: [
      databaseOption,
      { flag: '--current-mode', takes: 'text', metavar: 'MODE', help: 'accepted and ignored' },
    ],
    ...databaseOnly,
  },
  update_vmp_mapping: { help: 'renew the table of product codes', options: [], ...databaseOnly },
  update_custom_medication_dictionary: {
    help: 'renew the table of further medications',
    options: [],
    ...databaseOnly,
  },
};

const globalOptions: readonly Option[] = [
  { flag: '--version', takes: 'nothing', help: 'print the version and exit' },
  { flag: '--verbose', takes: 'nothing', help: 'accepted; everything is said anyway' },
];

/**
 * What a command line asks for.
 * @throws FaultError cohort-usage
 */
export function parseCommandLine(argv: readonly string[], environment: Environment): Invocation {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const before = parseOptions(globalOptions, at < 0 ? argv : argv.slice(0, at));
  const name = at < 0 ? undefined : argv[at];
  if (before.help) return { command: 'help', text: overview() };
  const spec = name === undefined ? undefined : commandNamed(name);
  const options = spec === undefined ? undefined : parseOptions(spec.options, argv.slice(at + 1));
  if (options?.help) return { command: 'help', text: helpFor(name ?? '') };
  if (before.switches.has('--version')) return { command: 'version' };
  return options === undefined || spec === undefined
    ? { command: 'help', text: overview() }
    : spec.read(options, environment);
}

/** One line that shows the form of the command that was meant, for messages. */
export function usageLine(argv: readonly string[]): string {
  const name = argv.find((word) => Object.hasOwn(commands, word));
  return name === undefined
    ? 'usage: cohortextractor [--version] COMMAND [options]'
    : `usage: cohortextractor ${name} [options]`;
}

function commandNamed(name: string): CommandSpec {
  const spec = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (spec !== undefined) return spec;
  const near = closestName(name, Object.keys(commands));
  throw usage(
    `There is no command "${name}"`,
    near === null ? `Commands are ${Object.keys(commands).join(', ')}.` : `Did you mean ${near}?`,
  );
}

function readGenerateCohort(
  { values, switches, words }: ParsedOptions,
  environment: Environment,
): GenerateCohort {
  return {
    command: 'generate_cohort',
    definition: values.get('--study-definition') ?? 'all',
    source: sourceOf(values, environment),
    ...outputOf(values),
    indexDateRange: values.get('--index-date-range') || null,
    skipExisting: switches.has('--skip-existing'),
    params: paramsOf(words.get('--param') ?? []),
  };
}

function sourceOf(values: ParsedOptions['values'], environment: Environment): CohortSource {
  const given = sourceFlags.filter((flag) => values.has(flag));
  if (given.length > 1) {
    throw usage(`${given.join(' and ')} cannot be used together`, 'Choose one source.');
  }
  const path = values.get('--dummy-data-file');
  if (path !== undefined) return { kind: 'dummy-file', path };
  const population = numberOf(values, '--expectations-population') ?? 0;
  if (population < 0) throw usage('--expectations-population needs a number above 0');
  if (population > 0) {
    return { kind: 'expectations', population, seed: numberOf(values, '--dummy-data-seed') };
  }
  if (values.get('--database-url') || environment['DATABASE_URL']) return { kind: 'database' };
  throw usage(
    `One of ${sourceFlags.join(', ')} is required`,
    'To try the study, add --expectations-population 1000.',
  );
}

function outputOf(
  values: ParsedOptions['values'],
): Pick<GenerateCohort, 'outputDir' | 'outputName' | 'format'> {
  const file = values.get('--output-file');
  const dir = values.get('--output-dir') || null;
  const format = outputFormatNames.find((name) => name === values.get('--output-format'));
  if (file === undefined) {
    return { outputDir: dir ?? 'output', outputName: null, format: format ?? 'csv' };
  }
  const base = file.slice(file.lastIndexOf('/') + 1);
  const outputDir =
    file.slice(0, -base.length).replace(/\/+$/, '') || (file[0] === '/' ? '/' : '.');
  const named = formatOf(base);
  const outputName = named === null ? '' : base.slice(0, -named.length - 1);
  if (named === null || outputName === '') {
    throw usage(
      '--output-file must have a name and a supported extension',
      `Extensions are ${outputFormatNames.join(', ')}.`,
    );
  }
  if (dir !== null && plain(dir) !== plain(outputDir)) {
    throw usage(
      `--output-dir "${dir}" is not the folder of --output-file`,
      'Leave one of them out.',
    );
  }
  if (format !== undefined && format !== named) {
    throw usage(
      `--output-format "${format}" is not the format of --output-file`,
      'Leave one of them out.',
    );
  }
  return { outputDir, outputName, format: named };
}

function plain(folder: string): string {
  return folder
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function numberOf(values: ParsedOptions['values'], flag: string): number | null {
  const text = values.get(flag);
  if (text === undefined) return null;
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(number)) throw usage(`${flag} is too large a number`);
  return number;
}

/** `k=v`, `k = v` and `k= v` are the same: the words of one --param are joined, then split at the first `=`. */
function paramsOf(given: readonly (readonly string[])[]): Readonly<Record<string, string>> {
  const pairs = given.map((words) => {
    const text = words.join('');
    const equals = text.indexOf('=');
    return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
  });
  return Object.fromEntries(pairs);
}

function overview(): string {
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

function helpFor(name: string): string {
  const { help, options } = commandNamed(name);
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

function usage(problem: string, remedy = 'Run the command with --help to see its options.'): Error {
  return commandFaults.error('cohort-usage', { problem, remedy });
}
