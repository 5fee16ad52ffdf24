/** `with_ethnicity_from_sus` (cohort-extractor §1.8, 39; §7.5). */
import {
  ascending,
  caseOf,
  descending,
  filter,
  first,
  group,
  inSet,
  column as made,
  operation,
  select,
  textSet,
  union,
} from '../../model/build.ts';
import type { PatientValue } from '../../model/model.ts';
import { type Answer, type Lower, noSuchValue } from './lowering.ts';
import { column, int, isOneOf, text, tppTable } from './nodes.ts';

const code = made('code', 'str');

/** Every code that hospitals recorded, but those for "not stated" and "not known". */
const stated = filter(
  filter(
    union(
      select(tppTable('APCS_ARCHIVED'), { code: column('APCS_ARCHIVED', 'Ethnic_Group') }),
      select(tppTable('EC_ARCHIVED'), { code: column('EC_ARCHIVED', 'Ethnic_Category') }),
      select(tppTable('OPA_ARCHIVED'), { code: column('OPA_ARCHIVED', 'Ethnic_Category') }),
    ),
    operation('not', isOneOf(code, ['99'])),
  ),
  operation('not', inSet(code, textSet(['Z']), 'prefix')),
);

/** The code that a patient has most often, exactly as it is written; of several the smallest. */
const mostFrequent: PatientValue = first(
  group(stated, ['code'], { records: ['count'] }),
  [descending(made('records', 'int')), ascending(code)],
  code,
);

/** First letters of each group, from 1 on. */
const groups6 = ['ABC', 'DEFG', 'HJKL', 'MNP', 'RS'];
const groups16 = [...'ABCDEFGHJKLMNPRS'];

/**
 * Groups are numbers written as text. Nothing recorded is '0' like a code of no group, because the original keeps the number
 * and compares it with '': both are empty to an expression.
 */
export const ethnicityFromSus: Lower = (call) => {
  switch (call.given['returning']) {
    case 'code':
      return { value: mostFrequent };
    case 'group_6':
      return grouped(groups6);
    case 'group_16':
      return grouped(groups16);
    default:
      return noSuchValue(call);
  }
};

function grouped(groups: readonly string[]): Answer {
  const branches = (
    of: (number: number) => PatientValue,
  ): readonly [PatientValue, PatientValue][] =>
    groups.map((letters, index) => [
      inSet(mostFrequent, textSet([...letters]), 'prefix'),
      of(index + 1),
    ]);
  return {
    value: caseOf<PatientValue>(
      branches((number) => text(String(number))),
      text('0'),
    ),
    seen: {
      kind: 'number',
      value: caseOf<PatientValue>(branches(int), int(0)),
      integer: true,
      empty: 0,
    },
    empty: '0',
  };
}
