/** What the options of a command come to. */
import { addressSource } from '../database-process/database-address.ts';
import { dialectNames } from '../dialect/dialect-name.ts';
import { formatOf, outputFormatNames } from '../formats/output-format.ts';
import type {
  CohortSource,
  GenerateCohort,
  GenerateMeasures,
  Maintenance,
  PlanCommand,
} from './invocation.ts';
import { type ParsedOptions, usage } from './parse-options.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const sourceFlags = ['--expectations-population', '--dummy-data-file', '--database-url'] as const;

/** @throws FaultError cohort-usage */
export function readGenerateCohort(
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
  if (population > 0) {
    return { kind: 'expectations', population, seed: numberOf(values, '--dummy-data-seed') };
  }
  const address = addressSource(values.get('--database-url'), environment);
  if (address !== null) return { kind: 'database', address };
  if (values.has('--expectations-population')) {
    throw usage('--expectations-population needs a number above 0');
  }
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
export function paramsOf(given: readonly (readonly string[])[]): Readonly<Record<string, string>> {
  const pairs = given.map((words) => {
    const text = words.join('');
    const equals = text.indexOf('=');
    return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
  });
  return Object.fromEntries(pairs);
}

/** Measures come from files made before unless a database is named, which then needs the dates too. */
export function readGenerateMeasures(
  { values, switches, words }: ParsedOptions,
  environment: Environment,
): GenerateMeasures {
  const range = values.get('--index-date-range') || null;
  // A database in the surroundings does not change what the command of a published study does.
  const isDirect = values.has('--database-url') || range !== null;
  const address = isDirect ? addressSource(values.get('--database-url'), environment) : null;
  if (isDirect && (address === null || range === null)) {
    throw usage(
      '--database-url and --index-date-range go together',
      'Leave both out to take the cohort files that were made before.',
    );
  }
  return {
    command: 'generate_measures',
    definition: values.get('--study-definition') ?? 'all',
    outputDir: values.get('--output-dir') ?? 'output',
    skipExisting: switches.has('--skip-existing'),
    params: paramsOf(words.get('--param') ?? []),
    database: address === null || range === null ? null : { address, indexDateRange: range },
  };
}

/** The commands that say how a definition is worked out, without a database. */
export function readPlanCommand<C extends 'dump_cohort_sql' | 'explain'>(
  command: C,
  { values, words }: ParsedOptions,
): PlanCommand<C> {
  const definition = values.get('--study-definition');
  if (definition === undefined) throw usage('--study-definition is required');
  return {
    command,
    definition,
    indexDateRange: values.get('--index-date-range') || null,
    dialect: dialectNames.find((name) => name === values.get('--dialect')) ?? 'duckdb',
    params: paramsOf(words.get('--param') ?? []),
  };
}

export function readMaintenance({ values }: ParsedOptions, environment: Environment): Maintenance {
  const address = addressSource(values.get('--database-url'), environment);
  if (address === null) {
    throw usage('--database-url is required', 'Or set DATABASE_URL.');
  }
  return { command: 'maintenance', address };
}
