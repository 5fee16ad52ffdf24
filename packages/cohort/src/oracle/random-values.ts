/** Random values that are well typed, in whichever scope. */
import { caseOf, categoryOf, constant, indexDate, inSet, operation } from '../model/build.ts';
import type {
  CaseValue,
  CategoryValue,
  ConstantValue,
  IndexDate,
  InSetValue,
  Operation,
  OperationValue,
  PatientValue,
  RowValue,
  ValueType,
} from '../model/model.ts';
import type { Draw } from './draw.ts';
import { drawCell, drawSet } from './random-cells.ts';

type Value = RowValue | PatientValue;

/** A node that stands in the scope of its parts. */
export type Made<V> =
  | ConstantValue
  | IndexDate
  | OperationValue<V | ConstantValue>
  | CaseValue<V>
  | InSetValue<V>
  | CategoryValue<V>;

/**
 * Where the parts of a value come from.
 *
 * @param exact Whether floats have to be quarters: whatever is summed up has to be the same in any order.
 */
export type Part<V> = (type: ValueType, exact: boolean) => V;

export const valueTypes: readonly [ValueType, ...ValueType[]] = [
  'int',
  'str',
  'date',
  'float',
  'bool',
  'datetime',
];

const orderedTypes = ['int', 'str', 'date', 'float', 'datetime'] as const;

/** Operations by what they give, with the types of their operands. */
const fixed: Readonly<Record<ValueType, readonly (readonly [Operation, ...ValueType[]])[]>> = {
  bool: [['not', 'bool']],
  int: [
    ['add', 'int', 'int'],
    ['subtract', 'int', 'int'],
    ['divide-integers', 'int', 'int'],
    ['modulo', 'int', 'int'],
    ['negate', 'int'],
    ['text-to-int', 'str'],
    ['bool-to-int', 'bool'],
    ['year-of', 'date'],
    ['years-between', 'date', 'date'],
    ['days-between', 'date', 'date'],
  ],
  float: [
    ['add', 'float', 'float'],
    ['add', 'float', 'int'],
    ['subtract', 'int', 'float'],
    ['negate', 'float'],
    ['to-float', 'int'],
  ],
  str: [
    ['int-to-text', 'int'],
    ['lower-case', 'str'],
    ['trim', 'str'],
    ['concat', 'str', 'str'],
    ['concat', 'str', 'str', 'str'],
  ],
  date: [
    ['day-of', 'datetime'],
    ['make-date', 'int', 'int', 'int'],
    ['parse-day-month-year', 'str'],
    ['parse-iso-date', 'str'],
    ['add-days', 'date', 'int'],
    ['add-months', 'date', 'int'],
    ['add-years', 'date', 'int'],
    ['first-day-of-month', 'date'],
    ['last-day-of-month', 'date'],
    ['first-day-of-year', 'date'],
    ['last-day-of-year', 'date'],
    ['first-day-of-nhs-financial-year', 'date'],
    ['last-day-of-nhs-financial-year', 'date'],
    ['first-day-of-school-year', 'date'],
    ['last-day-of-school-year', 'date'],
  ],
  datetime: [],
};

const inexact: readonly (readonly [Operation, ...ValueType[]])[] = [
  ['divide', 'int', 'int'],
  ['divide', 'float', 'float'],
  ['text-to-float', 'str'],
];

const comparisons = [
  'equal',
  'not-equal',
  'less',
  'less-or-equal',
  'greater',
  'greater-or-equal',
] as const;

/** A constant, or the index date. */
export function drawLeaf(draw: Draw, type: ValueType): ConstantValue | IndexDate {
  if (type === 'date' && draw.chance(60)) return indexDate;
  return constant(type, draw.chance(8) ? null : drawCell(draw, type));
}

