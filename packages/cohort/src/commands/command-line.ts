/** The command line of cohortextractor (cohort-extractor §5.1): its commands and their options. */
import { didYouMean } from '@vitrine/pipeline';
import { dialectNames } from '../dialect/dialect-name.ts';
import { outputFormatNames } from '../formats/output-format.ts';
import { type Described, helpFor, overview, usageOf } from './command-help.ts';
import {
  type Environment,
  paramsOf,
  readGenerateCohort,
  readGenerateMeasures,
  readMaintenance,
  readPlanCommand,
} from './command-values.ts';
import type { Invocation } from './invocation.ts';
import { type Option, type ParsedOptions, parseOptions, usage } from './parse-options.ts';

interface CommandSpec extends Described {
  readonly read: (options: ParsedOptions, environment: Environment) => Invocation;
}

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

const rangeOption: Option = {
  flag: '--index-date-range',
  takes: 'text',
  metavar: 'RANGE',
  help: 'index dates, as in "2020-01-01 to 2020-12-01 by month" or "… to today by week"',
};

const planOptions: readonly Option[] = [
  definitionOption,
  rangeOption,
  {
    flag: '--dialect',
    takes: 'text',
    metavar: 'DIALECT',
    choices: dialectNames,
    help: `the database's language, one of ${dialectNames.join(', ')} (default: duckdb)`,
  },
  paramOption,
];

/** Commands of the original that change a database, which nothing here ever does. */
const writing = (name: string): Pick<CommandSpec, 'read' | 'options'> => ({
  options: [],
  read: () => ({ command: 'database-writing', name }),
});

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
      rangeOption,
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
    help: 'make measures, of cohorts made before or straight from a database',
    options: [
      definitionOption,
      outputDirOption,
      skipOption,
      paramOption,
      { ...rangeOption, help: 'with a database: the dates to measure at' },
      { ...databaseOption, help: 'a database to measure in, without files of rows between' },
    ],
    read: readGenerateMeasures,
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
    options: planOptions,
    read: (options) => readPlanCommand('dump_cohort_sql', options),
  },
  explain: {
    help: 'show how a study definition is worked out: its questions, the plan and the queries',
    options: planOptions,
    read: (options) => readPlanCommand('explain', options),
  },
  maintenance: {
    help: 'say whether the database is under maintenance',
    options: [
      databaseOption,
      { flag: '--current-mode', takes: 'text', metavar: 'MODE', help: 'accepted and ignored' },
    ],
    read: readMaintenance,
  },
  update_vmp_mapping: {
    help: 'renew the table of product codes (left to whoever keeps the database)',
    ...writing('update_vmp_mapping'),
  },
  update_custom_medication_dictionary: {
    help: 'renew the table of further medications (left to whoever keeps the database)',
    ...writing('update_custom_medication_dictionary'),
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
export function parseCommandLine(
  argv: readonly string[],
  environment: Environment,
  program: string = PROGRAM,
): Invocation {
  const everything = (): Invocation => ({
    command: 'help',
    text: overview(program, commands, shortNames, globalOptions),
  });
  const at = argv.findIndex((word) => !word.startsWith('-'));
  const before = parseOptions(globalOptions, at < 0 ? argv : argv.slice(0, at));
  const name = at < 0 ? undefined : argv[at];
  if (before.help) return everything();
  const spec = name === undefined ? undefined : commandNamed(name);
  const options = spec === undefined ? undefined : parseOptions(spec.options, argv.slice(at + 1));
  if (name !== undefined && spec !== undefined && options?.help) {
    return { command: 'help', text: helpFor(program, name, spec) };
  }
  if (before.switches.has('--version')) return { command: 'version' };
  return options === undefined || spec === undefined
    ? everything()
    : spec.read(options, environment);
}

/** One line that shows the form of the command that was meant, for messages. */
export function usageLine(argv: readonly string[], program: string = PROGRAM): string {
  const isNamed = (word: string): boolean =>
    Object.hasOwn(commands, word) || Object.hasOwn(shortNames, word);
  return usageOf(program, argv.find(isNamed) ?? null);
}

/** What stands before the words of a run line. */
const PROGRAM = 'cohortextractor';

/** Shorter names of the same commands, for people. */
const shortNames: Readonly<Record<string, string>> = {
  generate: 'generate_cohort',
  measures: 'generate_measures',
  sql: 'dump_cohort_sql',
};

function commandNamed(name: string): CommandSpec {
  const full = shortNames[name] ?? name;
  const spec = Object.hasOwn(commands, full) ? commands[full] : undefined;
  if (spec !== undefined) return spec;
  const near = didYouMean(name, Object.keys(commands)) ?? null;
  throw usage(
    `There is no command "${name}"`,
    near === null ? `Commands are ${Object.keys(commands).join(', ')}.` : `Did you mean ${near}?`,
  );
}
