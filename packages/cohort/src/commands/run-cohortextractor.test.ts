import { lstatSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeStudy, runRecorderUnconfined } from '../record/testing.ts';
import type { CohortContext, CohortProgress } from './context.ts';
import { runCohortextractor } from './run-cohortextractor.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

const definition = (name: string, body = ''): Files => ({
  [`analysis/${name}.py`]: `from cohortextractor import StudyDefinition, Measure, patients, params
study = StudyDefinition(
    index_date="2020-01-01",
    default_expectations={
        "date": {"earliest": "2019-01-01", "latest": "index_date"},
        "rate": "uniform",
        "incidence": 0.5,
    },
    population=patients.all(),
    sex=patients.sex(return_expectations={"category": {"ratios": {"M": 0.5, "F": 0.5}}}),
    died=patients.died_from_any_cause(returning="date_of_death", date_format="YYYY-MM-DD"),
    died_flag=patients.died_from_any_cause(on_or_before="index_date"),
${body}
)
measures = [Measure("died", numerator="died_flag", denominator="population", group_by="sex")]
`,
});

const study = definition('study_definition');

interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly logged: string;
  readonly files: readonly string[];
  readonly progress: readonly CohortProgress[];
  readonly read: (file: string) => Promise<string>;
}

interface Setting {
  readonly argv: readonly string[];
  readonly files?: Files;
  readonly context?: Partial<CohortContext>;
  readonly prepare?: (directory: string) => Promise<unknown>;
  readonly look?: (ran: Ran, directory: string) => Promise<unknown>;
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function run({ argv, files = study, context, prepare, look }: Setting): Promise<Ran> {
  await using made = await makeStudy(files);
  const { directory } = made;
  await prepare?.(directory);
  const printed: string[] = [];
  const logged: string[] = [];
  const progress: CohortProgress[] = [];
  const code = await runCohortextractor(argv, {
    directory,
    runRecorder: runRecorderUnconfined,
    print: (line) => printed.push(line),
    log: (line) => logged.push(line),
    today: '2022-03-04',
    seed: null,
    environment: {},
    progress: (event) => progress.push(event),
    ...context,
  });
  const output = join(directory, 'output');
  const ran: Ran = {
    code,
    printed: printed.join('\n'),
    logged: logged.join('\n'),
    files: isFolder(output) ? (await readdir(output, { recursive: true })).toSorted() : [],
    progress,
    read: (file) => readFile(join(directory, file), 'utf8'),
  };
  await look?.(ran, directory);
  return ran;
}

const generate = ['generate_cohort', '--expectations-population', '5'];

describe('generate_cohort', () => {
  test('writes the rows, says the seed, and makes the same rows again', async () => {
    const texts: string[] = [];
    for (const seed of ['1', '1', '2']) {
      await run({
        argv: [...generate, '--dummy-data-seed', seed],
        look: async ({ code, printed, files, read }) => {
          expect([code, printed, files]).toEqual([0, `Dummy data seed: ${seed}`, ['input.csv']]);
          texts.push(await read('output/input.csv'));
        },
      });
    }
    expect(texts[0]?.split('\n')[0]).toBe('died,sex,died_flag,patient_id');
    expect(texts[0]?.trimEnd().split('\n')).toHaveLength(6);
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).not.toBe(texts[0]);
  });

  test('makes one file a date, latest first, of every definition', async () => {
    const { code, files, progress } = await run({
      argv: [...generate, '--index-date-range', '2020-01-01 to 2020-01-08 by week'],
      files: { ...study, ...definition('study_definition_b') },
    });
    expect(code).toBe(0);
    expect(files).toEqual([
      'input_2020-01-01.csv',
      'input_2020-01-08.csv',
      'input_b_2020-01-01.csv',
      'input_b_2020-01-08.csv',
    ]);
    expect(progress.map(({ file, done, total }) => `${file} ${done}/${total}`)).toEqual([
      'output/input_2020-01-08.csv 1/4',
      'output/input_2020-01-01.csv 2/4',
      'output/input_b_2020-01-08.csv 3/4',
      'output/input_b_2020-01-01.csv 4/4',
    ]);
  });

  test.each([
    [['--output-dir', 'output/deep/er'], 'deep/er/input.csv'],
    [['--output-file', 'output/x/rows.csv.gz'], 'x/rows.csv.gz'],
    [['--output-file', '/workspace/output/rows.feather'], 'rows.feather'],
    [['--output-format', 'dta'], 'input.dta'],
    [['--output-format', 'dta.gz', '--index-date-range', 'today'], 'input_2022-03-04.dta.gz'],
  ])('%j makes %s', async (words, file) => {
    const { code, files } = await run({ argv: [...generate, ...words] });
    expect(code).toBe(0);
    expect(files).toContain(file);
  });

  test('leaves existing files alone when told to, and replaces them otherwise', async () => {
    const prepare = async (directory: string): Promise<void> => {
      await mkdir(join(directory, 'output'));
      await writeFile(join(directory, 'output/input.csv'), 'mine');
    };
    for (const [words, kept] of [
      [['--skip-existing'], true],
      [[], false],
    ] as const) {
      await run({
        argv: [...generate, ...words],
        prepare,
        look: async ({ read }) => {
          expect((await read('output/input.csv')) === 'mine').toBe(kept);
        },
      });
    }
  });

  test('copies a file of dummy data that fits', async () => {
    const rows = 'patient_id,sex,died,died_flag\n1,M,2020-01-05,1\n2,F,,0\n';
    await run({
      argv: [
        'generate_cohort',
        '--dummy-data-file',
        'dummy.csv',
        '--index-date-range',
        '2020-01-01 to 2020-02-01',
      ],
      files: { ...study, 'dummy.csv': rows },
      look: async ({ code, files, read }) => {
        expect([code, files]).toEqual([0, ['input_2020-01-01.csv', 'input_2020-02-01.csv']]);
        expect(await read('output/input_2020-01-01.csv')).toBe(rows);
      },
    });
  });

  test('does not mind measures that are at fault, but says so', async () => {
    const { code, logged, files } = await run({
      argv: generate,
      files: {
        'analysis/study_definition.py': `${study['analysis/study_definition.py']}
measures.append(Measure("x", numerator="nothing", denominator="population"))`,
      },
    });
    expect([code, files]).toEqual([0, ['input.csv']]);
    expect(logged).toMatch(/^Warning: .*"nothing"/);
  });

  test('stops between two files when asked to', async () => {
    const stop = new AbortController();
    const { code, files } = await run({
      argv: [...generate, '--index-date-range', '2020-01-01 to 2020-03-01'],
      context: { signal: stop.signal, progress: () => stop.abort() },
    });
    expect([code, files]).toEqual([130, ['input_2020-03-01.csv']]);
  });
});

