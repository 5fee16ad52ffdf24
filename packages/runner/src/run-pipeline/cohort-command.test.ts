import { parseProject } from '@vitrine/pipeline';
import { expect, test } from 'vitest';
import { cohortArguments } from './cohort-command.ts';
import { projectOf } from './testing.ts';

test.each<[string, readonly string[], string]>([
  ['generate_cohort', ['output/a.csv'], '--expectations-population=100 --output-dir=output'],
  [
    'generate_cohort',
    ['output/b/a.csv', 'output/b/c.csv'],
    '--expectations-population=100 --output-dir=output/b',
  ],
  ['generate_cohort --output-dir output', ['output/a.csv'], '--expectations-population=100'],
  ['generate_cohort --output-dir=output', ['output/a.csv'], '--expectations-population=100'],
  ['generate_cohort --output-dir=o', ['o/a.csv', 'o/b/c.csv'], '--expectations-population=100'],
  ['generate_cohort --expectations-population=7', ['output/a.csv'], '--output-dir=output'],
  ['generate_cohort --dummy-data-file d.csv', ['output/a.csv'], '--output-dir=output'],
  ['generate_measures', ['output/a.csv'], ''],
  ['dump_study_yaml', ['output/a.csv'], ''],
])('%s with outputs %j gets: %s', (command, highly, added) => {
  const text = projectOf({ cohort: { run: `cohortextractor:latest ${command}`, highly } });
  const { pipeline } = parseProject(text);
  const action = pipeline?.actions.get('cohort');
  if (action === undefined) throw new Error('the project is wrong');
  const words = [...command.split(' '), ...added.split(' ')].filter((word) => word !== '');
  expect(
    cohortArguments(action, { populationSize: pipeline?.populationSize ?? null, isReal: false }),
  ).toEqual(words);
});

test('a dummy data file of the action comes before the population size', () => {
  const project: object = JSON.parse(
    projectOf({ cohort: { run: 'cohortextractor:v1 generate_cohort', highly: ['o/a.csv'] } }),
    (key, value) => (key === 'cohort' ? { ...value, dummy_data_file: 'test/d.csv' } : value),
  );
  const action = parseProject(JSON.stringify(project)).pipeline?.actions.get('cohort');
  if (action === undefined) throw new Error('the project is wrong');
  expect(cohortArguments(action, { populationSize: 100, isReal: false })).toEqual([
    'generate_cohort',
    '--dummy-data-file=test/d.csv',
    '--output-dir=o',
  ]);
});
