/** What a column holds, in short: for people who judge whether it may be shown (cli-review-and-docs §2.10). */
export interface ColumnSummary {
  /** Of the cells that hold something and are not redacted. */
  readonly type: 'empty' | 'whole numbers' | 'decimals' | 'texts' | 'mixed';
  readonly rows: number;
  /** Cells that are numbers. */
  readonly numbers: number;
  readonly missing: number;
  readonly redacted: number;
  /** Different values that are neither missing nor redacted. */
  readonly distinct: number;
  /** True where counting them stopped. */
  readonly isMore: boolean;
  /** Null where there is no number. */
  readonly range: NumberRange | null;
}

/** Numbers as the file writes them, but for their sum. */
export interface NumberRange {
  readonly least: string;
  /** The number nearest to zero that is not zero; null where there is none. */
  readonly leastNonZero: string | null;
  readonly greatest: string;
  readonly sum: string;
  readonly divisibleBy5: boolean;
  readonly divisibleBy6: boolean;
  /** Whether all are 0, 3, 9, 15 …: rounded to the midpoints of sixes. */
  readonly midpoint6: boolean;
}

/** Different values that are told apart; beyond, the column is said to have more. */
const DISTINCT_LIMIT = 1000;

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const whole = /^[+-]?\d+$/;
/** As pandas, R, SQL and JSON write that there is nothing. */
const missingWords: ReadonlySet<string> = new Set(['', 'na', 'nan', 'null', 'none', '<na>']);
const redactedWords = /^(?:\[redacted\]|redacted|n\/a|(?:<|<=|≤)\s?\d+)$/;

/** Numbers where every cell is one that is neither missing nor redacted, texts where none is. */
export function summariseColumn(values: readonly string[]): ColumnSummary {
  let missing = 0;
  let redacted = 0;
  let texts = 0;
  let areWhole = true;
  const distinct = new Set<string>();
  let isMore = false;
  const numbers = new NumbersSeen();
  for (const value of values) {
    const text = value.trim();
    const word = text.toLowerCase();
    if (missingWords.has(word)) {
      missing += 1;
      continue;
    }
    if (number.test(text)) {
      areWhole &&= whole.test(text);
      numbers.add(text);
    } else if (redactedWords.test(word)) {
      redacted += 1;
      continue;
    } else texts += 1;
    if (distinct.size < DISTINCT_LIMIT) distinct.add(text);
    else if (!distinct.has(text)) isMore = true;
  }
  const ofNumbers = areWhole ? 'whole numbers' : 'decimals';
  const type = texts === 0 ? ofNumbers : numbers.count === 0 ? 'texts' : 'mixed';
  return {
    type: texts === 0 && numbers.count === 0 ? 'empty' : type,
    rows: values.length,
    numbers: numbers.count,
    missing,
    redacted,
    distinct: distinct.size,
    isMore,
    range: numbers.range(),
  };
}

class NumbersSeen {
  count = 0;
  #least = '';
  #leastNonZero: string | null = null;
  #greatest = '';
  #sum = 0;
  #divisibleBy5 = true;
  #divisibleBy6 = true;
  #midpoint6 = true;

  add(text: string): void {
    const value = Number(text);
    if (this.count === 0 || value < Number(this.#least)) this.#least = text;
    if (this.count === 0 || value > Number(this.#greatest)) this.#greatest = text;
    const nearest = this.#leastNonZero;
    if (value !== 0 && (nearest === null || Math.abs(value) < Math.abs(Number(nearest)))) {
      this.#leastNonZero = text;
    }
    this.#sum += value;
    this.#divisibleBy5 &&= value % 5 === 0;
    this.#divisibleBy6 &&= value % 6 === 0;
    this.#midpoint6 &&= value === 0 || Math.abs(value) % 6 === 3;
    this.count += 1;
  }

  range(): NumberRange | null {
    if (this.count === 0) return null;
    return {
      least: this.#least,
      leastNonZero: this.#leastNonZero,
      greatest: this.#greatest,
      // Beyond these digits a sum of decimals says how computers add, and nothing of the column.
      sum: String(Number.isSafeInteger(this.#sum) ? this.#sum : Number(this.#sum.toPrecision(12))),
      divisibleBy5: this.#divisibleBy5,
      divisibleBy6: this.#divisibleBy6,
      midpoint6: this.#midpoint6,
    };
  }
}
