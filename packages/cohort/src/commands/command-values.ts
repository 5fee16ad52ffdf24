/** What the options of a command come to. */
import { formatOf, outputFormatNames } from '../formats/output-format.ts';
import type { CohortSource, GenerateCohort } from './invocation.ts';
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
  if (values.get('--database-url') || environment['DATABASE_URL']) return { kind: 'database' };
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