describe('faults end the command before anything is written', () => {
  test.each<[string, Setting, number, RegExp]>([
    ['wrong usage', { argv: ['generate_cohort'] }, 2, /^usage: cohortextractor generate_cohort/],
    [
      'a definition that is not there',
      { argv: [...generate, '--study-definition', 'study_definitoin'] },
      2,
      /There is no study definition named "study_definitoin"\.\n {2}→ Did you mean "study_definition"\?/,
    ],
    [
      'a path in place of a name',
      { argv: [...generate, '--study-definition', 'analysis/study_definition.py'] },
      2,
      /Did you mean "study_definition"\?/,
    ],
    [
      'no definitions',
      { argv: generate, files: {} },
      1,
      /^Validation error: There are no study definitions in analysis\//,
    ],
    [
      'a parameter that is missing',
      { argv: generate, files: definition('study_definition', '    x=params["y"],') },
      1,
      /^Missing --param error: .*"y"\.\n {2}at analysis\/study_definition\.py:13\n {2}→ Add --param y=VALUE/,
    ],
    [
      'faults of several definitions, all at once',
      {
        argv: generate,
        files: {
          ...definition('study_definition_a', '    x=patients.age_as_of(None),'),
          ...definition('study_definition_b', '    x=patients.age_as_of("nonsense"),'),
        },
      },
      1,
      /study_definition_a\.py:13.*study_definition_b\.py:13/s,
    ],
    [
      'expectations that do not fit',
      {
        argv: generate,
        files: definition(
          'study_definition',
          '    age=patients.age_as_of("index_date", return_expectations={"rate": "universal"}),',
        ),
      },
      1,
      /^Dummy data error: .*"?age"?.*\n {2}at analysis\/study_definition\.py:13\n/,
    ],
    [
      'dummy data that does not fit',
      {
        argv: ['generate_cohort', '--dummy-data-file', 'data/d.csv'],
        files: { ...study, 'data/d.csv': 'patient_id,sex\n1,M\n' },
      },
      1,
      /^Dummy data error: .*\n {2}at data\/d\.csv/,
    ],
    [
      'dummy data of another format',
      {
        argv: ['generate_cohort', '--dummy-data-file', 'd.csv', '--output-format', 'feather'],
        files: { ...study, 'd.csv': 'patient_id\n' },
      },
      1,
      /^Dummy data error: /,
    ],
    [
      'one file of dummy data for several definitions',
      {
        argv: ['generate_cohort', '--dummy-data-file', 'd.csv'],
        files: { ...study, ...definition('study_definition_b') },
      },
      1,
      /--dummy-data-file can be used with a single study definition only/,
    ],
    [
      'one output file for several definitions',
      {
        argv: [...generate, '--output-file', 'output/x.csv'],
        files: { ...study, ...definition('study_definition_b') },
      },
      1,
      /--output-file can be used with a single study definition only/,
    ],
    [
      'a range that is none',
      { argv: [...generate, '--index-date-range', 'yesterday'] },
      1,
      /^Validation error: Invalid date range "yesterday"/,
    ],
    [
      'a database of a kind that is not known',
      { argv: ['generate_cohort', '--database-url', 'oracle://user:secret@x'] },
      2,
      /There is no client for databases of the kind "oracle" in this version/,
    ],
    [
      'a database that is not there',
      { argv: ['generate_cohort'], context: { environment: { DATABASE_URL: 'duckdb:/none' } } },
      5,
      /^Platform error: There is no database where its address points/,
    ],
    [
      'a command that would change the database',
      { argv: ['update_vmp_mapping'] },
      2,
      /update_vmp_mapping changes the database, which Vitrine only ever reads/,
    ],
    [
      'an output folder outside the study',
      { argv: [...generate, '--output-dir', '../elsewhere'] },
      1,
      /^.*--output-dir \.\.\/elsewhere leads out of the study/s,
    ],
    [
      'an output folder behind a link',
      { argv: generate, prepare: (directory) => symlink('/tmp', join(directory, 'output')) },
      1,
      /leads out of the study/,
    ],
    [
      'dummy data behind a link',
      {
        argv: ['generate_cohort', '--dummy-data-file', 'd.csv'],
        prepare: (directory) => symlink('/etc/passwd', join(directory, 'd.csv')),
      },
      1,
      /--dummy-data-file d\.csv leads out of the study/,
    ],
    [
      'a column’s file behind a link',
      {
        argv: generate,
        files: definition('study_definition', '    x=patients.which_exist_in_file("ids.csv"),'),
        prepare: (directory) => symlink('/etc/passwd', join(directory, 'ids.csv')),
      },
      1,
      /leads out of the study/,
    ],
    [
      'a file where the folder should be',
      { argv: generate, prepare: (directory) => writeFile(join(directory, 'output'), '') },
      1,
      /output is not a folder/,
    ],
    [
      'a recorder that fails',
      {
        argv: generate,
        context: {
          runRecorder: async () => ({ exitCode: 1, limit: null, document: null, log: 'Killed' }),
        },
      },
      3,
      /^Platform error: .* The last line printed is: Killed/,
    ],
  ])('%s', async (_, setting, expectedCode, text) => {
    const { code, printed, logged, files } = await run({
      ...setting,
      look: async ({ printed: told, logged: said }, directory) => {
        expect(told + said).not.toContain(directory);
      },
    });
    expect((expectedCode === 2 ? logged : printed).replace(/^Dummy data seed.*\n/, '')).toMatch(
      text,
    );
    expect(code).toBe(expectedCode);
    expect(files.filter((file) => /^input/.test(file))).toEqual([]);
  });

  test('a folder that may not be written to leaves what was there', async () => {
    // Whoever may write anywhere cannot be refused by permissions.
    const refused = process.getuid?.() === 0 ? 0 : 3;
    const { code } = await run({
      argv: generate,
      prepare: async (directory) => {
        await mkdir(join(directory, 'output'));
        await chmod(join(directory, 'output'), 0o500);
      },
    });
    expect(code).toBe(refused);
  });
});

