import { type FieldReader, Malformed, times } from './stata-fields.ts';

/** What a Stata file says about itself, and where its data are: the same for every release. */
export interface StataContents {
  readonly rows: number;
  readonly variables: readonly StataVariable[];
  /** Bytes of a row. */
  readonly rowWidth: number;
  /** Where the first row begins. */
  readonly data: number;
  /** By variable and observation, as `longStringKey` writes them. */
  readonly longStrings: ReadonlyMap<string, string>;
  /** Widths of the two parts of a long string's reference. */
  readonly reference: readonly [variable: number, observation: number];
  readonly valueLabels: ReadonlyMap<string, ValueLabels>;
}

export interface StataVariable {
  readonly name: string;
  /** One of `storage`, or the width of a fixed string. */
  readonly type: number;
  /** Display format; it says which numbers are dates. */
  readonly format: string;
  /** Name of its value labels, blank for none. */
  readonly labels: string;
}

/** The variables of a file, which holds each of their properties in a list of its own. */
export function variablesOf(
  names: readonly string[],
  types: readonly number[],
  formats: readonly string[],
  labels: readonly string[],
): readonly StataVariable[] {
  return names.map((name, index) => ({
    name,
    type: types[index] ?? 0,
    format: formats[index] ?? '',
    labels: labels[index] ?? '',
  }));
}

/** Texts of values, in the order that the texts have in the file. */
export type ValueLabels = ReadonlyMap<number, string>;

export function longStringKey(variable: number, observation: number): string {
  return `${variable},${observation}`;
}

/** Reads one table of value labels, behind its length. */
export function readValueLabels(reader: FieldReader, nameWidth: number): [string, ValueLabels] {
  const name = reader.text(nameWidth);
  reader.skip(3);
  const count = reader.unsigned(4);
  const textLength = reader.unsigned(4);
  const offsets = times(count, () => reader.unsigned(4));
  const values = times(count, () => reader.unsigned(4) | 0);
  const texts = reader.skip(textLength);
  const labels = offsets
    .map((offset, index) => ({ offset, value: values[index] ?? 0 }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, value }): [number, string] => {
      if (offset > textLength) throw new Malformed('a value label lies outside its table');
      return [value, reader.textAt(texts + offset, textLength - offset)];
    });
  return [name, new Map(labels)];
}