/** A value made of parts. */
export function drawCompound<V extends Value>(
  draw: Draw,
  type: ValueType,
  exact: boolean,
  part: Part<V>,
): Made<V> {
  const of = (one: ValueType): V => part(one, exact);
  const several = (one: ValueType): readonly [V, ...V[]] => [
    of(one),
    ...Array.from({ length: draw.whole(0, 2) }, () => of(one)),
  ];
  const general: (() => Made<V>)[] = [
    () => operation('coalesce', ...several(type)),
    () => drawCase(draw, type, exact, part),
  ];
  if (type !== 'bool') {
    general.push(() => operation(draw.pick(['least', 'greatest']), ...several(type)));
  }
  const special: (() => Made<V>)[] = [
    ...fixed[type].map(
      ([name, ...operands]) =>
        () =>
          operation(name, ...operands.map(of)),
    ),
    ...(type === 'float' && !exact
      ? [
          ...inexact.map(
            ([name, ...operands]) =>
              () =>
                operation(name, ...operands.map(of)),
          ),
          () => operation('round', of('float'), constant('int', draw.whole(0, 2))),
        ]
      : []),
    ...ofType(draw, type, of, several),
  ];
  const from = special.length > 0 && draw.chance(75) ? special : general;
  return draw.pick(from as [() => Made<V>, ...(() => Made<V>)[]])();
}

function ofType<V extends Value>(
  draw: Draw,
  type: ValueType,
  of: (type: ValueType) => V,
  several: (type: ValueType) => readonly V[],
): readonly (() => Made<V>)[] {
  const scaled = (): Made<V> => operation('multiply', of(type), constant('int', draw.whole(-3, 3)));
  switch (type) {
    case 'bool': {
      const compare = (): Made<V> => {
        const operand = draw.pick(orderedTypes);
        const other = operand === 'int' && draw.chance(20) ? 'float' : operand;
        return operation(draw.pick(comparisons), of(operand), of(other));
      };
      return [
        compare,
        compare,
        () => operation('and', ...several('bool')),
        () => operation('or', ...several('bool')),
        () => operation('is-null', of(draw.pick(valueTypes))),
        () => operation(draw.pick(['equal', 'not-equal']), of('bool'), of('bool')),
        () => drawMembership(draw, of('str')),
        () => drawMembership(draw, of('str')),
      ];
    }
    case 'int':
    case 'float':
      return [scaled];
    case 'str':
      return [
        () => operation('date-to-text', of('date'), constant('int', draw.pick([10, 7, 4]))),
        () =>
          operation(
            'replace',
            of('str'),
            constant('str', draw.pick(['a', 'J1', ' '])),
            constant('str', draw.pick(['', 'A', '$&', '\\0'])),
          ),
        () =>
          operation(
            'substring',
            of('str'),
            constant('int', draw.whole(1, 3)),
            constant('int', draw.whole(0, 3)),
          ),
        () => {
          const set = {
            ...drawSet(draw, { categories: true }),
            expandVirtualProducts: draw.chance(20),
          };
          return categoryOf(of('str'), set, draw.pick(['exact', 'ignore-case']));
        },
      ];
    case 'date':
    case 'datetime':
      return [];
  }
}

export function drawMembership<V extends Value>(draw: Draw, operand: V): Made<V> {
  const match = draw.pick(['exact', 'ignore-case', 'prefix', 'substring', 'code-in-text']);
  const wide = (match === 'exact' || match === 'ignore-case') && draw.chance(20);
  const set = drawSet(draw, { categories: draw.chance(30) });
  return inSet(operand, { ...set, expandVirtualProducts: wide }, match);
}

function drawCase<V extends Value>(
  draw: Draw,
  type: ValueType,
  exact: boolean,
  part: Part<V>,
): Made<V> {
  const branches = Array.from({ length: draw.whole(1, 2) }, (): readonly [V, V] => [
    part('bool', exact),
    part(type, exact),
  ]);
  return caseOf<V>(branches, part(type === 'float' && draw.chance(20) ? 'int' : type, exact));
}