describe('generate_measures', () => {
  const cohort = 'patient_id,sex,died_flag\n1,M,1\n2,M,0\n3,F,1\n';
  const cohorts = {
    'output/input_2020-01-01.csv': cohort,
    'output/input_2020-02-01.csv': cohort,
  };

  test('works out the measures of every date', async () => {
    await run({
      argv: ['generate_measures'],
      files: { ...study, ...cohorts },
      look: async ({ code, files, read }) => {
        expect(code).toBe(0);
        expect(files.filter((file) => file.startsWith('measure'))).toEqual([
          'measure_died.csv',
          'measure_died_2020-01-01.csv',
          'measure_died_2020-02-01.csv',
        ]);
        expect(await read('output/measure_died_2020-01-01.csv')).toBe(
          'sex,died_flag,population,value\nF,1.0,1,1.0\nM,1.0,2,0.5\n',
        );
      },
    });
  });

  test('passes over definitions without measures', async () => {
    const bare = definition('study_definition_b')['analysis/study_definition_b.py'] as string;
    const { code } = await run({
      argv: ['generate_measures'],
      files: {
        ...study,
        ...cohorts,
        'analysis/study_definition_b.py': bare.replace('measures =', 'others ='),
      },
    });
    expect(code).toBe(0);
  });

  test.each<[string, Setting, number, RegExp]>([
    [
      'no measures at all',
      {
        argv: ['generate_measures'],
        files: {
          'analysis/study_definition.py':
            'from cohortextractor import *\nfrom cohortextractor import patients\nstudy = StudyDefinition(population=patients.all())',
        },
      },
      1,
      /^Validation error: There are no measures in study_definition\./,
    ],
    [
      'a measure of a column that is not there',
      {
        argv: ['generate_measures'],
        files: {
          ...cohorts,
          'analysis/study_definition.py': `${study['analysis/study_definition.py']}
measures.append(Measure("x", numerator="nothing", denominator="population"))`,
        },
      },
      1,
      /"nothing".*\n {2}at analysis\/study_definition\.py:\d+/,
    ],
    ['no folder', { argv: ['generate_measures'] }, 1, /There is no file output\./],
    [
      'a cohort behind a link',
      {
        argv: ['generate_measures'],
        files: { ...study, ...cohorts },
        prepare: (directory) =>
          symlink('/etc/passwd', join(directory, 'output/input_2020-03-01.csv')),
      },
      1,
      /leads out of the study/,
    ],
    [
      'a measure behind a link, which would be read for all dates',
      {
        argv: ['generate_measures', '--skip-existing'],
        files: { ...study, ...cohorts },
        prepare: (directory) =>
          symlink('/etc/passwd', join(directory, 'output/measure_rate_2020-03-01.csv')),
      },
      1,
      /leads out of the study/,
    ],
  ])('%s', async (_, setting, expectedCode, text) => {
    const { code, printed } = await run(setting);
    expect(printed).toMatch(text);
    expect(code).toBe(expectedCode);
  });
});

