/** Measures, checked against the columns of their study (cohort-extractor §6). */

import type { Diagnostic } from '@vitrine/pipeline';
import { didYouMean } from '@vitrine/pipeline';
import type { RecordedMeasure, RecordedValue } from '../record/document.ts';
import { studyFaults } from './faults.ts';
import { describe, isTruthy, itemsOf } from './recorded-value.ts';
import type { Measure, StudyColumn } from './study.ts';

/** In a measure: one a row, or one group of everybody. */
const POPULATION = 'population';

/** Safe in a file name on every system. */
const ID = /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]*$/u;

/** Lowers the measures of a study. Faults are added to `faults`; measures with faults are left out. */
export function lowerMeasures(
  recorded: readonly RecordedMeasure[],
  columns: readonly StudyColumn[],
  faults: Diagnostic[],
): readonly Measure[] {
  const visible = new Map(
    columns.filter((column) => column.name !== POPULATION).map((column) => [column.name, column]),
  );
  const ids = new Set<string>();
  return recorded.flatMap((measure) => {
    const lowered = lowerMeasure(measure, visible, ids, faults);
    return lowered === null ? [] : [lowered];
  });
}

function lowerMeasure(
  recorded: RecordedMeasure,
  columns: ReadonlyMap<string, StudyColumn>,
  ids: Set<string>,
  faults: Diagnostic[],
): Measure | null {
  const { place } = recorded;
  const faultsBefore = faults.length;
  const id = typeof recorded.id === 'string' ? recorded.id : describe(recorded.id);
  const refuse = (problem: string, remedy: string): null => {
    faults.push(studyFaults.diagnose('bad-measure', { measure: id, problem, remedy }, place));
    return null;
  };

  if (typeof recorded.id !== 'string' || !ID.test(id)) {
    return refuse(
      'the id cannot be part of a file name',
      'Use letters, digits and underscores only.',
    );
  }
  if (ids.has(id)) {
    refuse('there is another measure with this id', 'Each needs its own: it names the file.');
  }
  ids.add(id);

  const readColumn = (value: RecordedValue, role: string): string | null => {
    if (typeof value !== 'string') {
      return refuse(`the ${role} is ${describe(value)}`, 'Give the name of a column, in quotes.');
    }
    if (value === POPULATION) return value;
    const column = columns.get(value);
    if (column === undefined) {
      const near = didYouMean(value, [...columns.keys(), POPULATION]) ?? null;
      return refuse(
        `the ${role} "${value}" is not a column of the study`,
        near === null ? 'Define that column, or use "population".' : `Did you mean "${near}"?`,
      );
    }
    if (column.hidden) {
      return refuse(
        `the ${role} "${value}" is a helper column, which is not written`,
        'Make it a column of the study itself.',
      );
    }
    if (role !== 'group' && (column.type === 'str' || column.type === 'date')) {
      return refuse(
        `the ${role} "${value}" is of type ${column.type}`,
        'Numerators and denominators are numbers or flags.',
      );
    }
    return value;
  };

  const denominator = readColumn(recorded.denominator, 'denominator');
  const numerator = readColumn(recorded.numerator, 'numerator');
  const groups =
    recorded.group_by === null ? [] : (itemsOf(recorded.group_by) ?? [recorded.group_by]);
  const groupBy = groups
    .map((group) => readColumn(group, 'group'))
    .filter((group) => group !== null);
  const onePopulation = groupBy.length === 1 && groupBy[0] === POPULATION;
  if (!onePopulation) {
    for (const [role, name] of Object.entries({ numerator, denominator })) {
      if (name === null || !groupBy.includes(name)) continue;
      refuse(
        `"${name}" is both ${role} and a group`,
        'Group by a copy of that column under another name.',
      );
    }
  }

  if (faults.length > faultsBefore || denominator === null || numerator === null) return null;
  return {
    id,
    denominator,
    numerator,
    groupBy: groupBy.length === 0 ? null : groupBy,
    smallNumberSuppression: isTruthy(recorded.small_number_suppression),
    place,
  };
}
