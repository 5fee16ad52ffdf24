import { describe, expect, test } from 'vitest';
import { makeStudy, runRecorderUnconfined } from '../record/testing.ts';
import { checkDefinitions, type DefinitionUse } from './check-definitions.ts';

const text = `from cohortextractor import StudyDefinition, patients
study = StudyDefinition(population=patients.all(), sex=patients.sex())
`;

/** Which definitions were looked at, and what was found: `sex` has no expectations, which matters only to rows made of them. */
async function checked(uses: readonly DefinitionUse[]): Promise<readonly unknown[]> {
  await using study = await makeStudy({
    'analysis/study_definition.py': text,
    'analysis/study_definition_b.py': text,
  });
  const { directory } = study;
  const context = { directory, runRecorder: runRecorderUnconfined, today: '2022-03-04' };
  return (await checkDefinitions(uses, context)).map(({ module, columns, diagnostics }) => [
    module,
    columns,
    ...diagnostics.map(({ code }) => code),
  ]);
}

describe('definitions that several actions use', () => {
  const rows = { modules: ['study_definition'], params: {}, expectations: true };
  const measures = {
    modules: ['study_definition', 'study_definition_b'],
    params: {},
    expectations: false,
  };
  const whole = ['study_definition', 2];
  const faulty = ['study_definition', null, 'column-expectations-missing'];
  const other = ['study_definition_b', 2];

  test.each<[string, readonly DefinitionUse[], readonly unknown[]]>([
    ['in one way are looked at in that way', [measures], [whole, other]],
    ['with and without rows are looked at once, with rows', [measures, rows], [other, faulty]],
    [
      'only so are left to the closer look',
      [{ ...measures, modules: rows.modules }, rows],
      [faulty],
    ],
    [
      'with other parameters are looked at again',
      [{ ...measures, modules: rows.modules, params: { a: 'b' } }, rows],
      [whole, faulty],
    ],
  ])('%s', async (_title, uses, expected) => {
    expect(await checked(uses)).toEqual(expected);
  });
});
