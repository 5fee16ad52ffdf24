import { FaultError } from '@vitrine/pipeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommandLine, usageLine } from './command-line.ts';
import type { GenerateCohort } from './invocation.ts';

const defaults: GenerateCohort = {
  command: 'generate_cohort',
  definition: 'all',
  source: { kind: 'expectations', population: 10, seed: null },
  outputDir: 'output',
  outputName: null,
  format: 'csv',
  indexDateRange: null,
  skipExisting: false,
  params: {},
};

const cohort = ['generate_cohort', '--expectations-population', '10'];

function messageOf(argv: readonly string[]): string {
  try {
    parseCommandLine(argv, {});
  } catch (error) {
    if (error instanceof FaultError) {
      const [fault] = error.diagnostics;
      return `${fault?.blame}: ${fault?.message} ${fault?.hint}`;
    }
    throw error;
  }
  return 'accepted';
}

const fromDuckDb = { kind: 'database', address: { kind: 'text', text: 'duckdb:x' } } as const;

describe('generate_cohort', () => {
  test.each<[readonly string[], Partial<GenerateCohort>]>([
    [[], {}],
    [['--study-definition', 'study_definition_bp'], { definition: 'study_definition_bp' }],
    [['--study-definition=all'], {}],
    [['--output-dir=output/x'], { outputDir: 'output/x' }],
    [['--output-dir='], {}],
    [['--output-format', 'feather'], { format: 'feather' }],
    [
      ['--output-file', 'out/a.b.csv.gz'],
      { outputDir: 'out', outputName: 'a.b', format: 'csv.gz' },
    ],
    [['--output-file=x.dta'], { outputDir: '.', outputName: 'x', format: 'dta' }],
    [
      ['--output-file', 'out/x.dta.gz', '--output-dir', './out/', '--output-format', 'dta.gz'],
      { outputDir: 'out', outputName: 'x', format: 'dta.gz' },
    ],
    [
      ['--index-date-range', '2020-01-01 to today by week'],
      { indexDateRange: '2020-01-01 to today by week' },
    ],
    [['--index-date-range', ''], {}],
    [['--skip-existing', '--with-end-date-fix'], { skipExisting: true }],
    [['--temp-database-name', 'x'], {}],
    [['--skip'], { skipExisting: true }],
    [['--study', 'a', '--study-def=b'], { definition: 'b' }],
    [['--param', 'a=1'], { params: { a: '1' } }],
    [['--param', 'a', '=', '1', '--param=b=x=y'], { params: { a: '1', b: 'x=y' } }],
    [
      ['--param', 'a=', 'two words', '--skip-existing'],
      { params: { a: 'two words' }, skipExisting: true },
    ],
    [['--param', 'a = 1'], { params: { 'a ': ' 1' } }],
    [['--param', 'a=-1', '--param', 'b', '=', '-5'], { params: { a: '-1', b: '-5' } }],
    [['--param', 'a=1', '--param', 'a=2', '--param', 'c'], { params: { a: '2', c: '' } }],
    [['--dummy-data-seed', '7'], { source: { kind: 'expectations', population: 10, seed: 7 } }],
    [
      ['--expectations-population=1_000'],
      { source: { kind: 'expectations', population: 1000, seed: null } },
    ],
  ])('%j', (words, expected) => {
    expect(parseCommandLine([...cohort, ...words], {})).toEqual({ ...defaults, ...expected });
  });

  test.each<[readonly string[], Readonly<Record<string, string>>, GenerateCohort['source']]>([
    [['--dummy-data-file', 'x.csv'], {}, { kind: 'dummy-file', path: 'x.csv' }],
    [
      ['--dummy-data-file=x.csv'],
      { DATABASE_URL: 'duckdb:x' },
      { kind: 'dummy-file', path: 'x.csv' },
    ],
    [['--database-url', 'duckdb:x'], {}, fromDuckDb],
    [['--database-url', 'duckdb:x'], { DATABASE_URL: 'duckdb:y' }, fromDuckDb],
    [[], { DATABASE_URL_FILE: '/a' }, { kind: 'database', address: { kind: 'file', path: '/a' } }],
    [[], { DATABASE_URL: 'duckdb:x' }, fromDuckDb],
    [['--expectations-population', '0'], { DATABASE_URL: 'duckdb:x' }, fromDuckDb],
  ])('source %j with %j', (words, environment, source) => {
    expect(parseCommandLine(['generate_cohort', ...words], environment)).toMatchObject({ source });
  });

  test.each([
    [
      ['generate_cohort'],
      'One of --expectations-population, --dummy-data-file, --database-url is required.',
    ],
    [['generate_cohort', '--expectations-population', '0'], 'needs a number above 0.'],
    [['generate_cohort', '--expectations-population', '-3'], 'needs a number above 0.'],
    [['generate_cohort', '--expectations-population', '1.5'], 'needs a whole number, not "1.5".'],
    [['generate_cohort', '--expectations-population', '9'.repeat(30)], 'is too large a number.'],
    [[...cohort, '--dummy-data-file', 'x.csv'], 'cannot be used together.'],
    [
      [...cohort, '--output-format', 'xlsx'],
      '--output-format cannot be "xlsx". Choose from csv, csv.gz,',
    ],
    [
      [...cohort, '--output'],
      '--output could be any of --output-dir, --output-format, --output-file.',
    ],
    [[...cohort, '--output-dir'], '--output-dir needs a value.'],
    [[...cohort, '--output-dir', '--skip-existing'], '--output-dir needs a value.'],
    [[...cohort, '--skip-existing=yes'], '--skip-existing takes no value, but got "yes".'],
    [[...cohort, '--ouput-dir', 'x'], 'Unknown words: --ouput-dir x. Did you mean --output-dir?'],
    [[...cohort, 'stray'], 'Unknown words: stray.'],
    [[...cohort, '--param=a', '=', '1'], 'Unknown words: = 1.'],
    [[...cohort, '--verbose'], 'Unknown words: --verbose.'],
    [
      [...cohort, '--output-file', 'x.xlsx'],
      '--output-file must have a name and a supported extension.',
    ],
    [
      [...cohort, '--output-file', 'out/.csv'],
      '--output-file must have a name and a supported extension.',
    ],
    [
      [...cohort, '--output-file', 'a/x.csv', '--output-dir', 'b'],
      '--output-dir "b" is not the folder of --output-file.',
    ],
    [
      [...cohort, '--output-file', 'x.csv', '--output-format', 'dta'],
      'is not the format of --output-file.',
    ],
    [['generate_cohorts'], 'There is no command "generate_cohorts". Did you mean generate_cohort?'],
    [['--ver'], '--ver could be any of --version, --verbose.'],
    [['-x'], 'Unknown words: -x.'],
    [['dump_study_yaml'], '--study-definition is required.'],
  ])('%j is refused', (argv, message) => {
    expect(messageOf(argv)).toContain(message);
    expect(messageOf(argv)).toMatch(/^usage: /);
  });
});

