/** The risk groups of a notification of a therapeutic (cohort-extractor §7.5). */
import { caseOf, inSet, operation, textSet } from '../../model/build.ts';
import type { Operation, RowValue } from '../../model/model.ts';
import { int, text } from './nodes.ts';

/** The groups that may be told apart. Everything else is free text that could name a person, and becomes "other". */
const ALLOWED = [
  'downs syndrome',
  'haematologic malignancy',
  'haematological diseases',
  'hiv or aids',
  'imid',
  'immune-mediated inflammatory disorders (imid)',
  'liver disease',
  'primary immune deficiencies',
  'rare neurological conditions',
  'renal disease',
  'sickle cell disease',
  'solid cancer',
  'solid organ recipients',
  'solid organ transplant recipients',
  'stem cell transplant recipients',
] as const;

export const OTHER_GROUP = 'other';

/** Longer than all groups in a row. */
const LONGEST = 1000;

const op = (name: Operation, ...operands: readonly RowValue[]): RowValue =>
  operation(name, ...operands);

const replaced = (value: RowValue, from: string, to: string): RowValue =>
  op('replace', value, text(from), text(to));

/** The groups in one text with commas between, in lower case. Without any it is blank, and never null. */
export function groupsIn(value: RowValue): RowValue {
  let listed = op('lower-case', op('coalesce', value, text('')));
  for (const phrase of ['patients with a ', 'patients with '])
    listed = replaced(listed, phrase, '');
  return replaced(listed, ' and ', ',');
}

/**
 * The groups in such texts, each once, with commas between: those of the list in its order, then "other" if there is any other.
 * The original gives them in no order. Case does not matter, and lower case is given. A blank beside a comma makes another
 * group of it.
 */
export function riskGroups(texts: readonly RowValue[]): RowValue {
  const listed = op('concat', ...texts.flatMap((value) => [value, text(',')]));
  // Each group between two commas of its own, so that taking one away leaves its neighbours whole.
  const apart = op('concat', text(','), replaced(listed, ',', ',,'));

  const has = (group: string): RowValue => inSet(apart, textSet([`,${group},`]), 'substring');
  const rest = ALLOWED.reduce<RowValue>((left, group) => replaced(left, `,${group},`, ''), apart);
  const hasOther = op('not-equal', op('trim', replaced(rest, ',', '')), text(''));
  const named = [
    ...ALLOWED.map((group) => [group, has(group)] as const),
    [OTHER_GROUP, hasOther] as const,
  ].map(([group, holds]) => caseOf<RowValue>([[holds, text(`,${group}`)]], text('')));
  return op('substring', op('concat', ...named), int(2), int(LONGEST));
}
