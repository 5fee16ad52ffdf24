/** Operations with values to try them on, for whatever works them out. */
import fc from 'fast-check';
import type { Operation, ValueType } from '../model/model.ts';
import { signatures } from '../model/signatures.ts';
import type { Cell } from '../oracle/cell.ts';
import { type Draw, drawn } from '../oracle/draw.ts';
import { drawCell } from '../oracle/random-cells.ts';

const types = ['bool', 'int', 'float', 'str', 'date', 'datetime'] as const;
const lists: readonly (readonly ValueType[])[] = [
  ...types.map((type) => [type]),
  ...types.map((type) => [type, type]),
  ['int', 'float'],
  ['float', 'int'],
  ['date', 'int'],
  ['int', 'int', 'int'],
  ['str', 'str', 'str'],
  ['str', 'int', 'int'],
];

export interface OperationCase {
  readonly operation: Operation;
  readonly of: readonly ValueType[];
  readonly cells: readonly Cell[];
}

const runs = Math.ceil(Number(process.env['FAST_CHECK_RUNS'] ?? 100) / 10);

function constantFor(draw: Draw, operation: Operation): Cell {
  switch (operation) {
    case 'round':
      return draw.whole(0, 2);
    case 'date-to-text':
      return draw.pick([4, 7, 10]);
    case 'replace':
      return draw.pick(['a', 'J1']);
    default:
      return draw.whole(1, 3);
  }
}

/** Every operation with every list of types that it takes, but for those that are left out. */
export function operationCases(except: readonly Operation[] = []): readonly OperationCase[] {
  const asked = (Object.keys(signatures) as Operation[])
    .filter((operation) => !except.includes(operation))
    .flatMap((operation) =>
      lists
        .filter((of) => signatures[operation].result(of) !== null)
        .map((of) => ({ operation, of })),
    );
  return asked.flatMap(({ operation, of }) =>
    fc.sample(
      drawn((draw) => ({
        operation,
        of,
        cells: of.map((type, index) => {
          if (signatures[operation].constants.includes(index)) return constantFor(draw, operation);
          return draw.chance(12) ? null : drawCell(draw, type);
        }),
      })),
      runs,
    ),
  );
}

/** A value as a driver gives it; floats to twelve digits. */
export function plainCell(value: unknown, type: ValueType): Cell {
  if (value instanceof Date) {
    return type === 'date' ? Math.floor(value.getTime() / 86_400_000) : value.getTime();
  }
  if (typeof value === 'bigint') return Number(value);
  return type === 'float' && typeof value === 'number'
    ? Number(value.toPrecision(12))
    : (value as Cell);
}
