/** What can be wrong with one value, whatever its operands hold and wherever it stands. */
import { FIRST_DAY, LAST_DAY } from '../calendar.ts';
import type {
  AggregateFunction,
  Constant,
  ConstantValue,
  MatchMode,
  Operation,
  PatientValue,
  RowValue,
  TextSet,
  ValueType,
} from './model.ts';
import { aggregateType, commonType, signatures, typeOf } from './signatures.ts';

type Value = RowValue | PatientValue;

/** Faults of the node itself, in words. */
export function faultsOfValue(value: Value): readonly string[] {
  switch (value.kind) {
    case 'constant':
      return isOfType(value) ? [] : [`${JSON.stringify(value.value)} is no ${value.type}.`];
    case 'operation':
      return faultsOfOperation(value.operation, value.operands, value.type);
    case 'case': {
      const branches: readonly { readonly when: Value; readonly then: Value }[] = value.branches;
      const types = [...branches.map(({ then }) => then), value.otherwise].map(typeOf);
      return [
        ...(branches.length === 0 ? ['A case has a branch at least.'] : []),
        ...branches
          .filter(({ when }) => typeOf(when) !== 'bool')
          .map(({ when }) => `A condition is ${typeOf(when)} and has to be bool.`),
        ...(commonType(types) === value.type
          ? []
          : [`A case of ${types.join(', ')} does not give ${value.type}.`]),
      ];
    }
    case 'in-set':
      return faultsOfSet(value.operand, value.set, value.match);
    case 'category-of':
      return [
        ...faultsOfSet(value.operand, value.set, value.match),
        ...(value.set.categories === null ? ['The set has no categories.'] : []),
      ];
    case 'aggregate':
      return faultsOfAggregate(value);
    case 'first':
      return typeOf(value.take) === value.type
        ? []
        : [`What is taken is ${typeOf(value.take)} and not ${value.type}.`];
    case 'index-date':
    case 'patient-id':
    case 'column':
    case 'of-patient':
      return [];
  }
}

/** Faults of an aggregate's types, in words. */
export function faultsOfAggregate(aggregate: {
  readonly function: AggregateFunction;
  readonly type: ValueType;
  readonly of: RowValue | null;
}): readonly string[] {
  const of = aggregate.of === null ? null : typeOf(aggregate.of);
  const type = aggregateType(aggregate.function, of);
  if (type === null) return [`There is no "${aggregate.function}" of ${of ?? 'whole rows'}.`];
  return type === aggregate.type
    ? []
    : [`"${aggregate.function}" gives ${type} here and not ${aggregate.type}.`];
}

function faultsOfOperation(
  name: Operation,
  operands: readonly Value[],
  declared: ValueType,
): readonly string[] {
  const { words, result, constants } = signatures[name];
  const types = operands.map(typeOf);
  const type = result(types);
  if (type === null) {
    return [`"${name}" takes ${words}, and was given ${types.join(', ') || 'nothing'}.`];
  }
  return [
    ...(type === declared ? [] : [`"${name}" gives ${type} here and not ${declared}.`]),
    ...constants.flatMap((position) => {
      const operand = operands[position];
      if (operand?.kind !== 'constant' || operand.value === null) {
        return [`Operand ${position + 1} of "${name}" has to be a constant that is not null.`];
      }
      return constantFits(name, position, operand.value)
        ? []
        : [`Operand ${position + 1} of "${name}" cannot be ${JSON.stringify(operand.value)}.`];
    }),
  ];
}

function faultsOfSet(operand: Value, set: TextSet, match: MatchMode): readonly string[] {
  const widened = set.expandVirtualProducts && match !== 'exact' && match !== 'ignore-case';
  return [
    ...(typeOf(operand) === 'str' ? [] : [`The operand is ${typeOf(operand)} and has to be str.`]),
    ...(new Set(set.elements).size < set.elements.length ? ['The set has an element twice.'] : []),
    ...(set.categories !== null && set.categories.length !== set.elements.length
      ? ['The set has not one category for each element.']
      : []),
    ...([...set.elements, ...(set.categories ?? [])].every((text) => text.isWellFormed())
      ? []
      : ['The set has a text that is not Unicode.']),
    ...(widened
      ? [`A set that the dictionary of medicines widens is not matched by ${match}.`]
      : []),
  ];
}

function isOfType({ type, value }: ConstantValue): boolean {
  if (value === null) return true;
  switch (type) {
    case 'bool':
      return typeof value === 'boolean';
    case 'str':
      return typeof value === 'string' && value.isWellFormed();
    case 'float':
      return typeof value === 'number' && Number.isFinite(value);
    case 'int':
    case 'datetime':
      return Number.isSafeInteger(value);
    case 'date':
      return Number.isSafeInteger(value) && Number(value) >= FIRST_DAY && Number(value) <= LAST_DAY;
  }
}

function constantFits(name: Operation, position: number, value: Constant): boolean {
  switch (name) {
    case 'round':
      return Number(value) >= 0 && Number(value) <= 10;
    case 'date-to-text':
      return value === 4 || value === 7 || value === 10;
    case 'replace':
      return position === 2 || value !== '';
    case 'substring':
      return Number(value) >= (position === 1 ? 1 : 0);
    default:
      return true;
  }
}
