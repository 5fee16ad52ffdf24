/** Row-wise maximum and minimum of columns of a table (cohort-extractor §4.3, step 5). */
import { NO_CATEGORY, NO_DATE, type TableColumn } from '../table.ts';

export type AggregateFunction = 'maximum' | 'minimum';

type Text = Extract<TableColumn, { type: 'str' }>;

/**
 * Dates and text pass over blanks. Numbers count blanks as the zeros that they are written as: unlike real extracts, but
 * as every study has seen its dummy data so far (decision 0003).
 */
export function aggregateColumns(
  name: string,
  chosen: AggregateFunction,
  inputs: readonly TableColumn[],
): TableColumn {
  const [first] = inputs;
  if (first === undefined) throw new RangeError(`no inputs for ${name}`);
  if (first.type === 'date') {
    const values = first.values.slice();
    for (const input of inputs.slice(1)) {
      if (input.type === 'date') combine(values, input.values, chosen, NO_DATE);
    }
    return { ...first, name, values };
  }
  const texts = inputs.filter((input) => input.type === 'str');
  if (texts.length === inputs.length) return aggregateTexts(name, chosen, texts);
  const type = first.type === 'str' ? 'int' : first.type;
  const values = numbersOf(first).slice();
  for (const input of inputs.slice(1)) combine(values, numbersOf(input), chosen, null);
  return type === 'bool' ? { name, type, values: Uint8Array.from(values) } : { name, type, values };
}

/** Folds `other` into `values`, passing over `empty`. */
function combine(
  values: Int32Array | Float64Array,
  other: Int32Array | Float64Array,
  chosen: AggregateFunction,
  empty: number | null,
): void {
  const largest = chosen === 'maximum';
  for (let row = 0; row < values.length; row++) {
    const a = values[row] ?? 0;
    const b = other[row] ?? 0;
    if (b !== empty && (a === empty || (largest ? b > a : b < a))) values[row] = b;
  }
}

/** Any column as numbers. Deprivation and rural-urban class are numbers whose dummy values are categories: blank is 0. */
function numbersOf(column: TableColumn): Float64Array {
  if (column.type === 'float' || column.type === 'int') return column.values;
  if (column.type !== 'str') return Float64Array.from(column.values);
  const numbers = column.labels.map((label) => Number(label) || 0);
  return Float64Array.from(column.values, (code) => numbers[code] ?? 0);
}

/** Categories in the order of their text, or of their value where all are numbers. */
function aggregateTexts(
  name: string,
  chosen: AggregateFunction,
  inputs: readonly Text[],
): TableColumn {
  const distinct = [...new Set(inputs.flatMap((input) => input.labels))];
  const numeric = distinct.every((label) => label.trim() !== '' && Number.isFinite(Number(label)));
  const labels = distinct.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const rank = new Map(labels.map((label, index) => [label, index]));
  const ranks = (input: Text): Int32Array => {
    const codes = input.labels.map((label) => rank.get(label) ?? NO_CATEGORY);
    return input.values.map((code) => codes[code] ?? NO_CATEGORY);
  };
  const [values = new Int32Array(0), ...others] = inputs.map(ranks);
  for (const other of others) combine(values, other, chosen, NO_CATEGORY);
  return { name, type: 'str', values, labels };
}
