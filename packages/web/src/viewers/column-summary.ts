/** What a column holds, in short. */
export type ColumnSummary =
  | { readonly kind: 'empty'; readonly missing: number }
  | {
      readonly kind: 'numbers';
      readonly missing: number;
      /** As the file writes them. */
      readonly least: string;
      readonly greatest: string;
    }
  | {
      readonly kind: 'texts';
      readonly missing: number;
      readonly distinct: number;
      /** True where counting stopped. */
      readonly isMore: boolean;
    };

/** Different values that are told apart; beyond, the column is said to have more. */
const DISTINCT_LIMIT = 1000;

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Numbers where every cell that is not empty is one, else texts. Empty are `''`, `NA` and `NaN`, as pandas and R write them. */
export function summariseColumn(values: readonly string[]): ColumnSummary {
  let missing = 0;
  let areNumbers = true;
  let least: string | null = null;
  let greatest: string | null = null;
  const distinct = new Set<string>();
  let isMore = false;
  for (const value of values) {
    const text = value.trim();
    if (text === '' || text === 'NA' || text === 'NaN') {
      missing += 1;
      continue;
    }
    if (distinct.size < DISTINCT_LIMIT) distinct.add(text);
    else if (!distinct.has(text)) isMore = true;
    areNumbers &&= number.test(text);
    if (!areNumbers) continue;
    if (least === null || Number(text) < Number(least)) least = text;
    if (greatest === null || Number(text) > Number(greatest)) greatest = text;
  }
  if (distinct.size === 0) return { kind: 'empty', missing };
  return areNumbers && least !== null && greatest !== null
    ? { kind: 'numbers', missing, least, greatest }
    : { kind: 'texts', missing, distinct: distinct.size, isMore };
}