describe('the other commands', () => {
  test.each([
    [['--version'], { command: 'version' }],
    [['--version', 'generate_measures'], { command: 'version' }],
    [
      ['--verbose', 'update_vmp_mapping'],
      { command: 'database-writing', name: 'update_vmp_mapping' },
    ],
    [
      ['maintenance', '--current-mode', 'x', '--database-url', 'duckdb:x'],
      { command: 'maintenance', address: fromDuckDb.address },
    ],
    [
      ['dump_cohort_sql', '--study-definition', 'x'],
      {
        command: 'dump_cohort_sql',
        definition: 'x',
        indexDateRange: null,
        dialect: 'duckdb',
        params: {},
      },
    ],
    [
      ['explain', '--study-definition', 'x', '--dialect', 'mssql', '--index-date-range', 'today'],
      {
        command: 'explain',
        definition: 'x',
        indexDateRange: 'today',
        dialect: 'mssql',
        params: {},
      },
    ],
    [
      ['measures', '--output-dir', 'o', '--skip-existing', '--param', 'a=1'],
      {
        command: 'generate_measures',
        definition: 'all',
        outputDir: 'o',
        skipExisting: true,
        params: { a: '1' },
        database: null,
      },
    ],
    [
      ['generate_measures', '--database-url', 'duckdb:x', '--index-date-range', '2020-01-01'],
      {
        command: 'generate_measures',
        definition: 'all',
        outputDir: 'output',
        skipExisting: false,
        params: {},
        database: { address: fromDuckDb.address, indexDateRange: '2020-01-01' },
      },
    ],
    [['cohort_report'], { command: 'cohort_report', inputDir: 'analysis', outputDir: 'output' }],
    [
      ['dump_study_yaml', '--study-definition', 'x'],
      { command: 'dump_study_yaml', definition: 'x', params: {} },
    ],
  ])('%j', (argv, expected) => {
    expect(parseCommandLine(argv, {})).toEqual(expected);
  });

  test.each([
    [[]],
    [['-h']],
    [['--help']],
    [['generate_cohort', '--help']],
    [['cohort_report', '-h']],
  ])('%j shows help', (argv) => {
    expect(parseCommandLine(argv, {})).toMatchObject({
      command: 'help',
      text: expect.stringMatching(/^usage: cohortextractor/),
    });
  });
});

test.each([
  [[], 'usage: vitrine cohort [--version] COMMAND [options]'],
  [['generate', '--help'], 'usage: vitrine cohort generate [options]'],
])('help of %j names the program that people typed', (argv, usage) => {
  expect(parseCommandLine(argv, {}, 'vitrine cohort')).toMatchObject({
    text: expect.stringContaining(usage),
  });
  expect(usageLine(argv, 'vitrine cohort')).toBe(usage);
});

test('any words either parse or are refused as wrong usage', () => {
  const word = fc.oneof(
    fc.constantFrom(...cohort, '--param', '--output-file', '--skip', '=', '--', '-', 'x.csv', '-1'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      expect(messageOf(argv)).toMatch(/^(accepted|usage: .+)/s);
    }),
    { numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 200) },
  );
});
