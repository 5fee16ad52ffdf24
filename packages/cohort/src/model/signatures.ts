/** The types that each operation takes and gives. */
import type { AggregateFunction, Operation, PatientValue, RowValue, ValueType } from './model.ts';

export interface Signature {
  /** What the operands must be, in words. */
  readonly words: string;
  /** Type of the result; null where operands of these types do not fit. */
  readonly result: (operands: readonly ValueType[]) => ValueType | null;
  /** Positions of operands that must be constants. */
  readonly constants: readonly number[];
}

const isNumber = (type: ValueType | undefined): boolean => type === 'int' || type === 'float';

/** The one type that values of these types have together: int and float make float. */
export function commonType(types: readonly ValueType[]): ValueType | null {
  const [first] = types;
  if (first === undefined) return null;
  if (types.every((type) => type === first)) return first;
  return types.every(isNumber) ? 'float' : null;
}

const exactly = (
  operands: readonly ValueType[],
  result: ValueType,
  constants: readonly number[] = [],
): Signature => ({
  words: operands.join(', '),
  result: (types) =>
    types.length === operands.length && types.every((type, index) => type === operands[index])
      ? result
      : null,
  constants,
});

/** One operand or more of one of these types, or numbers mixed. */
const alike = (
  allowed: readonly ValueType[],
  words: string,
  least = 1,
  most = 1000,
): Signature => ({
  words,
  result: (types) => {
    const type = commonType(types);
    const fits = types.length >= least && types.length <= most;
    return type !== null && fits && allowed.includes(type) ? type : null;
  },
  constants: [],
});

const gives = (signature: Signature, result: ValueType): Signature => ({
  ...signature,
  result: (types) => (signature.result(types) === null ? null : result),
});

const ordered: readonly ValueType[] = ['int', 'float', 'str', 'date', 'datetime'];
const any: readonly ValueType[] = ['bool', ...ordered];

const connective = alike(['bool'], 'bools');
const equality = gives(alike(any, 'two values of one type', 2, 2), 'bool');
const order = gives(alike(ordered, 'two values of one type other than bool', 2, 2), 'bool');
const extreme = alike(ordered, 'values of one type other than bool');
const arithmetic = alike(['int', 'float'], 'two numbers', 2, 2);
const shift = exactly(['date', 'int'], 'date');
const day = exactly(['date'], 'date');
const textOnly = exactly(['str'], 'str');

export const signatures: Readonly<Record<Operation, Signature>> = {
  and: connective,
  or: connective,
  not: exactly(['bool'], 'bool'),
  'is-null': gives(alike(any, 'one value', 1, 1), 'bool'),
  coalesce: alike(any, 'values of one type'),
  least: extreme,
  greatest: extreme,
  equal: equality,
  'not-equal': equality,
  less: order,
  'less-or-equal': order,
  greater: order,
  'greater-or-equal': order,
  add: arithmetic,
  subtract: arithmetic,
  multiply: arithmetic,
  divide: gives(arithmetic, 'float'),
  'divide-integers': exactly(['int', 'int'], 'int'),
  modulo: exactly(['int', 'int'], 'int'),
  negate: alike(['int', 'float'], 'a number', 1, 1),
  round: exactly(['float', 'int'], 'float', [1]),
  'to-float': exactly(['int'], 'float'),
  'text-to-int': exactly(['str'], 'int'),
  'text-to-float': exactly(['str'], 'float'),
  'int-to-text': exactly(['int'], 'str'),
  'bool-to-int': exactly(['bool'], 'int'),
  'day-of': exactly(['datetime'], 'date'),
  'year-of': exactly(['date'], 'int'),
  'make-date': exactly(['int', 'int', 'int'], 'date'),
  'parse-day-month-year': exactly(['str'], 'date'),
  'parse-iso-date': exactly(['str'], 'date'),
  'date-to-text': exactly(['date', 'int'], 'str', [1]),
  'add-days': shift,
  'add-months': shift,
  'add-years': shift,
  'first-day-of-month': day,
  'last-day-of-month': day,
  'first-day-of-year': day,
  'last-day-of-year': day,
  'first-day-of-nhs-financial-year': day,
  'last-day-of-nhs-financial-year': day,
  'first-day-of-school-year': day,
  'last-day-of-school-year': day,
  'years-between': exactly(['date', 'date'], 'int'),
  'days-between': exactly(['date', 'date'], 'int'),
  'lower-case': textOnly,
  trim: textOnly,
  replace: exactly(['str', 'str', 'str'], 'str', [1, 2]),
  concat: alike(['str'], 'texts'),
  substring: exactly(['str', 'int', 'int'], 'str', [1, 2]),
};

/** Type of an aggregate of values of a type (null for the rows themselves); null where there is none. */
export function aggregateType(name: AggregateFunction, of: ValueType | null): ValueType | null {
  switch (name) {
    case 'exists':
      return of === null ? 'bool' : null;
    case 'count':
      return of === null ? 'int' : null;
    case 'sum':
      return of === 'int' || of === 'float' ? of : null;
    case 'mean':
      return of === 'int' || of === 'float' ? 'float' : null;
    case 'minimum':
    case 'maximum':
      return of === 'bool' ? null : of;
  }
}

/** The type that a value says it has. */
export function typeOf(value: RowValue | PatientValue): ValueType {
  switch (value.kind) {
    case 'index-date':
      return 'date';
    case 'in-set':
      return 'bool';
    case 'category-of':
      return 'str';
    case 'patient-id':
      return 'int';
    case 'of-patient':
      return typeOf(value.value);
    default:
      return value.type;
  }
}