describe('cohort_report', () => {
  test('describes the cohort of each definition on a page', async () => {
    await run({
      argv: ['cohort_report', '--input-dir', 'output', '--output-dir', 'output/pages'],
      files: {
        ...study,
        'output/input.csv': 'patient_id,sex,died,died_flag\n1,M,2020-01-05,1\n2,F,,0\n',
      },
      look: async ({ code, files, read }) => {
        expect([code, files]).toEqual([0, ['input.csv', 'pages', 'pages/descriptives.html']]);
        expect(await read('output/pages/descriptives.html')).toContain('died_flag');
      },
    });
  });

  test('needs the cohort', async () => {
    const { code, printed } = await run({ argv: ['cohort_report'] });
    expect(code).toBe(1);
    expect(printed).toContain('There is no file analysis/input.csv.');
  });
});

test('dump_study_yaml prints the definition as it is understood', async () => {
  const { code, printed } = await run({
    argv: ['dump_study_yaml', '--study-definition', 'study_definition'],
  });
  expect(code).toBe(0);
  expect(printed).toContain('hidden_columns: []');
  expect(printed).toContain('  died_flag:\n    type: died_from_any_cause');
});

test('version and help', async () => {
  expect((await run({ argv: ['--version'] })).printed).toMatch(/^v\d/);
  expect((await run({ argv: [] })).printed).toContain('generate_measures');
});
