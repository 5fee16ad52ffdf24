/**
 * `generate_cohort` on dummy data, whole commands with recording in the sandbox.
 *
 * To measure the original in the same run, name the command that starts it and, where needed, its Python path:
 *   VITRINE_BENCH_ORIGINAL="/path/to/python -m cohortextractor.cohortextractor" PYTHONPATH=… npm run bench cohort
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandTime, type Measurement, timeCommand } from './measure.ts';

const root = join(import.meta.dirname, '..');
const original = process.env['VITRINE_BENCH_ORIGINAL']?.split(' ');
const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
const study = process.env['VITRINE_BENCH_STUDY'] ?? join(root, 'examples/home-monitoring');

/** A definition of 120 visible columns, of the kinds and in the shares that large public studies have. */
function wideStudy(): string {
  const column = (index: number): string => {
    const call = [
      `patients.with_these_clinical_events(codes, on_or_before="index_date", returning="date", date_format="YYYY-MM-DD", return_expectations={"incidence": 0.3})`,
      `patients.with_these_clinical_events(codes, on_or_before="index_date", returning="binary_flag", return_expectations={"incidence": 0.2})`,
      `patients.with_these_clinical_events(codes, on_or_before="index_date", returning="number_of_matches_in_period", return_expectations={"int": {"distribution": "poisson", "mean": 3}, "incidence": 0.5})`,
      `patients.categorised_as({"1": "sex = 'F'", "2": "DEFAULT"}, return_expectations={"rate": "universal", "category": {"ratios": {"1": 0.5, "2": 0.5}}})`,
      `patients.with_these_clinical_events(codes, on_or_before="index_date", returning="date", date_format="YYYY-MM-DD", return_expectations={"incidence": 0.1})`,
    ][index % 5];
    return `    v${index}=${call},`;
  };
  return [
    'from cohortextractor import StudyDefinition, codelist, patients',
    'codes = codelist(["123", "456"], system="snomed")',
    'study = StudyDefinition(',
    '    index_date="2021-01-01",',
    '    default_expectations={"date": {"earliest": "2015-01-01", "latest": "2021-01-01"}, "rate": "uniform", "incidence": 0.5},',
    '    population=patients.all(),',
    '    sex=patients.sex(return_expectations={"rate": "universal", "category": {"ratios": {"M": 0.49, "F": 0.51}}}),',
    '    age=patients.age_as_of("index_date", return_expectations={"rate": "universal", "int": {"distribution": "population_ages"}}),',
    ...Array.from({ length: 117 }, (_, index) => column(index)),
    ')',
    '',
  ].join('\n');
}

interface Case {
  readonly name: string;
  readonly study: string;
  readonly words: readonly string[];
}

const wide = join(folder, 'wide');
mkdirSync(join(wide, 'analysis'), { recursive: true });
mkdirSync(join(wide, 'codelists'));
writeFileSync(join(wide, 'analysis/study_definition_wide.py'), wideStudy());

const cases: readonly Case[] = [
  {
    name: 'weekly cohort: 1,000 patients × 163 weeks, csv',
    study,
    words: [
      '--study-definition',
      'study_definition_bp',
      '--index-date-range',
      '2019-04-01 to 2022-05-12 by week',
      '--expectations-population=1000',
    ],
  },
  {
    name: 'one date: 100,000 patients, csv',
    study,
    words: ['--study-definition', 'study_definition_bp', '--expectations-population=100000'],
  },
  {
    name: 'wide: 50,000 patients × 120 columns, csv.gz',
    study: wide,
    words: [
      '--study-definition',
      'study_definition_wide',
      '--output-format=csv.gz',
      '--expectations-population=50000',
    ],
  },
];

const measurements: Measurement[] = [];
for (const { name, study: source, words } of cases) {
  const work = join(folder, 'work');
  const before = (): void => {
    rmSync(work, { recursive: true, force: true });
    cpSync(source, work, { recursive: true });
  };
  const command = ['generate_cohort', ...words];
  const ours = await timeCommand(
    [process.execPath, join(root, 'packages/cli/src/main.ts'), 'cohort', ...command],
    { cwd: work, runs: 5, before },
  );
  const theirs: CommandTime | null =
    original === undefined
      ? null
      : await timeCommand([original[0] ?? '', ...original.slice(1), ...command], {
          cwd: work,
          runs: 3,
          before,
        });
  measurements.push({
    name,
    ...ours,
    ...(theirs === null
      ? {}
      : { against: { name: 'the original', ...theirs }, ratio: theirs.median_ms / ours.median_ms }),
  });
}
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(measurements));
