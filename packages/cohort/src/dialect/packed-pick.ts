/**
 * The row that comes first, as one text: for databases whose `min` knows neither structures nor null.
 *
 * The text is made of keys whose order by bytes is the order of the values, then of the key of what is taken, then of a bar
 * and the value taken itself. Keys are hexadecimal, so that no value can be mistaken for a bar.
 */
import type { ValueType } from '../model/model.ts';
import type { PickOrder } from './dialect.ts';

/** How a dialect makes and reads such texts; all results are SQL. */
export interface PackedText {
  /** Text of the characters 0 to 9 and A to F, and `!` at the end of a text, that sorts as the values do. */
  key(value: string, type: ValueType): string;
  /** A key that sorts the other way round. */
  reversed(key: string): string;
  /** A value as a text that `unpacked` reads. */
  packed(value: string, type: ValueType): string;
  concat(parts: readonly string[]): string;
}

/** Unknown values come last, whatever the direction, and a taken value that is unknown after all others. */
export function packedPick(
  order: readonly PickOrder[],
  take: string,
  type: ValueType,
  condition: string | null,
  text: PackedText,
): string {
  const known = (value: string, key: string): string =>
    `CASE WHEN ${value} IS NULL THEN '1' ELSE ${key} END`;
  const keys = order.map(({ by, type: of, direction }) => {
    const key = text.key(by, of);
    return known(by, text.concat(["'0'", direction === 'ascending' ? key : text.reversed(key)]));
  });
  const taken = known(
    take,
    text.concat(["'0'", text.key(take, type), "'|'", text.packed(take, type)]),
  );
  const all = keys.length === 0 ? taken : text.concat([...keys, taken]);
  return condition === null ? `min(${all})` : `min(CASE WHEN ${condition} THEN ${all} END)`;
}

/** The smallest or greatest known value of several, for databases whose own functions give null for a null. */
export function extremeOf(operands: readonly string[], sign: '<=' | '>='): string {
  return operands.reduce(
    (best, operand) =>
      `(CASE WHEN ${operand} IS NULL OR ${best} ${sign} ${operand} THEN ${best} ELSE ${operand} END)`,
  );
}
